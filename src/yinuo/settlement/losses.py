"""The losses of the input: who owns them, who sat where, how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal, cast

from yinuo.settlement.accident import Kind, Loss, Role, Vehicle
from yinuo.settlement.amounts import ONE, ZERO, total
from yinuo.settlement.fields import Fields
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.tables import Tables

_EVERY = frozenset({"id", "kind"})
_THING = _EVERY | {"owner", "amount"}
_VEHICLE = _THING | {
    "repair",
    "rescue",
    "rescued_values",
    "received",
    "salvage",
    "total_loss",
    "scratch",
    "repair_days",
    "wheels",
}
_RESCUED = frozenset({"insured", "other"})
_TOTALS = ("medical", "death_disability", "moral")
_PERSON = _EVERY | {"carried_by", "role", "outside_list_medical", "heads", *_TOTALS}
_KEYS: Mapping[str, frozenset[str]] = {
    "vehicle": _VEHICLE,
    "cargo": _THING,
    "property": _THING,
    "person": _PERSON,
}
_ALL_KEYS = _VEHICLE | _PERSON
_KINDS = frozenset(_KEYS)
_ROLES = frozenset({"outside", "driver", "passenger"})


class LossReader:
    """Reads the list `losses`; owners may be named before or after what they own."""

    def __init__(self, top: Fields, vehicles: tuple[Vehicle, ...], tables: Tables) -> None:
        self.top = top
        self.vehicles = {vehicle.id: vehicle for vehicle in vehicles}
        self.tables = tables
        self.people: dict[str, tuple[str | None, Role]] = {}
        self.driven: set[str | None] = set()

    def read(self) -> tuple[Loss, ...]:
        """Every loss in the order of the input. Raises Refusal."""
        objects = list(self._objects())
        for one, kind in objects:
            if kind == "person":
                self._take_seat(one)
        seen: set[str] = set()
        cars: set[str | None] = set()
        losses = []
        for one, kind in objects:
            loss = self._loss(one, kind)
            if loss.id in seen or (kind == "person" and loss.id in self.vehicles):
                one.refuse("id", "duplicate_id")
            if kind == "vehicle" and loss.side in cars:
                one.refuse("owner", "two_losses_of_one_car")
            seen.add(loss.id)
            if kind == "vehicle":
                cars.add(loss.side)
            losses.append(loss)
        return tuple(losses)

    def _objects(self) -> Iterator[tuple[Fields, Kind]]:
        for position, found in enumerate(self.top.items("losses")):
            where = f"losses[{position}]"
            one = Fields(found, where, _ALL_KEYS, self.top.largest)
            kind = one.choice("kind", _KINDS)
            yield Fields(found, where, _KEYS[kind], self.top.largest), cast(Kind, kind)

    def _take_seat(self, one: Fields) -> None:
        carried_by, role = self._seat(one)
        if role == "driver":
            if carried_by in self.driven:
                raise Refusal("two_drivers", one.at("role"), carried_by)
            self.driven.add(carried_by)
        self.people[one.text("id")] = (carried_by, role)

    def _seat(self, one: Fields) -> tuple[str | None, Role]:
        carried_by = one.text("carried_by") if one.has("carried_by") else None
        if carried_by is not None and carried_by not in self.vehicles:
            one.refuse("carried_by", "unknown_vehicle")
        usual = "outside" if carried_by is None else "passenger"
        role = cast(Role, one.choice("role", _ROLES, usual))
        if (role == "outside") != (carried_by is None):
            one.refuse("role", "role_does_not_fit")
        return carried_by, role

    def _loss(self, one: Fields, kind: Kind) -> Loss:
        if kind == "person":
            return self._person(one)
        if kind == "vehicle":
            return self._vehicle(one)
        return self._thing(one, kind)

    def _thing(self, one: Fields, kind: Kind) -> Loss:
        """Cargo or property of a vehicle, of a person in or outside one, or of nobody involved."""
        name, amount = one.text("id"), one.needed("amount")
        if not one.has("owner"):
            if "owner" not in one.found:
                one.refuse("owner", "missing")
            return Loss(name, kind, None, amount=amount)
        owner = one.text("owner")
        if owner in self.vehicles:
            return Loss(name, kind, owner, of_vehicle=True, amount=amount)
        if owner not in self.people:
            one.refuse("owner", "unknown_owner")
        side, role = self.people[owner]
        outside = role == "outside"
        return Loss(name, kind, side, of_person_outside=outside, amount=amount, role=role)

    def _vehicle(self, one: Fields) -> Loss:
        owner = one.text("owner")
        if owner not in self.vehicles:
            one.refuse("owner", "unknown_owner")
        amount = self._repair(one)
        rescue = one.amount("rescue")
        return Loss(
            id=one.text("id"),
            kind="vehicle",
            side=owner,
            of_vehicle=True,
            amount=amount,
            rescue=rescue,
            rescue_share=self._rescue_share(one),
            received=one.amount("received"),
            salvage=one.amount("salvage"),
            total_loss=_total_loss(one),
            scratch=one.amount("scratch"),
            wheels=one.amount("wheels"),
            repair_days=one.count("repair_days") or 0,
        )

    def _repair(self, one: Fields) -> Fraction | None:
        if one.has("repair") and one.has("amount"):
            one.refuse("amount", "either_or")
        if one.has("repair") or one.has("amount"):
            return one.needed("repair" if one.has("repair") else "amount")
        whole = one.found.get("total_loss") is True
        others = ("rescue", "scratch", "wheels", "repair_days")
        if whole:
            return None
        if not any(one.has(key) for key in others):
            one.refuse("repair", "missing")
        return ZERO

    def _rescue_share(self, one: Fields) -> Fraction:
        values = one.inner("rescued_values", _RESCUED)
        if values is None:
            return ONE
        insured, other = values.needed("insured"), values.amount("other")
        if not insured:
            values.refuse("insured", "not_an_amount")
        return insured / (insured + other)

    def _person(self, one: Fields) -> Loss:
        carried_by, role = self.people[one.text("id")]
        medical, death, moral = self._sums(one)
        outside_list = one.amount("outside_list_medical")
        if outside_list > medical:
            one.refuse("outside_list_medical", "part_above_whole")
        return Loss(
            id=one.text("id"),
            kind="person",
            side=carried_by,
            role=role,
            medical=medical,
            death=death,
            moral=moral,
            outside_list=outside_list,
        )

    def _sums(self, one: Fields) -> tuple[Fraction, Fraction, Fraction]:
        medical, death = self.tables.medical_heads, self.tables.death_heads
        heads = one.inner("heads", frozenset({*medical, *death, "moral"}))
        if heads is None:
            return one.amount("medical"), one.amount("death_disability"), one.amount("moral")
        for key in _TOTALS:
            if one.has(key):
                raise Refusal("either_or", one.at(key), "heads")
        return (
            total(heads.amount(key) for key in medical),
            total(heads.amount(key) for key in death),
            heads.amount("moral"),
        )


def _total_loss(one: Fields) -> bool | Literal["auto"]:
    if one.found.get("total_loss") == "auto":
        return "auto"
    return one.flag("total_loss", False)
