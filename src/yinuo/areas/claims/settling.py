"""A claim as an accident: what settle() is given, and what of its result is ours to pay.

Pure. The insured car is vehicle A, the others B, C and so on; a loss bears its number. What the
claim does not know by itself (the other cars, injuries by head, rescue, salvage) is entered by a
person in the words of accident_format.md and laid over what is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from yinuo.areas.claims.rulefile import SettlingRules
from yinuo.settlement.accident import ITEMS
from yinuo.settlement.amounts import ZERO, cents
from yinuo.settlement.reading import read_accident
from yinuo.settlement.result import Settlement
from yinuo.settlement.settling import settle
from yinuo.settlement.tables import LimitsOfADay, Tables

OWN = "A"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Of two cars: how much the other answers for when ours answers for so much.
_ADDONS = (
    "outside_list_medical", "moral_damages", "scratch", "cargo", "wheels", "new_equipment",
)  # fmt: skip
_OTHER_DUTY = {"full": "none", "main": "minor", "equal": "equal", "minor": "main", "none": "full"}


@dataclass(frozen=True, slots=True)
class CoverTerms:
    """A cover of the policy. Amounts in its currency; `rate` is a part of one."""

    kind: str
    limit: Decimal | None
    deductible: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True)
class LossFacts:
    """One loss as it stands: `assessed` says that the amount is agreed and no estimate."""

    ordinal: int
    kind: str
    amount: Decimal
    assessed: bool = True
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """What a claim knows about its accident. `entered` is what a person added."""

    number: str
    accident_at: datetime
    product: str
    use: str
    seats: int
    cause: str
    liability: str
    others: int
    covers: tuple[CoverTerms, ...]
    losses: tuple[LossFacts, ...]
    place: str = ""
    entered: Mapping[str, Any] = field(default_factory=dict)

    def cover(self, kind: str) -> CoverTerms | None:
        return next((one for one in self.covers if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class CoverSum:
    """What one of our covers pays for a loss."""

    cover: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LossSum:
    """What we pay for one loss, by cover, and what stays with the customer by the contract."""

    ordinal: int
    covers: tuple[CoverSum, ...]
    kept: Decimal

    @property
    def amount(self) -> Decimal:
        return sum((one.amount for one in self.covers), Decimal(0))


@dataclass(frozen=True, slots=True)
class Debt:
    """What another vehicle's covers or owner owe us for what we paid for it."""

    debtor: str
    ctpli: Decimal
    third_party: Decimal
    owner: Decimal

    @property
    def total(self) -> Decimal:
        return self.ctpli + self.third_party + self.owner


@dataclass(frozen=True, slots=True)
class Settled:
    """A claim settled: input and result in the printed form, and what of it is ours."""

    accident: Mapping[str, Any]
    compulsory: bool
    settlement: Settlement
    losses: Mapping[int, LossSum]
    debts: tuple[Debt, ...]
    open_points: tuple[str, ...]


# The accident ----------------------------------------------------------------------------------


def accident_of(facts: ClaimFacts, rules: SettlingRules) -> dict[str, Any]:
    """The accident in the words of accident_format.md, with what was entered laid over it."""
    others = _others(facts)
    duties = _duties(facts, others)
    vehicles = [_own_vehicle(facts, rules, duties[0], alone=not others)]
    vehicles += [
        {"id": name, "duty": duty, "third_party": {"limit": str(_whole(facts))}}
        for name, duty in zip(others, duties[1:], strict=True)
    ]
    built: dict[str, Any] = {
        "id": facts.number,
        "accident_at": facts.accident_at.isoformat(),
        "vehicles": vehicles,
        "losses": _losses(facts, others),
    }
    return _laid_over(built, facts.entered)


def _others(facts: ClaimFacts) -> list[str]:
    damaged = sum(1 for loss in facts.losses if loss.kind == "other_vehicle")
    entered = [name for name in facts.entered.get("vehicles", {}) if name != OWN]
    count = min(max(damaged, facts.others, 0), len(_LETTERS) - 1)
    names = list(_LETTERS[1 : count + 1])
    return names + [name for name in entered if name not in names]


def _duties(facts: ClaimFacts, others: Sequence[str]) -> list[str]:
    """Ours, then the others': the first of them answers for what ours does not."""
    ours = facts.liability or "full"
    if not others:
        things = any(loss.kind in ("property", "injury") for loss in facts.losses)
        return [ours if things else "full"]
    if ours == "equal":
        return ["equal"] * (len(others) + 1)
    return [ours, _OTHER_DUTY[ours], *["none"] * (len(others) - 1)]


def _own_vehicle(
    facts: ClaimFacts, rules: SettlingRules, duty: str, *, alone: bool
) -> dict[str, Any]:
    vehicle: dict[str, Any] = {
        "id": OWN,
        "duty": duty,
        **_ratio(facts, rules, duty, alone=alone),
        "clause": rules.text_of_product.value.get(facts.product, "2020"),
        "use": rules.uses.value.get(facts.use, "other_business"),
        "class": "bus_le9" if facts.seats <= rules.small_bus_seats.value else "bus_ge10",
    }
    own = facts.cover("own_damage")
    if own is not None:
        by_fault = facts.cause in rules.causes_by_fault.value and not alone
        vehicle["own_damage"] = {
            "sum_insured": str(own.limit if own.limit is not None else _own_amount(facts)),
            "deductible": str(own.deductible),
            "absolute_rates": [str(own.rate)] if own.rate else [],
            # Where nobody else answers for the damage, the whole of it is our own part.
            "mode": "own_share" if by_fault else "subrogation",
        }
    third = [one for one in facts.covers if one.kind in ("third_party", "umbrella")]
    if third:
        limits = [one.limit for one in third]
        limit = _whole(facts) if None in limits else sum(one for one in limits if one is not None)
        rate = third[0].rate
        vehicle["third_party"] = {
            "limit": str(limit),
            "absolute_rates": [str(rate)] if rate else [],
        }
    seats = facts.cover("seats")
    if seats is not None:
        limit = seats.limit if seats.limit is not None else _whole(facts)
        vehicle["seats"] = {"driver": str(limit), "passenger": str(limit)}
    addons = {
        kind: {"limit": str(cover.limit)}
        for kind in _ADDONS
        if (cover := facts.cover(kind)) is not None and cover.limit is not None
    }
    if addons:
        vehicle["addons"] = addons
    return vehicle


def _ratio(facts: ClaimFacts, rules: SettlingRules, duty: str, *, alone: bool) -> dict[str, str]:
    """Against a pedestrian or a cyclist alone the degree of duty says something else."""
    entered = facts.entered.get("losses", {})
    hurt = [entered.get(str(one.ordinal), {}) for one in facts.losses if one.kind == "injury"]
    if not alone or not hurt or any(one.get("carried_by") for one in hurt):
        return {}
    tables = rules.ratios_against_non_motor.value
    place = next((one for one in tables if facts.place.startswith(one)), "everywhere")
    entered_duty = facts.entered.get("vehicles", {}).get(OWN, {}).get("duty", duty)
    ratio = getattr(tables[place], str(entered_duty), None)
    return {} if ratio is None else {"duty_ratio": str(ratio)}


def _own_amount(facts: ClaimFacts) -> Decimal:
    """Without a sum insured the car is insured for what it is: the damage bounds itself."""
    own = (loss.amount for loss in facts.losses if loss.kind == "own_vehicle")
    return sum(own, Decimal(0))


def _whole(facts: ClaimFacts) -> Decimal:
    """Without a limit the losses bound themselves."""
    return sum((loss.amount for loss in facts.losses), Decimal(0))


def _losses(facts: ClaimFacts, others: Sequence[str]) -> list[dict[str, Any]]:
    owners = iter(others)
    built: list[dict[str, Any]] = []
    own_car = False
    for loss in facts.losses:
        name, amount = str(loss.ordinal), str(loss.amount)
        if loss.kind == "own_vehicle" and not own_car:
            own_car = True
            built.append({"id": name, "kind": "vehicle", "owner": OWN, "repair": amount})
        elif loss.kind == "other_vehicle":
            built.append({"id": name, "kind": "vehicle", "owner": next(owners), "repair": amount})
        elif loss.kind == "injury":
            head = "death_disability" if loss.fatal else "medical"
            built.append({"id": name, "kind": "person", "carried_by": None, head: amount})
        else:
            owner = OWN if loss.kind == "own_vehicle" else None
            built.append({"id": name, "kind": "property", "owner": owner, "amount": amount})
    return built


def _laid_over(built: dict[str, Any], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Vehicles and losses by their id; everything else as it was entered."""
    for group in ("vehicles", "losses"):
        rows = {row["id"]: row for row in built[group]}
        for name, more in entered.get(group, {}).items():
            row = rows.get(name)
            if row is None:
                # What was entered about a loss that is refused by now has nothing to lie on.
                if group == "vehicles" or "kind" in more:
                    built[group].append({"id": name, **more})
                continue
            if group == "losses" and "heads" in more:
                for total in ("medical", "death_disability", "moral"):
                    row.pop(total, None)
            for key, value in more.items():
                known = row.get(key)
                both = isinstance(known, dict) and isinstance(value, Mapping)
                row[key] = {**known, **value} if both and isinstance(known, dict) else value
    for key in ("options", "advances"):
        if entered.get(key):
            built[key] = entered[key]
    return built


# The result ------------------------------------------------------------------------------------


def settle_claim(facts: ClaimFacts, rules: SettlingRules, tables: Tables) -> Settled:
    """Settle the accident of a claim. Raises settlement.refusals.Refusal."""
    accident = accident_of(facts, rules)
    compulsory = facts.product not in rules.products_without_compulsory.value
    used = for_product(tables, compulsory=compulsory)
    settlement = settle(read_accident(accident, used), used)
    return Settled(
        accident=accident,
        compulsory=compulsory,
        settlement=settlement,
        losses=_ours(facts, settlement),
        debts=_debts(settlement),
        open_points=tuple(_open_points(facts)),
    )


def for_product(tables: Tables, *, compulsory: bool) -> Tables:
    """The tables, or the same without compulsory cover: for policies of another country."""
    if compulsory:
        return tables
    nothing = dict.fromkeys(ITEMS, ZERO)
    return replace(tables, limits=(LimitsOfADay(None, None, nothing, nothing),))


def _ours(facts: ClaimFacts, settlement: Settlement) -> dict[int, LossSum]:
    """What our covers pay for each loss, in printed cents; none where the policy has no cover."""
    compulsory = facts.cover("ctpli") is not None
    found: dict[str, list[CoverSum]] = {str(loss.ordinal): [] for loss in facts.losses}
    for cover, payer, loss, printed in settlement.printed():
        ours = payer == OWN and (compulsory or not cover.startswith("ctpli"))
        if ours and cover != "owner" and loss in found and printed:
            found[loss].append(CoverSum(cover, _amount(printed)))
    return {
        loss.ordinal: LossSum(
            loss.ordinal, tuple(found[str(loss.ordinal)]), _kept(loss, settlement)
        )
        for loss in facts.losses
    }


def _kept(loss: LossFacts, settlement: Settlement) -> Decimal:
    """What the contract leaves with the customer of the damage to the own car."""
    if loss.kind != "own_vehicle":
        return Decimal(0)
    share = settlement.sheet.own_damage.get(OWN)
    if share is None:
        return Decimal(0)
    return _amount(cents(share.vehicle + share.rescue - share.payment - share.rider))


def _amount(cents_: int) -> Decimal:
    return Decimal(cents_).scaleb(-2)


def _debts(settlement: Settlement) -> tuple[Debt, ...]:
    rows = settlement.sheet.recoveries.get(OWN, {})
    return tuple(
        Debt(
            debtor,
            _amount(cents(row.ctpli)),
            _amount(cents(row.third_party)),
            _amount(cents(row.owner)),
        )
        for debtor, row in rows.items()
    )


def _open_points(facts: ClaimFacts) -> Iterable[str]:
    """Facts that are not known and would change the sum."""
    entered = facts.entered
    vehicles, losses = entered.get("vehicles", {}), entered.get("losses", {})
    if not facts.liability and "duty" not in vehicles.get(OWN, {}):
        yield "liability"
    if any(not loss.assessed for loss in facts.losses):
        yield "estimates"
    others = facts.others or any(loss.kind == "other_vehicle" for loss in facts.losses)
    if others and not any(name != OWN for name in vehicles):
        yield "other_covers"
    hurt = [loss for loss in facts.losses if loss.kind == "injury"]
    if any(not losses.get(str(loss.ordinal)) for loss in hurt):
        yield "injury_heads"
