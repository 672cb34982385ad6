"""The shape of rules/cn_motor/warnings.toml: signs that a complaint may come, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from yinuo.kit.rules import LimitText, Plain, PromiseRule, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]
Share = Annotated[Decimal, Field(ge=0, lt=1)]


class SignalStep(Plain):
    """From this many on (days for silence, else a number of things) this many points."""

    at_least: Count
    points: Count


Steps = Annotated[tuple[SignalStep, ...], Field(min_length=1)]


class WarningPromises(RuleTable):
    preventive_contact: Rule[PromiseRule]


class SignalRules(RuleTable):
    silence: Rule[Steps]
    promise_missed: Rule[Steps]
    promise_near: Rule[Steps]
    papers_again: Rule[Steps]
    asked_again: Rule[Steps]
    part_payment: Rule[Steps]
    tone: Rule[Steps]
    reassignments: Rule[Steps]

    def steps(self) -> Mapping[str, tuple[SignalStep, ...]]:
        """The steps of every signal, by its name."""
        return {
            "silence": self.silence.value,
            "promise_missed": self.promise_missed.value,
            "promise_near": self.promise_near.value,
            "papers_again": self.papers_again.value,
            "asked_again": self.asked_again.value,
            "part_payment": self.part_payment.value,
            "tone": self.tone.value,
            "reassignments": self.reassignments.value,
        }


class ContactRules(RuleTable):
    from_points: Rule[Count]
    near_within: Rule[LimitText]
    again_after: Rule[LimitText]
    held_out_share: Rule[Share]
    at_once: Rule[Count]


class SilenceRules(RuleTable):
    news: Rule[tuple[str, ...]]
    alarm_after: Rule[Count]


class ComparisonRules(RuleTable):
    least: Rule[Count]


class WarningsRules(RuleFile):
    """rules/cn_motor/warnings.toml"""

    promises: WarningPromises
    signals: SignalRules
    contact: ContactRules
    silence: SilenceRules
    comparison: ComparisonRules
