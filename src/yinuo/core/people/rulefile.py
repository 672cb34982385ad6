"""The shape of people.toml: how customers come in, and what staff must be trained for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yinuo.kit.rules import LimitText, Plain, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]


class CodeRules(RuleTable):
    """One-time codes. `most_per_hour` counts the codes made for one person and one case."""

    digits: Rule[Annotated[int, Field(ge=4, le=10)]]
    valid_for: Rule[LimitText]
    tries: Rule[Count]
    wait_before_next: Rule[LimitText]
    most_per_hour: Rule[Count]
    signed_in_for: Rule[LimitText]
    kept_for: Rule[LimitText]


class AnswerRules(RuleTable):
    """Answers of the API that are kept for repeats of a request."""

    kept_for: Rule[LimitText]


class CompetenceKind(Plain):
    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
    text: str = Field(description="a key of texts/<language>/competences.toml")


class CompetenceRules(RuleTable):
    """Trainings and qualifications; `warn_before` is how early an end is announced."""

    kinds: Rule[tuple[CompetenceKind, ...]]
    warn_before: Rule[LimitText]


class PeopleRules(RuleFile):
    """rules/cn_motor/people.toml"""

    codes: CodeRules
    answers: AnswerRules
    competences: CompetenceRules
