"""The sheet on which one accident is worked out: exact cells, and the steps that led to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from yinuo.settlement.accident import Accident, Item, Loss, Vehicle
from yinuo.settlement.amounts import ZERO
from yinuo.settlement.tables import Tables

Figure = Fraction | int | str
Cells = dict[str, dict[str, Fraction]]  # payer -> loss -> amount


class Step(NamedTuple):
    """One step of the calculation: who pays what for which loss under which rule, from what."""

    cover: str
    payer: str
    loss: str | None
    rule: str
    formula: str
    figures: Mapping[str, Figure]
    result: Fraction


@dataclass(slots=True)
class Rest:
    """What of a loss no compulsory cover has paid. `paid` is what they did pay."""

    base: Fraction
    outside_list: Fraction = ZERO
    moral: Fraction = ZERO
    paid: Fraction = ZERO

    @property
    def whole(self) -> Fraction:
        apart = self.outside_list or self.moral
        return self.base + self.outside_list + self.moral if apart else self.base


@dataclass(frozen=True, slots=True)
class Worth:
    """What a car with own damage cover is insured for, and what it was worth in the accident.

    `months` are whole months from first registration to the accident.
    """

    sum_insured: Fraction | None = None
    actual_value: Fraction | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Valued:
    """What a damaged car is worth to each cover.

    `agreed` is what its own cover starts from, `claimed` what the others answer for; rescue and
    what is deducted stand apart.
    """

    agreed: Fraction
    claimed: Fraction
    whole: bool
    tested: bool
    sum_insured: Fraction | None


@dataclass(slots=True)
class OwnShare:
    """What the own damage cover pays, and what the rider without deductible adds."""

    vehicle: Fraction = ZERO
    rescue: Fraction = ZERO
    payment: Fraction = ZERO
    rider: Fraction = ZERO


@dataclass(slots=True)
class Recovery:
    """What the own insurer recovers from one liable vehicle, by source."""

    ctpli: Fraction = ZERO
    third_party: Fraction = ZERO
    owner: Fraction = ZERO

    @property
    def total(self) -> Fraction:
        return self.ctpli + self.third_party + self.owner


@dataclass(slots=True)
class Sheet:
    accident: Accident
    tables: Tables
    steps: list[Step] = field(default_factory=list)
    worth: dict[str, Worth] = field(default_factory=dict)  # by vehicle
    valued: dict[str, Valued] = field(default_factory=dict)  # by loss
    ctpli: dict[Item, Cells] = field(default_factory=dict)
    proxy: dict[str, Fraction] = field(default_factory=dict)  # by liable vehicle
    owner_pays: Cells = field(default_factory=dict)
    rests: dict[str, Rest] = field(default_factory=dict)  # by loss
    own_damage: dict[str, OwnShare] = field(default_factory=dict)
    own_part: dict[str, OwnShare] = field(default_factory=dict)  # of those in subrogation
    third_party: Cells = field(default_factory=dict)
    seats: Cells = field(default_factory=dict)
    addons: dict[str, dict[str, dict[str, Fraction]]] = field(default_factory=dict)
    rider_third_party: Cells = field(default_factory=dict)
    unpaid: Cells = field(default_factory=dict)
    recoveries: dict[str, dict[str, Recovery]] = field(default_factory=dict)

    def car_of(self, vehicle: Vehicle) -> Loss | None:
        for loss in self.accident.losses:
            if loss.kind == "vehicle" and loss.side == vehicle.id:
                return loss
        return None

    def add_addon(self, payer: str, name: str, loss: str, amount: Fraction) -> None:
        cells = self.addons.setdefault(payer, {}).setdefault(name, {})
        cells[loss] = cells.get(loss, ZERO) + amount


def cell(cells: Cells, payer: str, loss: str) -> Fraction:
    """What stands in the cell; nothing is zero."""
    row = cells.get(payer)
    return row.get(loss, ZERO) if row else ZERO


def add(cells: Cells, payer: str, loss: str, amount: Fraction) -> None:
    row = cells.setdefault(payer, {})
    row[loss] = row[loss] + amount if loss in row else amount
