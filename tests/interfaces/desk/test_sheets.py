"""Each sheet takes its step, keeps what was typed when refused, and opens only to its people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import send, sheet, text
from tests.interfaces.desk.house import Desks
from yinuo.areas.claims.models import Loss, Survey
from yinuo.core.cases.models import Case
from yinuo.core.documents.models import Document
from yinuo.kit import queue


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


@pytest.fixture
def reported(desks: Desks) -> Case:
    return house.report(desks.world).case


@pytest.mark.covers("FNOL-9")
def test_an_agent_registers_the_claim_with_a_reserve(desks: Desks, reported: Case) -> None:
    path = sheet(reported.number, "registration")
    answer = send(desks["agent"], path, {"reserves-1": "¥9,000"})
    assert answer["Location"] == f"/desk/claims/{reported.number}"
    assert str(Loss.objects.get().reserve) == "9000.00"
    assert Case.objects.get().state == "registered"


def test_a_refused_form_shows_the_error_beside_the_field_and_keeps_the_words(
    desks: Desks, reported: Case
) -> None:
    path = sheet(reported.number, "registration")
    page = text(send(desks["agent"], path, {"reserves-1": "plenty"}, status=422))
    assert 'value="plenty"' in page
    assert 'href="#id_reserves-1"' in page
    assert Case.objects.get().state == "reported"


@pytest.mark.covers("SUR-1")
def test_a_surveyor_is_chosen_from_the_ranking_with_its_parts(desks: Desks, reported: Case) -> None:
    agent = desks["agent"]
    send(agent, sheet(reported.number, "registration"), {"reserves-1": "9000"})
    page = text(agent.get(sheet(reported.number, "dispatch")))
    assert "of 100" in page
    assert "Competence" in page
    surveyor = desks.world.staff["surveyor"].pk
    send(agent, sheet(reported.number, "dispatch"), {"surveyor": surveyor, "mode": "on_site"})
    sent = Survey.objects.get()
    assert (sent.surveyor_id, sent.mode) == (surveyor, "on_site")


def test_two_people_at_once_one_wins_and_the_other_keeps_the_words_and_sees_what_is_new(
    desks: Desks, reported: Case
) -> None:
    path = sheet(reported.number, "registration")
    case = Case.objects.get()
    old = {"seen": str(case.revision), "since": str(case.head_seq)}
    send(desks["agent"], path, {"reserves-1": "9000"})
    late = desks["team_lead"].post(path, {**old, "reserves-1": "7777"})
    assert late.status_code == 409
    page = text(late)
    assert 'id="news"' in page
    assert "Claim registered" in page
    assert "7777" in page
    assert str(Loss.objects.get().reserve) == "9000.00"


def test_another_branch_finds_no_case(desks: Desks, reported: Case) -> None:
    assert desks["west"].get(sheet(reported.number, "registration")).status_code == 404
    assert desks["west"].get(sheet(reported.number, "papers")).status_code == 404


def test_who_may_never_take_a_step_is_refused(desks: Desks, reported: Case) -> None:
    assert desks["cashier"].get(sheet(reported.number, "registration")).status_code == 403
    assert desks["agent"].get(sheet(reported.number, "review")).status_code == 403
    assert desks["surveyor"].get(sheet(reported.number, "survey-and-assessment")).status_code == 403


def test_a_step_whose_time_has_not_come_points_back_to_the_claim(
    desks: Desks, reported: Case
) -> None:
    answer = desks["agent"].get(sheet(reported.number, "dispatch"))
    assert answer.status_code == 409
    assert f"/desk/claims/{reported.number}" in text(answer)


@pytest.mark.covers("ADJ-3")
def test_a_paper_that_never_comes_is_done_without_with_a_reason(desks: Desks) -> None:
    number = house.report(desks.world).case.number
    send(desks["agent"], sheet(number, "registration"))
    wanted = {"wanted-0-kind": "repair_invoice", "wanted-0-why": "核对修理费用"}
    send(desks["agent"], sheet(number, "papers-request"), wanted)
    refused = send(desks["agent"], sheet(number, "papers-waiver"), status=422)
    assert "repair_invoice" in text(refused)
    waived = {"kinds": ["repair_invoice"], "reason": "修理厂直接寄来"}
    send(desks["agent"], sheet(number, "papers-waiver"), waived)
    assert Document.objects.get(kind="repair_invoice").status == "waived"
    assert not Case.objects.get().waiting_for_customer
