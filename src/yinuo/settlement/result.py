"""The result: exact cells inside, cents where it is printed.

A printed cell is payer x loss x cover. Within one payer and cover the cells are rounded so that
they sum to the rounded total; what a payee gets is a sum of printed cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from yinuo.settlement.accident import ITEMS, Item, Vehicle
from yinuo.settlement.addons import ADDON_RULES
from yinuo.settlement.amounts import ZERO, cents, money, plain, rounded, to_the_cent
from yinuo.settlement.sheet import Cells, Figure, Recovery, Sheet, Step, cell

_CTPLI: Mapping[Item, str] = {
    "property": "ctpli.property",
    "medical": "ctpli.medical",
    "death": "ctpli.death",
}
Printed = dict[str, dict[str, int]]  # payer -> loss -> cents
# Figures that are parts of one, not money.
PARTS = frozenset(
    {
        "ratio",
        "proportion",
        "share",
        "part",
        "absolute_rate",
        "duty_rate",
        "monthly_rate",
        "most",
        "threshold",
    }
)


@dataclass(frozen=True)
class Settlement:
    """One accident settled. `as_dict` is its printed form."""

    sheet: Sheet

    @property
    def steps(self) -> list[Step]:
        return self.sheet.steps

    def payments(self) -> Iterator[tuple[str, str, str, Fraction]]:
        """Every exact cell as (cover, payer, loss, amount), recoveries not yet taken off."""
        sheet = self.sheet
        for item in ITEMS:
            yield from _flat(f"ctpli.{item}", sheet.ctpli.get(item, {}))
        for payer, amount in sheet.proxy.items():
            yield "ctpli.proxy", payer, self._car_of(payer), amount
        yield from _flat("owner", sheet.owner_pays)
        for payer, share in sheet.own_damage.items():
            if share.payment:
                yield "own_damage", payer, self._car_of(payer), share.payment
        yield from _flat("third_party", sheet.third_party)
        yield from _flat("seats", sheet.seats)
        for payer, names in sheet.addons.items():
            for name, row in names.items():
                for loss, amount in row.items():
                    yield f"addons.{name}", payer, loss, amount

    def printed(self) -> Iterator[tuple[str, str, str, int]]:
        """Every printed cell as (cover, payer, loss, cents), recoveries not yet taken off."""
        yield from _Printer(self.sheet, self._car_of).cells()

    @cached_property
    def payees(self) -> dict[str, Fraction]:
        """What reaches the owner of each loss, exactly."""
        found = {loss.id: ZERO for loss in self.sheet.accident.losses}
        for _, _, loss, amount in self.payments():
            found[loss] += amount
        for insured, debtors in self.sheet.recoveries.items():
            for debtor, recovery in debtors.items():
                found[self._car_of(insured)] -= self._from_covers(insured, debtor, recovery)
        return found

    def _from_covers(self, insured: str, debtor: str, recovery: Recovery) -> Fraction:
        """The part of a recovery that stands in a cell of a payer: not what the owner owes."""
        uninsured = cell(self.sheet.owner_pays, debtor, self._car_of(insured))
        return recovery.ctpli + recovery.third_party + min(uninsured, recovery.owner)

    def _car_of(self, vehicle: str) -> str:
        return next(
            loss.id
            for loss in self.sheet.accident.losses
            if loss.kind == "vehicle" and loss.side == vehicle
        )

    def as_dict(self, say: Callable[[Step], Mapping[str, str]] | None = None) -> dict[str, Any]:
        """The result as accident_format.md describes it; `say` adds words to each step."""
        return _Printer(self.sheet, self._car_of).result(say)


def _flat(cover: str, cells: Cells) -> Iterator[tuple[str, str, str, Fraction]]:
    for payer, row in cells.items():
        for loss, amount in row.items():
            yield cover, payer, loss, amount


def figures_of(step: Step) -> dict[str, str]:
    """The figures as text: parts of one exactly, money with two decimals."""
    return {name: _figure(name, value) for name, value in step.figures.items()}


def _figure(name: str, value: Figure) -> str:
    if isinstance(value, int | str):
        return str(value)
    return plain(value) if name in PARTS else to_the_cent(value)


class _Printer:
    """Rounds each cell once and adds the printed cells up."""

    def __init__(self, sheet: Sheet, car_of: Callable[[str], str]) -> None:
        self.sheet = sheet
        self.car_of = car_of
        self.payees = {loss.id: 0 for loss in sheet.accident.losses}
        self.rounding: list[Step] = []
        self.ctpli = {item: self._cells(_CTPLI[item], sheet.ctpli.get(item, {})) for item in ITEMS}
        self.owner_pays = self._cells("owner", sheet.owner_pays)
        self.third_party = self._cells("third_party", sheet.third_party)
        self.seats = self._cells("seats", sheet.seats)
        self.addons = {payer: self._addons(payer, names) for payer, names in sheet.addons.items()}
        self.proxy = {payer: cents(amount) for payer, amount in sheet.proxy.items()}
        self.own_damage = {p: cents(share.payment) for p, share in sheet.own_damage.items()}
        for printed in (self.proxy, self.own_damage):
            for payer, amount in printed.items():
                if amount:
                    self.payees[car_of(payer)] += amount

    def _addons(self, payer: str, names: Mapping[str, Mapping[str, Fraction]]) -> Printed:
        return {name: self._row(ADDON_RULES[name], payer, row) for name, row in names.items()}

    def _cells(self, cover: str, cells: Cells) -> Printed:
        return {payer: self._row(cover, payer, row) for payer, row in cells.items()}

    def _row(self, cover: str, payer: str, row: Mapping[str, Fraction]) -> dict[str, int]:
        """One payer's cells of one cover; a cent that moved is a step of its own."""
        printed = rounded(row)
        for loss, amount in printed.items():
            self.payees[loss] += amount
            if len(printed) > 1 and amount != cents(row[loss]):
                figures: dict[str, Figure] = {"exact": str(row[loss])}
                rule, formula = "rounding.largest_remainder", "cells sum to the rounded total"
                result = Fraction(amount, 100)
                self.rounding.append(Step(cover, payer, loss, rule, formula, figures, result))
        return printed

    def cells(self) -> Iterator[tuple[str, str, str, int]]:
        groups: list[tuple[str, Printed]] = [(_CTPLI[item], self.ctpli[item]) for item in ITEMS]
        groups += [("owner", self.owner_pays), ("third_party", self.third_party)]
        groups.append(("seats", self.seats))
        for payer, names in self.addons.items():
            groups += [(ADDON_RULES[name], {payer: row}) for name, row in names.items()]
        for cover, printed in groups:
            for payer, row in printed.items():
                for loss, amount in row.items():
                    yield cover, payer, loss, amount
        for payer, amount in self.proxy.items():
            yield "ctpli.proxy", payer, self.car_of(payer), amount
        for payer, amount in self.own_damage.items():
            if amount:
                yield "own_damage", payer, self.car_of(payer), amount

    def result(self, say: Callable[[Step], Mapping[str, str]] | None) -> dict[str, Any]:
        sheet = self.sheet
        vehicles = sheet.accident.vehicles
        recovered = {insured: self._recovered(insured) for insured in sheet.recoveries}
        unpaid = {
            payer: {loss: amount for loss, amount in row.items() if amount}
            for payer, row in sheet.unpaid.items()
        }
        found: dict[str, Any] = {
            "id": sheet.accident.id,
            "ctpli": {v.id: self._ctpli(v) for v in vehicles},
            "owner_pays": {payer: _texts(row) for payer, row in self.owner_pays.items()},
            "commercial": {v.id: self._commercial(v, recovered.get(v.id, {})) for v in vehicles},
            "payees": _texts(self.payees),
            "unpaid": {payer: _texts(rounded(row)) for payer, row in unpaid.items() if row},
        }
        if sheet.accident.advances:
            found["to_pay"] = _texts(self._to_pay())
        found["steps"] = [_step(step, say) for step in (*sheet.steps, *self.rounding)]
        return found

    def _ctpli(self, vehicle: Vehicle) -> dict[str, Any]:
        return {
            **{item: _texts(self.ctpli[item].get(vehicle.id, {})) for item in ITEMS},
            "proxy_received": money(self.proxy.get(vehicle.id, 0)),
        }

    def _commercial(
        self, vehicle: Vehicle, recovered: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Any]:
        third_party = self.third_party.get(vehicle.id, {})
        found: dict[str, Any] = {}
        if vehicle.own_damage is not None:
            found["own_damage"] = self._own_damage(vehicle, recovered)
        found["third_party"] = _texts(third_party)
        found["third_party_total"] = money(sum(third_party.values()))
        found["seats"] = _texts(self.seats.get(vehicle.id, {}))
        found["addons"] = {
            name: money(sum(row.values())) for name, row in self.addons.get(vehicle.id, {}).items()
        }
        return found

    def _own_damage(
        self, vehicle: Vehicle, recovered: Mapping[str, Mapping[str, str]]
    ) -> dict[str, Any]:
        share = self.sheet.own_damage[vehicle.id]
        worth = self.sheet.worth[vehicle.id]
        found: dict[str, Any] = {
            "vehicle": to_the_cent(share.vehicle),
            "rescue": to_the_cent(share.rescue),
            "payment": money(self.own_damage[vehicle.id]),
        }
        if worth.sum_insured is not None:
            found["sum_insured"] = to_the_cent(worth.sum_insured)
        if worth.actual_value is not None:
            found["actual_value"] = to_the_cent(worth.actual_value)
            found["months"] = worth.months
        car = self.sheet.car_of(vehicle)
        if car is not None and self.sheet.valued[car.id].tested:
            found["constructive_total_loss"] = self.sheet.valued[car.id].whole
        found["recovery_from"] = recovered
        return found

    def _recovered(self, insured: str) -> dict[str, dict[str, str]]:
        """The recovery file in print; what is recovered does not reach the insured."""
        loss = self.car_of(insured)
        found = {}
        for debtor, exact in self.sheet.recoveries[insured].items():
            whole = self.ctpli["property"].get(debtor, {}).get(loss, 0)
            ctpli = min(whole, cents(exact.ctpli)) if exact.ctpli else 0
            if exact.ctpli == cell(self.sheet.ctpli.get("property", {}), debtor, loss):
                ctpli = whole
            third = self._recovered_third_party(debtor, loss, exact)
            due = cell(self.sheet.owner_pays, debtor, loss)
            printed = self.owner_pays.get(debtor, {}).get(loss, 0)
            owner = cents(exact.owner)
            from_cell = printed if exact.owner >= due else min(printed, owner)
            beyond = cents(exact.owner - due) if exact.owner > due else 0
            self.payees[loss] -= ctpli + third + from_cell
            found[debtor] = {
                "ctpli": money(ctpli),
                "third_party": money(third),
                "owner": money(from_cell + beyond),
            }
        return found

    def _recovered_third_party(self, debtor: str, loss: str, exact: Recovery) -> int:
        names = self.sheet.addons.get(debtor, {}).get("no_deductible", {})
        whole = cell(self.sheet.third_party, debtor, loss) + names.get(loss, ZERO)
        printed = self.third_party.get(debtor, {}).get(loss, 0)
        printed += self.addons.get(debtor, {}).get("no_deductible", {}).get(loss, 0)
        if exact.third_party == whole:
            return printed
        return min(printed, cents(exact.third_party))

    def _to_pay(self) -> dict[str, int]:
        """What is still to be paid; less than nothing is to be paid back."""
        left = dict(self.payees)
        for advance in self.sheet.accident.advances:
            left[advance.loss] -= cents(advance.paid)
        return left


def _texts(row: Mapping[str, int]) -> dict[str, str]:
    return {loss: money(amount) for loss, amount in row.items()}


def _step(step: Step, say: Callable[[Step], Mapping[str, str]] | None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "cover": step.cover,
        "payer": step.payer,
        "loss": step.loss,
        "rule": step.rule,
        "formula": step.formula,
        "figures": figures_of(step),
        "result": to_the_cent(step.result),
    }
    if say is not None:
        found |= say(step)
    return found
