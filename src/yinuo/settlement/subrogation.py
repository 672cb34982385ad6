"""The recovery file (代位求偿): who owes the own insurer what it has paid for them.

The insurer recovers what it paid beyond its own share, and no more: first from compulsory cover,
then from third-party cover, then from the owner. What is left of the others' debts stays with the
insured.
"""

from __future__ import annotations

from fractions import Fraction

from yinuo.settlement.accident import Loss, Vehicle
from yinuo.settlement.amounts import ONE, ZERO, total
from yinuo.settlement.sheet import Recovery, Sheet, Step, cell

_TIERS = ("ctpli", "third_party", "owner")


def settle_recoveries(sheet: Sheet) -> None:
    for vehicle in sheet.accident.vehicles:
        if vehicle.id in sheet.own_part:
            loss = sheet.car_of(vehicle)
            assert loss is not None, "only a damaged car has an own part"
            _recover(sheet, vehicle, loss)


def _recover(sheet: Sheet, vehicle: Vehicle, loss: Loss) -> None:
    whole, part = sheet.own_damage[vehicle.id], sheet.own_part[vehicle.id]
    left = whole.payment + whole.rider - part.payment - part.rider
    debts = {
        other.id: _debts(sheet, other, loss)
        for other in sheet.accident.vehicles
        if other.id != vehicle.id
    }
    due = left
    found: dict[str, Recovery] = {}
    for tier in _TIERS:
        asked = total(debt[tier] for debt in debts.values())
        if not asked or left <= 0:
            continue
        factor = ONE if asked <= left else left / asked
        for debtor, debt in debts.items():
            amount = debt[tier] * factor
            if not amount:
                continue
            recovery = found.setdefault(debtor, Recovery())
            if tier == "ctpli":
                uninsured = cell(sheet.owner_pays, debtor, loss.id)
                if uninsured:
                    recovery.owner += amount
                else:
                    recovery.ctpli += amount
            elif tier == "third_party":
                recovery.third_party += amount
            else:
                recovery.owner += amount
                sheet.unpaid[debtor][loss.id] -= amount
            left -= amount
    sheet.recoveries[vehicle.id] = found
    for debtor, recovery in found.items():
        figures = {
            "due": due,
            "ctpli": recovery.ctpli,
            "third_party": recovery.third_party,
            "owner": recovery.owner,
        }
        formula = "ctpli + third_party + owner"
        sheet.steps.append(
            Step(
                "recovery",
                debtor,
                loss.id,
                "recovery.from_liable",
                formula,
                figures,
                recovery.total,
            )
        )


def _debts(sheet: Sheet, other: Vehicle, loss: Loss) -> dict[str, Fraction]:
    """What another vehicle's covers and owner owe for this car; a vehicle is insured or is not."""
    compulsory = cell(sheet.owner_pays, other.id, loss.id)
    if "property" in sheet.ctpli:
        compulsory += cell(sheet.ctpli["property"], other.id, loss.id)
    rider = sheet.addons.get(other.id, {}).get("no_deductible", {}).get(loss.id, ZERO)
    return {
        "ctpli": compulsory,
        "third_party": cell(sheet.third_party, other.id, loss.id) + rider,
        "owner": cell(sheet.unpaid, other.id, loss.id),
    }
