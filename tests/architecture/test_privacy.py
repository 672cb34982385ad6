"""Who a claim is about stays where it belongs: not in timelines, logs, jobs or addresses."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from django.db import connection

from tests.interfaces.api import callers
from tests.interfaces.api.callers import House, done
from tests.interfaces.api.test_journey import act, bank_answers, carry_to_decision
from yinuo.core.cases.models import Case, Event
from yinuo.interfaces.common import actions

PRIVATE = {
    "holder": "样例客户甲",
    "holder's telephone": "13900000001",
    "holder's address": "customer@example.com",
    "reporter": "报案人乙",
    "reporter's telephone": "13911112222",
    "driver": "驾驶员丙",
    "account": "6222020000000000000",
    "what a note says": "客户母亲住院",
}
REPORTER = {
    "reporter_name": PRIVATE["reporter"],
    "reporter_phone": PRIVATE["reporter's telephone"],
    "driver_name": PRIVATE["driver"],
}


@pytest.fixture
def told(db: None, caplog: pytest.LogCaptureFixture) -> tuple[House, str, str]:
    """A claim carried to the bank and back, its number, and everything that was logged."""
    caplog.set_level("INFO")
    house = callers.build()
    number = carry_to_decision(house, **REPORTER)
    act(house, number, "note", "agent", body=PRIVATE["what a note says"])
    act(house, number, "payment-instruction", "cashier", loss=1)
    done(house["cashier"].post("/bank/batches"), 201)
    bank_answers(house)
    done(house["agent"].get(f"/claims/{number}"))
    return house, number, caplog.text


def private_in(text: str) -> set[str]:
    return {what for what, value in PRIVATE.items() if value in unquote(text)}


def test_a_whole_journey_leaves_no_private_word_where_it_does_not_belong(
    told: tuple[House, str, str],
) -> None:
    _house, number, logged = told
    case = Case.objects.get(number=number)
    lines = [event.data for event in Event.objects.filter(case=case)]
    assert len(lines) > 10
    assert not private_in(json.dumps(lines, ensure_ascii=False))
    assert "'event': 'request'" in logged
    assert not private_in(logged)
    with connection.cursor() as cursor:
        cursor.execute("select args::text from procrastinate_jobs")
        jobs = "".join(row[0] for row in cursor.fetchall())
    assert jobs
    assert not private_in(jobs)


def test_telephones_and_accounts_are_not_readable_in_any_table(
    told: tuple[House, str, str],
) -> None:
    """Names stand plain, so that they can be searched; these never do."""
    hidden = [PRIVATE[key] for key in ("holder's telephone", "reporter's telephone", "account")]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"select coalesce(string_agg(t::text, ' '), '') from {table} t")
            content = cursor.fetchone()[0]
            assert not [value for value in hidden if value in content], table


def test_addresses_are_made_of_numbers_and_nouns_only(told: tuple[House, str, str]) -> None:
    house, number, _logged = told
    shown = done(house["agent"].get(f"/claims/{number}"))
    addresses = [one["href"] for one in shown["actions"]]
    assert addresses
    for address in addresses:
        assert address.rpartition("/")[2] in actions.CLAIM_ACTIONS
        assert not private_in(address)
