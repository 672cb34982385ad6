"""The shape of rules/cn_motor/call_back_figures.toml: what the figures of call-backs aim at."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from yinuo.core.messages.rulefile import Wait
from yinuo.kit.rules import Rule, RuleFile, RuleTable

TargetName = Literal["attempted_first", "answered_last", "satisfied", "solved", "solved_in_time"]
Count = Annotated[int, Field(gt=0)]
Percent = Annotated[Decimal, Field(ge=-100, le=100)]


class ShownRules(RuleTable):
    """`least` answers below which an index is not shown; the windows begin when the case ended.
    `renewal_awaited` passes after a policy before its holder counts as gone."""

    least: Rule[Count]
    first_within: Rule[Wait]
    complete_within: Rule[Wait]
    solved_within: Rule[Wait]
    renewal_awaited: Rule[Wait]


class EffortRules(RuleTable):
    """What a trained person can do, and what an answer on the phone takes; the cost in yuan."""

    calls_an_hour: Rule[Count]
    hours_a_day: Rule[Count]
    minutes_per_answer: Rule[Count]
    hourly_cost: Rule[Annotated[Decimal, Field(ge=0)]]


class CallBackFiguresRules(RuleFile):
    """rules/cn_motor/call_back_figures.toml"""

    shown: ShownRules
    effort: EffortRules
    targets: dict[TargetName, Rule[Percent]]
