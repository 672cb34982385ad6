"""The bench of those who call, as HTML, with 100,000 open call-backs that may all be called now.

Asked by an agent of one branch of forty, by the head office that sees them all, and by an agent
for whom nearly every call needs a training that the agent does not have.
"""

from __future__ import annotations

import statistics
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime

from django.db import connection, connections

from bench import rows
from bench.insurer import databases_of_our_own
from bench.measured import Measured, p95, tell
from bench.web import Reader, signed_in, web
from tests import databases

OPEN = 100_000
ROUNDS = 40
WARM_SECONDS = 5.0
"""So long after its start the web still loads the API beside what it is asked."""
BAR_MS = 100
AGENT = f"bench{2 * rows.BRANCHES + 7}"
LEAD = f"bench{rows.BRANCHES}"
_CALL_BACKS = """
UPDATE cases_case SET kind = 'call_back', state = 'invited', waiting_for_customer = false,
    number = 'B' || substr(number, 2),
    care = CASE WHEN id / 40 %% 5 = 0 THEN 'major' ELSE 'regular' END;
UPDATE cases_promise p SET rule = 'call_backs.completion', audience = 'internal', round = n.place
    FROM (SELECT id, row_number() OVER (PARTITION BY case_id ORDER BY id) AS place
        FROM cases_promise) n
    WHERE n.id = p.id;
UPDATE people_staff SET roles = ARRAY['team_lead'] WHERE username = %(lead)s;
INSERT INTO people_competence (staff_id, kind, reference, valid_from_on, by, ended_by)
    SELECT id, 'call_back', '', '2020-01-01', '', '' FROM people_staff;
INSERT INTO call_backs_callback (case_id, followed_id, person_id, occasion, facts,
        programme_version, strategy, channels, questionnaire, questionnaire_version, language,
        round, channel, next_contact_at, calls)
    SELECT id, id, customer_id, 'paid', '{"late": true}', 1, 'regular', '["message", "call"]',
        'after_claim', 1, 'zh-hans', 1, 'call', %(at)s::timestamptz - id * interval '1 second', 0
    FROM cases_case;
ANALYZE
"""
_HARD = "UPDATE cases_case SET care = CASE WHEN id % 50 = 0 THEN 'regular' ELSE 'major' END"


def warm(reader: Reader, path: str) -> None:
    """Ask until every thread has its connection and all is loaded."""
    began = time.monotonic()
    while time.monotonic() - began < WARM_SECONDS:
        reader.seconds(path)


def milliseconds(reader: Reader, path: str) -> list[float]:
    """What each asking took, the first two left out."""
    return [1000 * reader.seconds(path) for _round in range(ROUNDS + 2)][2:]


def figure(what: str, found: list[float]) -> Measured:
    slow = p95(found)
    return Measured(
        f"bench of call-backs, {what}, HTML, at 100,000 open",
        f"p95 ≤ {BAR_MS} ms",
        f"p95 {slow:.0f} ms, median {statistics.median(found):.0f} ms",
        slow <= BAR_MS,
    )


def main() -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    with databases_of_our_own("bench_list") as names, ExitStack() as stack:
        databases.point_django_at(names[0])
        rows.fill(cases=OPEN, due=OPEN, at=now.isoformat())
        with connection.cursor() as cursor:
            cursor.execute(_CALL_BACKS, {"at": now, "lead": LEAD})
        port = stack.enter_context(web())
        agent, lead = Reader(port, signed_in(AGENT)), Reader(port, signed_in(LEAD))
        connections.close_all()
        warm(agent, "/desk/bench")
        found = [
            figure("an agent of one branch", milliseconds(agent, "/desk/bench")),
            figure("the head office", milliseconds(lead, "/desk/bench")),
        ]
        with connection.cursor() as cursor:
            cursor.execute(_HARD)
        # The web has closed the idle connection of the first reader meanwhile.
        hard = milliseconds(Reader(port, signed_in(AGENT)), "/desk/bench")
        return tell([*found, figure("nearly all need a second training", hard)])


if __name__ == "__main__":
    sys.exit(main())
