"""A vehicle of the input with its covers."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import cast

from yinuo.settlement.accident import (
    ITEMS,
    Addons,
    Clause,
    Compulsory,
    Duty,
    OwnDamage,
    RepairDays,
    Seats,
    ThirdParty,
    Vehicle,
)
from yinuo.settlement.fields import Fields

VEHICLE = frozenset(
    {
        "id",
        "duty",
        "duty_ratio",
        "clause",
        "class",
        "use",
        "ctpli",
        "own_damage",
        "third_party",
        "seats",
        "addons",
    }
)
_CLAUSES = frozenset({"2014", "2020"})
_CLASSES = frozenset(
    {"bus_le9", "bus_ge10", "light_truck", "truck_with_trailer", "low_speed_or_tricycle", "other"}
)
_USES = frozenset({"family", "non_business", "taxi", "other_business"})
_CTPLI = frozenset({"insured", "exempt", "limits"})
_OWN_DAMAGE = frozenset(
    {
        "sum_insured",
        "insured_value",
        "deductible",
        "absolute_rates",
        "duty_rate",
        "mode",
        "new_price",
        "first_registered_on",
        "incepted_on",
    }
)
_MODES = frozenset({"own_share", "subrogation"})
_THIRD_PARTY = frozenset({"limit", "absolute_rates", "duty_rate"})
_SEATS = frozenset({"driver", "passenger", "passengers_insured", "absolute_rates"})
_LIMIT = frozenset({"limit"})
_SCRATCH = frozenset({"limit", "used"})
_REPAIR_DAYS = frozenset({"daily", "days_max"})
_NO_DEDUCTIBLE = frozenset({"own_damage", "third_party", "seats"})
_ADDONS = frozenset(
    {
        "no_deductible",
        "outside_list_medical",
        "moral_damages",
        "scratch",
        "repair_days",
        "cargo",
        "wheels",
        "new_equipment",
        "holiday_double",
    }
)
_INSURED = Compulsory()
_NO_ADDONS = Addons()


def read_vehicle(one: Fields, duty: Duty, ratio: Fraction) -> Vehicle:
    """The vehicle with its covers. Raises Refusal."""
    clause = cast(Clause, one.choice("clause", _CLAUSES, "2020"))
    return Vehicle(
        id=one.text("id"),
        duty=duty,
        ratio=ratio,
        clause=clause,
        klass=one.choice("class", _CLASSES) if one.has("class") else None,
        use=one.choice("use", _USES) if one.has("use") else None,
        ctpli=_compulsory(one),
        own_damage=_own_damage(one, clause),
        third_party=_third_party(one, clause),
        seats=_seats(one),
        addons=_addons(one, clause),
    )


def _compulsory(one: Fields) -> Compulsory:
    cover = one.inner("ctpli", _CTPLI)
    if cover is None:
        return _INSURED
    insured, exempt = cover.flag("insured", True), cover.flag("exempt", False)
    if exempt and not insured:
        cover.refuse("exempt", "either_or")
    limits = cover.inner("limits", frozenset(ITEMS))
    if limits is None:
        return Compulsory(insured, exempt)
    return Compulsory(
        insured, exempt, {item: limits.needed(item) for item in ITEMS if limits.has(item)}
    )


def _own_damage(one: Fields, clause: Clause) -> OwnDamage | None:
    cover = one.inner("own_damage", _OWN_DAMAGE)
    if cover is None:
        return None
    registered_on, incepted_on = cover.day("first_registered_on"), cover.day("incepted_on")
    _in_order(cover, registered_on, incepted_on)
    value = cover.maybe("insured_value")
    if value is not None and not value:
        cover.refuse("insured_value", "not_an_amount")
    return OwnDamage(
        sum_insured=cover.maybe("sum_insured"),
        insured_value=value,
        deductible=cover.amount("deductible"),
        absolute_rate=cover.rates("absolute_rates"),
        duty_rate=_duty_rate(cover, clause),
        subrogation=cover.choice("mode", _MODES, "own_share") == "subrogation",
        new_price=cover.maybe("new_price"),
        first_registered_on=registered_on,
        incepted_on=incepted_on,
    )


def _in_order(cover: Fields, registered_on: date | None, incepted_on: date | None) -> None:
    if registered_on and incepted_on and incepted_on < registered_on:
        cover.refuse("incepted_on", "dates_out_of_order")


def _duty_rate(cover: Fields, clause: Clause) -> Fraction | None:
    rate = cover.ratio("duty_rate")
    if rate and clause != "2014":
        cover.refuse("duty_rate", "not_in_this_text")
    return rate


def _third_party(one: Fields, clause: Clause) -> ThirdParty | None:
    cover = one.inner("third_party", _THIRD_PARTY)
    if cover is None:
        return None
    return ThirdParty(
        cover.needed("limit"), cover.rates("absolute_rates"), _duty_rate(cover, clause)
    )


def _seats(one: Fields) -> Seats | None:
    cover = one.inner("seats", _SEATS)
    if cover is None:
        return None
    return Seats(
        driver=cover.amount("driver"),
        passenger=cover.amount("passenger"),
        passengers_insured=cover.count("passengers_insured"),
        absolute_rate=cover.rates("absolute_rates"),
    )


def _addons(one: Fields, clause: Clause) -> Addons:
    addons = one.inner("addons", _ADDONS)
    if addons is None:
        return _NO_ADDONS
    rider = addons.inner("no_deductible", _NO_DEDUCTIBLE)
    covered = frozenset(key for key in _NO_DEDUCTIBLE if rider and rider.flag(key, False))
    if covered and clause != "2014":
        addons.refuse("no_deductible", "not_in_this_text")
    scratch = addons.inner("scratch", _SCRATCH)
    days = addons.inner("repair_days", _REPAIR_DAYS)
    return Addons(
        no_deductible=covered,
        outside_list_medical=_limit(addons, "outside_list_medical"),
        moral_damages=_limit(addons, "moral_damages"),
        scratch=scratch.needed("limit") if scratch else None,
        scratch_used=_used(scratch),
        repair_days=_repair_days(days),
        cargo=_limit(addons, "cargo"),
        wheels=_limit(addons, "wheels"),
        new_equipment=_limit(addons, "new_equipment"),
        holiday_double=addons.flag("holiday_double", False),
    )


def _limit(addons: Fields, key: str) -> Fraction | None:
    cover = addons.inner(key, _LIMIT)
    return cover.needed("limit") if cover else None


def _used(scratch: Fields | None) -> Fraction:
    if scratch is None:
        return Fraction(0)
    used = scratch.amount("used")
    if used > scratch.needed("limit"):
        scratch.refuse("used", "part_above_whole")
    return used


def _repair_days(days: Fields | None) -> RepairDays | None:
    if days is None:
        return None
    most = days.count("days_max")
    if most is None:
        days.refuse("days_max", "missing")
    return RepairDays(days.needed("daily"), most)
