"""The desk's one page and one sheet for every kind, asked of cases that follow a claim up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import send, text
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import NewComplaint
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.models import AccessRecord
from yinuo.kit import queue

WORDS = "定损太低,不够修车"


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


@pytest.fixture
def claim(desks: Desks) -> Case:
    return house.report(desks.world).case


@pytest.fixture
def concern(desks: Desks, claim: Case) -> Case:
    return concerns.open_concern(
        about=claim, reasons=["said_to_us"], words=WORDS, by=desks.world["agent"], at=NOW
    )


@pytest.fixture
def complaint(desks: Desks, claim: Case) -> Case:
    new = NewComplaint(claim.customer, "phone", about=claim, words="态度恶劣")
    return complaints.receive(new=new, by=desks.world["agent"], at=NOW)


def page(case: Case, tail: str = "") -> str:
    plural = {"claim": "claims", "concern": "concerns", "complaint": "complaints"}[case.kind]
    return f"/desk/{plural}/{case.number}{tail}"


def test_a_case_and_what_follows_it_up_lead_to_each_other(
    desks: Desks, claim: Case, concern: Case, complaint: Case
) -> None:
    shown = text(desks["agent"].get(page(claim)))
    for follower in (concern, complaint):
        assert f'href="{page(follower)}"' in shown
        assert f'href="{page(claim)}"' in text(desks["agent"].get(page(follower)))


def test_a_page_is_found_only_under_the_word_of_its_kind(desks: Desks, concern: Case) -> None:
    for word in ("claims", "complaints", "call-backs", "dreams"):
        assert desks["agent"].get(f"/desk/{word}/{concern.number}").status_code == 404
    assert desks["west"].get(page(concern)).status_code == 404
    assert desks["operator"].get(page(concern)).status_code == 404


def test_a_letter_to_a_colleague_leads_to_the_page_of_its_kind(
    desks: Desks, claim: Case, concern: Case
) -> None:
    for case in (claim, concern):
        answer = desks["agent"].get(f"/desk/cases/{case.number}")
        assert answer["Location"] == page(case)
    assert desks["agent"].get("/desk/cases/nonsense", follow=True).status_code == 404


def test_the_whole_number_is_shown_on_record_for_every_kind(desks: Desks, concern: Case) -> None:
    agent = desks["agent"]
    assert "13900000001" not in text(agent.get(page(concern)))
    assert "13900000001" in text(agent.post(page(concern, "/phone")))
    assert AccessRecord.objects.filter(case=concern, what="desk.case.phone").exists()


def test_the_bar_marks_where_the_case_is_and_the_timeline_takes_its_filters(
    desks: Desks, concern: Case
) -> None:
    agent = desks["agent"]
    first = text(agent.get(page(concern)))
    assert first.count('aria-current="step"') == 1
    notes = text(agent.get(page(concern, "?show=notes")))
    assert notes.count('<li data-kind="note"') == 1
    assert '<li data-kind="event"' not in notes


def test_a_sheet_from_the_schema_says_what_the_customer_will_be_told_and_keeps_what_was_typed(
    desks: Desks, concern: Case
) -> None:
    agent, sheet = desks["agent"], page(concern, "/answer")
    asked = text(agent.get(sheet))
    assert "The customer will be told" in asked
    assert 'name="seen"' in asked
    empty = text(send(agent, sheet, {"words": ""}, status=422))
    assert 'href="#id_words"' in empty
    send(agent, sheet, {"words": "我们再看一遍定损。"})
    assert Note.objects.filter(case=concern, body="我们再看一遍定损。").exists()
    done = text(agent.get(page(concern)))
    assert f'data-draft-done="{concern.number}-answer"' in done


def test_two_people_on_one_case_do_not_overwrite_each_other(desks: Desks, concern: Case) -> None:
    sheet = page(concern, "/answer")
    old = text(desks["agent"].get(sheet))
    seen = old.split('name="seen" value="')[1].split('"')[0]
    since = old.split('name="since" value="')[1].split('"')[0]
    send(desks["team_lead"], page(concern, "/taking"))
    typed = {"words": "我的答复", "seen": seen, "since": since}
    refused = desks["agent"].post(sheet, typed)
    assert refused.status_code == 409
    shown = text(refused)
    assert "我的答复" in shown
    assert "What is new since you opened this page" in shown


def test_a_step_whose_time_has_not_come_and_one_of_another_role(
    desks: Desks, concern: Case
) -> None:
    assert desks["agent"].get(page(concern, "/closing-return")).status_code in (403, 409)
    assert desks["cashier"].get(page(concern, "/answer")).status_code == 403
    assert desks["agent"].get(page(concern, "/registration")).status_code == 404
    assert desks["agent"].get(page(concern, "/nonsense")).status_code == 404


@pytest.mark.parametrize("kind", ["concern", "complaint"])
def test_a_case_with_two_hundred_lines_takes_as_many_statements_as_one_with_few(
    desks: Desks, concern: Case, complaint: Case, kind: str
) -> None:
    case = concern if kind == "concern" else complaint
    agent = desks.world["agent"]
    client = desks["team_lead"]

    def write(serials: range) -> None:
        for serial in serials:
            cases.write_note(
                case=case, body=f"第 {serial} 句", kind="internal", by=agent,
                at=NOW + timedelta(seconds=serial),
            )  # fmt: skip

    write(range(3))
    client.get(page(case))
    with CaptureQueriesContext(connection) as few:
        client.get(page(case))
    write(range(3, 200))
    with CaptureQueriesContext(connection) as many:
        shown = text(client.get(page(case)))
    assert "第 199 句" in shown
    assert "Show earlier" in shown
    assert len(many) <= len(few)


def test_today_shows_every_kind_and_one_of_them(desks: Desks, claim: Case, concern: Case) -> None:
    client = desks["team_lead"]
    every = text(client.get("/desk/?whose=branch"))
    assert claim.number in every
    assert concern.number in every
    only = text(client.get("/desk/?whose=branch&kind=concern"))
    assert (claim.number in only, concern.number in only) == (False, True)
    assert "kind=concern&amp;" in only or "&amp;kind=concern" in only
    assert text(client.get("/desk/?whose=branch&kind=dream")).count(claim.number) > 0


def test_a_plate_finds_the_claim_and_what_follows_it_up(
    desks: Desks, claim: Case, concern: Case
) -> None:
    found = text(desks["agent"].get("/desk/search", {"q": "沪A12345"}))
    assert page(claim) in found
    assert page(concern) in found
