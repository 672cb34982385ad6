"""The shape of rules/cn_motor/call_backs.toml: the programme of call-backs.

Pure. The values, their reasons and their sources stand in the TOML file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from yinuo.core.messages.rulefile import Wait
from yinuo.kit.calendar import Period
from yinuo.kit.rules import (
    Conditions,
    LimitText,
    Plain,
    PromiseRule,
    Rule,
    RuleFile,
    RuleTable,
    holds,
)

StrategyName = Literal["regular", "major", "special", "after_complaint", "periodic"]
ExclusionName = Literal[
    "opted_out",
    "death",
    "severe_injury",
    "fraud",
    "litigation",
    "open_complaint",
    "cool_down",
    "not_in_sample",
]
ChannelName = Literal["message", "call"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")]
Count = Annotated[int, Field(gt=0)]
Share = Annotated[Decimal, Field(gt=0, le=1)]

# Every fact that a condition of the programme may test, with what its value is.
FACTS: Mapping[str, str] = {
    "occasion": "paid, refused, withdrawn, zero, periodic or after_complaint",
    "care": "the class of the case followed: small, regular, major or special",
    "dead": "number of people",
    "injured": "number of people hurt, the seriously hurt included",
    "seriously_injured": "number of people",
    "fraud_suspected": "true when the case is looked into for fraud",
    "in_litigation": "true when a court has the case",
    "opted_out": "true when the person does not want to be asked",
    "open_complaint": "true while a complaint of this person is open",
    "asked_lately": "true when the person was contacted within the cool-down",
    "in_sample": "false when the strategy asks only some and the lot left this case out",
}


def _tests_known_facts(conditions: Conditions) -> Conditions:
    unknown = [test.fact for test in conditions if test.fact not in FACTS]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is no fact here; see FACTS in rulefile.py")
    return conditions


When = Annotated[Conditions, AfterValidator(_tests_known_facts)]


class StrategyCase(Plain):
    strategy: StrategyName
    when: When


class Choice(Plain):
    """The first case that holds decides; otherwise the strategy is `otherwise`."""

    first_of: tuple[StrategyCase, ...]
    otherwise: StrategyName

    def of(self, facts: Mapping[str, object]) -> StrategyName:
        for case in self.first_of:
            if holds(case.when, facts):
                return case.strategy
        return self.otherwise


class Strategy(Plain):
    """How one group of cases is asked.

    `channels` in their order; `call_after` is the wait between the letter and the first call,
    `give_up_after` the wait after the last contact of a round, `again_after` between an answer
    that was not good and the next round. At most `rounds` rounds.
    """

    channels: tuple[ChannelName, ...] = Field(min_length=1)
    call_after: Wait
    give_up_after: Wait
    rounds: Count
    again_after: Wait
    sample: Share
    questionnaire: Name
    questionnaire_version: Count

    @model_validator(mode="after")
    def _uses_each_channel_once(self) -> Self:
        if len(set(self.channels)) != len(self.channels):
            raise ValueError("a channel stands twice; calls repeat by themselves")
        return self


Hours = tuple[tuple[str, str], ...]


def _are_in_order(hours: Hours) -> Hours:
    periods = [Period.parse(opens, closes) for opens, closes in hours]
    if not periods:
        raise ValueError("write at least one period; whoever does not call drops the channel")
    for earlier, later in pairwise(periods):
        if later.opens < earlier.closes:
            raise ValueError(f"{earlier} and {later} overlap or are unsorted")
    return hours


class Department(Plain):
    """A department of the programme, by the roles of its people."""

    code: Name
    text: str = Field(description="a key of texts/<language>/departments.toml")
    roles: tuple[Name, ...] = Field(min_length=1)


class ProgrammeRules(RuleTable):
    version: Rule[Count]
    in_force_from: Rule[date]
    checked_after: Rule[Wait]
    choice: Rule[Choice]
    satisfied_from: Rule[Annotated[int, Field(ge=1, le=5)]]
    asked_again_for: Rule[tuple[Name, ...]]
    departments: Rule[tuple[Department, ...]]


class PromiseRules(RuleTable):
    first_contact: Rule[PromiseRule]
    completion: Rule[PromiseRule]
    next_round: Rule[PromiseRule]


class ContactRules(RuleTable):
    cool_down: Rule[Wait]


class CallingRules(RuleTable):
    """When and how often we ring, and who may. `weekends` and `holidays` say whether we call then;
    `training` is the kind of competence without which nobody calls."""

    hours: Rule[Annotated[Hours, AfterValidator(_are_in_order)]]
    weekends: Rule[bool]
    holidays: Rule[bool]
    most_a_day: Rule[Count]
    most_a_round: Rule[Count]
    between: Rule[Wait]
    training: Rule[Name]
    held_for: Rule[Wait]
    latest: Rule[Wait]


class QualityLine(Plain):
    """A line that is `needed` fails the call at 0 points, whatever the rest is worth."""

    code: Name
    text: str = Field(description="a key of texts/<language>/quality.toml")
    most: Annotated[int, Field(ge=1, le=20)]
    needed: bool = False


class QualitySheet(Plain):
    version: Count
    lines: tuple[QualityLine, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_line_once(self) -> Self:
        if len({line.code for line in self.lines}) != len(self.lines):
            raise ValueError("a line of the sheet stands twice; give it a code of its own")
        return self


class QualityRules(RuleTable):
    """`share` of each caller's talks of a day are checked, at least `least`; a call passes from
    `passed_from` percent of the points."""

    share: Rule[Share]
    least: Rule[Annotated[int, Field(ge=0)]]
    sheet: Rule[QualitySheet]
    passed_from: Rule[Annotated[int, Field(ge=0, le=100)]]
    recordings_kept: Rule[LimitText]


class BatchRules(RuleTable):
    size: Rule[Annotated[int, Field(gt=0, le=1_000)]]


class CallBacksRules(RuleFile):
    """rules/cn_motor/call_backs.toml"""

    promises: PromiseRules
    programme: ProgrammeRules
    strategies: dict[StrategyName, Rule[Strategy]]
    exclusions: dict[ExclusionName, Rule[When]]
    contact: ContactRules
    calling: CallingRules
    quality: QualityRules
    batches: BatchRules

    @model_validator(mode="after")
    def _knows_every_strategy_that_it_chooses(self) -> Self:
        choice = self.programme.choice.value
        chosen = {case.strategy for case in choice.first_of} | {choice.otherwise}
        missing = sorted(chosen - self.strategies.keys())
        if missing:
            raise ValueError(f"strategies.{missing[0]} is chosen but not described; describe it")
        return self
