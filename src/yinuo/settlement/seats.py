"""Cover for the people in the car (车上人员责任险)."""

from __future__ import annotations

from fractions import Fraction

from yinuo.settlement.accident import Loss, Seats, Vehicle
from yinuo.settlement.amounts import ONE
from yinuo.settlement.sheet import Sheet, Step, add
from yinuo.settlement.tables import duty_rate


def settle_seats(sheet: Sheet) -> None:
    for vehicle in sheet.accident.vehicles:
        if vehicle.seats is not None:
            _seats(sheet, vehicle, vehicle.seats)


def _seats(sheet: Sheet, vehicle: Vehicle, cover: Seats) -> None:
    """Each person up to the limit of a seat; with more injured than insured, a part of it."""
    carried = [
        loss for loss in sheet.accident.losses if loss.kind == "person" and loss.side == vehicle.id
    ]
    hurt = [loss for loss in carried if loss.medical or loss.death or loss.moral]
    passengers = sum(1 for loss in hurt if loss.role == "passenger")
    duty = duty_rate(vehicle, None, sheet.tables.rates_seats, sheet.tables)
    for loss in carried:
        limit, part = cover.driver, ONE
        if loss.role == "passenger":
            limit = cover.passenger
            insured = cover.passengers_insured
            if insured is not None and insured < passengers:
                part = Fraction(insured, passengers)
        _seat(sheet, vehicle, cover, loss, (limit, part, duty))


def _seat(
    sheet: Sheet,
    vehicle: Vehicle,
    cover: Seats,
    loss: Loss,
    terms: tuple[Fraction, Fraction, Fraction],
) -> None:
    limit, part, duty = terms
    rest = sheet.rests[loss.id]
    before = min(limit, rest.base * vehicle.ratio) * part * (1 - cover.absolute_rate)
    if not before:
        return
    paid = before * (1 - duty)
    add(sheet.seats, vehicle.id, loss.id, paid)
    if "seats" in vehicle.addons.no_deductible and duty:
        sheet.add_addon(vehicle.id, "no_deductible", loss.id, before * duty)
    sheet.steps.append(
        Step(
            "seats",
            vehicle.id,
            loss.id,
            "seats.payment",
            "min(limit, rest × ratio) × part × (1 − duty_rate) × (1 − absolute_rate)",
            {
                "paid": rest.paid,
                "rest": rest.base,
                "ratio": vehicle.ratio,
                "limit": limit,
                "part": part,
                "duty_rate": duty,
                "absolute_rate": cover.absolute_rate,
            },
            paid,
        )
    )
