"""The shape of rules/cn_motor/concerns.toml: how a customer's problem is looked after."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yinuo.kit.rules import Plain, PromiseRule, Rule, RuleFile, RuleTable
from yinuo.perception.lexicon import Cause, Urgency

Role = Literal["agent", "team_lead", "manager"]
Code = Annotated[str, Field(pattern=r"^[a-z_]{3,30}$")]


class OwnerChoice(Plain):
    """Who looks after a concern: somebody of `role`, the handler of the claim before others.

    For the causes of `apart_for` it is somebody of `apart_role`, and never that handler.
    """

    role: Role
    apart_for: tuple[Cause, ...]
    apart_role: Role

    def keeps_apart(self, causes: tuple[str, ...]) -> bool:
        return any(cause in self.apart_for for cause in causes)


class ConcernPromises(RuleTable):
    answer: Rule[PromiseRule]
    solution: Rule[PromiseRule]
    urgent_contact: Rule[PromiseRule]
    confirmation: Rule[PromiseRule]
    closing_review: Rule[PromiseRule]


class OpeningRules(RuleTable):
    """`reasons` are all codes; those of `urgent_reasons`, and words that are read as one of
    `urgent_words`, make a concern urgent. Such words open one by themselves when they are said
    on a case of the kinds in `listens_to`.
    """

    reasons: Rule[tuple[Code, ...]]
    urgent_reasons: Rule[tuple[Code, ...]]
    urgent_words: Rule[tuple[Urgency, ...]]
    listens_to: Rule[tuple[Code, ...]]


class OwnerRules(RuleTable):
    choice: Rule[OwnerChoice]


class ClosingRules(RuleTable):
    """`without_the_customer` are the reasons for closing what the customer did not confirm."""

    without_the_customer: Rule[tuple[Code, ...]]


class RelationRules(RuleTable):
    """When a customer counts as loyal, a renewal as near, and a score of five as unhappy."""

    loyal_after_days: Rule[Annotated[int, Field(gt=0)]]
    renewal_near_days: Rule[Annotated[int, Field(gt=0)]]
    unhappy_up_to: Rule[Annotated[int, Field(ge=1, le=4)]]


class LearningRules(RuleTable):
    """Over how many days before and after a change its effect is measured."""

    effect_days: Rule[Annotated[int, Field(gt=0)]]


class ConcernsRules(RuleFile):
    """rules/cn_motor/concerns.toml"""

    promises: ConcernPromises
    opening: OpeningRules
    owner: OwnerRules
    closing: ClosingRules
    relation: RelationRules
    learning: LearningRules
