"""The signs of trouble on open claims, counted for many claims in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from yinuo.areas.claims.warning_rulefile import ContactRules

# What the customer has heard: every message that was not held back, and every answer of a person.
_SIGNALS = """
SELECT k.id,
    floor(extract(epoch FROM %(at)s - greatest(k.opened_at, told.at, answered.at)) / 86400)::int,
    promised.missed, promised.near, papers.again, asked.open, parts.less,
    CASE WHEN words.sentiment = 'neg' OR words.urgency = 'high' THEN 1 ELSE 0 END, moved.times
FROM cases_case k
LEFT JOIN LATERAL (
    SELECT max(m.written_at) AS at FROM messages_message m
    WHERE m.case_id = k.id AND m.person_id = k.customer_id
        AND m.status IN ('queued', 'sending', 'sent') AND m.written_at <= %(at)s) told ON true
LEFT JOIN LATERAL (
    SELECT max(n.at) AS at FROM cases_note n
    WHERE n.case_id = k.id AND n.for_customer AND n.by NOT LIKE 'customer:%%'
        AND n.at <= %(at)s) answered ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE p.missed_at <= %(at)s) AS missed,
        count(*) FILTER (WHERE p.kept_at IS NULL AND p.withdrawn_at IS NULL
            AND p.paused_at IS NULL AND p.due_at BETWEEN %(at)s AND %(near)s) AS near
    FROM cases_promise p WHERE p.case_id = k.id AND p.audience = 'customer') promised ON true
LEFT JOIN LATERAL (
    SELECT greatest(coalesce(max(d.request_round), 0) - 1, 0) AS again
    FROM documents_document d WHERE d.case_id = k.id) papers ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS open FROM cases_note n
    WHERE n.case_id = k.id AND n.by LIKE 'customer:%%' AND n.kind = 'question'
        AND n.at <= %(at)s AND n.at > coalesce(answered.at, '-infinity')) asked ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS less FROM claims_loss l
    WHERE l.claim_id = k.id AND l.outcome IN ('part', 'refuse')) parts ON true
LEFT JOIN LATERAL (
    SELECT coalesce(nullif(r.corrected_sentiment, ''), r.sentiment) AS sentiment,
        coalesce(nullif(r.corrected_urgency, ''), r.urgency) AS urgency
    FROM cases_note n LEFT JOIN knowledge_reading r ON r.note_id = n.id
    WHERE n.case_id = k.id AND n.by LIKE 'customer:%%' AND n.at <= %(at)s
    ORDER BY n.at DESC, n.id DESC LIMIT 1) words ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS times FROM cases_event e
    WHERE e.case_id = k.id AND e.type = 'claim.reassigned') moved ON true
WHERE k.id = ANY(%(ids)s)
"""
_NAMES = (
    "silence",
    "promise_missed",
    "promise_near",
    "papers_again",
    "asked_again",
    "part_payment",
    "tone",
    "reassignments",
)
_OPEN = """
SELECT k.id FROM cases_case k
WHERE k.kind = 'claim' AND k.closed_at IS NULL AND k.id > %(after)s
    AND NOT EXISTS (
        SELECT 1 FROM claims_earlywarning w WHERE w.claim_id = k.id AND w.at > %(since)s)
ORDER BY k.id LIMIT %(most)s
"""


def read(
    case_ids: Sequence[int], *, rules: ContactRules, at: datetime
) -> Mapping[int, dict[str, int]]:
    """How much of each sign is found, by claim. Silence in whole days, the others as counts."""
    near = at + rules.near_within.value.elapsed()
    with connection.cursor() as cursor:
        cursor.execute(_SIGNALS, {"ids": list(case_ids), "at": at, "near": near})
        return {row[0]: dict(zip(_NAMES, row[1:], strict=True)) for row in cursor.fetchall()}


def open_claims(*, after: int, rules: ContactRules, at: datetime) -> list[int]:
    """The next open claims by id that nobody was warned of lately."""
    since = at - rules.again_after.value.elapsed()
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"after": after, "since": since, "most": rules.at_once.value})
        return [row[0] for row in cursor.fetchall()]
