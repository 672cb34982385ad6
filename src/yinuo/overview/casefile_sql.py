"""What stands beside the timeline of every case: notes, messages, other cases, in one statement."""

from __future__ import annotations

FILE = """
SELECT jsonb_build_object(
'notes', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT n.id, n.body, n.kind, n.erased_at IS NOT NULL AS erased, n.for_customer
    FROM cases_note n WHERE n.case_id = %(case)s ORDER BY n.at DESC LIMIT %(most)s) x),
'messages', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT m.event_id AS event, m.reason, m.person_id IS NOT NULL AS to_customer,
        w.name AS staff, m.channel, m.status, m.why_not, m.subject, m.body, m.written_at, m.read_at
    FROM messages_message m LEFT JOIN people_staff w ON w.id = m.staff_id
    WHERE m.case_id = %(case)s ORDER BY m.written_at DESC, m.id DESC LIMIT %(most)s) x),
'earlier', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT c.number, c.kind, c.opened_at FROM cases_case c
    WHERE c.customer_id = %(customer)s AND c.id <> %(case)s
        AND c.about_id IS DISTINCT FROM %(case)s AND c.id IS DISTINCT FROM %(about)s
        AND (%(everything)s OR starts_with(c.branch_path, %(branch_path)s))
    ORDER BY c.opened_at DESC, c.id DESC LIMIT %(most_earlier)s) x),
'followers', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT c.number, c.kind, c.opened_at, c.state, c.workflow_version,
        c.closed_at IS NOT NULL AS closed
    FROM cases_case c
    WHERE c.about_id = %(case)s AND (%(everything)s OR starts_with(c.branch_path, %(branch_path)s))
    ORDER BY c.opened_at DESC, c.id DESC LIMIT %(most)s) x)
)::text
"""
