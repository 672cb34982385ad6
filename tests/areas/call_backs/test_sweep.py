"""What the clock does, whoever runs it and however often; and the link that works once."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests import world
from tests.areas.call_backs.conftest import Open, after, fresh
from tests.world import NOW, World, report_of
from yinuo import automation
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.commands import Ended, LinkUsed, Selection
from yinuo.areas.call_backs.models import Attempt, CallBack, Campaign, CoverageCheck
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case
from yinuo.core.messages.channels import letter
from yinuo.core.messages.links import LinkExpired, LinkNotGood
from yinuo.core.messages.models import Message
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM, customer_actor
from yinuo.core.people.rules import NotForYou, PersonChanges
from yinuo.kit import queue
from yinuo.overview import call_back_coverage


def many(insurer: World, count: int) -> list[CallBack]:
    ended = []
    for n in range(count):
        world.take_policy(number=f"P-3{n:02d}", plate=f"沪C{n:05d}")
        report = report_of(policy_number=f"P-3{n:02d}")
        case = claims.report(report=report, door="phone", by=insurer["agent"], at=NOW).case
        ended.append(Ended(case, "paid"))
    return list(call_backs.open_many(ended, by=SYSTEM, at=NOW).opened)


def test_what_is_due_goes_out_once(insurer: World) -> None:
    rows = many(insurer, 5)
    first, second = call_backs.sweep(at=after(0.1)), call_backs.sweep(at=after(0.1))
    assert (first.invited, second.invited) == (5, 0)
    assert Attempt.objects.filter(channel="message").count() == 5
    assert {fresh(row).case.state for row in rows} == {"invited"}
    assert Message.objects.filter(reason="call_back_invited", channel="email").count() == 5


def test_who_opted_out_since_is_left_out_instead_of_invited(insurer: World) -> None:
    rows = many(insurer, 3)
    changes = PersonChanges(opted_out=("surveys",))
    people.update_person(person_id=rows[1].person_id, changes=changes, by=SYSTEM, at=NOW)
    swept = call_backs.sweep(at=after(0.1))
    assert (swept.invited, swept.left_out) == (2, 1)
    assert fresh(rows[1]).case.state == "excluded"
    assert not Message.objects.filter(person=rows[1].person_id, reason="call_back_invited").exists()


def test_who_never_answers_is_given_up(insurer: World, open_one: Open) -> None:
    row = open_one()
    person = PersonChanges(opted_out=("calls",))
    people.update_person(person_id=insurer.holder.pk, changes=person, by=SYSTEM, at=NOW)
    call_backs.sweep(at=NOW)
    assert fresh(row).channel == "end"
    assert call_backs.sweep(at=after(11.9)).given_up == 0
    assert call_backs.sweep(at=after(12)).given_up == 1
    assert fresh(row).case.state == "exhausted"
    assert call_backs.sweep(at=after(13)) == call_backs.Swept()


def test_who_was_reached_without_answers_gets_the_letter(insurer: World, open_one: Open) -> None:
    row, agent = open_one(), insurer["agent"]
    call_backs.start_call(case=row.case, by=agent, at=after(1))
    call_backs.record_attempt(case=row.case, outcome="reached", by=agent, at=after(1.1))
    assert (fresh(row).case.state, fresh(row).channel) == ("reached", "message")
    assert call_backs.sweep(at=after(1.2)).invited == 1
    assert fresh(row).case.state == "invited"


def test_one_that_cannot_move_keeps_no_other_from_going_on(insurer: World) -> None:
    rows = many(insurer, 3)
    Case.objects.filter(pk=rows[1].pk).update(state="answered")
    assert call_backs.sweep(at=after(0.1)).invited == 2
    assert fresh(rows[1]).channel == ""
    assert call_backs.sweep(at=after(0.2)) == call_backs.Swept()


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_the_work_and_nothing_goes_out_twice(insurer: World) -> None:
    many(insurer, 12)
    gate = threading.Barrier(4)
    counts: list[int] = []

    def work() -> None:
        gate.wait()
        counts.append(call_backs.sweep(at=after(0.1)).invited)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    left = call_backs.sweep(at=after(0.1)).invited
    assert sum(counts) + left == 12
    assert Attempt.objects.count() == 12


# The link ------------------------------------------------------------------------------------


def token_of(row: CallBack, at_hours: float, reason: str = "call_back_invited") -> str:
    message = Message.objects.select_related("person", "case").get(
        case=row.case, reason=reason, channel="email"
    )
    found = re.search(r"/track/answers/(\S+)", str(letter(message, at=after(at_hours)).body))
    assert found
    return found[1]


def test_the_link_in_the_letter_opens_the_questions_until_they_are_answered(
    insurer: World, open_one: Open
) -> None:
    row = open_one()
    call_backs.sweep(at=NOW)
    token = token_of(row, 0)
    assert call_backs.follow_link(token=token, at=after(2)) == row.case
    assert call_backs.follow_link(token=token, at=after(2.1)) == row.case
    assert fresh(row).link_used_at == after(2)
    good = call_backs.Answered("portal", csat=5)
    call_backs.answer(case=row.case, given=good, by=insurer["customer"], at=after(2.2))
    with pytest.raises(LinkUsed):
        call_backs.follow_link(token=token, at=after(2.3))
    with pytest.raises(LinkNotGood):
        call_backs.follow_link(token=token[:-2] + "xx", at=after(2.1))
    with pytest.raises(LinkExpired):
        call_backs.follow_link(token=token, at=after(24 * 31))


def test_the_link_of_an_earlier_round_opens_nothing(insurer: World, open_one: Open) -> None:
    row = open_one()
    call_backs.sweep(at=NOW)
    old = token_of(row, 0)
    bad = call_backs.Answered("portal", csat=1, reasons=("low_score",))
    call_backs.answer(case=row.case, given=bad, by=insurer["customer"], at=after(2))
    with pytest.raises(LinkUsed):
        call_backs.follow_link(token=old, at=after(3))
    call_backs.sweep(at=after(50))
    with pytest.raises(LinkExpired):
        call_backs.follow_link(token=old, at=after(51))
    new = token_of(row, 50, "call_back_invited_again")
    assert call_backs.follow_link(token=new, at=after(51)) == row.case


def test_a_link_to_an_ended_call_back_opens_nothing(insurer: World, open_one: Open) -> None:
    row = open_one()
    call_backs.sweep(at=NOW)
    token = token_of(row, 0)
    call_backs.stop(case=row.case, by=insurer["customer"], at=after(1))
    with pytest.raises(LinkExpired):
        call_backs.follow_link(token=token, at=after(2))


# The nightly proof -----------------------------------------------------------------------------


def test_the_night_finds_the_claim_that_nobody_followed_up_and_opens_it(insurer: World) -> None:
    with queue.capture():
        case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
        claims.withdraw(case=case, reason="自己修", by=insurer["customer"], at=NOW)
    assert call_back_coverage.coverage(SYSTEM, at=after(0.5)).ended == 0
    found = call_back_coverage.coverage(SYSTEM, at=after(9))
    assert (found.ended, found.missing) == (1, 1)
    with queue.capture() as jobs:
        automation.check_call_backs(at=after(9))
        check = CoverageCheck.objects.get()
        assert (check.missing, check.numbers) == (1, [case.number])
        for job in jobs.take():
            queue.run(job, at=after(9))
    assert CallBack.objects.get().followed == case
    assert call_back_coverage.coverage(SYSTEM, at=after(10)).missing == 0
    with queue.capture() as jobs:
        automation.check_call_backs(at=after(33))
        assert not jobs.take()
    assert not list(call_back_coverage.missing(SYSTEM, at=after(33)))


def test_another_branch_does_not_see_what_is_missing_here(insurer: World) -> None:
    with queue.capture():
        case = claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case
        claims.withdraw(case=case, reason="自己修", by=insurer["customer"], at=NOW)
    assert not list(call_back_coverage.missing(insurer["west"], at=after(9)))
    assert list(call_back_coverage.missing(insurer["team_lead"], at=after(9))) == [case]


# Campaigns -------------------------------------------------------------------------------------


def test_a_campaign_asks_a_share_of_those_whose_cases_ended_in_its_span(insurer: World) -> None:
    with queue.capture():
        for n in range(30):
            world.take_policy(number=f"P-4{n:02d}", plate=f"沪D{n:05d}")
            report = report_of(policy_number=f"P-4{n:02d}")
            case = claims.report(report=report, door="phone", by=insurer["agent"], at=NOW).case
            own = customer_actor(person_id=case.customer_id)
            claims.withdraw(case=case, reason="自己修", by=own, at=NOW)
    span = Selection(NOW - timedelta(days=1), NOW + timedelta(days=1))
    with pytest.raises(NotForYou):
        call_backs.open_campaign(
            name="季度回访",
            kind="periodic",
            branch=insurer.east,
            selection=span,
            by=insurer["agent"],
            at=after(24),
        )
    with queue.capture() as jobs:
        campaign = call_backs.open_campaign(
            name="季度回访",
            kind="periodic",
            branch=insurer.east,
            selection=span,
            by=insurer["team_lead"],
            at=after(24),
        )
        for job in jobs.take():
            queue.run(job, at=after(24))
    campaign = Campaign.objects.get(pk=campaign.pk)
    assert campaign.finished_at == after(24)
    assert campaign.opened + campaign.excluded == 30
    assert 0 < campaign.opened < 30
    assert set(campaign.exclusions.values_list("reason", flat=True)) == {"not_in_sample"}
    assert not call_backs.run_campaign(campaign_id=campaign.pk, by=SYSTEM, at=after(25))
    assert CallBack.objects.count() == campaign.opened
