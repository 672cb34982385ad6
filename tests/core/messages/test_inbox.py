"""What readers find, what staff see, and what a button says before it is pressed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.cases.trial import later
from tests.core.messages.post import NOON, Customers
from yinuo.core.cases.models import Case
from yinuo.core.messages import queries
from yinuo.core.messages.commands import (
    MessageIsEmpty,
    MessageTooLong,
    OnlyPeopleWrite,
    Telling,
    mark_read,
    write_by_hand,
)
from yinuo.core.messages.links import LinkExpired, LinkNotGood, case_link, read_case_link
from yinuo.core.messages.models import Message
from yinuo.core.people.actors import SYSTEM, customer_actor


def telling(office: Customers, case: Case, **changes: Any) -> Telling:
    facts: dict[str, Any] = {
        "event_id": 0,
        "case_id": case.pk,
        "case_number": case.number,
        "event_type": "message.written",
        "data": {},
        "customer": office.customer,
        "handler": office.agent,
        "by": office.by_agent,
        "at": NOON,
    }
    return Telling(**{**facts, **changes})


def token_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_a_customer_reads_his_own_inbox_newest_first(office: Customers) -> None:
    case = office.open(NOON)
    office.tell("claim.registered", case, at=NOON)
    office.tell("claim.surveyed", case, at=later("1 hour", NOON))
    assert [m.reason for m in queries.inbox(office.by_customer)] == [
        "claim_surveyed",
        "claim_registered",
    ]


def test_a_sign_in_to_one_case_shows_that_case_and_what_follows_it(office: Customers) -> None:
    case, other = office.open(NOON), office.open(NOON)
    follow_up = office.open(NOON)
    Case.objects.filter(pk=follow_up.pk).update(about=case)
    for one in (case, other, follow_up):
        office.tell("claim.registered", one)
    actor = customer_actor(person_id=office.customer.pk, case_id=case.pk)
    assert {m.case_id for m in queries.inbox(actor)} == {case.pk, follow_up.pk}


def test_nobody_reads_what_was_said_to_another(office: Customers) -> None:
    office.tell("claim.registered")
    stranger = customer_actor(person_id=office.customer.pk + 1)
    assert not queries.inbox(stranger).exists()
    assert not queries.inbox(office.by_agent).exists()
    assert not queries.inbox(SYSTEM).exists()


def test_reading_is_marked_once_and_only_by_the_reader(office: Customers) -> None:
    inbox, email = office.tell("claim.registered")
    ids = [inbox.pk, email.pk]
    assert queries.unread(office.by_customer) == 1
    assert mark_read(message_ids=ids, by=office.by_agent, at=NOON) == 0
    assert mark_read(message_ids=ids, by=SYSTEM, at=NOON) == 0
    assert mark_read(message_ids=ids, by=office.by_customer, at=NOON) == 1
    assert mark_read(message_ids=ids, by=office.by_customer, at=later("1 hour", NOON)) == 0
    inbox.refresh_from_db()
    assert inbox.read_at == NOON
    assert queries.unread(office.by_customer) == 0


def test_the_page_of_a_case_shows_everything_that_was_said(office: Customers) -> None:
    case = office.open(NOON)
    office.tell("claim.registered", case)
    office.tell("promise.warned", case, data={"rule": "claims.dispatch"})
    office.tell("claim.registered")
    assert [(m.reason, m.channel) for m in queries.of_case(case.pk)] == [
        ("claim_registered", "inbox"),
        ("claim_registered", "email"),
        ("promise_warned", "inbox"),
    ]


def test_failed_letters_are_found_by_whoever_is_responsible(office: Customers) -> None:
    message = office.letter()
    Message.objects.filter(pk=message.pk).update(status="failed", why_not="smtp 550")
    assert list(queries.troubled(office.branch.path)) == [message]
    assert not queries.troubled("999.").exists()


def test_shown_words_lead_to_the_page_and_not_through_the_door(office: Customers) -> None:
    message = office.tell("claim.reported")[0]
    shown = queries.shown(message.body, "/track/T1")
    assert "/track/T1" in shown
    assert "{case-page}" not in shown


def test_a_button_says_what_the_customer_will_be_told(office: Customers) -> None:
    case = office.open(NOON)
    office.customer.email = ""
    (preview,) = queries.preview(
        event_type="claim.registered",
        case_id=case.pk,
        case_number=case.number,
        customer=office.customer,
        handler=office.agent,
        by=office.by_agent,
        at=NOON,
    )
    assert preview.to_customer
    assert (preview.channels, preview.why_not) == (("inbox",), {"email": "no_address"})
    told = office.tell("claim.registered", case)[0]
    assert (preview.subject, preview.body) == (told.subject, told.body)


def test_a_preview_writes_nothing(office: Customers) -> None:
    case = office.open(NOON)
    queries.preview(
        event_type="claim.registered",
        case_id=case.pk,
        case_number=case.number,
        customer=office.customer,
        handler=None,
        by=office.by_agent,
        at=NOON,
    )
    assert not Message.objects.exists()


def test_a_person_writes_in_his_own_words(office: Customers) -> None:
    case = office.open(NOON)
    ids = write_by_hand(
        telling=telling(office, case), text=" The part has come. \r\n", by=office.by_agent, at=NOON
    )
    inbox, email = Message.objects.order_by("pk")
    assert ids == [email.pk]
    assert "The part has come." in inbox.body
    assert (inbox.reason, inbox.by) == ("free_text", office.by_agent.id)


def test_own_words_cannot_place_the_link_that_signs_in(office: Customers) -> None:
    case = office.open(NOON)
    write_by_hand(
        telling=telling(office, case),
        text="Send this to my friend: {case-page} {{ customer_name }}",
        by=office.by_agent,
        at=NOON,
    )
    body = Message.objects.filter(channel="inbox").get().body
    assert "friend: {case-page}" not in body
    assert "{{ customer_name }}" in body


@pytest.mark.parametrize(
    ("text", "refusal"), [("  \n", MessageIsEmpty), ("x" * 4_001, MessageTooLong)]
)
def test_empty_and_endless_words_are_refused(
    office: Customers, text: str, refusal: type[Exception]
) -> None:
    case = office.open(NOON)
    with pytest.raises(refusal):
        write_by_hand(telling=telling(office, case), text=text, by=office.by_agent, at=NOON)


def test_machines_and_customers_do_not_sign_letters(office: Customers) -> None:
    case = office.open(NOON)
    for actor in (SYSTEM, office.by_customer):
        with pytest.raises(OnlyPeopleWrite):
            write_by_hand(telling=telling(office, case), text="Hello", by=actor, at=NOON)


def test_a_link_is_good_for_its_time_and_only_whole(office: Customers) -> None:
    token = token_of(case_link(case_id=7, person_id=9, at=NOON))
    page = read_case_link(token, at=later("719 hours", NOON))
    assert (page.case_id, page.person_id) == (7, 9)
    with pytest.raises(LinkExpired):
        read_case_link(token, at=later("720 hours", NOON))
    for broken in (token[:-1], "x" + token, "", "é", "x" * 10_000, token.replace(":", "", 1)):
        with pytest.raises(LinkNotGood):
            read_case_link(broken, at=NOON)
