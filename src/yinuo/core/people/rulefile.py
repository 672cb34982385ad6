"""The shape of people.toml: how customers come in without a password."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yinuo.kit.rules import LimitText, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]


class CodeRules(RuleTable):
    """One-time codes. `most_per_hour` counts the codes made for one person and one case."""

    digits: Rule[Annotated[int, Field(ge=4, le=10)]]
    valid_for: Rule[LimitText]
    tries: Rule[Count]
    wait_before_next: Rule[LimitText]
    most_per_hour: Rule[Count]
    signed_in_for: Rule[LimitText]


class PeopleRules(RuleFile):
    """rules/cn_motor/people.toml"""

    codes: CodeRules
