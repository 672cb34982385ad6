"""Additional covers: what they pay for the own car, its cargo, and to third parties."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from yinuo.settlement.accident import Loss, RepairDays, Vehicle
from yinuo.settlement.amounts import ONE, ZERO, total
from yinuo.settlement.liability import third_parties
from yinuo.settlement.sheet import Figure, Sheet, Step

_LIMITED = "claimed × min(1, limit ÷ all_claimed)"


def settle_addons(sheet: Sheet) -> None:
    for vehicle in sheet.accident.vehicles:
        addons = vehicle.addons
        _riders(sheet, vehicle)
        _own_car(sheet, vehicle)
        _carried(sheet, vehicle, "cargo", addons.cargo)
        _carried(sheet, vehicle, "new_equipment", addons.new_equipment)
        if addons.outside_list_medical is not None:
            asked = {
                loss.id: sheet.rests[loss.id].outside_list * _share(sheet, vehicle)
                for loss in _people(sheet, vehicle)
            }
            _limited(sheet, vehicle, "outside_list_medical", addons.outside_list_medical, asked)
        if addons.moral_damages is not None:
            asked = {
                loss.id: sheet.rests[loss.id].moral * _share(sheet, vehicle)
                for loss in _people(sheet, vehicle)
            }
            _limited(sheet, vehicle, "moral_damages", addons.moral_damages, asked)


def _share(sheet: Sheet, vehicle: Vehicle) -> Fraction:
    """The part that this cover is asked for: by the ratio, or of a sum that is awarded already.

    What a court has awarded has the victim's own share taken off: the vehicles bear all of it, in
    the proportion of their ratios.
    """
    if sheet.tables.injury_addons == "by_ratio" or not vehicle.ratio:
        return vehicle.ratio
    return vehicle.ratio / total(one.ratio for one in sheet.accident.vehicles)


def _people(sheet: Sheet, vehicle: Vehicle) -> list[Loss]:
    """Third parties; and the people in the own car where its seats are insured."""
    people = [loss for loss in third_parties(sheet, vehicle) if loss.kind == "person"]
    if vehicle.seats is not None:
        people += [
            loss
            for loss in sheet.accident.losses
            if loss.side == vehicle.id and loss.kind == "person"
        ]
    return people


def _riders(sheet: Sheet, vehicle: Vehicle) -> None:
    """The rider without deductible (不计免赔) pays what the duty rate took from the main cover."""
    parts = dict(sheet.rider_third_party.get(vehicle.id, {}))
    own, car = sheet.own_damage.get(vehicle.id), sheet.car_of(vehicle)
    if own is not None and car is not None and own.rider:
        parts[car.id] = parts.get(car.id, ZERO) + own.rider
    already = sheet.addons.get(vehicle.id, {}).get("no_deductible", {})
    for loss, amount in parts.items():
        sheet.add_addon(vehicle.id, "no_deductible", loss, amount)
    for loss, amount in {**already, **parts}.items():
        _step(sheet, vehicle, "no_deductible", loss, "kept", {"kept": amount}, amount)


def _own_car(sheet: Sheet, vehicle: Vehicle) -> None:
    addons, car = vehicle.addons, sheet.car_of(vehicle)
    if car is None:
        return
    if addons.scratch is not None and car.scratch:
        left = addons.scratch - addons.scratch_used
        paid = min(car.scratch, left)
        figures: dict[str, Figure] = {
            "scratch": car.scratch,
            "limit": addons.scratch,
            "used": addons.scratch_used,
        }
        sheet.add_addon(vehicle.id, "scratch", car.id, paid)
        _step(sheet, vehicle, "scratch", car.id, "min(scratch, limit − used)", figures, paid)
    if addons.wheels is not None and car.wheels:
        _limited(sheet, vehicle, "wheels", addons.wheels, {car.id: car.wheels})
    if addons.repair_days is not None:
        _repair_days(sheet, vehicle, car, addons.repair_days)


def _repair_days(sheet: Sheet, vehicle: Vehicle, car: Loss, cover: RepairDays) -> None:
    """Days in repair times the daily sum; a car that is lost whole counts every insured day."""
    days = min(car.repair_days, cover.days_max)
    if sheet.valued[car.id].whole:
        days = cover.days_max
    elif vehicle.clause == "2014":
        days -= sheet.tables.repair_days_not_paid_2014
    if days <= 0:
        return
    paid = days * cover.daily
    figures: dict[str, Figure] = {"days": days, "days_max": cover.days_max, "daily": cover.daily}
    sheet.add_addon(vehicle.id, "repair_days", car.id, paid)
    _step(sheet, vehicle, "repair_days", car.id, "days × daily", figures, paid)


def _carried(sheet: Sheet, vehicle: Vehicle, name: str, limit: Fraction | None) -> None:
    """Cargo, or equipment added to the car: what compulsory cover left, by the own ratio."""
    if limit is None:
        return
    kind = "cargo" if name == "cargo" else "property"
    asked = {
        loss.id: sheet.rests[loss.id].base * vehicle.ratio
        for loss in sheet.accident.losses
        if loss.kind == kind and loss.of_vehicle and loss.side == vehicle.id
    }
    _limited(sheet, vehicle, name, limit, asked)


def _limited(
    sheet: Sheet, vehicle: Vehicle, name: str, limit: Fraction, asked: Mapping[str, Fraction]
) -> None:
    """Pay what is asked up to the limit, pro rata where it is too little."""
    all_asked = total(asked.values())
    factor = limit / all_asked if all_asked > limit else ONE
    for loss, amount in asked.items():
        if not amount:
            continue
        figures: dict[str, Figure] = {"claimed": amount, "all_claimed": all_asked, "limit": limit}
        paid = amount * factor
        sheet.add_addon(vehicle.id, name, loss, paid)
        _step(sheet, vehicle, name, loss, _LIMITED, figures, paid)


# The cover and the rule of a step bear one name.
ADDON_RULES: Mapping[str, str] = {
    "no_deductible": "addons.no_deductible",
    "outside_list_medical": "addons.outside_list_medical",
    "moral_damages": "addons.moral_damages",
    "scratch": "addons.scratch",
    "repair_days": "addons.repair_days",
    "cargo": "addons.cargo",
    "wheels": "addons.wheels",
    "new_equipment": "addons.new_equipment",
}


def _step(
    sheet: Sheet,
    vehicle: Vehicle,
    name: str,
    loss: str,
    formula: str,
    figures: Mapping[str, Figure],
    result: Fraction,
) -> None:
    rule = ADDON_RULES[name]
    sheet.steps.append(Step(rule, vehicle.id, loss, rule, formula, figures, result))
