"""The statements behind Today. Each walks one index from where a lane begins, and stops early.

`lanes`, `since`, `since_id` and `ends` describe the lanes by due time: a lane begins after the
pair `(since, since_id)`, and comparing pairs as a whole lets the index jump there. Where a lane
ends is looked at only outside the LIMIT: the planner cannot know how few rows lie between two
moments, and would rather sort a whole branch. `kinds` are those that are shown, each walked apart,
so that a rare kind is not looked for among all the others.
"""

from __future__ import annotations

DUE = """
SELECT l.lane, x.id, x.due
FROM unnest(%(lanes)s::text[], %(since)s::timestamptz[], %(since_id)s::bigint[],
    %(ends)s::timestamptz[]) AS l(lane, since, since_id, ends)
CROSS JOIN LATERAL (
    SELECT y.id, y.due FROM unnest(%(kinds)s::text[]) AS k(kind)
    CROSS JOIN LATERAL (
        SELECT c.id, c.next_due_at AS due FROM cases_case c
        WHERE c.kind = k.kind AND c.closed_at IS NULL
            AND (c.next_due_at, c.id) > (l.since, l.since_id)
            AND (l.lane <> 'later' OR NOT c.waiting_for_customer)
        ORDER BY c.next_due_at, c.id LIMIT %(rows)s
    ) y
    ORDER BY y.due, y.id LIMIT %(rows)s
) x
WHERE x.due < l.ends
"""

DUE_OF_BRANCHES = """
SELECT l.lane, x.id, x.due
FROM unnest(%(lanes)s::text[], %(since)s::timestamptz[], %(since_id)s::bigint[],
    %(ends)s::timestamptz[]) AS l(lane, since, since_id, ends)
CROSS JOIN LATERAL (
    SELECT y.id, y.due FROM unnest(%(branches)s::bigint[]) AS b(id)
    CROSS JOIN unnest(%(kinds)s::text[]) AS k(kind)
    CROSS JOIN LATERAL (
        SELECT c.id, c.next_due_at AS due FROM cases_case c
        WHERE c.branch_id = b.id AND c.kind = k.kind AND c.closed_at IS NULL
            AND (c.next_due_at, c.id) > (l.since, l.since_id)
            AND (l.lane <> 'later' OR NOT c.waiting_for_customer)
        ORDER BY c.next_due_at, c.id LIMIT %(rows)s
    ) y
    ORDER BY y.due, y.id LIMIT %(rows)s
) x
WHERE x.due < l.ends
"""

DUE_OF_HANDLER = """
SELECT l.lane, x.id, x.due
FROM unnest(%(lanes)s::text[], %(since)s::timestamptz[], %(since_id)s::bigint[],
    %(ends)s::timestamptz[]) AS l(lane, since, since_id, ends)
CROSS JOIN LATERAL (
    SELECT c.id, c.next_due_at AS due FROM cases_case c
    WHERE c.handler_id = %(handler)s AND c.closed_at IS NULL
        AND (c.next_due_at, c.id) > (l.since, l.since_id)
        AND (%(everything)s OR c.branch_id = ANY(%(branches)s::bigint[]))
        AND (%(kind)s = '' OR c.kind = %(kind)s)
        AND (l.lane <> 'later' OR NOT c.waiting_for_customer)
    ORDER BY c.next_due_at, c.id LIMIT %(rows)s
) x
WHERE x.due < l.ends
"""

# The cases that I handle, by what breaks next in them, and the cases of others in which I have
# promised something, by my earliest promise. A case stands in one of the two halves only. For a
# handler the second half is read in vain, so there the end of the lane bounds it as well.
DUE_OF_OWNER = """
SELECT l.lane, x.id, x.due
FROM unnest(%(lanes)s::text[], %(since)s::timestamptz[], %(since_id)s::bigint[],
    %(ends)s::timestamptz[]) AS l(lane, since, since_id, ends)
CROSS JOIN LATERAL (
    SELECT h.id, h.due FROM (
        SELECT c.id, c.next_due_at AS due FROM cases_case c
        WHERE c.handler_id = %(handler)s AND c.closed_at IS NULL
            AND (c.next_due_at, c.id) > (l.since, l.since_id)
            AND (%(everything)s OR c.branch_id = ANY(%(branches)s::bigint[]))
            AND (%(kind)s = '' OR c.kind = %(kind)s)
            AND (l.lane <> 'later' OR NOT c.waiting_for_customer)
        ORDER BY c.next_due_at, c.id LIMIT %(rows)s
    ) h
    UNION ALL
    SELECT o.id, o.due FROM (
        SELECT p.case_id AS id, p.due_at AS due FROM cases_promise p
        JOIN cases_case c ON c.id = p.case_id
        WHERE p.owner_id = %(handler)s
            AND p.kept_at IS NULL AND p.withdrawn_at IS NULL AND p.paused_at IS NULL
            AND (p.due_at, p.case_id) > (l.since, l.since_id) AND p.due_at < l.ends
            AND c.handler_id IS DISTINCT FROM %(handler)s AND c.closed_at IS NULL
            AND (%(everything)s OR c.branch_id = ANY(%(branches)s::bigint[]))
            AND (%(kind)s = '' OR c.kind = %(kind)s)
            AND NOT EXISTS (
                SELECT 1 FROM cases_promise e
                WHERE e.case_id = p.case_id AND e.owner_id = %(handler)s
                    AND e.kept_at IS NULL AND e.withdrawn_at IS NULL AND e.paused_at IS NULL
                    AND (e.due_at, e.id) < (p.due_at, p.id))
        ORDER BY p.due_at, p.case_id LIMIT %(rows)s
    ) o
    ORDER BY due, id LIMIT %(rows)s
) x
WHERE x.due < l.ends
"""

WAITING = """
SELECT 'waiting_for_customer', c.id, c.state_since_at FROM cases_case c
WHERE c.closed_at IS NULL AND c.waiting_for_customer
    AND (c.next_due_at IS NULL OR c.next_due_at >= %(tomorrow)s)
    AND (c.state_since_at, c.id) > (%(since_one)s::timestamptz, %(since_one_id)s::bigint)
    AND (%(kind)s = '' OR c.kind = %(kind)s)
ORDER BY c.state_since_at, c.id LIMIT %(rows)s
"""

WAITING_OF_BRANCHES = """
SELECT 'waiting_for_customer', y.id, y.since FROM unnest(%(branches)s::bigint[]) AS b(id)
CROSS JOIN LATERAL (
    SELECT c.id, c.state_since_at AS since FROM cases_case c
    WHERE c.branch_id = b.id AND c.closed_at IS NULL AND c.waiting_for_customer
        AND (c.next_due_at IS NULL OR c.next_due_at >= %(tomorrow)s)
        AND (c.state_since_at, c.id) > (%(since_one)s::timestamptz, %(since_one_id)s::bigint)
        AND (%(kind)s = '' OR c.kind = %(kind)s)
    ORDER BY c.state_since_at, c.id LIMIT %(rows)s
) y
ORDER BY y.since, y.id LIMIT %(rows)s
"""

WAITING_OF_HANDLER = """
SELECT 'waiting_for_customer', c.id, c.state_since_at FROM cases_case c
WHERE c.handler_id = %(handler)s AND c.closed_at IS NULL AND c.waiting_for_customer
    AND (c.next_due_at IS NULL OR c.next_due_at >= %(tomorrow)s)
    AND (c.state_since_at, c.id) > (%(since_one)s::timestamptz, %(since_one_id)s::bigint)
    AND (%(everything)s OR c.branch_id = ANY(%(branches)s::bigint[]))
    AND (%(kind)s = '' OR c.kind = %(kind)s)
ORDER BY c.state_since_at, c.id LIMIT %(rows)s
"""

# One index for each branch: read from where the page begins, and no further than the page.
WITHOUT = """
SELECT 'without_promise', y.id, y.since FROM people_branch b
CROSS JOIN LATERAL (
    SELECT c.id, c.state_since_at AS since FROM cases_case c
    WHERE c.branch_id = b.id AND c.closed_at IS NULL AND NOT c.waiting_for_customer
        AND c.next_due_at IS NULL
        AND (c.state_since_at, c.id) > (%(since_one)s::timestamptz, %(since_one_id)s::bigint)
        AND (%(kind)s = '' OR c.kind = %(kind)s)
    ORDER BY c.state_since_at, c.id LIMIT %(rows)s
) y
WHERE %(everything)s OR b.id = ANY(%(branches)s::bigint[])
ORDER BY y.since, y.id LIMIT %(rows)s
"""

WITHOUT_OF_HANDLER = """
SELECT 'without_promise', c.id, c.state_since_at FROM cases_case c
WHERE c.handler_id = %(handler)s AND c.closed_at IS NULL AND NOT c.waiting_for_customer
    AND c.next_due_at IS NULL
    AND (%(everything)s OR c.branch_id = ANY(%(branches)s::bigint[]))
    AND (c.state_since_at, c.id) > (%(since_one)s::timestamptz, %(since_one_id)s::bigint)
    AND (%(kind)s = '' OR c.kind = %(kind)s)
ORDER BY c.state_since_at, c.id LIMIT %(rows)s
"""
