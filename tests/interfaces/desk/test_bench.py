"""The bench through the desk: one call from the queue to its outcome, and what may go wrong."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import HAPPY, Asking, at_any_hour, train
from tests.areas.complaints.office import LETTER, complain, hire_officers, investigate
from tests.interfaces.desk.house import NOW
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.models import Attempt, CallBack, Response
from yinuo.areas.complaints import commands as complaints
from yinuo.core.cases.models import Case, Event
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import AccessRecord, Person
from yinuo.kit import queue

QUALITIES = ("was_professional", "was_efficient", "was_transparent", "was_warm")


@pytest.fixture
def ask(db: None) -> Asking:
    ask = asking.build(at=NOW - timedelta(hours=30))
    at_any_hour(ask.world, at=ask.at)
    due(ask.case)
    return ask


def due(case: Case) -> None:
    CallBack.objects.filter(pk=case.pk).update(
        channel="call", next_contact_at=NOW - timedelta(hours=1)
    )


def browser(ask: Asking, name: str = "agent") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(ask.world.staff[name])
    return client


def page(ask: Asking, tail: str = "") -> str:
    return f"/desk/bench/{ask.case.number}{tail}"


def press(client: Client, ask: Asking, noun: str, **sent: str) -> int:
    with queue.capture():
        return client.post(page(ask, f"/{noun}"), sent).status_code


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def question_on(shown: str) -> str:
    found = re.search(r'name="question" value="(\w+)"', shown)
    return found[1] if found else ""


def begin(client: Client, ask: Asking) -> None:
    assert press(client, ask, "start") == 303
    assert press(client, ask, "identity", said="A12345") == 303


def ask_all(client: Client, ask: Asking, **changes: str) -> None:
    answers = {**HAPPY, **dict.fromkeys(QUALITIES, "5"), **changes}
    while question := question_on(text(client, page(ask))):
        given = answers.get(question, "")
        sent = {"answer": given} if given else {"skip": "1"}
        assert press(client, ask, "answer", question=question, **sent) == 303


@pytest.mark.covers("CB-9", "CB-12", "CB-13", "CB-14", "CB-16", "CB-19", "HR-18")
def test_a_call_goes_from_the_queue_to_its_answers(ask: Asking) -> None:
    client = browser(ask)
    assert ask.case.number in text(client, "/desk/bench")
    begin(client, ask)
    ask_all(client, ask)
    assert "Read it back, then end" in text(client, page(ask))
    assert press(client, ask, "finish") == 303
    shown = text(client, "/desk/bench")
    assert "this call-back is complete" in shown
    assert ask.case.number not in shown
    kept = Response.objects.get()
    assert (kept.csat, kept.channel, kept.script) == (5, "call", "standard/1")
    assert Attempt.objects.get().outcome == "reached"


@pytest.mark.covers("CB-14")
def test_nothing_of_the_case_is_shown_before_we_know_who_is_there(ask: Asking) -> None:
    CallBack.objects.filter(pk=ask.case.pk).update(facts={"late": True})
    client = browser(ask)
    press(client, ask, "start")
    before = text(client, page(ask))
    assert "示例" not in before
    assert "工号" in before
    assert "Later than promised" not in before
    assert ask.row.followed.number not in before
    assert press(client, ask, "identity", said="京Z00000") == 422
    assert press(client, ask, "answer", question="satisfied", answer="5") == 303
    assert not Response.objects.exists()
    assert press(client, ask, "identity", said="沪A12345") == 303
    after = text(client, page(ask))
    assert "Later than promised" in after
    assert ask.row.followed.number in after


@pytest.mark.covers("CB-15", "CB-16")
def test_the_script_speaks_the_customers_language_and_fits_the_case(ask: Asking) -> None:
    Person.objects.filter(pk=ask.case.customer_id).update(vulnerability="hard of hearing")
    CallBack.objects.filter(pk=ask.case.pk).update(language="zh-hant")
    client = browser(ask)
    begin(client, ask)
    shown = text(client, page(ask))
    assert "您最近好嗎" in shown
    assert "這次理賠，您總體滿意嗎" in shown


@pytest.mark.covers("CARE-11", "CARE-12")
def test_prompts_follow_what_was_said_and_how_it_sounded(ask: Asking) -> None:
    client = browser(ask)
    begin(client, ask)
    assert "先不解释" not in text(client, page(ask))
    press(client, ask, "answer", question="satisfied", answer="1")
    assert "先不解释" in text(client, page(ask))
    press(client, ask, "answer", question="problem", answer="open")
    angry = "太气人了，拖了两个月，态度还特别差"
    press(client, ask, "answer", question="problem_words", answer=angry)
    assert "听得出来您很生气" in text(client, page(ask))


@pytest.mark.covers("CB-14", "CB-17")
@pytest.mark.parametrize("outcome", ["no_answer", "busy", "wrong_number"])
def test_every_outcome_leads_to_a_next_step(ask: Asking, outcome: str) -> None:
    client = browser(ask)
    press(client, ask, "start")
    assert press(client, ask, "outcome", outcome=outcome, number="1") == 303
    row = ask.row
    assert row.next_contact_at is not None
    assert row.next_contact_at > NOW
    assert row.channel
    assert "Recorded." in text(client, "/desk/bench")


@pytest.mark.covers("CB-14", "CB-17")
def test_who_is_cut_off_in_the_middle_was_reached_and_is_asked_the_rest(ask: Asking) -> None:
    client = browser(ask)
    press(client, ask, "start")
    assert 'value="reached"' not in text(client, page(ask))
    press(client, ask, "identity", said="A12345")
    press(client, ask, "answer", question="satisfied", answer="4")
    assert 'value="reached"' in text(client, page(ask))
    assert press(client, ask, "outcome", outcome="reached", number="1") == 303
    row = ask.row
    assert (row.case.state, row.calls) == ("reached", 1)
    assert row.next_contact_at is not None
    assert row.next_contact_at > NOW
    draft = queries.draft_of(row)
    assert draft is not None
    assert draft.answers == {"satisfied": 4}


@pytest.mark.covers("CB-22")
def test_later_is_the_time_that_the_customer_named(ask: Asking) -> None:
    client = browser(ask)
    press(client, ask, "start")
    assert press(client, ask, "outcome", outcome="later", number="1", next_at="") == 422
    assert press(client, ask, "outcome", outcome="later", number="1", next_at="soon") == 422
    wanted = timezone.localtime(NOW + timedelta(hours=26)).replace(second=0, microsecond=0)
    sent = wanted.strftime("%Y-%m-%dT%H:%M")
    assert press(client, ask, "outcome", outcome="later", number="1", next_at=sent) == 303
    assert (ask.row.channel, ask.row.next_contact_at) == ("call", wanted)


@pytest.mark.covers("CB-24")
def test_who_does_not_want_to_talk_is_left_in_peace(ask: Asking) -> None:
    client = browser(ask)
    press(client, ask, "start")
    assert press(client, ask, "outcome", outcome="refused", number="1") == 303
    assert Case.objects.get(pk=ask.case.pk).state == "stopped"
    other = asking.open_one(ask.world, at=ask.at, policy="P-200")
    due(other)
    ask.case = other
    press(client, ask, "start")
    assert press(client, ask, "never") == 303
    assert Case.objects.get(pk=other.pk).state == "opted_out"
    assert queries.NO_SURVEYS in Person.objects.get(pk=other.customer_id).opted_out


def test_a_closed_browser_and_a_second_tab_lose_nothing(ask: Asking) -> None:
    first = browser(ask)
    begin(first, ask)
    press(first, ask, "answer", question="satisfied", answer="4")
    second = browser(ask)
    assert "Back to the call" in text(second, "/desk/bench")
    shown = text(second, page(ask))
    assert question_on(shown) == "easy"
    press(second, ask, "answer", question="easy", answer="6")
    press(first, ask, "answer", question="easy", answer="7")
    assert Response.objects.get().answers == {"satisfied": 4, "easy": 7}
    press(first, ask, "start")
    assert Attempt.objects.count() == 1


def test_a_colleague_sees_that_the_customer_is_on_the_phone(ask: Asking) -> None:
    train(ask.world, "team_lead", at=ask.at)
    press(browser(ask), ask, "start")
    lead = browser(ask, "team_lead")
    assert ask.case.number not in text(lead, "/desk/bench")
    shown = text(lead, page(ask))
    assert "is on the phone with this customer" in shown
    assert "13900000001" not in shown
    press(lead, ask, "start")
    assert Attempt.objects.count() == 1


def test_the_outcome_pressed_twice_is_one_outcome(ask: Asking) -> None:
    client = browser(ask)
    press(client, ask, "start")
    for _ in range(2):
        press(client, ask, "outcome", outcome="no_answer", number="1")
    assert Event.objects.filter(case=ask.case, type="call_back.attempted").count() == 1


@pytest.mark.parametrize("outcome", ["", "married", "x" * 200, "reached; DROP TABLE"])
def test_an_outcome_that_is_none_is_refused(ask: Asking, outcome: str) -> None:
    client = browser(ask)
    press(client, ask, "start")
    assert press(client, ask, "outcome", outcome=outcome, number="1") == 422
    assert Attempt.objects.get().outcome == ""


@pytest.mark.covers("CB-10")
def test_without_training_the_bench_is_empty_and_says_why(ask: Asking) -> None:
    lead = browser(ask, "team_lead")
    shown = text(lead, "/desk/bench")
    assert "You have no valid training for call-backs" in shown
    assert ask.case.number not in shown
    press(lead, ask, "start")
    assert not Attempt.objects.exists()


@pytest.mark.covers("HR-26")
def test_a_hard_call_waits_for_somebody_with_the_second_training(ask: Asking) -> None:
    hard = asking.open_one(ask.world, at=ask.at, policy="P-200", occasion="refused")
    due(hard)
    client = browser(ask)
    shown = text(client, "/desk/bench")
    assert ask.case.number in shown
    assert hard.number not in shown
    assert "with a training that you do not have" in shown
    train(ask.world, "agent", kind="call_back_complex", at=ask.at)
    assert hard.number in text(client, "/desk/bench")


@pytest.mark.covers("CB-12")
def test_the_queue_keeps_to_the_language_that_was_chosen(ask: Asking) -> None:
    client = browser(ask)
    assert ask.case.number in text(client, "/desk/bench?language=zh-hans")
    assert ask.case.number not in text(client, "/desk/bench?language=en")
    assert ask.case.number in text(client, "/desk/bench?language=klingon")


def test_the_queue_takes_as_many_statements_for_two_calls_as_for_one(ask: Asking) -> None:
    client = browser(ask)
    text(client, "/desk/bench")
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as statements:
            shown = text(client, "/desk/bench")
        counted.append((shown.count("number-link"), len(statements)))
        if len(counted) == 1:
            due(asking.open_one(ask.world, at=ask.at, policy="P-200"))
    assert counted == [(1, counted[0][1]), (2, counted[0][1])]


def test_the_other_branch_and_other_roles_see_no_such_call(ask: Asking) -> None:
    assert browser(ask, "west").get(page(ask)).status_code == 404
    assert ask.case.number not in text(browser(ask, "west"), "/desk/bench")
    assert browser(ask, "surveyor").get("/desk/bench").status_code == 403
    assert browser(ask, "operator").get(page(ask)).status_code == 403


def test_showing_a_customer_on_the_bench_is_on_record(ask: Asking) -> None:
    client = browser(ask)
    text(client, "/desk/bench")
    text(client, page(ask))
    assert AccessRecord.objects.filter(what="desk.bench.call", case=ask.case).count() == 1
    assert AccessRecord.objects.filter(what="desk.bench").exists()


def test_who_answers_by_link_during_the_call_is_not_asked_again(ask: Asking) -> None:
    client = browser(ask)
    begin(client, ask)
    for question, raw in {**HAPPY, QUALITIES[ask.case.pk % 4]: "5"}.items():
        ask.answer(question, raw, at=timezone.now())
    with queue.capture():
        from_link = asking.finish(ask, at=timezone.now())
    assert press(client, ask, "answer", question="satisfied", answer="1") == 303
    assert press(client, ask, "finish") == 303
    assert Response.objects.get(pk=from_link.pk).csat == 5


def closed_complaint(ask: Asking) -> Asking:
    """Closed through the desk; what follows from that runs by itself."""
    insurer, at = ask.world, ask.at + timedelta(hours=1)
    hire_officers(insurer, at=ask.at)
    with queue.capture() as jobs:
        case = complain(insurer, ask.row.followed, at=at)
        name = investigate(insurer, case, at=at + timedelta(hours=1))
        at += timedelta(hours=2)
        complaints.decide(case=case, letter=LETTER, by=insurer[name], at=at)
        complaints.tell(case=case, how="phone", by=insurer[name], at=at)
        jobs.take()
        sent = {"agreed": "on"}
        closing = f"/desk/complaints/{case.number}/closing"
        assert browser(ask, name).post(closing, sent).status_code in (302, 303)
        for job in jobs.take():
            if job.task == "react":
                queue.run(job, at=timezone.now())
    row = CallBack.objects.select_related("case").get(followed=case)
    return Asking(insurer, row.case, ask.at)


@pytest.mark.covers("CB-3", "CB-27", "CB-28")
def test_after_a_complaint_both_rounds_are_held_on_the_phone(ask: Asking) -> None:
    train(ask.world, "agent", kind="call_back_complex", at=ask.at)
    after = closed_complaint(ask)
    assert (after.row.occasion, after.row.channel) == ("after_complaint", "call")
    client = browser(ask)
    begin(client, after)
    ask_all(client, after, answer_satisfied="1", solved="no", problem_words="补偿一直没有到账")
    assert press(client, after, "finish") == 303
    assert "we ask again" in text(client, "/desk/bench")
    assert (after.row.case.state, after.row.round) == ("waiting", 2)
    assert "There is nothing to ask here now" in text(client, page(after))
    # Four hours later what was open is mended, which brings the second round forward.
    earlier = timezone.now() - timedelta(hours=4)
    Attempt.objects.filter(call_back=after.row).update(at=earlier)
    with queue.capture():
        assert call_backs.bring_forward(case=after.case, by=SYSTEM, at=timezone.now())
    assert after.case.number in text(client, "/desk/bench")
    assert page(after, "/start") in text(client, page(after))
    begin(client, after)
    ask_all(client, after, solved="yes", satisfied="5")
    assert press(client, after, "finish") == 303
    assert "this call-back is complete" in text(client, "/desk/bench")
    assert [(one.round, one.csat) for one in queries.responses(after.row)] == [(2, 5), (1, 1)]
