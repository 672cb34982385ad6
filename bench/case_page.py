"""The page of a case with 200 events: reported, registered, dispatched, and much talked about."""

from __future__ import annotations

import sys
from datetime import timedelta
from decimal import Decimal

from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench import insurer
from bench.measured import Measured, p95, tell
from bench.web import Reader, signed_in, web
from tests import databases
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import NewLoss, Report
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people.models import Staff

EVENTS = 200
ASKED = 80
WARM_UP = 10
MOST_QUERIES, BAR_MS = 15, 80
AGENT = "agent0"


def talked_about() -> Case:
    """A claim with so many lines; notes, holds and delays by turns, as in a long story."""
    agent = people.actor_of_staff(Staff.objects.select_related("branch").get(username=AGENT))
    policy = insurer.policy(1)
    at = insurer.NOW - timedelta(days=20)
    report = Report(
        accident_at=at - timedelta(hours=2),
        place="东大路 1 号",
        cause="collision",
        losses=(
            NewLoss("own_vehicle", estimate=Decimal(8000)),
            NewLoss("other_vehicle", title="对方车", estimate=Decimal(3000)),
        ),
        policy_number=policy.number,
        drivable=True,
        said={"at_scene": True},
    )
    case = claims.report(report=report, door="phone", by=agent, at=at).case
    claims.register(case=case, by=agent, at=at + timedelta(minutes=3))
    turn = 0
    while Case.objects.get(pk=case.pk).head_seq < EVENTS:
        turn += 1
        then = at + timedelta(hours=2 * turn)
        if turn % 20 == 0:
            new_at = then + timedelta(days=2)
            claims.tell_delay(case=case, reason="等待配件", new_at=new_at, by=agent, at=then)
        else:
            cases.write_note(case=case, body=f"第 {turn} 次联系", kind="call", by=agent, at=then)
    return Case.objects.get(pk=case.pk)


def queries_of(path: str) -> int:
    """Statements of one page, with session and sign-in, in a process that is warm."""
    client = Client()
    client.force_login(Staff.objects.get(username=AGENT))
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")
    return len(asked)


def main() -> int:
    with insurer.databases_of_our_own("case") as (name,):
        databases.point_django_at(name)
        insurer.build(10)
        case = talked_about()
        path = f"/desk/claims/{case.number}"
        queries = queries_of(path)
        with web() as port:
            reader = Reader(port, signed_in(AGENT))
            connections.close_all()
            times = [reader.seconds(path) for _ in range(WARM_UP + ASKED)][WARM_UP:]
    slow, median = 1000 * p95(times), 1000 * sorted(times)[len(times) // 2]
    return tell(
        [
            Measured(
                f"case page with {case.head_seq} events, statements",
                f"≤ {MOST_QUERIES}",
                str(queries),
                queries <= MOST_QUERIES,
            ),
            Measured(
                f"case page with {case.head_seq} events",
                f"p95 ≤ {BAR_MS} ms",
                f"p95 {slow:.0f} ms, median {median:.0f} ms",
                slow <= BAR_MS,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
