"""Taking over policies from the system that sells them, one or thousands at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from yinuo.core.people import commands as people
from yinuo.core.people import queries as people_queries
from yinuo.core.people import rules as people_rules
from yinuo.core.people.actors import Actor
from yinuo.core.people.commands import CleanPerson
from yinuo.core.policies import rules, statements
from yinuo.core.policies.models import Policy
from yinuo.core.policies.rules import GivenTwice, PolicyRow
from yinuo.kit.bulk import array_text, columns, copy_rows, next_ids
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

SET_LIMIT = 5_000


class TooManyPolicies(DomainError):
    code = "too_many_policies"
    message: ClassVar[Message] = _("At most %(limit)s policies can be taken over at once.")
    http = 422


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was left out: its position in the set, and why."""

    position: int
    problem: DomainError


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a set of rows. Each row is counted once, or refused."""

    added: int
    changed: int
    unchanged: int
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ready:
    """A row that passed every check, with the people of it and the branch it belongs to."""

    row: PolicyRow
    branch_id: int
    holder: CleanPerson
    drivers: tuple[CleanPerson | None, ...]


def import_many(rows: Sequence[PolicyRow], *, by: Actor, at: datetime) -> Imported:
    """Take over policies, the good ones of the set; rows that are there already change nothing.

    A policy is known by its number and becomes what the row says, covers and drivers included.
    People who are known are left as they are. The statements do not grow with the rows.
    Only for the house itself and managers of the head office: a number belongs to one policy, in
    whatever branch it is. Raises NotForYou and TooManyPolicies.
    """
    if not (by.kind == "system" or ("manager" in by.roles and people_rules.sees_everything(by))):
        raise people_rules.NotForYou
    if len(rows) > SET_LIMIT:
        raise TooManyPolicies(limit=SET_LIMIT)
    ready, refused = _check(rows, by)
    if not ready:
        return Imported(0, 0, 0, refused)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.LOCK)
        holders, drivers = _store_people(ready, by, at)
        added, touched = _store(cursor, ready, holders, drivers, at)
    changed = len(touched - added)
    return Imported(len(added), changed, len(ready) - len(added) - changed, refused)


def take_over_policy(*, row: PolicyRow, by: Actor, at: datetime) -> Policy:
    """One policy; see `import_many`. Raises what is wrong with it."""
    result = import_many([row], by=by, at=at)
    for refused in result.refused:
        raise refused.problem
    return Policy.objects.get(number=rules.normalise_number(row.number))


def _check(rows: Sequence[PolicyRow], by: Actor) -> tuple[list[_Ready], tuple[Refused, ...]]:
    visible = people_queries.branches_of(by).filter(code__in={row.branch_code for row in rows})
    branches = dict(visible.values_list("code", "pk"))
    ready: dict[str, _Ready] = {}
    refused = []
    for position, row in enumerate(rows):
        try:
            one = _make_ready(row, branches)
            if one.row.number in ready:
                raise GivenTwice("policy_number", given=one.row.number)
            ready[one.row.number] = one
        except DomainError as problem:
            refused.append(Refused(position, problem))
    return [ready[number] for number in sorted(ready)], tuple(refused)


def _make_ready(row: PolicyRow, branches: dict[str, int]) -> _Ready:
    clean = rules.clean_row(row)
    branch_id = branches.get(clean.branch_code)
    if branch_id is None:
        raise people.BranchUnknown("branch")
    holder = _person(clean.holder, f"policy:{clean.number}:holder", branch_id)
    drivers = tuple(
        _person(driver.person, f"policy:{clean.number}:driver:{n}", branch_id)
        if driver.person
        else None
        for n, driver in enumerate(clean.drivers, start=1)
    )
    return _Ready(clean, branch_id, holder, drivers)


def _person(new: people_rules.NewPerson, key: str, branch_id: int) -> CleanPerson:
    # The person belongs where the policy is, so that whoever sees the one sees the other.
    return people.clean_person(new, home_branch_id=branch_id, external_key=key)


def _store_people(
    ready: Sequence[_Ready], by: Actor, at: datetime
) -> tuple[list[int], list[list[int]]]:
    """The holder of each policy, and its drivers."""
    everybody = [one.holder for one in ready]
    everybody += [driver for one in ready for driver in one.drivers if driver is not None]
    ids: list[int] = []
    for start in range(0, len(everybody), people.SET_LIMIT):
        ids += people.store_many(everybody[start : start + people.SET_LIMIT], by=by, at=at)
    holders, others = ids[: len(ready)], iter(ids[len(ready) :])
    drivers = [
        [holder if driver is None else next(others) for driver in one.drivers]
        for one, holder in zip(ready, holders, strict=True)
    ]
    return holders, drivers


def _store(
    cursor: CursorWrapper,
    ready: Sequence[_Ready],
    holders: Sequence[int],
    drivers: Sequence[Sequence[int]],
    at: datetime,
) -> tuple[set[int], set[int]]:
    """The ids of the policies that are new, and of all that are new or were changed."""
    vehicles, changed_cars = _vehicles(cursor, ready)
    ids, added, changed = _policies(cursor, ready, holders, vehicles, at)
    touched = added | changed
    for policy_id, one in zip(ids, ready, strict=True):
        if one.row.vehicle.external_key in changed_cars:
            touched.add(policy_id)
    old = [policy_id for policy_id in ids if policy_id not in added]
    for part, rows in (
        (_COVERS, _covers(ready, ids)),
        (_DRIVERS, _drivers(ready, ids, drivers)),
        (_DISCLOSURES, _disclosures(ready, ids)),
    ):
        touched |= _write_part(cursor, part, list(rows), added, old)
    return added, touched


@dataclass(frozen=True, slots=True)
class _Part:
    """A table whose rows belong to a policy, their first column; the second tells them apart."""

    table: str
    names: tuple[str, ...]
    write: str
    remove_stale: str


_COVERS = _Part(
    "policies_cover", statements.COVER_COLUMNS, statements.COVERS, statements.STALE_COVERS
)
_DRIVERS = _Part(
    "policies_policydriver",
    statements.DRIVER_COLUMNS,
    statements.DRIVERS,
    statements.STALE_DRIVERS,
)
_DISCLOSURES = _Part(
    "policies_disclosure",
    statements.DISCLOSURE_COLUMNS,
    statements.DISCLOSURES,
    statements.STALE_DISCLOSURES,
)


def _write_part(
    cursor: CursorWrapper,
    part: _Part,
    rows: list[tuple[Any, ...]],
    added: set[int],
    old: Sequence[int],
) -> set[int]:
    """Make the rows of the policies be these; the ids of the old policies that this changed."""
    fresh = [row for row in rows if row[0] in added]
    if fresh:
        copy_rows(cursor, part.table, part.names, fresh)
    if not old:
        return set()
    given = columns(row for row in rows if row[0] not in added)
    keys = given[:2] or [array_text(()), array_text(())]
    changed = _run(cursor, part.remove_stale, [array_text(old), *keys])
    return changed | _run(cursor, part.write, given) if given else changed


def _vehicles(cursor: CursorWrapper, ready: Sequence[_Ready]) -> tuple[dict[str, int], set[str]]:
    """The id of each car by its key, and the keys of the cars that were changed.

    Of two rows about one car the one with the greater policy number is believed.
    """
    cars = {one.row.vehicle.external_key: one.row.vehicle for one in ready}
    rows = {
        key: (key, v.plate, v.vin, v.make, v.model, v.model_year, v.use, v.seats)
        for key, v in cars.items()
    }
    known = _ids(cursor, statements.VEHICLE_IDS, rows)
    changed = _run(cursor, statements.VEHICLES, columns(rows[key] for key in known))
    fresh = _add(cursor, "policies_vehicle", statements.VEHICLE_COLUMNS, rows, known)
    return known | fresh, changed


def _policies(
    cursor: CursorWrapper,
    ready: Sequence[_Ready],
    holders: Sequence[int],
    vehicles: dict[str, int],
    at: datetime,
) -> tuple[list[int], set[int], set[int]]:
    """The ids in the order of the rows, those that are new, and those that were changed."""
    rows: dict[str, tuple[Any, ...]] = {
        one.row.number: (
            one.row.number, one.row.product, holder, vehicles[one.row.vehicle.external_key],
            one.branch_id, one.row.starts_at, one.row.ends_at, one.row.cancelled_at,
            one.row.premium, one.row.currency, one.row.sold_by,
        )
        for one, holder in zip(ready, holders, strict=True)
    }  # fmt: skip
    known = _ids(cursor, statements.POLICY_IDS, rows)
    given = columns(rows[number] for number in known)
    changed = _run(cursor, statements.POLICIES, [at, *given] if given else given)
    dated = {number: (*row, at) for number, row in rows.items() if number not in known}
    names = (*statements.POLICY_COLUMNS, "imported_at")
    fresh = _add(cursor, "policies_policy", names, dated, known)
    ids = known | fresh
    return [ids[one.row.number] for one in ready], set(fresh.values()), changed


def _ids(cursor: CursorWrapper, statement: str, keys: Iterable[str]) -> dict[str, int]:
    cursor.execute(statement, [array_text(keys)])
    return dict(cursor.fetchall())


def _add(
    cursor: CursorWrapper,
    table: str,
    names: tuple[str, ...],
    rows: dict[str, tuple[Any, ...]],
    known: Collection[str],
) -> dict[str, int]:
    """Add the rows whose key is not known yet; their ids by key."""
    keys = [key for key in rows if key not in known]
    if not keys:
        return {}
    fresh = dict(zip(keys, next_ids(cursor, table, len(keys)), strict=True))
    copy_rows(cursor, table, ("id", *names), ((fresh[key], *rows[key]) for key in keys))
    return fresh


def _covers(ready: Sequence[_Ready], ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for one, policy_id in zip(ready, ids, strict=True):
        for cover in one.row.covers:
            kinds = array_text(cover.loss_kinds)
            rate = cover.deductible_rate
            yield policy_id, cover.kind, cover.limit, cover.deductible, rate, kinds


def _drivers(
    ready: Sequence[_Ready], ids: Sequence[int], drivers: Sequence[Sequence[int]]
) -> Iterator[tuple[Any, ...]]:
    for one, policy_id, people_ids in zip(ready, ids, drivers, strict=True):
        # One person named twice is one driver.
        named = dict(zip(people_ids, one.row.drivers, strict=True))
        for person_id, driver in named.items():
            yield policy_id, person_id, driver.relation


def _disclosures(ready: Sequence[_Ready], ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for one, policy_id in zip(ready, ids, strict=True):
        for told in one.row.disclosures:
            yield policy_id, told.topic, told.explained, told.proof, told.told_at


def _run(cursor: CursorWrapper, statement: str, parameters: Sequence[Any]) -> set[Any]:
    """The first column of what the statement returns; without parameters it has nothing to do."""
    if not parameters:
        return set()
    cursor.execute(statement, parameters)
    return {row[0] for row in cursor.fetchall()}
