"""The questions of a call-back as the customer meets them, without any script in the browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import HAPPY, Asking
from tests.interfaces.portal.visitors import CHINESE, ENGLISH, now
from yinuo import automation
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.models import CallBack, Response
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.messages.links import answer_link
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import AccessRecord, Person
from yinuo.kit import queue

QUALITIES = ("was_professional", "was_efficient", "was_transparent", "was_warm")


@pytest.fixture
def ask(db: None) -> Asking:
    return invited(asking.build(at=now() - timedelta(minutes=5)))


def invited(ask: Asking) -> Asking:
    with queue.capture():
        call_backs.invite(case=ask.case, by=SYSTEM, at=ask.at)
    return ask


def link_of(ask: Asking) -> str:
    link = answer_link(case_id=ask.case.pk, person_id=ask.case.customer_id, at=now())
    return link[link.index("/track/") :]


def page_of(ask: Asking) -> str:
    return f"/call-backs/{ask.case.number}/questions"


def text_of(visitor: Client, ask: Asking, query: str = "") -> str:
    answer = visitor.get(page_of(ask) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def question_on(text: str) -> str:
    found = re.search(r'name="question" value="(\w+)"', text)
    return found[1] if found else ""


def walk(visitor: Client, ask: Asking, **changes: str) -> list[str]:
    """Answer every screen; what is not named is answered well."""
    answers = {**HAPPY, **dict.fromkeys(QUALITIES, "5"), **changes}
    shown = []
    with queue.capture():
        while question := question_on(text_of(visitor, ask)):
            shown.append(question)
            given = {"question": question, "answer": answers.get(question, "")}
            assert visitor.post(page_of(ask), given).status_code == 303
    return shown


@pytest.mark.covers("CB-1", "CB-8", "CB-11", "CB-19", "CB-29")
def test_the_link_opens_the_questions_one_a_screen_until_thank_you(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    opened = visitor.get(link_of(ask))
    assert (opened.status_code, opened["Location"]) == (303, page_of(ask))
    first = text_of(visitor, ask)
    assert "How satisfied are you with the way we handled your claim?" in first
    assert first.count('class="question"') == 1
    assert "1 / 7" in first
    shown = walk(visitor, ask)
    assert len(shown) == len(set(shown)) == 7
    assert "Thank you" in text_of(visitor, ask)
    kept = Response.objects.get()
    assert (kept.csat, kept.nps, kept.ces, kept.channel) == (5, 10, 7, "portal")
    assert Case.objects.get(pk=ask.case.pk).state == "completed"


@pytest.mark.covers("CB-23")
@pytest.mark.parametrize(
    ("facts", "question"),
    [
        ({"late": True}, "told_of_delay"),
        ({"part_paid": True}, "sum_explained"),
        ({"asked_twice": True}, "papers_clear"),
    ],
)
@pytest.mark.django_db
def test_the_questions_fit_what_happened(facts: dict[str, bool], question: str) -> None:
    ask = invited(asking.build(at=now() - timedelta(minutes=5), facts=facts))
    visitor = Client(headers=CHINESE)
    visitor.get(link_of(ask))
    answers = {"told_of_delay": "yes", "sum_explained": "4", "papers_clear": "yes"}
    assert question in walk(visitor, ask, **answers)


@pytest.mark.covers("CB-8")
def test_who_leaves_in_the_middle_comes_back_to_the_same_place_on_another_phone(
    ask: Asking,
) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    visitor.post(page_of(ask), {"question": "satisfied", "answer": "4"})
    visitor.post(page_of(ask), {"question": "easy", "skip": "1"})
    other = Client(headers=CHINESE)
    other.get(link_of(ask))
    text = text_of(other, ask)
    assert question_on(text) in QUALITIES
    assert "3 / 7" in text


def test_going_back_shows_what_was_said_and_lets_it_be_changed(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    visitor.post(page_of(ask), {"question": "satisfied", "answer": "4"})
    text = text_of(visitor, ask)
    assert f'{page_of(ask)}?q=satisfied"' in text
    earlier = text_of(visitor, ask, "?q=satisfied")
    assert re.search(r'value="4" aria-pressed="true"', earlier)
    visitor.post(page_of(ask), {"question": "satisfied", "answer": "2"})
    assert Response.objects.get().answers["satisfied"] == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"question": "satisfied", "answer": ""}, "This question needs an answer."),
        ({"question": "satisfied", "answer": "9"}, "Choose a number from 1 to 5."),
        ({"question": "satisfied", "answer": "good"}, "Choose a number from 1 to 5."),
        ({"question": "satisfied", "answer": ["1", "5"]}, "Choose one of the answers"),
    ],
)
def test_a_refused_answer_says_what_to_change_at_its_question(
    ask: Asking, sent: dict[str, object], said: str
) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    answer = visitor.post(page_of(ask), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert question_on(text) == "satisfied"


def test_words_are_shown_again_when_they_are_too_many(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    answer = visitor.post(page_of(ask), {"question": "suggestion", "answer": "好" * 1001})
    assert answer.status_code == 422
    assert "好" * 1001 in answer.content.decode()


def test_a_question_that_is_not_asked_is_not_there(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    for name in ("problem_words", "' OR 1=1", "x" * 300):
        sent = {"question": name, "answer": "1"}
        assert visitor.post(page_of(ask), sent).status_code == 404


@pytest.mark.covers("CB-25")
def test_after_finishing_the_link_shows_what_we_did_and_signs_nobody_in(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    with queue.capture() as jobs:
        walk(visitor, ask, satisfied="1", problem="open", problem_words="少赔三千，没有人解释")
        told = Event.objects.get(case=ask.case, type="call_back.answered")
        automation.react(event_ids=[told.pk], at=now())
        jobs.take()
    other = Client(headers=ENGLISH)
    answer = other.get(link_of(ask))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Thank you" in text
    assert "What we did with what you said" in text
    assert question_on(text) == ""
    assert Case.objects.get(kind="concern").number not in text
    assert AccessRecord.objects.filter(what="portal.used_link", case=ask.case).exists()
    # The link is used up: neither the questions nor the claim open by it.
    for page in (page_of(ask), f"/claims/{ask.row.followed.number}"):
        turned_away = other.get(page)
        assert (turned_away.status_code, turned_away["Location"][:7]) == (303, "/track/")
    sent = {"question": "satisfied", "answer": "5"}
    assert other.post(page_of(ask), sent)["Location"][:7] == "/track/"
    assert Response.objects.get().csat == 1
    # Whoever answered is still signed in, and sees the page with its numbers.
    assert visitor.get(link_of(ask))["Location"] == page_of(ask)
    assert Case.objects.get(kind="concern").number in text_of(visitor, ask)


@pytest.mark.covers("CB-25", "FB-5")
@pytest.mark.parametrize("left", ["stop", "forgotten"])
def test_a_bad_score_in_questions_left_in_the_middle_opens_one_concern(
    ask: Asking, left: str
) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    with queue.capture() as jobs:
        visitor.post(page_of(ask), {"question": "satisfied", "answer": "1"})
        if left == "stop":
            visitor.post(f"/call-backs/{ask.case.number}/stop", {"stop": "now"})
        else:
            CallBack.objects.filter(pk=ask.case.pk).update(channel="end", next_contact_at=now())
            automation.sweep_call_backs(at=now())
        told = Event.objects.get(case=ask.case, type="call_back.heard_in_part")
        for _ in range(2):
            automation.react(event_ids=[told.pk], at=now())
        jobs.take()
    concern = Case.objects.get(kind="concern")
    assert concern.about == ask.row.followed
    assert concern.handler is not None
    assert concern.number in text_of(visitor, ask)


@pytest.mark.covers("CB-3", "CB-4")
def test_who_was_unhappy_gets_other_questions_in_the_next_round(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    walk(visitor, ask, satisfied="1", problem="open", problem_words="赔款少了三千，没有人解释")
    assert "ask you again" in text_of(visitor, ask)
    with queue.capture():
        call_backs.bring_forward(case=ask.case, by=SYSTEM, at=now())
        call_backs.invite(case=ask.case, by=SYSTEM, at=now())
    assert walk(visitor, ask, solved="yes", satisfied="5")[0] == "solved"
    assert Case.objects.get(pk=ask.case.pk).state == "completed"
    assert Response.objects.count() == 2


@pytest.mark.covers("CB-24")
@pytest.mark.parametrize(
    ("said", "state", "words"),
    [("now", "stopped", "We stop here"), ("never", "opted_out", "We will not ask you again")],
)
def test_enough_is_one_tap_at_any_screen(ask: Asking, said: str, state: str, words: str) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    visitor.post(page_of(ask), {"question": "satisfied", "answer": "4"})
    assert "Never ask me again" in text_of(visitor, ask)
    with queue.capture():
        visitor.post(f"/call-backs/{ask.case.number}/stop", {"stop": said})
        visitor.post(f"/call-backs/{ask.case.number}/stop", {"stop": said})
    assert Case.objects.get(pk=ask.case.pk).state == state
    assert words in text_of(visitor, ask)
    person = Person.objects.get(pk=ask.case.customer_id)
    assert (queries.NO_SURVEYS in person.opted_out) == (said == "never")


def test_the_last_answer_pressed_twice_is_one_answer(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    walk(visitor, ask)
    visitor.post(page_of(ask), {"question": "suggestion", "answer": "再快一点"})
    assert Event.objects.filter(case=ask.case, type="call_back.answered").count() == 1
    assert not Note.objects.filter(case=ask.case).exists()


def test_a_damaged_or_old_link_says_so_and_shows_the_way_in(ask: Asking) -> None:
    visitor = Client(headers=ENGLISH)
    for token in ("x", "x" * 500, link_of(ask).rsplit("/", 1)[1][:-2]):
        answer = visitor.get(f"/track/answers/{token}")
        assert answer.status_code == 404
        assert "/track/" in answer.content.decode()
    old = link_of(ask)
    CallBack.objects.filter(pk=ask.case.pk).update(invited_at=now() + timedelta(hours=1))
    assert visitor.get(old).status_code == 410


def test_a_stranger_is_asked_to_sign_in_and_another_customer_sees_nothing(ask: Asking) -> None:
    stranger = Client(headers=ENGLISH)
    answer = stranger.get(page_of(ask))
    assert (answer.status_code, answer["Location"][:7]) == (303, "/track/")
    other = asking.open_one(ask.world, at=ask.at, policy="P-200")
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask), follow=True)
    assert visitor.get(f"/call-backs/{other.number}/questions").status_code == 404
    assert AccessRecord.objects.filter(what="portal.questions", case=ask.case).exists()


def test_the_questions_speak_three_languages(ask: Asking) -> None:
    words = {
        "en": "How satisfied are you",
        "zh-Hans": "这次理赔，您总体满意吗",
        "zh-Hant": "這次理賠，您總體滿意嗎",
    }
    for language, said in words.items():
        visitor = Client(headers={"Accept-Language": language})
        visitor.get(link_of(ask))
        assert said in text_of(visitor, ask)


@pytest.mark.covers("CARE-8", "CB-28", "CRM-4")
@pytest.mark.parametrize(
    ("name", "questions", "answers"),
    [
        ("periodic", {"with_us_satisfied", "stay", "car_next"}, {"with_us_satisfied": "5"}),
        ("after_complaint", {"answer_satisfied", "answer_fair", "stay"}, {"answer_satisfied": "4"}),
    ],
)
def test_other_occasions_have_questions_of_their_own(
    ask: Asking, name: str, questions: set[str], answers: dict[str, str]
) -> None:
    CallBack.objects.filter(pk=ask.case.pk).update(questionnaire=name, occasion=name)
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    more = {"solved": "yes", "stay": "yes", "answer_fair": "4", "answer_clear": "4"}
    shown = walk(visitor, ask, **answers, **more)
    assert questions <= set(shown)
    kept = Response.objects.get()
    assert (kept.questionnaire, kept.answers["stay"]) == (name, "yes")
    assert kept.csat == int(next(iter(answers.values())))


@pytest.mark.covers("CARE-8")
def test_several_things_that_the_car_needs_are_ticked_on_one_screen(ask: Asking) -> None:
    CallBack.objects.filter(pk=ask.case.pk).update(questionnaire="periodic", occasion="periodic")
    visitor = Client(headers=ENGLISH)
    visitor.get(link_of(ask))
    visitor.post(page_of(ask), {"question": "problem", "answer": "none"})
    sent = {"question": "car_next", "answer": ["repair", "inspection"]}
    assert visitor.post(page_of(ask), sent).status_code == 303
    assert Response.objects.get().answers["car_next"] == ["inspection", "repair"]
    again = text_of(visitor, ask, "?q=car_next")
    assert re.search(r'value="repair" checked', again)
