"""Third-party liability (三者险), and what a liable owner owes beyond every cover."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from yinuo.settlement.accident import Loss, ThirdParty, Vehicle
from yinuo.settlement.amounts import ONE, ZERO, less, total
from yinuo.settlement.sheet import Sheet, Step, add, cell
from yinuo.settlement.tables import duty_rate


def third_parties(sheet: Sheet, vehicle: Vehicle) -> list[Loss]:
    """The losses of others: not the own car, what it carries or who sits in it."""
    return [loss for loss in sheet.accident.losses if loss.side != vehicle.id]


def settle_third_party(sheet: Sheet) -> None:
    for vehicle in sheet.accident.vehicles:
        if vehicle.third_party is not None:
            _third_party(sheet, vehicle, vehicle.third_party)


def _third_party(sheet: Sheet, vehicle: Vehicle, cover: ThirdParty) -> None:
    """What is owed, capped at the limit, then the rates; each victim has a part of the cap."""
    owed: dict[str, Fraction] = {}
    for loss in third_parties(sheet, vehicle):
        rest = sheet.rests[loss.id]
        owed[loss.id] = rest.base * vehicle.ratio
        if owed[loss.id]:
            sheet.steps.append(
                Step(
                    "third_party",
                    vehicle.id,
                    loss.id,
                    "third_party.owed",
                    "rest × ratio",
                    {"paid": rest.paid, "rest": rest.base, "ratio": vehicle.ratio},
                    owed[loss.id],
                )
            )
    limit = cover.limit * 2 if vehicle.addons.holiday_double else cover.limit
    asked = total(owed.values())
    capped = asked > limit
    factor = limit / asked if capped else ONE
    tables = sheet.tables
    duty = duty_rate(vehicle, cover.duty_rate, tables.rates_third_party, tables)
    # A sum that just reaches the limit is on the branch of the limit already (domain rules 2.6).
    reached = asked >= limit > 0
    spared = reached and not sheet.accident.options.rate_on_capped_third_party
    keeps = ONE if spared else less(ONE, duty) * less(ONE, cover.absolute_rate)
    rider = "third_party" in vehicle.addons.no_deductible and not spared
    for loss_id, amount in owed.items():
        paid = (amount if factor is ONE else amount * factor) * keeps
        add(sheet.third_party, vehicle.id, loss_id, paid)
        if not amount:
            continue
        figures = {
            "owed": amount,
            "all_owed": asked,
            "limit": limit,
            "duty_rate": ZERO if spared else duty,
            "absolute_rate": ZERO if spared else cover.absolute_rate,
        }
        sheet.steps.append(
            Step(
                "third_party",
                vehicle.id,
                loss_id,
                "third_party.capped" if capped else "third_party.payment",
                "owed × min(1, limit ÷ all_owed) × (1 − duty_rate) × (1 − absolute_rate)",
                figures,
                paid,
            )
        )
        if rider:
            kept = amount * factor * duty * (1 - cover.absolute_rate)
            add(sheet.rider_third_party, vehicle.id, loss_id, kept)


def settle_unpaid(sheet: Sheet) -> None:
    """What each liable owner still owes when every cover has paid.

    To others, and to passengers in the own car; not to the own driver, car or cargo.
    """
    covered: Mapping[str, Mapping[str, Mapping[str, Fraction]]] = sheet.addons
    for vehicle in sheet.accident.vehicles:
        if not vehicle.ratio:
            continue
        riders = covered.get(vehicle.id, {})
        for loss in sheet.accident.losses:
            own = loss.side == vehicle.id
            if own and loss.role != "passenger":
                continue
            owed = sheet.rests[loss.id].whole * vehicle.ratio
            paid = cell(sheet.third_party, vehicle.id, loss.id)
            paid += cell(sheet.seats, vehicle.id, loss.id)
            paid += total(row.get(loss.id, ZERO) for row in riders.values())
            if owed > paid:
                add(sheet.unpaid, vehicle.id, loss.id, owed - paid)
                sheet.steps.append(
                    Step(
                        "unpaid",
                        vehicle.id,
                        loss.id,
                        "unpaid.owner",
                        "owed − paid",
                        {"owed": owed, "paid": paid},
                        owed - paid,
                    )
                )
