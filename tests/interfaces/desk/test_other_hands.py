"""Buttons are for whom the command would not refuse; the others read why it is not their turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import NOW, Desks
from tests.interfaces.desk.test_settlement import assessed
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import NewLoss, Reason
from yinuo.areas.claims.commands.advancing import NoAdvance
from yinuo.areas.claims.commands.deciding import BeyondAuthority
from yinuo.areas.claims.models import Loss
from yinuo.core.approvals.commands import MakerCannotCheck, NoApprovalWaiting
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import STAFF_ROLES, Actor
from yinuo.core.people.models import Staff
from yinuo.interfaces.common import actions
from yinuo.kit import queue

LATER = NOW + timedelta(minutes=3)


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


def calculated(desks: Desks, amount: int = 12000) -> Case:
    loss = NewLoss("own_vehicle", estimate=Decimal(amount))
    case, insurer = assessed(desks, loss), desks.world
    claims.complete_papers(case=case, by=insurer["agent"], at=LATER)
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=LATER)
    return Case.objects.get(pk=case.pk)


def give(desks: Desks, name: str, *roles: str) -> Actor:
    Staff.objects.filter(username=name).update(roles=list(roles))
    return desks.world[name]


def offered(actor: Actor, case: Case) -> dict[str, type[Exception] | None]:
    """What is in reach, each with the refusal that waits there; what is possible has none."""
    losses = list(Loss.objects.filter(claim=case.pk))
    reach = actions.in_reach(actor, case, losses)
    known = actions.standing_of(case, reach)
    found = {one.noun: actions.hindrance(actor, case, one, known) for one in reach}
    possible = {one.noun for one in actions.possible(actor, case, losses)}
    assert possible == {noun for noun, why in found.items() if why is None}
    return {noun: type(why) if why else None for noun, why in found.items()}


@pytest.mark.covers("ADJ-16")
def test_who_calculated_sees_that_another_person_reviews_and_no_button(desks: Desks) -> None:
    case = calculated(desks)
    assert offered(desks.world["reviewer"], case)["review"] is None
    maker = give(desks, "calculator", "calculator", "reviewer")
    nouns = offered(maker, case)
    assert nouns["review"] is nouns["review-return"] is MakerCannotCheck
    page = text(desks["calculator"].get(f"/desk/claims/{case.number}"))
    assert "You made this yourself: another person has to check it." in page
    assert f"/desk/claims/{case.number}/review" not in page
    assert f"/desk/claims/{case.number}/review" in text(
        desks["reviewer"].get(f"/desk/claims/{case.number}")
    )


@pytest.mark.covers("ADJ-2")
def test_a_sum_above_ones_authority_names_who_may_approve_it_in_the_readers_words(
    desks: Desks,
) -> None:
    case = calculated(desks, 60_000)
    claims.review(case=case, loss=1, by=desks.world["reviewer"], at=LATER)
    case.refresh_from_db()
    assert offered(desks.world["approver"], case)["approval"] is BeyondAuthority
    assert offered(desks.world["team_lead"], case)["approval"] is None
    maker = give(desks, "calculator", "calculator", "team_lead")
    assert offered(maker, case)["approval"] is MakerCannotCheck
    approver = desks["approver"]
    page = text(approver.get(f"/desk/claims/{case.number}"))
    assert "above your authority: Team lead / Manager may approve it" in page
    with translation.override("zh-hans"):
        refusal = BeyondAuthority.above(Decimal(60_000), "CNY", ("team_lead",))
        assert "¥60,000.00" in str(refusal)
        assert "team_lead" not in str(refusal)
        assert str(translation.gettext("Team lead")) in str(refusal)


def test_a_refusal_needs_more_authority_than_its_amount(desks: Desks) -> None:
    case, insurer = assessed(desks), desks.world
    reason = Reason("事故不在保险期间", "own_damage_exclusions_2020")
    claims.propose_refusal(case=case, loss=1, reasons=[reason], by=insurer["calculator"], at=LATER)
    claims.review(case=case, loss=1, by=insurer["reviewer"], at=LATER)
    case.refresh_from_db()
    assert offered(insurer["approver"], case)["approval"] is BeyondAuthority
    assert offered(insurer["team_lead"], case)["approval"] is None


@pytest.mark.covers("SUR-2")
def test_another_surveyor_sees_whose_survey_it_is_not_and_no_button(desks: Desks) -> None:
    case, insurer = house.report(desks.world).case, desks.world
    claims.register(case=case, by=insurer["agent"], at=LATER)
    claims.dispatch(case=case, by=insurer["team_lead"], at=LATER)
    case.refresh_from_db()
    sent = offered(insurer["surveyor"], case)
    assert {"no-interest", "arrival", "survey"} <= sent.keys()
    assert not any(sent.values())
    give(desks, "assessor", "surveyor")
    page = text(desks["assessor"].get(f"/desk/claims/{case.number}"))
    assert "This survey is assigned to somebody else." in page
    assert f"/desk/claims/{case.number}/survey" not in page


def test_whoever_looks_at_the_page_it_keeps_its_budget(desks: Desks) -> None:
    case = calculated(desks)
    everything = give(desks, "manager", *STAFF_ROLES)
    assert len(offered(everything, case)) > 5
    for name in ("reviewer", "team_lead", "manager"):
        browser = desks[name]
        browser.get(f"/desk/claims/{case.number}")
        with CaptureQueriesContext(connection) as taken:
            browser.get(f"/desk/claims/{case.number}")
        assert len(taken) <= 15, name


@pytest.mark.covers("PAY-1")
def test_an_advance_is_offered_to_who_may_approve_it_once_one_waits(desks: Desks) -> None:
    case, insurer = assessed(desks), desks.world
    case.refresh_from_db()
    lead, cashier = insurer["team_lead"], insurer["cashier"]
    assert offered(lead, case)["advance-approval"] is NoApprovalWaiting
    assert offered(lead, case)["advance-return"] is NoApprovalWaiting
    assert offered(cashier, case)["advance-payment"] is NoAdvance
    page = text(desks["team_lead"].get(f"/desk/claims/{case.number}"))
    assert "advance-return" not in page
    assert "Nothing is waiting for approval" not in page
    claims.propose_advance(case=case, loss=1, amount=Decimal(4000), by=lead, at=LATER)
    case.refresh_from_db()
    assert offered(lead, case)["advance-approval"] is MakerCannotCheck
    assert offered(insurer["manager"], case)["advance-approval"] is None
    claims.approve_advance(case=case, loss=1, by=insurer["manager"], at=LATER)
    case.refresh_from_db()
    assert offered(cashier, case)["advance-payment"] is None
    assert offered(insurer["manager"], case)["advance-approval"] is NoApprovalWaiting


def test_a_promise_names_the_part_it_is_for_where_there_are_several(desks: Desks) -> None:
    insurer = desks.world
    one = assessed(desks, NewLoss("own_vehicle", "自己的车", estimate=Decimal(500)))
    several = [NewLoss("own_vehicle", "自己的车", estimate=Decimal(5000)),
               NewLoss("other_vehicle", "对方的车", estimate=Decimal(4000))]  # fmt: skip
    two = assessed(desks, *several)
    for case in (one, two):
        claims.complete_papers(case=case, by=insurer["agent"], at=LATER)
    agent = desks["agent"]
    assert "· 2. 对方的车" in text(agent.get(f"/desk/claims/{two.number}"))
    assert "· 1. 自己的车" not in text(agent.get(f"/desk/claims/{one.number}"))


def test_what_one_part_allows_is_offered_though_another_is_barred(desks: Desks) -> None:
    losses = [
        NewLoss("own_vehicle", estimate=Decimal(5000)),
        NewLoss("other_vehicle", "对方的车", estimate=Decimal(4000)),
    ]
    case, insurer = assessed(desks, *losses), desks.world
    claims.complete_papers(case=case, by=insurer["agent"], at=LATER)
    maker = give(desks, "reviewer", "calculator", "reviewer")
    claims.calculate(case=case, loss=1, by=maker, at=LATER)
    case.refresh_from_db()
    assert offered(maker, case)["review"] is MakerCannotCheck
    claims.calculate(case=case, loss=2, by=insurer["calculator"], at=LATER)
    case.refresh_from_db()
    assert offered(maker, case)["review"] is None
