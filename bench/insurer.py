"""An insurer small enough to be made in seconds: a branch, ten agents, one policy per report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db import connection, connections

from tests import databases
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies import commands as policies
from yinuo.core.policies.rules import CoverRow, DisclosureRow, DriverRow, PolicyRow, VehicleRow
from yinuo.kit import env

AGENTS = 10
SET = 1_000
NOW = datetime.now(UTC).replace(microsecond=0)
# Ids of everything that a request makes lie up here, so that they are known wherever they appear.
FIRST_ID = 1_000_000_000
SEQUENCES = """
select quote_ident(schemaname) || '.' || quote_ident(sequencename), sequencename
from pg_sequences where schemaname = 'public' order by 1
"""


@contextmanager
def databases_of_our_own(*names: str) -> Iterator[list[str]]:
    """Migrated and empty databases on the durable cluster, dropped in the end."""
    template = databases.prepare()
    own = [databases.clone_name(name) for name in names]
    try:
        for name in own:
            databases.clone(template, name)
        yield own
    finally:
        connections.close_all()
        for name in own:
            databases.drop(name)


def stop_cluster() -> None:
    cluster = env.embedded_cluster()
    if cluster is not None:
        cluster.stop()


def policy(n: int) -> PolicyRow:
    long_ago = NOW - timedelta(days=100)
    return PolicyRow(
        number=f"PDAA2026{n:08d}",
        product="motor",
        branch_code="EAST",
        holder=NewPerson(f"样例{n}", phone=f"138{n:08d}", email=f"holder{n}@example.com"),
        vehicle=VehicleRow(make="样例牌", model="一号", plate=f"京A{n:05X}", model_year=2022),
        starts_at=long_ago,
        ends_at=NOW + timedelta(days=265),
        premium=Decimal("3456.78"),
        covers=(
            CoverRow("ctpli", ("other_vehicle", "property", "injury"), Decimal(200_000)),
            CoverRow("own_damage", ("own_vehicle",), Decimal(150_000), Decimal(500)),
        ),
        drivers=(DriverRow(relation="self"),),
        disclosures=(DisclosureRow("deductible", True, long_ago, "sms-1"),),
    )


def build(policy_count: int) -> str:
    """Fill the current database; returns the key of an API client of the branch."""
    long_ago = NOW - timedelta(days=400)
    root = people.create_branch(name="总公司", code="HQ", by=SYSTEM, at=long_ago)
    east = people.create_branch(
        name="东区分公司", code="EAST", parent=root, phone="021-00000001", by=SYSTEM, at=long_ago
    )
    for n in range(AGENTS):
        people.hire_staff(
            username=f"agent{n}",
            name=f"样例员工{n}",
            branch=east,
            roles=("agent",),
            work_phone="021-00000002",
            by=SYSTEM,
            at=long_ago,
        )
    _client, key = people.create_api_client(
        name="bench", roles=["agent"], branch=east, by=SYSTEM, at=long_ago
    )
    for start in range(0, policy_count, SET):
        rows = [policy(n) for n in range(start, min(start + SET, policy_count))]
        policies.import_many(rows, by=SYSTEM, at=long_ago)
    lift_sequences()
    return key


def lift_sequences() -> None:
    with connection.cursor() as cursor:
        cursor.execute(SEQUENCES)
        for place, (quoted, name) in enumerate(cursor.fetchall()):
            if name != "cases_number_seq":
                first = FIRST_ID + place * 10_000_000
                cursor.execute("select setval(%s, %s)", [quoted, first])
        cursor.execute("vacuum analyze")


def begin_case_numbers_at(serial: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select setval('cases_number_seq', %s)", [serial])


def do_not_wait_for_the_disk() -> None:
    """Only for a database in which nothing is measured."""
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
