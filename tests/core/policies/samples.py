"""A policy as another system would state it, and short ways to vary it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Branch
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies import commands as policies
from yinuo.core.policies.commands import Imported
from yinuo.core.policies.rules import CoverRow, DisclosureRow, PolicyRow, VehicleRow

BOUND = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # 1 January 2026, 00:00 in Shanghai
ENDS = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
INSIDE = datetime(2026, 6, 1, tzinfo=UTC)
THIRD = ("other_vehicle", "property", "injury")

CTPLI = CoverRow("ctpli", THIRD, Decimal(200_000))
OWN_DAMAGE = CoverRow("own_damage", ("own_vehicle",), Decimal(150_000), Decimal(500))
THIRD_PARTY = CoverRow("third_party", THIRD, Decimal(2_000_000))
EXCLUSIONS = DisclosureRow("exclusions", True, BOUND, "signature 17")


def row(home: Branch, number: str = "P1", **given: Any) -> PolicyRow:
    base = PolicyRow(
        number=number,
        product="commercial",
        branch_code=home.code,
        holder=NewPerson("王小明", phone="13800001234"),
        vehicle=VehicleRow(make="比亚迪", model="汉", plate="京A·12345", vin=f"LGX{number}"),
        starts_at=BOUND,
        ends_at=ENDS,
        premium=Decimal("3456.78"),
        covers=(OWN_DAMAGE, THIRD_PARTY),
        disclosures=(EXCLUSIONS,),
        sold_by="Dealer 7",
    )
    return replace(base, **given)


def take(*rows: PolicyRow, by: Actor = SYSTEM, at: datetime = INSIDE) -> Imported:
    return policies.import_many(rows, by=by, at=at)


def counts(done: Imported) -> tuple[int, int, int, int]:
    """Added, changed, unchanged, refused."""
    return done.added, done.changed, done.unchanged, len(done.refused)
