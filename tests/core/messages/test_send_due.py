"""Letters leave over real SMTP: once each, whatever the server says and wherever we die."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from tests.core.cases.trial import later
from tests.core.messages.post import MIDNIGHT, NOON, Customers, MailServer
from yinuo.core.messages.commands import Sent, send_code, send_due
from yinuo.core.messages.links import read_case_link
from yinuo.core.messages.models import Message
from yinuo.core.messages.sending import CodeNotSent, NoWayToSend
from yinuo.core.rulebook.models import RuleRevision

SEND = """
import sys, datetime, django
django.setup()
from yinuo.core.messages.commands import send_due
send_due(at=datetime.datetime.fromisoformat(sys.argv[1]))
"""


def revise(key: str, value: object) -> None:
    RuleRevision.objects.create(
        key=key,
        number=1,
        value=value,
        why="For this test.",
        source="test",
        by="staff:1",
        made_at=NOON,
        in_force_from=NOON,
    )


def again(message: Message) -> Message:
    message.refresh_from_db()
    return message


def test_a_letter_arrives_as_text_and_as_a_page_in_the_readers_language(
    office: Customers, mail: MailServer
) -> None:
    message = office.letter()
    assert send_due(at=NOON) == Sent(claimed=1, sent=1)
    (letter,) = mail.letters
    assert mail.recipients == ["wang@example.com"]
    assert letter["Message-ID"] == message.message_id
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "zh-hans"
    assert letter["Subject"] == message.subject
    plain = letter.get_body(("plain",))
    page = letter.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert office.customer.name in plain.get_content()
    assert '<html lang="zh-hans">' in page.get_content()
    again(message)
    assert (message.status, message.sent_at, message.tries) == ("sent", NOON, 1)


def test_the_link_in_a_letter_opens_this_case_for_this_reader(
    office: Customers, mail: MailServer
) -> None:
    (_inbox, message) = office.tell("claim.reported")
    send_due(at=NOON)
    body = mail.letters[0].get_body(("plain",))
    assert body is not None
    address = next(word for word in body.get_content().split() if "/track/open/" in word)
    token = address[address.index("http") :].rpartition("/")[2]
    page = read_case_link(token, at=NOON)
    assert (page.case_id, page.person_id) == (message.case_id, office.customer.pk)


def test_markup_in_a_name_stays_a_name(office: Customers, mail: MailServer) -> None:
    office.customer.name = '<img src="x">'
    office.customer.save()
    office.letter()
    send_due(at=NOON)
    page = mail.letters[0].get_body(("html",))
    assert page is not None
    assert "<img" not in page.get_content()
    assert "&lt;img" in page.get_content()


def test_a_batch_goes_through_one_connection(office: Customers, mail: MailServer) -> None:
    office.letters(7)
    assert send_due(at=NOON) == Sent(claimed=7, sent=7)
    assert mail.connections == 1


def test_each_letter_of_a_batch_costs_two_statements(office: Customers, mail: MailServer) -> None:
    office.letters(3)
    with CaptureQueriesContext(connection) as few:
        send_due(at=NOON)
    office.letters(13)
    with CaptureQueriesContext(connection) as many:
        send_due(at=NOON)
    assert len(many) - len(few) == 2 * 10


def test_nothing_is_sent_twice_by_asking_twice(office: Customers, mail: MailServer) -> None:
    message = office.letter()
    send_due([message.pk], at=NOON)
    assert send_due([message.pk], at=later("1 hour", NOON)) == Sent()
    assert len(mail.letters) == 1


def test_only_the_letters_named_are_sent(office: Customers, mail: MailServer) -> None:
    first, second = office.letters(2)
    send_due([second.pk], at=NOON)
    assert mail.ids == [second.message_id]
    assert again(first).status == "queued"


def test_a_letter_waits_until_the_quiet_hours_are_over(office: Customers, mail: MailServer) -> None:
    office.customer.do_not_disturb = "21:00-09:00"
    office.customer.save()
    message = office.letter(at=MIDNIGHT)
    assert send_due([message.pk], at=MIDNIGHT) == Sent()
    assert send_due(at=later("9 hours", MIDNIGHT)) == Sent(claimed=1, sent=1)


def test_come_again_later_means_that_we_come_again_later(
    office: Customers, mail: MailServer
) -> None:
    message = office.letter()
    mail.answers = ["451 try again", "250 OK"]
    assert send_due(at=NOON) == Sent(claimed=1, later=1)
    again(message)
    assert (message.status, message.why_not) == ("queued", "smtp 451")
    assert message.not_before_at == later("1 minute", NOON)
    assert send_due(at=NOON) == Sent()
    assert send_due(at=later("1 minute", NOON)) == Sent(claimed=1, sent=1)
    again(message)
    assert (message.status, message.tries, message.possibly_sent_twice) == ("sent", 2, False)


def test_no_means_no(office: Customers, mail: MailServer) -> None:
    message = office.letter()
    mail.refuse_recipient = "550 5.1.1 no such wang@example.com"
    assert send_due(at=NOON) == Sent(claimed=1, failed=1)
    again(message)
    assert (message.status, message.why_not) == ("failed", "smtp 550")
    assert send_due(at=later("30 days", NOON)) == Sent()


def test_one_refused_letter_does_not_hold_up_the_others(
    office: Customers, mail: MailServer
) -> None:
    messages = office.letters(3)
    mail.answers = ["250 OK", "554 we do not like this one", "250 OK"]
    assert send_due(at=NOON) == Sent(claimed=3, sent=2, failed=1)
    assert [again(m).status for m in messages] == ["sent", "failed", "sent"]


def test_tries_are_bounded(office: Customers, mail: MailServer) -> None:
    message = office.letter()
    mail.answers = ["451 later"] * 20
    at = NOON
    for _ in range(20):
        send_due(at=at)
        at = later("1 day", at)
    again(message)
    assert (message.status, message.tries, message.why_not) == ("failed", 6, "smtp 451")


def test_a_server_that_is_down_is_asked_once_for_the_whole_batch(
    office: Customers, settings: Settings, mail: MailServer
) -> None:
    messages = office.letters(5)
    settings.EMAIL_PORT = 1
    assert send_due(at=NOON) == Sent(claimed=5, later=5)
    assert {again(m).status for m in messages} == {"queued"}
    assert [m.possibly_sent_twice for m in messages] == [False] * 5
    settings.EMAIL_PORT = mail.port
    assert send_due(at=later("1 minute", NOON)) == Sent(claimed=5, sent=5)


def test_a_line_that_breaks_after_the_content_leaves_a_doubt_and_says_so(
    office: Customers, mail: MailServer
) -> None:
    message = office.letter()
    mail.answers = ["drop"]
    assert send_due(at=NOON) == Sent(claimed=1, later=1)
    assert again(message).possibly_sent_twice
    send_due(at=later("1 minute", NOON))
    again(message)
    assert (message.status, message.possibly_sent_twice) == ("sent", True)
    assert mail.ids == [message.message_id] * 2


def test_a_broken_line_does_not_hold_up_the_next_letter(
    office: Customers, mail: MailServer
) -> None:
    office.letters(3)
    mail.answers = ["drop"]
    assert send_due(at=NOON) == Sent(claimed=3, sent=2, later=1)
    assert mail.connections == 2


def test_whoever_opted_out_meanwhile_is_left_alone(office: Customers, mail: MailServer) -> None:
    message = office.letter()
    office.customer.opted_out = ["email"]
    office.customer.save()
    assert send_due(at=NOON) == Sent(claimed=1, failed=1)
    assert again(message).why_not == "opted_out"
    assert mail.letters == []


def test_a_sandbox_speaks_to_nobody(
    office: Customers, mail: MailServer, settings: Settings
) -> None:
    message = office.letter()
    settings.YINUO_SANDBOX = True
    assert send_due(at=NOON) == Sent(claimed=1, sent=1)
    assert again(message).status == "sent"
    assert mail.letters == []


def test_a_worker_killed_between_sending_and_marking_leaves_a_doubt_and_says_so(
    committed_office: Customers, mail: MailServer, database_url: str
) -> None:
    message = committed_office.letter()
    mail.answers = ["kill"]
    worker = start_worker(NOON, mail, database_url)
    mail.victim = worker.pid
    assert worker.wait(timeout=60) == -9
    assert again(message).status == "sending"
    assert send_due(at=later("9 minutes", NOON)) == Sent()
    assert send_due(at=later("10 minutes", NOON)) == Sent(claimed=1, sent=1)
    again(message)
    assert (message.status, message.possibly_sent_twice) == ("sent", True)
    assert mail.ids == [message.message_id] * 2


def test_a_letter_whose_workers_keep_dying_is_given_to_a_person(
    office: Customers, mail: MailServer
) -> None:
    message = office.letter()
    Message.objects.filter(pk=message.pk).update(status="sending", tries=6, not_before_at=NOON)
    assert send_due(at=NOON) == Sent(claimed=1, failed=1)
    again(message)
    assert (message.why_not, message.possibly_sent_twice) == ("outcome_unknown", True)
    assert mail.letters == []


def test_eight_workers_send_each_letter_once(committed_office: Customers, mail: MailServer) -> None:
    messages = committed_office.letters(60)
    revise("channels.email.batch", 4)

    def work(_: int) -> int:
        try:
            sent = 0
            while batch := send_due(at=NOON).sent:
                sent += batch
            return sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 60
    assert sorted(mail.ids) == sorted(m.message_id for m in messages)
    assert set(Message.objects.filter(channel="email").values_list("status", "tries")) == {
        ("sent", 1)
    }


def test_whoever_comes_back_late_does_not_overwrite_what_happened_since(
    committed_office: Customers, mail: MailServer
) -> None:
    message = committed_office.letter()
    mail.answers = ["554 no"]

    def taken_over_by_another() -> None:
        Message.objects.filter(pk=message.pk).update(tries=2, status="sent", sent_at=NOON)
        connections.close_all()

    mail.meanwhile = taken_over_by_another
    send_due(at=NOON)
    assert again(message).status == "sent"


def test_a_batch_that_took_too_long_leaves_the_rest_to_whoever_took_it_over(
    committed_office: Customers, mail: MailServer
) -> None:
    first, second = committed_office.letters(2)

    def another_worker_claims_the_second() -> None:
        Message.objects.filter(pk=second.pk).update(tries=2)
        connections.close_all()

    mail.meanwhile = another_worker_claims_the_second
    assert send_due(at=NOON) == Sent(claimed=2, sent=1)
    assert mail.ids == [first.message_id]
    assert again(second).status == "sending"


def test_a_full_batch_says_that_there_may_be_more(office: Customers, mail: MailServer) -> None:
    office.letters(5)
    revise("channels.email.batch", 3)
    assert send_due(at=NOON) == Sent(claimed=3, sent=3, full=True)
    assert send_due(at=NOON) == Sent(claimed=2, sent=2)


def test_no_transaction_is_open_while_the_server_is_spoken_to(
    committed_office: Customers, mail: MailServer
) -> None:
    committed_office.letter()
    states: list[str] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            states.extend(state for (state,) in cursor.fetchall())
        connections.close_all()

    mail.meanwhile = look
    send_due(at=NOON)
    assert states
    assert set(states) == {"idle"}


def test_a_code_is_sent_at_once_and_kept_nowhere(office: Customers, mail: MailServer) -> None:
    office.customer.do_not_disturb = "21:00-09:00"
    office.customer.opted_out = ["email"]
    send_code(person=office.customer, code="004711", minutes=10, at=MIDNIGHT)
    body = mail.letters[0].get_body(("plain",))
    assert body is not None
    assert "004711" in body.get_content()
    assert "004711" not in mail.letters[0]["Subject"]
    assert not Message.objects.exists()


def test_a_code_that_cannot_be_sent_is_the_readers_to_see(
    office: Customers, mail: MailServer
) -> None:
    mail.answers = ["451 later"]
    with pytest.raises(CodeNotSent):
        send_code(person=office.customer, code="004711", minutes=10, at=NOON)
    office.customer.email = ""
    with pytest.raises(NoWayToSend):
        send_code(person=office.customer, code="004711", minutes=10, at=NOON)


def start_worker(at: datetime, mail: MailServer, database_url: str) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "yinuo.conf.testing",
        "YINUO_SMTP_HOST": "127.0.0.1",
        "YINUO_SMTP_PORT": str(mail.port),
        "YINUO_SMTP_TLS": "no",
    }
    return subprocess.Popen([sys.executable, "-c", SEND, at.isoformat()], env=environment)
