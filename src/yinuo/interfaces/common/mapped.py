"""Rows of a mapped file as what our commands take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yinuo.areas.claims.commands import NewLoss, Report
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies.rules import CoverRow, PolicyRow, VehicleRow
from yinuo.interfaces.common.mapping import (
    ClaimMap,
    ComplaintMap,
    LossMap,
    PolicyMap,
    Typed,
    Value,
)


def policy_of(row: Typed, using: PolicyMap, *, branch_code: str) -> PolicyRow:
    """The policy of a row. `branch_code` where the map names no branch."""
    given = _fields(row, using.fields)
    return PolicyRow(
        **{
            "branch_code": branch_code,
            **_amounts(given, "premium"),
            "holder": NewPerson(**_texts(row, using.holder)),
            "vehicle": VehicleRow(**_known(_fields(row, using.vehicle))),
            "covers": tuple(
                CoverRow(
                    kind=cover.kind,
                    loss_kinds=cover.loss_kinds,
                    limit=_decimal(row.take(cover.limit)),
                    deductible=_decimal(row.take(cover.deductible)) or Decimal(0),
                )
                for cover in using.covers
                if row.above_zero(cover.only_above_zero) and row.fits(cover.when)
            ),
        }
    )


def report_of(row: Typed, using: ClaimMap) -> Report:
    """The first report that the row tells of. `vehicles` counts all cars of the accident."""
    given = _known(_fields(row, using.fields))
    vehicles = given.pop("vehicles", 1)
    given.pop("reported_at", None)
    given.pop("closed_at", None)
    said = _known(_fields(row, using.said))
    losses = tuple(
        _loss(row, loss)
        for loss in using.losses
        if row.above_zero(loss.only_above_zero) and row.fits(loss.when)
    )
    others = max(0, vehicles - 1)
    return Report(**{"other_vehicles": others, "said": said, **given, "losses": losses})


@dataclass(frozen=True, slots=True)
class FiledComplaint:
    """A complaint of a file: who, when, about what, and how it ended."""

    key: str
    customer: NewPerson
    channel: str
    product: str
    received_on: date
    closed_on: date
    causes: tuple[str, ...]
    upheld: str
    measures: tuple[str, ...]
    end: str


def complaint_of(row: Typed, using: ComplaintMap) -> FiledComplaint:
    """The complaint of a row. Its first cause is the main one."""
    given = _fields(row, using.fields)
    ends = given.pop("ends")
    causes, measures = given.pop("causes"), [one for one in given.pop("measures") if one]
    if measures and given["upheld"] == "no":
        given["upheld"] = using.upheld_with_measures
    return FiledComplaint(
        **given,
        customer=NewPerson(**_texts(row, using.customer)),
        causes=tuple(causes),
        measures=tuple(measures),
        end=next(end for end in using.ends_in_order if end in ends),
    )


def _loss(row: Typed, using: LossMap) -> NewLoss:
    return NewLoss(
        kind=using.kind,
        title=row.take(using.title) or "",
        severity=row.take(using.severity) or "medium",
        estimate=_decimal(row.take(using.estimate)),
        owner=NewPerson(**_texts(row, using.owner)) if using.owner else None,
    )


def _fields(row: Typed, using: Mapping[str, Value]) -> dict[str, Any]:
    return {name: row.take(value) for name, value in using.items()}


def _texts(row: Typed, using: Mapping[str, Value]) -> dict[str, Any]:
    return {name: str(row.take(value) or "") for name, value in using.items()}


def _known(given: dict[str, Any]) -> dict[str, Any]:
    """Without what the row does not say: our own defaults stand there."""
    return {name: value for name, value in given.items() if value is not None}


def _amounts(given: dict[str, Any], *names: str) -> dict[str, Any]:
    return {
        name: _decimal(value) if name in names else value for name, value in _known(given).items()
    }


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
