"""Call-backs at the desk: the page of one, the proof that none is missing, the campaigns."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.interfaces.desk.house import NOW, Desks, report
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.models import CallBack, Campaign, Exclusion
from yinuo.areas.claims import commands as claims
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Promise
from yinuo.core.messages.models import Message
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.rules import PersonChanges
from yinuo.kit import queue


def ended(desks: Desks) -> Case:
    """A claim that ended three hours ago."""
    case = report(desks.world).case
    with queue.capture():
        claims.withdraw(case=case, reason="自行修复", by=desks.world["customer"], at=NOW)
    Case.objects.filter(pk=case.pk).update(state_since_at=NOW - timedelta(hours=3))
    return case


def opened(desks: Desks) -> CallBack:
    with queue.capture():
        done = call_backs.open_call_back(case=ended(desks), occasion="withdrawn", by=SYSTEM, at=NOW)
        call_backs.invite(case=done.opened[0].case, by=SYSTEM, at=NOW)
    return CallBack.objects.select_related("case", "followed").get()


@pytest.mark.covers("CB-17", "CB-14")
def test_the_page_shows_every_contact_and_what_comes_next(desks: Desks) -> None:
    row = opened(desks)
    page = desks["agent"].get(f"/desk/call-backs/{row.case.number}").content.decode()
    assert "Letter with the link" in page
    assert "Telephone call" in page
    assert "Regular case" in page
    assert row.followed.number in page
    assert "Call-back opened: The claim was withdrawn (Regular case)" in page
    assert "Take the answers" not in page
    away = desks["west"].get(f"/desk/call-backs/{row.case.number}")
    assert away.status_code == 404


def test_the_sheet_of_an_exclusion_offers_the_reasons_of_the_programme(desks: Desks) -> None:
    row = opened(desks)
    address = f"/desk/call-backs/{row.case.number}/exclusion"
    page = desks["team_lead"].get(address).content.decode()
    assert "The case is before a court" in page
    desks["team_lead"].post(address, {"reason": "litigation"})
    assert Case.objects.get(pk=row.pk).state == "excluded"


@pytest.mark.covers("CB-13")
def test_the_coverage_page_names_the_claim_that_nobody_follows_up(desks: Desks) -> None:
    case = ended(desks)
    address = "/desk/call-backs/coverage-check"
    page = desks["auditor"].get(address).content.decode()
    assert case.number in page
    assert "Some claims have neither a call-back nor a reason against one." in page
    assert "Record why nobody is asked" not in page
    assert case.number not in desks["west"].get(address).content.decode()
    wrong = desks["team_lead"].post(address, {"number": case.number, "reason": ""})
    assert wrong.status_code == 422
    with queue.capture():
        desks["team_lead"].post(address, {"number": case.number, "reason": "litigation"})
    assert Exclusion.objects.get().followed == case
    page = desks["auditor"].get(address).content.decode()
    assert "Every claim that ended has a call-back or a reason against one." in page


def test_a_surveyor_and_a_stranger_do_not_see_the_coverage_page(desks: Desks) -> None:
    assert desks["surveyor"].get("/desk/call-backs/coverage-check").status_code == 403
    assert desks["agent"].get("/desk/call-backs/campaigns").status_code == 403


@pytest.mark.covers("CB-26")
def test_a_leader_begins_a_campaign_and_sees_how_it_goes(desks: Desks) -> None:
    address = "/desk/call-backs/campaigns"
    given = {
        "name": "季度回访",
        "kind": "periodic",
        "closed_from_on": "2026-01-01",
        "closed_until_on": "2025-01-01",
    }
    refused = desks["team_lead"].post(address, given)
    assert refused.status_code == 422
    assert "季度回访" in refused.content.decode()
    with queue.capture() as jobs:
        desks["team_lead"].post(address, {**given, "closed_until_on": "2026-03-31"})
        for job in jobs.take():
            queue.run(job, at=NOW)
    assert Campaign.objects.get().finished_at == NOW
    assert "季度回访" in desks["manager"].get(address).content.decode()


@pytest.mark.covers("CB-5", "CB-30")
def test_a_call_back_that_is_late_is_told_to_the_leader_and_stands_in_the_list(
    desks: Desks,
) -> None:
    begun = NOW - timedelta(hours=80)
    case = report(desks.world).case
    with queue.capture():
        done = call_backs.open_call_back(case=case, occasion="paid", by=SYSTEM, at=begun)
        for hours in range(0, 80, 10):
            cases.sweep(at=begun + timedelta(hours=hours))
        cases.sweep(at=NOW)
    late = done.opened[0].case
    page = desks["team_lead"].get("/desk/").content.decode()
    assert late.number in page
    missed = Promise.objects.filter(case=late, missed_at__isnull=False)
    assert set(missed.values_list("rule", flat=True)) == {
        "call_backs.first_contact",
        "call_backs.completion",
    }
    told = Message.objects.filter(case=late, reason="promise_escalated")
    assert desks.world.staff["team_lead"].pk in set(told.values_list("staff", flat=True))


@pytest.mark.covers("CB-7")
@pytest.mark.parametrize(
    ("care", "occasion", "strategy", "first"),
    [
        ("regular", "paid", "Regular case", "Letter with the link"),
        ("major", "paid", "Major case", "Telephone call"),
        ("special", "paid", "Special case", "Letter with the link"),
        ("small", "refused", "Special case", "Letter with the link"),
    ],
)
def test_each_class_of_case_has_its_own_strategy(
    desks: Desks, care: str, occasion: str, strategy: str, first: str
) -> None:
    case = report(desks.world).case
    Case.objects.filter(pk=case.pk).update(care=care)
    with queue.capture():
        done = call_backs.open_call_back(case=case, occasion=occasion, by=SYSTEM, at=NOW)
    number = done.opened[0].case.number
    page = desks["agent"].get(f"/desk/call-backs/{number}").content.decode()
    assert strategy in page
    assert first in page


@pytest.mark.covers("CB-22")
def test_the_wish_of_the_customer_decides_the_way_and_the_hour(desks: Desks) -> None:
    case = report(desks.world).case
    wishes = PersonChanges(opted_out=("calls",), do_not_disturb="00:00-23:30")
    people.update_person(person_id=case.customer_id, changes=wishes, by=SYSTEM, at=NOW)
    Case.objects.filter(pk=case.pk).update(care="major")
    with queue.capture():
        done = call_backs.open_call_back(case=case, occasion="paid", by=SYSTEM, at=NOW)
    row = done.opened[0]
    assert row.channel == "message"
    assert row.next_contact_at is not None
    planned = timezone.localtime(row.next_contact_at)
    assert (planned.hour, planned.minute >= 30) == (23, True)
    page = desks["agent"].get(f"/desk/call-backs/{row.case.number}").content.decode()
    assert "Telephone call" not in page
