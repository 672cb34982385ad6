"""An event is told: rows, channels, language, and what is kept back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from tests.core.messages.post import MIDNIGHT, NOON, Customers
from yinuo.core.cases import commands as cases
from yinuo.core.messages import commands as messages
from yinuo.core.messages.models import Message
from yinuo.kit import queue


def test_an_event_is_told_in_the_inbox_and_by_email(office: Customers) -> None:
    inbox, email = office.tell("claim.registered")
    assert (inbox.channel, inbox.status, inbox.sent_at) == ("inbox", "sent", NOON)
    assert (email.channel, email.status, email.sent_at) == ("email", "queued", None)
    assert {m.reason for m in (inbox, email)} == {"claim_registered"}
    assert inbox.case is not None
    assert inbox.case.number in inbox.subject
    assert office.customer.name in inbox.body


def test_an_event_without_a_reason_tells_nobody(office: Customers) -> None:
    assert office.tell("trial.opened") == []


def test_only_what_has_to_leave_the_house_becomes_a_job(office: Customers) -> None:
    with queue.capture() as jobs:
        email = office.letter()
        office.customer.email = ""
        office.customer.save()
        office.tell("claim.registered")
    sending = [job for job in jobs.take() if job.task == "send_messages"]
    assert [job.arguments["message_ids"] for job in sending] == [[email.pk]]


def test_whoever_has_no_address_finds_it_in_the_inbox_and_we_know_why(office: Customers) -> None:
    office.customer.email = ""
    office.customer.save()
    inbox, email = office.tell("claim.registered")
    assert inbox.status == "sent"
    assert (email.status, email.why_not) == ("not_sent", "no_address")


def test_the_reader_is_told_in_his_own_language(office: Customers) -> None:
    office.customer.language = "en"
    office.customer.save()
    english = office.tell("claim.registered")[0]
    office.customer.language = "zh-hant"
    office.customer.save()
    traditional = office.tell("claim.registered")[0]
    assert english.language == "en"
    assert english.body.isascii()
    assert "您" in traditional.body
    assert traditional.subject != english.subject


def test_the_subject_says_nothing_about_the_person(office: Customers) -> None:
    office.customer.name = "Unmistakable"
    office.customer.save()
    for reason in ("claim.reported", "claim.registered", "claim.surveyed", "document.rejected"):
        for message in office.tell(reason, facts={"plate": "京A12345", "place": "Ring road"}):
            assert "Unmistakable" not in message.subject
            assert message.case is not None
            assert "12345" not in message.subject.replace(message.case.number, "")


def test_the_link_that_opens_the_case_is_never_stored(office: Customers) -> None:
    for message in office.tell("claim.reported"):
        assert "{case-page}" in message.body
        assert "http" not in message.body


def test_a_fact_is_taken_as_it_is_and_never_as_a_template(office: Customers) -> None:
    office.customer.name = "{{ case_number }}{% if %}<b>"
    office.customer.save()
    (inbox, _email) = office.tell("claim.registered")
    assert "{{ case_number }}{% if %}<b>" in inbox.body


def test_staff_named_by_the_event_are_told_and_not_the_customer(office: Customers) -> None:
    data = {"rule": "claims.dispatch", "due": NOON.isoformat(), "staff": [office.lead.pk]}
    told = office.tell("promise.escalated", data=data)
    assert {m.staff_id for m in told} == {office.lead.pk}
    assert {m.person_id for m in told} == {None}
    assert {(m.channel, m.why_not) for m in told} == {("inbox", ""), ("email", "no_address")}


def test_when_the_event_names_nobody_the_handler_is_told(office: Customers) -> None:
    told = office.tell("promise.warned", data={"rule": "claims.dispatch"})
    assert {m.staff_id for m in told} == {office.agent.pk}


def test_quiet_hours_that_the_customer_asked_for_make_email_wait(office: Customers) -> None:
    office.customer.do_not_disturb = "21:00-09:00"
    office.customer.save()
    inbox, email = office.tell("claim.registered", at=MIDNIGHT)
    assert inbox.sent_at == MIDNIGHT
    assert email.not_before_at is not None
    assert email.not_before_at.isoformat() == "2026-03-03T01:00:00+00:00"


def test_the_same_event_has_the_same_message_id_whenever_it_is_told(office: Customers) -> None:
    email = office.letter()
    found = email.message_id
    assert email.case is not None
    email.delete()
    telling = messages.Telling(
        event_id=email.event_id or 0,
        case_id=email.case_id,
        case_number=email.case.number,
        event_type="claim.registered",
        data={},
        customer=office.customer,
        handler=office.agent,
        by=office.by_agent,
        at=NOON,
    )
    Message.objects.filter(event=email.event_id).delete()
    messages.write_many([telling])
    assert Message.objects.get(channel="email").message_id == found


def test_message_ids_carry_our_domain_and_nothing_to_guess_from(
    office: Customers, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Yinuo <claims@insurer.example>"
    email = office.letter()
    assert email.message_id.endswith("@insurer.example>")
    assert email.case is not None
    assert email.case.number not in email.message_id


def test_a_set_of_cases_is_told_in_one_insert(office: Customers) -> None:
    opened = office.open_many(20, NOON)
    nothing: dict[str, object] = {}
    lines = [(case, "claim.registered", nothing) for case in opened]
    with CaptureQueriesContext(connection) as one_run:
        cases.record_many(lines, by=office.by_agent, at=NOON)
    inserts = [q for q in one_run.captured_queries if 'INTO "messages_message"' in q["sql"]]
    assert len(inserts) == 1
    assert Message.objects.filter(event__isnull=False).count() == 40


def test_when_the_command_fails_nothing_was_told(office: Customers) -> None:
    case = office.open(NOON)

    def tell_and_fail() -> None:
        with cases.transaction():
            cases.record(case=case, type="claim.registered", data={}, by=office.by_agent, at=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()
    assert not Message.objects.exists()
