"""What complaints come to: how many per claim, policy and premium, about what, and how they end.

By the day of receipt. Withdrawn ones count as received and are not asked whether they were in time;
what was joined to another or passed on was no complaint of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from yinuo.areas.complaints.models import Baseline
from yinuo.areas.complaints.rulefile import CausesRules, ComplaintsRules, TargetRules
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import sees_customers, sees_everything
from yinuo.core.rulebook import queries as rulebook
from yinuo.overview.complaint_bases import bases
from yinuo.overview.measures import Measure, share

HUNDRED_MILLION = Decimal(100_000_000)
PER: Mapping[str, Decimal] = {
    "per_thousand_claims": Decimal(1_000),
    "per_hundred_million": HUNDRED_MILLION,
    "per_ten_thousand": Decimal(10_000),
}
"""Complaints for each so many closed claims, yuan of premium, policies in force."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`value` is None while there is nothing to divide by. `change` is against the baseline."""

    measure: str
    numerator: int
    denominator: Decimal
    baseline: Baseline | None

    @property
    def value(self) -> Decimal | None:
        return _rate(Decimal(self.numerator), self.denominator, self.measure)

    @property
    def before(self) -> Decimal | None:
        one = self.baseline
        return _rate(one.numerator, one.denominator, self.measure) if one else None

    @property
    def change(self) -> Decimal | None:
        """-0.2 is a fifth less than the baseline."""
        if self.value is None or not self.before:
            return None
        return self.value / self.before - 1


@dataclass(frozen=True, slots=True)
class Ends:
    """How complaints ended. `cost` is compensation that has arrived, in CNY."""

    received: int
    open: int
    answered: int
    in_time: Measure
    upheld: Measure
    rated: Measure
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """One branch, product or channel."""

    name: str
    received: int
    answered: int
    late: int
    upheld: int


@dataclass(frozen=True, slots=True)
class Heat:
    """Complaints by branch of the main cause and by stage of the claim, biggest first."""

    causes: tuple[str, ...]
    stages: tuple[str, ...]
    counts: Mapping[tuple[str, str], int]

    @property
    def most(self) -> int:
        return max(self.counts.values(), default=0)


# One line per complaint of the period; every statement below counts these lines.
_ROWS = """
SELECT c.case_id AS id, c.received_at, coalesce(m.code, '') AS code,
    c.stage, c.product, c.channel, b.name AS branch, c.upheld,
    c.rating, k.closed_at IS NULL AS open, c.told_at IS NOT NULL AS told,
    EXISTS (SELECT 1 FROM cases_promise p WHERE p.case_id = c.case_id
        AND p.rule = 'complaints.answer' AND p.missed_at IS NOT NULL) AS late,
    (SELECT sum(y.amount) FROM payments_payment y
        WHERE y.case_id = c.case_id AND y.status = 'arrived') AS cost
FROM complaints_complaint c
JOIN cases_case k ON k.id = c.case_id
JOIN people_branch b ON b.id = k.branch_id
LEFT JOIN complaints_namedcause m ON m.complaint_id = c.case_id AND m.main
WHERE k.branch_path LIKE %(path)s AND k.state NOT IN ('merged', 'transferred')
    AND c.received_at >= %(since)s AND c.received_at < %(until)s
"""
_WITH = f"WITH rows AS MATERIALIZED ({_ROWS}) "
_RECEIVED = "SELECT count(*) FROM rows"
_ENDS = """
SELECT count(*), count(*) FILTER (WHERE open), count(*) FILTER (WHERE told),
    count(*) FILTER (WHERE told AND NOT late),
    count(*) FILTER (WHERE told AND upheld IN ('yes', 'partly')),
    count(rating), count(*) FILTER (WHERE rating >= %(content)s), coalesce(sum(cost), 0)
FROM rows
"""
_HEAT = "SELECT code, stage, count(*) FROM rows GROUP BY code, stage"
_SPLIT = """
SELECT CASE %(by)s WHEN 'branch' THEN branch WHEN 'product' THEN product ELSE channel END AS name,
    count(*), count(*) FILTER (WHERE told), count(*) FILTER (WHERE late),
    count(*) FILTER (WHERE told AND upheld IN ('yes', 'partly'))
FROM rows GROUP BY name ORDER BY 2 DESC, name
"""
SPLITS = ("branch", "product", "channel")
WHICH = (
    "received", "open", "answered", "in_time", "late", "upheld", "rated", "content", "paid",
)  # fmt: skip
"""What a figure counts; each of them can be opened."""
# The conditions are those of the statements above, so that a list is as long as its figure.
_BEHIND = """
FROM rows WHERE CASE %(which)s
        WHEN 'open' THEN open
        WHEN 'answered' THEN told
        WHEN 'in_time' THEN told AND NOT late
        WHEN 'late' THEN late
        WHEN 'upheld' THEN told AND upheld IN ('yes', 'partly')
        WHEN 'rated' THEN rating IS NOT NULL
        WHEN 'content' THEN rating >= %(content)s
        WHEN 'paid' THEN cost IS NOT NULL
        ELSE true END
    AND (%(codes)s::text[] IS NULL OR (code = ANY(%(codes)s)) <> %(others)s)
    AND (%(stage)s::text IS NULL OR stage = %(stage)s)
    AND (%(by)s = '' OR %(name)s = CASE %(by)s
        WHEN 'branch' THEN branch WHEN 'product' THEN product ELSE channel END)
"""
_COUNT = f"SELECT count(*), coalesce(sum(cost), 0) {_BEHIND}"
_CASES = f"SELECT id, cost {_BEHIND} ORDER BY received_at DESC, id DESC"
_REGULATOR = """
SELECT code, product, channel, count(*), count(*) FILTER (WHERE told AND NOT late),
    count(*) FILTER (WHERE told), count(*) FILTER (WHERE upheld IN ('yes', 'partly'))
FROM rows GROUP BY code, product, channel ORDER BY 4 DESC, code, product, channel
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """What a figure counts. `cause` is a branch of the tree and `stage` one of a claim, "" where
    there is none, None for any; `by` one of SPLITS and `name` the line of it.
    """

    which: str = "received"
    cause: str | None = None
    stage: str | None = None
    by: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The cases behind a figure: a page of them with what was paid for each, and all counted."""

    count: int
    cost: Decimal
    cases: list[tuple[Case, Decimal | None]]


@dataclass(frozen=True, slots=True)
class RegulatorLine:
    """A line of the regulator's table: `law` is its code for the cause, as LAW.CODE of ours."""

    law: str
    cause: str
    product: str
    channel: str
    received: int
    in_time: int
    answered: int
    upheld: int


def targets(at: datetime) -> TargetRules:
    return rulebook.rules(ComplaintsRules, at=at).targets


def rates(actor: Actor, *, since: datetime, until: datetime, at: datetime) -> list[Rate]:
    """Complaints received in [since, until) per closed claim, premium and policy."""
    if not sees_customers(actor):
        return []
    values = _values(actor, since, until)
    received = int(_one(_WITH + _RECEIVED, values)[0])
    found = bases(actor, since=since, until=until, at=at)
    by = {
        "per_thousand_claims": Decimal(found.claims),
        "per_hundred_million": found.premium,
        "per_ten_thousand": Decimal(found.policies),
    }
    return [Rate(name, received, by[name], newest_baseline(actor, name)) for name in PER]


def newest_baseline(actor: Actor, measure: str) -> Baseline | None:
    """The last one that was stored for exactly the branch of this person."""
    rows = Baseline.objects.filter(measure=measure, branch_path=actor.branch_path)
    return rows.order_by("-stored_at").first()


def ends(actor: Actor, *, since: datetime, until: datetime, at: datetime) -> Ends:
    """How the complaints received in [since, until) ended so far."""
    wanted = targets(at)
    least = wanted.least_shown.value
    row = (0, 0, 0, 0, 0, 0, 0, Decimal(0))
    if sees_customers(actor):
        values = {**_values(actor, since, until), "content": wanted.content_from.value}
        row = _one(_WITH + _ENDS, values)
    received, still_open, answered, in_time, upheld, rated, content, cost = row
    return Ends(
        received=received,
        open=still_open,
        answered=answered,
        in_time=share(in_time, answered, least=least),
        upheld=share(upheld, answered, least=least),
        rated=share(content, rated, least=least),
        cost=Decimal(cost),
    )


def heat(actor: Actor, *, since: datetime, until: datetime, at: datetime) -> Heat:
    """Cause by stage. A complaint without a claim has no stage."""
    if not sees_customers(actor):
        return Heat((), (), {})
    book = rulebook.rules(CausesRules, at=at)
    counts: dict[tuple[str, str], int] = {}
    for code, stage, count in _all(_WITH + _HEAT, _values(actor, since, until)):
        branch = book.path(code)[0] if code in book.tree else ""
        counts[branch, stage] = counts.get((branch, stage), 0) + count
    return Heat(_biggest(counts, 0), _biggest(counts, 1), counts)


def split(actor: Actor, by: str, *, since: datetime, until: datetime) -> list[Split]:
    """By one of SPLITS, the most first."""
    if not sees_customers(actor):
        return []
    values = {**_values(actor, since, until), "by": by}
    return [Split(*row) for row in _all(_WITH + _SPLIT, values)]


def cases_of(
    actor: Actor,
    behind: Behind,
    *,
    since: datetime,
    until: datetime,
    start: int = 0,
    most: int | None = None,
    at: datetime,
) -> Opened:
    """The cases of a figure, the newest first: `most` of them from `start`, None for all."""
    if not sees_customers(actor):
        return Opened(0, Decimal(0), [])
    codes, others = _codes(behind.cause, at)
    values = _values(actor, since, until) | {
        "which": behind.which,
        "content": targets(at).content_from.value,
        "codes": codes,
        "others": others,
        "stage": behind.stage,
        "by": behind.by,
        "name": behind.name,
        "start": start,
        "most": most,
    }
    count, cost = _one(_WITH + _COUNT, values)
    rows = _all(_WITH + _CASES + " LIMIT %(most)s OFFSET %(start)s", values)
    found = Case.objects.select_related("customer", "handler").in_bulk([pk for pk, _cost in rows])
    return Opened(count, Decimal(cost), [(found[pk], paid) for pk, paid in rows])


def _codes(cause: str | None, at: datetime) -> tuple[list[str] | None, bool]:
    """The causes of this branch; of "", all that are known, and that it is the others."""
    if cause is None:
        return None, False
    book = rulebook.rules(CausesRules, at=at)
    if not cause:
        return list(book.tree), True
    return [code for code in book.tree if book.path(code)[0] == cause], False


def regulator_table(
    actor: Actor, *, since: datetime, until: datetime, at: datetime
) -> list[RegulatorLine]:
    """The regulator's statistics: cause, product, channel; received, in time, answered, upheld."""
    if not sees_customers(actor):
        return []
    tree = rulebook.rules(CausesRules, at=at).tree
    found = []
    for code, product, channel, received, in_time, answered, upheld in _all(
        _WITH + _REGULATOR, _values(actor, since, until)
    ):
        law = tree[code].value.standard_code or tree[code].value.law if code in tree else ""
        found.append(
            RegulatorLine(law, code, product, channel, received, in_time, answered, upheld)
        )
    return found


def _rate(numerator: Decimal, denominator: Decimal, measure: str) -> Decimal | None:
    return numerator * PER[measure] / denominator if denominator else None


def _biggest(counts: Mapping[tuple[str, str], int], place: int) -> tuple[str, ...]:
    sums: dict[str, int] = {}
    for key, count in counts.items():
        sums[key[place]] = sums.get(key[place], 0) + count
    return tuple(sorted(sums, key=lambda name: (-sums[name], name)))


def _values(actor: Actor, since: datetime, until: datetime) -> dict[str, Any]:
    path = "%" if sees_everything(actor) else f"{actor.branch_path}%"
    return {"path": path, "since": since, "until": until}


def _one(statement: str, values: Mapping[str, Any]) -> Any:
    return _all(statement, values)[0]


def _all(statement: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
