"""The list of complaints, and the search among them, as HTML, with 100,000 open complaints.

Asked by the head office, which sees all of them, and by an agent of one branch of forty; every
list of the page in turn, its second page, and searches by number and by name. Each complaint has
its main cause, four open promises and a customer of its own.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from urllib.parse import quote

from django.db import connection, connections

from bench import rows
from bench.insurer import databases_of_our_own
from bench.measured import Measured, p95, tell
from bench.web import Reader, signed_in, web
from tests import databases
from yinuo.areas.complaints.queries import LISTS

COMPLAINTS = 100_000
LATE = 400
ROUNDS = 8
BAR_MS = 100
AGENT = f"bench{2 * rows.BRANCHES + 7}"
LEAD = f"bench{rows.BRANCHES}"
LISTED = (
    *(f"/desk/complaints?which={one}" for one in LISTS),
    "/desk/complaints?which=open&page=2",
    "/desk/?whose=branch&kind=complaint",
)
WORDS = ("P26-0000777", "王芳", "李", "7777")
SEARCHED = tuple(f"/desk/search?q={quote(words)}" for words in WORDS)
_COMPLAINTS = """
UPDATE cases_case SET kind = 'complaint', number = 'P' || substr(number, 2),
    state = (ARRAY['received', 'acknowledged', 'investigating', 'told', 'reviewing'])
        [1 + id / 40 %% 5],
    care = CASE WHEN id / 40 %% 50 = 0 THEN 'major' ELSE 'regular' END,
    closed_at = CASE WHEN id %% 11 = 0 THEN %(at)s::timestamptz - id * interval '1 minute' END,
    next_due_at = CASE WHEN id %% 11 > 0 THEN coalesce(next_due_at,
        %(at)s::timestamptz + (1 + id * 7919 %% 20000) * interval '1 minute') END,
    waiting_for_customer = false;
UPDATE cases_case SET state = 'closed' WHERE closed_at IS NOT NULL;
UPDATE people_staff SET roles = ARRAY['team_lead'] WHERE username = %(lead)s;
INSERT INTO complaints_complaint (case_id, channel, first_spoken_at, received_at, complexity,
        response, upheld, group_size, face_to_face, product, stage, clause, repair_shop,
        told_at_sale, regulator_ref, forwarded_at, declared_by, decided_by, passed_to,
        heated_talks)
    SELECT id, (ARRAY['phone', 'portal', 'email', 'regulator'])[1 + id / 40 %% 4], opened_at,
        opened_at,
        'simple', 'in_progress', '', 1, false, 'motor', '', '', '', '', '',
        CASE WHEN id / 40 %% 4 = 3 THEN opened_at END, '', '', '', 0
    FROM cases_case;
INSERT INTO complaints_namedcause (complaint_id, code, main, why, by, at)
    SELECT id, (ARRAY['amount', 'attitude', 'delay', 'denial'])[1 + id %% 4], true, '[]', '',
        opened_at
    FROM cases_case;
UPDATE cases_promise SET rule = CASE rule WHEN 'claims.decision' THEN 'complaints.answer'
    WHEN 'claims.payment' THEN 'complaints.acknowledge'
    WHEN 'claims.papers_list' THEN 'complaints.first_look' ELSE 'complaints.check' END;
UPDATE cases_promise p SET kept_at = due_at, next_check_at = NULL
    FROM cases_case c WHERE c.id = p.case_id AND c.closed_at IS NOT NULL;
VACUUM ANALYZE
"""


def milliseconds(port: int, cookie: str, paths: Sequence[str]) -> dict[str, list[float]]:
    """What each asking took, by page; the first round is left out."""
    # A line of its own: the web closes one that was idle while somebody else was measured.
    reader = Reader(port, cookie)
    found: dict[str, list[float]] = {path: [] for path in paths}
    for turn in range(ROUNDS + 1):
        for path in paths:
            took = 1000 * reader.seconds(path)
            if turn:
                found[path].append(took)
    return found


def figure(what: str, found: dict[str, list[float]]) -> Measured:
    every = [took for its in found.values() for took in its]
    slow = p95(every)
    worst = max(found, key=lambda path: statistics.median(found[path]))
    return Measured(
        f"{what}, HTML, at 100,000 complaints",
        f"p95 ≤ {BAR_MS} ms",
        f"p95 {slow:.0f} ms, median {statistics.median(every):.0f} ms"
        f" (slowest {statistics.median(found[worst]):.0f} ms: {worst.removeprefix('/desk/')})",
        slow <= BAR_MS,
    )


def fill(at: datetime) -> None:
    rows.fill(cases=COMPLAINTS, due=LATE, at=at.isoformat(), claims=False)
    with connection.cursor() as cursor:
        for statement in _COMPLAINTS.split(";"):
            cursor.execute(statement, {"at": at, "lead": LEAD})


def main() -> int:
    now = datetime.now(UTC).replace(microsecond=0)
    with databases_of_our_own("complaint_list") as names, ExitStack() as stack:
        databases.point_django_at(names[0])
        fill(now)
        port = stack.enter_context(web())
        lead, agent = signed_in(LEAD), signed_in(AGENT)
        connections.close_all()
        return tell(
            [
                figure("lists of complaints, the head office", milliseconds(port, lead, LISTED)),
                figure("lists of complaints, an agent", milliseconds(port, agent, LISTED)),
                figure("search of complaints", milliseconds(port, lead, SEARCHED)),
            ]
        )


if __name__ == "__main__":
    sys.exit(main())
