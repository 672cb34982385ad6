"""The shape of rules/cn_motor/settlement.toml: limits, ratios, rates and the open points."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from yinuo.kit.rules import Plain, Rule, RuleFile, RuleTable

Amount = Annotated[Decimal, Field(ge=0)]
Share = Annotated[Decimal, Field(ge=0, le=1)]


class ItemLimits(Plain):
    death: Amount
    medical: Amount
    property: Amount


class CompulsoryLimits(Plain):
    liable: ItemLimits
    not_liable: ItemLimits


class DutyShares(Plain):
    """Parts of one by degree of duty; what is equal may be shared by the number of vehicles."""

    full: Share
    main: Share
    equal: Share
    minor: Share
    none: Share


class DutyRules(RuleTable):
    ratios: Rule[DutyShares]
    most_without_fault: Rule[Share]
    rates_own_damage: Rule[DutyShares]
    rates_third_party: Rule[DutyShares]
    rates_seats: Rule[DutyShares]


class ValueRules(RuleTable):
    monthly_percent: Rule[dict[str, dict[str, Amount]]]
    most_depreciation: Rule[Share]
    constructive_total_loss: Rule[Amount]


class HeadAllocation(Plain):
    medical: tuple[str, ...]
    death: tuple[str, ...]

    @model_validator(mode="after")
    def _each_head_has_one_place(self) -> Self:
        heads = (*self.medical, *self.death)
        if len(heads) != len(set(heads)):
            raise ValueError("a head of loss stands in one item only")
        return self


class InjuryRules(RuleTable):
    heads: Rule[HeadAllocation]


class AddonRules(RuleTable):
    repair_days_not_paid_2014: Rule[Annotated[int, Field(ge=0)]]


class InputRules(RuleTable):
    largest_amount: Rule[Amount]
    most_vehicles: Rule[Annotated[int, Field(ge=1)]]
    most_losses: Rule[Annotated[int, Field(ge=1)]]
    longest_line: Rule[Annotated[int, Field(ge=1, description="bytes")]]


class SwitchRules(RuleTable):
    """Where sources differ. An accident's `options` go before the first six."""

    property_method: Rule[Literal["mutual_rule", "limit_proportional"]]
    proxy_split: Rule[Literal["all_liable", "liable_with_loss"]]
    deductible_order: Rule[Literal["deductible_then_rate", "rate_then_deductible"]]
    rate_on_capped_third_party: Rule[bool]
    outside_list_in_ctpli: Rule[Literal["none", "first", "pro_rata"]]
    moral_damages_first: Rule[bool]
    proxy_uses_no_liability_limit: Rule[bool]
    received_reduces: Rule[Literal["every_cover", "own_damage"]]
    duty_rate_when_absent: Rule[Literal["nothing", "by_duty"]]
    injury_addons: Rule[Literal["by_ratio", "as_awarded"]]


class SettlementRules(RuleFile):
    """rules/cn_motor/settlement.toml"""

    limits: dict[str, Rule[CompulsoryLimits]]
    duty: DutyRules
    value: ValueRules
    injury: InjuryRules
    addons: AddonRules
    input: InputRules
    switches: SwitchRules
