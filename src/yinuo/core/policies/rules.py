"""Decisions about policies: whether a row of a file can be one, and whether one covers a loss."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from yinuo.core.people.rules import (
    EndsBeforeItStarts,
    Missing,
    NewPerson,
    NotOneOf,
    clean_text,
)
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

LOSS_KINDS = ("own_vehicle", "other_vehicle", "property", "injury")
COMPULSORY = "ctpli"
LARGEST_LIMIT = Decimal("999999999999.99")
LARGEST_MONEY = Decimal("9999999999.99")

_NOT_PLATE = re.compile(r"[\s\-·•・‧.]+")
_SPACES = re.compile(r"\s+")
_SHORT_PLATE = re.compile(r"[一-鿿][A-Z]")


class AmountNotPossible(DomainError):
    code = "amount_not_possible"
    message: ClassVar[Message] = _("%(given)s is not possible here: from %(least)s to %(most)s.")
    http = 422


class AmountNotExact(DomainError):
    code = "amount_not_exact"
    message: ClassVar[Message] = _("%(given)s has more than %(places)s decimal places.")
    http = 422


class WithoutTimeZone(DomainError):
    code = "without_time_zone"
    message: ClassVar[Message] = _("This time says no time zone.")
    http = 422


class GivenTwice(DomainError):
    code = "given_twice"
    message: ClassVar[Message] = _("%(given)s is given twice.")
    http = 422


class NotACurrency(DomainError):
    code = "not_a_currency"
    message: ClassVar[Message] = _("Write the currency as three letters, such as CNY.")
    http = 422


# Spelling ------------------------------------------------------------------------------------


def normalise_plate(text: str) -> str:
    """`京a·12345` becomes `京A12345`: one spelling, so that a search finds it."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _NOT_PLATE.sub("", unicodedata.normalize("NFKC", text)).upper()


def show_plate(plate: str) -> str:
    """`京A12345` becomes `京A·12345`, as it stands on the car; others stay as they are."""
    if _SHORT_PLATE.match(plate):
        return f"{plate[:2]}·{plate[2:]}"
    return plate


def normalise_number(text: str) -> str:
    """Half-width, upper case, without spaces."""
    if text.isascii() and text.isalnum():
        return text.upper()
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()


# Rows of a file ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoverRow:
    """One cover. `limit` None is without limit; `deductible_rate` is a share from 0 to 1."""

    kind: str
    loss_kinds: tuple[str, ...]
    limit: Decimal | None = None
    deductible: Decimal = Decimal(0)
    deductible_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class VehicleRow:
    """A car. Without `external_key` the VIN tells it, else the plate, else its policy."""

    make: str
    model: str = ""
    plate: str = ""
    vin: str = ""
    model_year: int | None = None
    use: str = "family"
    seats: int = 5
    external_key: str = ""


@dataclass(frozen=True, slots=True)
class DriverRow:
    """A named driver; without a person it is the holder."""

    person: NewPerson | None = None
    relation: str = ""


@dataclass(frozen=True, slots=True)
class DisclosureRow:
    topic: str
    explained: bool
    told_at: datetime
    proof: str = ""


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A whole policy as another system states it: what it does not name, the policy does not have.

    `holder` and drivers without `external_key` are known again by the policy's number. Amounts are
    in `currency`. The policy holds from `starts_at` until just before `ends_at`.
    """

    number: str
    product: str
    branch_code: str
    holder: NewPerson
    vehicle: VehicleRow
    starts_at: datetime
    ends_at: datetime
    premium: Decimal
    covers: tuple[CoverRow, ...]
    drivers: tuple[DriverRow, ...] = ()
    disclosures: tuple[DisclosureRow, ...] = ()
    cancelled_at: datetime | None = None
    currency: str = "CNY"
    sold_by: str = ""


def clean_row(row: PolicyRow) -> PolicyRow:
    """The row in its one spelling, people left as they are. Raises the first refusal."""
    number = clean_text(normalise_number(row.number), field="policy_number", most=40)
    _check_times(row)
    if not re.fullmatch(r"[A-Z]{3}", row.currency):
        raise NotACurrency("currency")
    return PolicyRow(
        number=number,
        product=clean_text(row.product, field="product", most=40),
        branch_code=clean_text(row.branch_code, field="branch", most=20),
        holder=row.holder,
        vehicle=_clean_vehicle(row.vehicle, number),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        premium=_between(row.premium, Decimal(0), LARGEST_MONEY, "premium"),
        covers=_clean_covers(row.covers),
        drivers=tuple(
            DriverRow(
                driver.person,
                clean_text(driver.relation, field="relation", most=40, required=False),
            )
            for driver in row.drivers
        ),
        disclosures=_clean_disclosures(row.disclosures),
        cancelled_at=row.cancelled_at,
        currency=row.currency,
        sold_by=clean_text(row.sold_by, field="sold_by", most=80, required=False),
    )


def _check_times(row: PolicyRow) -> None:
    times = (
        ("starts_at", row.starts_at),
        ("ends_at", row.ends_at),
        ("cancelled_at", row.cancelled_at),
    )
    for name, at in times:
        if at is not None and at.tzinfo is None:
            raise WithoutTimeZone(name)
    if row.ends_at <= row.starts_at:
        raise EndsBeforeItStarts("ends_at")


def _clean_vehicle(row: VehicleRow, number: str) -> VehicleRow:
    plate = clean_text(normalise_plate(row.plate), field="plate", most=20, required=False)
    vin = clean_text(normalise_plate(row.vin), field="vin", most=30, required=False)
    key = row.external_key or (
        f"vin:{vin}" if vin else f"plate:{plate}" if plate else f"policy:{number}:vehicle"
    )
    if row.model_year is not None:
        _between(Decimal(row.model_year), Decimal(1885), Decimal(2100), "model_year")
    _between(Decimal(row.seats), Decimal(1), Decimal(200), "seats")
    return VehicleRow(
        make=clean_text(row.make, field="make", most=60),
        model=clean_text(row.model, field="model", most=60, required=False),
        plate=plate,
        vin=vin,
        model_year=row.model_year,
        use=clean_text(row.use, field="use", most=30),
        seats=row.seats,
        external_key=clean_text(key, field="vehicle_key", most=80),
    )


def _clean_covers(covers: tuple[CoverRow, ...]) -> tuple[CoverRow, ...]:
    if not covers:
        raise Missing("covers")
    _once((cover.kind for cover in covers), "covers")
    return tuple(_clean_cover(cover) for cover in covers)


def _clean_cover(cover: CoverRow) -> CoverRow:
    if not cover.loss_kinds:
        raise Missing("loss_kinds")
    for kind in cover.loss_kinds:
        if kind not in LOSS_KINDS:
            raise NotOneOf("loss_kinds", given=kind[:40], choices=", ".join(LOSS_KINDS))
    if cover.limit is not None:
        _between(cover.limit, Decimal("0.01"), LARGEST_LIMIT, "limit")
    _between(cover.deductible, Decimal(0), LARGEST_MONEY, "deductible")
    _between(cover.deductible_rate, Decimal(0), Decimal(1), "deductible_rate", places=4)
    clean_text(cover.kind, field="covers", most=30)
    return cover


def _clean_disclosures(rows: tuple[DisclosureRow, ...]) -> tuple[DisclosureRow, ...]:
    _once((row.topic for row in rows), "disclosures")
    for row in rows:
        clean_text(row.topic, field="disclosures", most=40)
        clean_text(row.proof, field="disclosures", most=80, required=False)
        if row.told_at.tzinfo is None:
            raise WithoutTimeZone("disclosures")
    return rows


def _between(
    amount: Decimal, least: Decimal, most: Decimal, field: str, *, places: int = 2
) -> Decimal:
    if not amount.is_finite() or not least <= amount <= most:
        raise AmountNotPossible(field, given=amount, least=least, most=most)
    if amount != round(amount, places):
        raise AmountNotExact(field, given=amount, places=places)
    return amount


def _once(values: Iterable[str], field: str) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise GivenTwice(field, given=value)
        seen.add(value)


# Whether a policy answers for a loss ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """What a decision needs to know of a cover."""

    id: int
    kind: str
    loss_kinds: tuple[str, ...]
    limit: Decimal | None
    deductible: Decimal
    deductible_rate: Decimal


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """What a decision needs to know of a policy."""

    id: int
    number: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    currency: str
    covers: tuple[CoverFacts, ...]


class Standing(StrEnum):
    """How a policy stands at one moment."""

    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    ENDED = "ended"
    CANCELLED = "cancelled"


class Reason(StrEnum):
    """Why a report cannot simply be taken as covered."""

    NOT_OURS = "not_ours"
    NOT_YET = "not_yet"
    ENDED = "ended"
    CANCELLED = "cancelled"
    COVER_MISSING = "cover_missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, with the policy and the kind of loss that it is about."""

    reason: Reason
    policy_id: int | None = None
    policy_number: str = ""
    loss_kind: str = ""
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verification:
    """Is it ours, was it in force, does it cover this: `ok` only with a yes to all three.

    `covers` holds, for each kind of loss, the covers that pay for it, in the order in which they
    pay. A person decides what follows from a finding; nothing is refused by it.
    """

    in_force: tuple[PolicyFacts, ...]
    covers: dict[str, tuple[CoverFacts, ...]]
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return bool(self.in_force) and not self.findings


def standing(policy: PolicyFacts, at: datetime) -> Standing:
    """The start is inside, the end and the moment of cancelling are outside."""
    if policy.cancelled_at is not None and policy.cancelled_at <= at:
        return Standing.CANCELLED if policy.cancelled_at < policy.ends_at else Standing.ENDED
    if at < policy.starts_at:
        return Standing.NOT_YET
    return Standing.IN_FORCE if at < policy.ends_at else Standing.ENDED


def covers_for(policies: Iterable[PolicyFacts], loss_kind: str) -> tuple[CoverFacts, ...]:
    """The covers that pay for such a loss, the compulsory one first, as the law has it."""
    found = [
        cover for policy in policies for cover in policy.covers if loss_kind in cover.loss_kinds
    ]
    return tuple(sorted(found, key=lambda cover: (cover.kind != COMPULSORY, cover.id)))


def verify(
    policies: Sequence[PolicyFacts], loss_kinds: Collection[str], at: datetime
) -> Verification:
    """Whether these policies, found for a car or a number, answer for such losses at the accident.

    A policy that was not in force matters only when no other one was.
    """
    in_force = tuple(one for one in policies if standing(one, at) is Standing.IN_FORCE)
    covers = {kind: covers_for(in_force, kind) for kind in sorted(set(loss_kinds))}
    findings = tuple(_findings(policies, in_force, covers, at))
    return Verification(in_force, covers, findings)


def _findings(
    policies: Sequence[PolicyFacts],
    in_force: tuple[PolicyFacts, ...],
    covers: dict[str, tuple[CoverFacts, ...]],
    at: datetime,
) -> Iterator[Finding]:
    if not policies:
        yield Finding(Reason.NOT_OURS)
    elif not in_force:
        yield from (_why_not(policy, at) for policy in policies)
    else:
        for kind, found in covers.items():
            if not found:
                first = in_force[0]
                yield Finding(Reason.COVER_MISSING, first.id, first.number, kind)


def _why_not(policy: PolicyFacts, at: datetime) -> Finding:
    state = standing(policy, at)
    if state is Standing.CANCELLED:
        return Finding(Reason.CANCELLED, policy.id, policy.number, since_at=policy.cancelled_at)
    if state is Standing.NOT_YET:
        return Finding(Reason.NOT_YET, policy.id, policy.number, since_at=policy.starts_at)
    return Finding(Reason.ENDED, policy.id, policy.number, since_at=policy.ends_at)
