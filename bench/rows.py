"""A large database in a minute, made by SQL: branches, staff, people, policies, cases, promises.

What the bench reads is as real as the application makes it; only the timelines have a single line
without a true hash, since no bench reads those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from tests import databases

BRANCHES = 40
STAFF_PER_BRANCH = 5
_PLACE = re.compile(r"\{(branches|staff|cases)\}")

_PEOPLE = """
INSERT INTO people_branch (id, name, code, path, phone, address)
    VALUES (1, '总公司', 'HQ', '1.', '', '');
INSERT INTO people_branch (id, name, code, parent_id, path, phone, address)
    SELECT g, '分公司 ' || g, 'B' || g, 1, '1.' || g || '.', '', ''
    FROM generate_series(2, {branches}) g;
INSERT INTO people_staff (id, username, password, name, email, work_phone, branch_id, roles,
        language, is_active, is_demo, on_duty, joined_at)
    SELECT g, 'bench' || g, '', '员工 ' || g, '', '', 1 + g %% {branches},
        CASE g / {branches} WHEN 0 THEN ARRAY['manager'] WHEN 1 THEN ARRAY['team_lead']
            ELSE ARRAY['agent', 'surveyor'] END,
        'zh-hans', true, false, true, now()
    FROM generate_series(1, {branches} * {staff}) g;
INSERT INTO people_person (id, kind, name, phone, phone_index, phone_last4_index, id_number,
        email, language, channel, do_not_disturb, opted_out, vulnerability, home_branch_id,
        created_at)
    SELECT g, 'individual',
        substr('王李张刘陈杨黄赵吴周徐孙马朱胡', 1 + g %% 15, 1)
            || substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛', 1 + g / 15 %% 15, 1) || g,
        '', sha256(('p' || g)::bytea), sha256(('l' || g %% 10000)::bytea), '', '', 'zh-hans',
        'email', '', ARRAY[]::varchar[], '', 1 + g %% {branches}, now()
    FROM generate_series(1, {cases}) g;
"""

_CASES = """
INSERT INTO cases_case (id, number, kind, workflow_version, state, care, customer_id, handler_id,
        branch_id, branch_path, opened_at, state_since_at, next_due_at, waiting_for_customer,
        revision, head_seq, head_hash)
    SELECT g, 'C26-' || lpad(g::text, 7, '0') || '-' || g %% 10, 'claim', 1,
        (ARRAY['registered', 'dispatched', 'surveyed', 'documented', 'decided'])[1 + g %% 5],
        'regular', g, 1 + (g - 1) %% ({branches} * {staff}), 1 + g %% {branches}, b.path,
        %(at)s::timestamptz - g * interval '30 seconds', %(at)s::timestamptz - interval '1 day',
        CASE WHEN g %% 10 = 0 THEN NULL
            WHEN g <= %(due)s::bigint THEN %(at)s::timestamptz - g * interval '1 second'
            ELSE %(at)s::timestamptz + (1 + g * 7919 %% 20000) * interval '1 minute' END,
        g %% 10 = 0, 1, 1, sha256(g::text::bytea)
    FROM generate_series(1, {cases}) g JOIN people_branch b ON b.id = 1 + g %% {branches};
"""

_CLAIMS = """
INSERT INTO policies_vehicle (id, plate, vin, make, model, use, seats)
    SELECT g, substr('京沪粤浙苏', 1 + g %% 5, 1) || chr(65 + g / 5 %% 20)
        || lpad((g / 100)::text, 5, '0'), '', '大众', '', 'family', 5
    FROM generate_series(1, {cases}) g;
INSERT INTO policies_policy (id, number, product, holder_id, vehicle_id, branch_id, starts_at,
        ends_at, premium, currency, sold_by)
    SELECT g, 'P2026' || lpad(g::text, 9, '0'), 'motor', g, g, 1 + g %% {branches},
        %(at)s::timestamptz - interval '100 days', %(at)s::timestamptz + interval '265 days',
        3000, 'CNY', ''
    FROM generate_series(1, {cases}) g;
INSERT INTO claims_claim (case_id, policy_id, plate, accident_at, accident_on, reported_at, door,
        reporter_name, reporter_phone, reporter_relation, driver_name, place, in_town, cause,
        circumstances, injured, dead, other_vehicles, currency, facts, confirmed_new)
    SELECT g, g, v.plate, %(at)s::timestamptz - interval '2 days',
        (%(at)s::timestamptz - interval '2 days')::date, %(at)s::timestamptz - interval '2 days',
        'web', '', '', '', '', '解放路 1 号', true, 'collision', '', 0, 0, 1, 'CNY', '{}', false
    FROM generate_series(1, {cases}) g JOIN policies_vehicle v ON v.id = g;
"""

_PROMISES = """
INSERT INTO cases_promise (case_id, rule, rule_revision, subject, round, audience, statutory,
        owner_id, owner_role, "limit", roll_forward, pausable, started_at, due_at, provisional,
        withdrawn_why, checks, checks_done, next_check_at)
    SELECT c.id, r.rule, 0, '', 1, 'customer', false, c.handler_id, 'handler', '1 day', false, '[]',
        d.due_at - interval '1 day', d.due_at, false, '',
        CASE WHEN %(notices)s
            THEN jsonb_build_array(jsonb_build_array(t.due, 'miss', ''),
                jsonb_build_array(t.due, 'escalate', 'handler'))
            ELSE jsonb_build_array(jsonb_build_array(t.due, 'miss', '')) END, 0, d.due_at
    FROM cases_case c
    CROSS JOIN unnest(%(rules)s::text[]) WITH ORDINALITY AS r(rule, place)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN r.place = 1 AND c.id <= %(due)s::bigint
            THEN %(at)s::timestamptz - c.id * interval '1 second'
            ELSE %(at)s::timestamptz + (1 + c.id * 7919 %% 20000) * interval '1 minute'
                + (r.place - 1) * interval '5 days' END AS due_at
    ) d
    CROSS JOIN LATERAL (
        SELECT to_char(d.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS+00:00') AS due
    ) t;
"""


@contextmanager
def database(name: str, template: str = "") -> Iterator[str]:
    """A database of its own, migrated or a copy of another, that is dropped in the end."""
    template = template or databases.prepare()
    own = databases.clone_name(name)
    before = connections["default"].settings_dict["NAME"]
    databases.clone(template, own)
    databases.point_django_at(own)
    try:
        yield own
    finally:
        connections.close_all()
        databases.point_django_at(before)
        databases.drop(own)


RULES = ("claims.decision", "claims.payment", "claims.papers_list", "claims.delay_notice")


def fill(*, cases: int, due: int, at: str, claims: bool = True, notices: bool = False) -> None:
    """So many cases with four open promises each, of which `due` are due at that moment.

    With `notices` the handler is told of each miss at the same moment.
    """
    sizes = {"branches": BRANCHES, "staff": STAFF_PER_BRANCH, "cases": cases}
    values: dict[str, Any] = {"at": at, "due": due, "rules": list(RULES), "notices": notices}
    blocks = (_PEOPLE, _CASES, _CLAIMS, _PROMISES) if claims else (_PEOPLE, _CASES, _PROMISES)
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET maintenance_work_mem = '256MB'")
        indexes = _without_indexes(cursor)
        for statement in filter(str.strip, ";".join(blocks).split(";")):
            cursor.execute(_PLACE.sub(lambda found: str(sizes[found[1]]), statement), values)
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("SELECT setval('cases_number_seq', %s)", [cases + 1])
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET synchronous_commit")


def _without_indexes(cursor: CursorWrapper) -> list[str]:
    """Drop the indexes of the large tables that no constraint needs; returns how to make them."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index i"
        " WHERE indrelid IN ('cases_promise'::regclass, 'cases_case'::regclass,"
        " 'people_person'::regclass) AND NOT indisunique"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f"DROP INDEX {name}")
    return [definition for _name, definition in found]
