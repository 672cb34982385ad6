"""Own damage cover (车损险): own share or the whole in subrogation, after the 2014 or 2020 text."""

from __future__ import annotations

from fractions import Fraction

from yinuo.settlement.accident import Loss, OwnDamage, Vehicle
from yinuo.settlement.amounts import ONE, ZERO, at_least_zero, less
from yinuo.settlement.sheet import Figure, OwnShare, Sheet, Step, Valued
from yinuo.settlement.tables import duty_rate


def settle_own_damage(sheet: Sheet) -> None:
    """Fill in what own damage cover pays: the own share, or in subrogation the whole.

    In subrogation the own share is kept beside it: the difference is to be recovered.
    """
    for vehicle in sheet.accident.vehicles:
        cover = vehicle.own_damage
        if cover is None:
            continue
        loss = sheet.car_of(vehicle)
        if loss is None:
            sheet.own_damage[vehicle.id] = OwnShare()
            continue
        paid = sheet.rests[loss.id].paid
        share, steps = own_share(sheet, vehicle, cover, loss, paid, vehicle.ratio)
        if cover.subrogation:
            sheet.own_part[vehicle.id] = share
            proxy = sheet.proxy.get(vehicle.id, ZERO)
            share, steps = own_share(sheet, vehicle, cover, loss, proxy, ONE)
        sheet.own_damage[vehicle.id] = share
        sheet.steps.extend(steps)


def own_share(
    sheet: Sheet,
    vehicle: Vehicle,
    cover: OwnDamage,
    loss: Loss,
    compulsory: Fraction,
    ratio: Fraction,
) -> tuple[OwnShare, list[Step]]:
    """What the cover pays at this ratio, once this much compulsory money has come in."""
    valued = sheet.valued[loss.id]
    car = at_least_zero(less(valued.agreed, loss.salvage))
    taken = loss.received + compulsory if loss.received else compulsory
    of_car = at_least_zero(less(car, taken))
    proportion = _proportion(cover, valued)
    part = ratio if proportion is ONE else ratio * proportion
    insured = valued.sum_insured if valued.sum_insured is not None else valued.agreed
    share = OwnShare()
    share.vehicle = min(insured, of_car * part)
    rule = "own_damage.total" if valued.whole else "own_damage.vehicle"
    figures: dict[str, Figure] = {
        "assessed": valued.agreed,
        "salvage": loss.salvage,
        "received": loss.received,
        "compulsory": compulsory,
        "ratio": ratio,
        "proportion": proportion,
        "sum_insured": insured,
    }
    formula = "min(sum_insured, (assessed − salvage − received − compulsory) × ratio × proportion)"
    steps = [
        Step("own_damage", vehicle.id, loss.id, rule, formula, figures, share.vehicle),
    ]
    if loss.rescue:
        left = at_least_zero(taken - car)
        own = loss.rescue * loss.rescue_share
        share.rescue = min(insured, at_least_zero(own - left) * part)
        steps.append(_rescue_step(vehicle, loss, left, part, insured, share.rescue))
    rate, full = _after_rates(sheet, vehicle, cover, share)
    share.payment = rate
    if "own_damage" in vehicle.addons.no_deductible:
        share.rider = full - rate
    steps.append(_payment_step(sheet, vehicle, cover, loss, share))
    return share, steps


def _proportion(cover: OwnDamage, valued: Valued) -> Fraction:
    """Under-insurance: a part of the value insured pays that part of a partial loss."""
    if cover.insured_value is None or valued.whole or valued.sum_insured is None:
        return ONE
    return min(ONE, valued.sum_insured / cover.insured_value)


def _duty_rate(sheet: Sheet, vehicle: Vehicle, cover: OwnDamage) -> Fraction:
    tables = sheet.tables
    return duty_rate(vehicle, cover.duty_rate, tables.rates_own_damage, tables)


def _after_rates(
    sheet: Sheet, vehicle: Vehicle, cover: OwnDamage, share: OwnShare
) -> tuple[Fraction, Fraction]:
    """The payment, and the payment if the duty rate took nothing."""
    keeps = 1 - cover.absolute_rate
    if vehicle.clause == "2014":
        return (
            _rates_first(share, cover.deductible, keeps * (1 - _duty_rate(sheet, vehicle, cover))),
            _rates_first(share, cover.deductible, keeps),
        )
    if sheet.accident.options.deductible_order == "rate_then_deductible":
        paid = _rates_first(share, cover.deductible, keeps)
    else:
        paid = at_least_zero(less(share.vehicle, cover.deductible)) + share.rescue
        paid = paid * keeps if cover.absolute_rate else paid
    return paid, paid


def _rates_first(share: OwnShare, deductible: Fraction, keeps: Fraction) -> Fraction:
    return at_least_zero(share.vehicle * keeps - deductible) + share.rescue * keeps


def _rescue_step(
    vehicle: Vehicle,
    loss: Loss,
    left: Fraction,
    ratio: Fraction,
    insured: Fraction,
    result: Fraction,
) -> Step:
    figures: dict[str, Figure] = {
        "rescue": loss.rescue,
        "share": loss.rescue_share,
        "received": left,
        "ratio": ratio,
        "sum_insured": insured,
    }
    formula = "min(sum_insured, (rescue × share − received) × ratio)"
    return Step("own_damage", vehicle.id, loss.id, "own_damage.rescue", formula, figures, result)


def _payment_step(
    sheet: Sheet, vehicle: Vehicle, cover: OwnDamage, loss: Loss, share: OwnShare
) -> Step:
    figures: dict[str, Figure] = {
        "vehicle": share.vehicle,
        "rescue": share.rescue,
        "deductible": cover.deductible,
        "absolute_rate": cover.absolute_rate,
        "duty_rate": _duty_rate(sheet, vehicle, cover),
    }
    if vehicle.clause == "2014":
        rule = "own_damage.payment_2014"
        formula = (
            "(vehicle × (1 − duty_rate) × (1 − absolute_rate) − deductible)"
            " + rescue × (1 − duty_rate) × (1 − absolute_rate)"
        )
    elif sheet.accident.options.deductible_order == "rate_then_deductible":
        rule = "own_damage.payment_rate_first"
        formula = "vehicle × (1 − absolute_rate) − deductible + rescue × (1 − absolute_rate)"
    else:
        rule = "own_damage.payment"
        formula = "(vehicle − deductible + rescue) × (1 − absolute_rate)"
    return Step("own_damage", vehicle.id, loss.id, rule, formula, figures, share.payment)
