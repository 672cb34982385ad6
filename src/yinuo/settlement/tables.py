"""The tables that settle() is given: the rules of settlement.toml as exact numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from importlib.resources import files
from pathlib import Path
from typing import Literal

from yinuo.kit.errors import RuleError
from yinuo.kit.rules import check, read
from yinuo.settlement.accident import Item, Options, Vehicle
from yinuo.settlement.amounts import ZERO
from yinuo.settlement.rulefile import CompulsoryLimits, DutyShares, ItemLimits, SettlementRules

Limits = Mapping[Item, Fraction]


@dataclass(frozen=True, slots=True)
class LimitsOfADay:
    """The compulsory limits between two days, both included; None is open."""

    from_on: date | None
    until_on: date | None
    liable: Limits
    not_liable: Limits


@dataclass(frozen=True, slots=True)
class Tables:
    limits: tuple[LimitsOfADay, ...]
    ratios: Mapping[str, Fraction]
    most_without_fault: Fraction
    rates_own_damage: Mapping[str, Fraction]
    rates_third_party: Mapping[str, Fraction]
    rates_seats: Mapping[str, Fraction]
    monthly_depreciation: Mapping[str, Mapping[str, Fraction]]
    most_depreciation: Fraction
    constructive_total_loss: Fraction
    medical_heads: tuple[str, ...]
    death_heads: tuple[str, ...]
    repair_days_not_paid_2014: int
    largest_amount: Fraction
    most_vehicles: int
    most_losses: int
    longest_line: int
    defaults: Options
    proxy_uses_no_liability_limit: bool
    received_reduces: Literal["every_cover", "own_damage"]
    duty_rate_when_absent: Literal["nothing", "by_duty"]
    injury_addons: Literal["by_ratio", "as_awarded"]

    def limits_on(self, day: date) -> LimitsOfADay | None:
        for limits in self.limits:
            began = limits.from_on is None or limits.from_on <= day
            if began and (limits.until_on is None or day <= limits.until_on):
                return limits
        return None


def duty_rate(
    vehicle: Vehicle, given: Fraction | None, usual: Mapping[str, Fraction], tables: Tables
) -> Fraction:
    """The part that the insured keeps by degree of duty: under the 2014 text only."""
    if vehicle.clause != "2014":
        return ZERO
    if given is not None:
        return given
    return usual[vehicle.duty] if tables.duty_rate_when_absent == "by_duty" else ZERO


def tables_of(rules: SettlementRules) -> Tables:
    """The tables of a rule file, shipped or revised."""
    switches = rules.switches
    return Tables(
        limits=tuple(_limits(rule.value, rule.from_, rule.until) for rule in rules.limits.values()),
        ratios=_shares(rules.duty.ratios.value),
        most_without_fault=Fraction(rules.duty.most_without_fault.value),
        rates_own_damage=_shares(rules.duty.rates_own_damage.value),
        rates_third_party=_shares(rules.duty.rates_third_party.value),
        rates_seats=_shares(rules.duty.rates_seats.value),
        monthly_depreciation={
            klass: {use: Fraction(percent) / 100 for use, percent in uses.items()}
            for klass, uses in rules.value.monthly_percent.value.items()
        },
        most_depreciation=Fraction(rules.value.most_depreciation.value),
        constructive_total_loss=Fraction(rules.value.constructive_total_loss.value),
        medical_heads=rules.injury.heads.value.medical,
        death_heads=rules.injury.heads.value.death,
        repair_days_not_paid_2014=rules.addons.repair_days_not_paid_2014.value,
        largest_amount=Fraction(rules.input.largest_amount.value),
        most_vehicles=rules.input.most_vehicles.value,
        most_losses=rules.input.most_losses.value,
        longest_line=rules.input.longest_line.value,
        defaults=Options(
            property_method=switches.property_method.value,
            proxy_split=switches.proxy_split.value,
            deductible_order=switches.deductible_order.value,
            rate_on_capped_third_party=switches.rate_on_capped_third_party.value,
            outside_list_in_ctpli=switches.outside_list_in_ctpli.value,
            moral_damages_first=switches.moral_damages_first.value,
        ),
        proxy_uses_no_liability_limit=switches.proxy_uses_no_liability_limit.value,
        received_reduces=switches.received_reduces.value,
        duty_rate_when_absent=switches.duty_rate_when_absent.value,
        injury_addons=switches.injury_addons.value,
    )


def shipped_tables() -> Tables:
    """The tables as shipped. Raises RuleError when the file is wrong."""
    path = Path(str(files("yinuo"))) / "rules" / "cn_motor" / "settlement.toml"
    rules = check(str(path), SettlementRules, read(path))
    if not isinstance(rules, SettlementRules):
        raise RuleError(f"{path}: is not a file of settlement rules; restore it")
    return tables_of(rules)


def _limits(value: CompulsoryLimits, from_on: date | None, until_on: date | None) -> LimitsOfADay:
    return LimitsOfADay(from_on, until_on, _items(value.liable), _items(value.not_liable))


def _items(limits: ItemLimits) -> Limits:
    return {
        "property": Fraction(limits.property),
        "medical": Fraction(limits.medical),
        "death": Fraction(limits.death),
    }


def _shares(shares: DutyShares) -> Mapping[str, Fraction]:
    return {
        "full": Fraction(shares.full),
        "main": Fraction(shares.main),
        "equal": Fraction(shares.equal),
        "minor": Fraction(shares.minor),
        "none": Fraction(shares.none),
    }
