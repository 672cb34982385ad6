"""One accident as plain values: what settle() reads. Amounts are exact, in CNY."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Literal

from yinuo.settlement.amounts import ZERO

Duty = Literal["full", "main", "equal", "minor", "none"]
Clause = Literal["2014", "2020"]
Item = Literal["property", "medical", "death"]
Kind = Literal["vehicle", "cargo", "property", "person"]
Role = Literal["outside", "driver", "passenger"]
ITEMS: tuple[Item, ...] = ("property", "medical", "death")


@dataclass(frozen=True, slots=True)
class Options:
    property_method: Literal["mutual_rule", "limit_proportional"]
    proxy_split: Literal["all_liable", "liable_with_loss"]
    deductible_order: Literal["deductible_then_rate", "rate_then_deductible"]
    rate_on_capped_third_party: bool
    outside_list_in_ctpli: Literal["none", "first", "pro_rata"]
    moral_damages_first: bool


@dataclass(frozen=True, slots=True)
class Compulsory:
    insured: bool = True
    exempt: bool = False
    limits: dict[Item, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OwnDamage:
    sum_insured: Fraction | None
    insured_value: Fraction | None
    deductible: Fraction
    absolute_rate: Fraction
    duty_rate: Fraction | None
    subrogation: bool
    new_price: Fraction | None
    first_registered_on: date | None
    incepted_on: date | None


@dataclass(frozen=True, slots=True)
class ThirdParty:
    limit: Fraction
    absolute_rate: Fraction
    duty_rate: Fraction | None


@dataclass(frozen=True, slots=True)
class Seats:
    driver: Fraction
    passenger: Fraction
    passengers_insured: int | None
    absolute_rate: Fraction


@dataclass(frozen=True, slots=True)
class RepairDays:
    daily: Fraction
    days_max: int


@dataclass(frozen=True, slots=True)
class Addons:
    """Limits of the additional covers; None is a cover that is not insured."""

    no_deductible: frozenset[str] = frozenset()
    outside_list_medical: Fraction | None = None
    moral_damages: Fraction | None = None
    scratch: Fraction | None = None
    scratch_used: Fraction = ZERO
    repair_days: RepairDays | None = None
    cargo: Fraction | None = None
    wheels: Fraction | None = None
    new_equipment: Fraction | None = None
    holiday_double: bool = False


@dataclass(frozen=True, slots=True)
class Vehicle:
    id: str
    duty: Duty
    ratio: Fraction
    clause: Clause
    klass: str | None
    use: str | None
    ctpli: Compulsory
    own_damage: OwnDamage | None
    third_party: ThirdParty | None
    seats: Seats | None
    addons: Addons

    @property
    def liable(self) -> bool:
        return self.duty != "none"


@dataclass(frozen=True, slots=True)
class Loss:
    """`side` is the vehicle to which the loss belongs: its own car, what it carries, who sits in
    it; None is somebody or something outside. `role` is that of the person, or of the owner of a
    thing. `medical` includes `outside_list`."""

    id: str
    kind: Kind
    side: str | None
    of_vehicle: bool = False
    of_person_outside: bool = False
    amount: Fraction | None = None
    rescue: Fraction = ZERO
    rescue_share: Fraction = Fraction(1)
    received: Fraction = ZERO
    salvage: Fraction = ZERO
    total_loss: bool | Literal["auto"] = False
    scratch: Fraction = ZERO
    wheels: Fraction = ZERO
    repair_days: int = 0
    role: Role = "outside"
    medical: Fraction = ZERO
    death: Fraction = ZERO
    moral: Fraction = ZERO
    outside_list: Fraction = ZERO


@dataclass(frozen=True, slots=True)
class Advance:
    loss: str
    payer: str
    cover: str
    paid: Fraction


@dataclass(frozen=True, slots=True)
class Accident:
    id: str
    accident_at: datetime
    accident_on: date
    options: Options
    vehicles: tuple[Vehicle, ...]
    losses: tuple[Loss, ...]
    advances: tuple[Advance, ...] = ()
