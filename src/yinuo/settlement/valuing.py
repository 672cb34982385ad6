"""What a damaged car is worth: depreciation, sum insured, and the test for a total loss."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from yinuo.settlement.accident import Loss, OwnDamage, Vehicle
from yinuo.settlement.amounts import ZERO, at_least_zero, less
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.sheet import Sheet, Step, Valued, Worth
from yinuo.settlement.tables import Tables

_UNKNOWN = Worth()


def whole_months(began_on: date, ended_on: date) -> int:
    """Whole months between two days; a part of a month is dropped."""
    months = (ended_on.year - began_on.year) * 12 + ended_on.month - began_on.month
    return months - 1 if ended_on.day < began_on.day else months


def depreciated(
    new_price: Fraction, months: int, klass: str, use: str, tables: Tables
) -> Fraction | None:
    """The actual value after so many whole months; None when the table has no such rate."""
    monthly = tables.monthly_depreciation.get(klass, {}).get(use)
    if monthly is None:
        return None
    return new_price * (1 - min(months * monthly, tables.most_depreciation))


def value_cars(sheet: Sheet) -> None:
    """Value every insured or damaged car. Raises Refusal when a value is needed and not given."""
    damaged = {loss.side for loss in sheet.accident.losses if loss.kind == "vehicle"}
    for at, vehicle in enumerate(sheet.accident.vehicles):
        cover = vehicle.own_damage
        if cover is not None:
            insured = cover.sum_insured
            if insured is None and vehicle.id in damaged:
                insured = _sum_insured(sheet, vehicle, cover, f"vehicles[{at}]")
            actual, months = _actual_value(sheet, vehicle, cover, f"vehicles[{at}]")
            sheet.worth[vehicle.id] = Worth(insured, actual, months)
    for position, loss in enumerate(sheet.accident.losses):
        if loss.kind == "vehicle" and loss.side is not None:
            place = f"losses[{position}].total_loss"
            sheet.valued[loss.id] = _value(sheet, loss.side, loss, place)


def _value(sheet: Sheet, vehicle: str, loss: Loss, place: str) -> Valued:
    worth = sheet.worth.get(vehicle, _UNKNOWN)
    insured, actual = worth.sum_insured, worth.actual_value
    tested = loss.total_loss == "auto"
    if tested:
        value = actual if actual is not None else insured
        if value is None:
            raise Refusal("value_unknown", place, "auto")
        whole = _is_constructive(sheet, vehicle, loss, value)
    else:
        whole = bool(loss.total_loss)
    if not whole:
        repair = loss.amount or ZERO
        return Valued(repair, repair, False, tested, insured)
    claimed = actual
    if claimed is None and tested:
        # What the test measured against is what the car was worth.
        claimed = insured
    if claimed is None:
        claimed = loss.amount if loss.amount is not None else insured
    if claimed is None:
        raise Refusal("value_unknown", place, "true")
    if loss.amount is not None:
        claimed = min(claimed, loss.amount)
    return Valued(claimed if insured is None else insured, claimed, True, tested, insured)


def _sum_insured(sheet: Sheet, vehicle: Vehicle, cover: OwnDamage, where: str) -> Fraction:
    """The actual value on the day on which a policy began that names no sum."""
    place = f"{where}.own_damage"
    if cover.new_price is None:
        raise Refusal("missing", f"{place}.sum_insured")
    if cover.incepted_on is None:
        raise Refusal("missing", f"{place}.incepted_on")
    value, _, figures = _after_months(sheet, vehicle, cover, cover.incepted_on, where)
    sheet.steps.append(
        Step(
            "own_damage",
            vehicle.id,
            None,
            "own_damage.sum_insured",
            "new_price × (1 − min(months × monthly_rate, most))",
            figures,
            value,
        )
    )
    return value


def _actual_value(
    sheet: Sheet, vehicle: Vehicle, cover: OwnDamage, where: str
) -> tuple[Fraction | None, int | None]:
    """The value on the day of the accident, where price, first registration and class are known."""
    known = cover.new_price is not None and cover.first_registered_on is not None
    if not known or vehicle.klass is None or vehicle.use is None:
        return None, None
    day = sheet.accident.accident_on
    value, months, figures = _after_months(sheet, vehicle, cover, day, where)
    sheet.steps.append(
        Step(
            "own_damage",
            vehicle.id,
            None,
            "own_damage.actual_value",
            "new_price × (1 − min(months × monthly_rate, most))",
            figures,
            value,
        )
    )
    return value, months


def _after_months(
    sheet: Sheet, vehicle: Vehicle, cover: OwnDamage, day: date, where: str
) -> tuple[Fraction, int, dict[str, Fraction | int | str]]:
    if cover.new_price is None or cover.first_registered_on is None:
        raise Refusal("missing", f"{where}.own_damage.first_registered_on")
    if vehicle.klass is None:
        raise Refusal("missing", f"{where}.class")
    if vehicle.use is None:
        raise Refusal("missing", f"{where}.use")
    months = whole_months(cover.first_registered_on, day)
    value = depreciated(cover.new_price, months, vehicle.klass, vehicle.use, sheet.tables)
    if value is None:
        raise Refusal("no_depreciation_rate", f"{where}.use", f"{vehicle.klass}, {vehicle.use}")
    return (
        value,
        months,
        {
            "new_price": cover.new_price,
            "months": months,
            "monthly_rate": sheet.tables.monthly_depreciation[vehicle.klass][vehicle.use],
            "most": sheet.tables.most_depreciation,
            "on": day.isoformat(),
        },
    )


def _is_constructive(sheet: Sheet, vehicle: str, loss: Loss, worth: Fraction) -> bool:
    cost = (loss.amount or ZERO) + loss.rescue
    top = worth * sheet.tables.constructive_total_loss
    whole = cost > top
    sheet.steps.append(
        Step(
            "own_damage",
            vehicle,
            loss.id,
            "own_damage.total_loss" if whole else "own_damage.partial_loss",
            "repair + rescue > value × threshold",
            {
                "repair": loss.amount or ZERO,
                "rescue": loss.rescue,
                "value": worth,
                "threshold": sheet.tables.constructive_total_loss,
            },
            cost,
        )
    )
    return whole


def claimed_amount(sheet: Sheet, loss: Loss) -> Fraction:
    """What others answer for: value or repair less salvage, and rescue, less what was received."""
    if loss.kind != "vehicle":
        return loss.amount or ZERO
    net = at_least_zero(less(sheet.valued[loss.id].claimed, loss.salvage))
    if loss.rescue:
        net += loss.rescue
    if sheet.tables.received_reduces == "every_cover":
        net = at_least_zero(less(net, loss.received))
    return net
