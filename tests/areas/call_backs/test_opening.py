"""Who is asked after a case ended, and why others are not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import world
from tests.areas.call_backs.conftest import Open, after
from tests.world import NOW, World, report_of
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import queries
from yinuo.areas.call_backs.commands import AlreadyFollowedUp, Ended, NoSuchExclusion
from yinuo.areas.call_backs.models import CallBack, Exclusion
from yinuo.areas.claims import commands as claims
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.rules import NotForYou, PersonChanges
from yinuo.kit import queue


def test_a_call_back_is_opened_with_its_programme_and_its_two_promises(open_one: Open) -> None:
    made = open_one(late=True, part_paid=False, dead=0)
    assert (made.strategy, made.programme_version, made.round) == ("regular", 1, 1)
    assert (made.questionnaire, made.language) == ("after_claim", "zh-hans")
    assert (made.channel, made.next_contact_at) == ("message", NOW)
    assert made.facts == {"late": True, "part_paid": False}
    assert made.case.about == made.followed
    assert made.case.number.startswith("B26-")
    due = dict(Promise.objects.filter(case=made.case).values_list("rule", "due_at"))
    assert due == {
        "call_backs.first_contact": NOW + timedelta(hours=24),
        "call_backs.completion": NOW + timedelta(hours=72),
    }


def test_a_case_is_followed_up_once_however_often_it_is_asked_for(
    claim: Case, open_one: Open
) -> None:
    open_one()
    again = call_backs.open_many([Ended(claim, "paid")], by=SYSTEM, at=after(1))
    assert (again.opened, again.excluded, again.known) == ((), (), 1)
    with pytest.raises(AlreadyFollowedUp):
        call_backs.open_call_back(case=claim, occasion="paid", by=SYSTEM, at=after(1))
    assert CallBack.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"dead": 1}, "death"),
        ({"seriously_injured": 2}, "severe_injury"),
        ({"fraud_suspected": True}, "fraud"),
    ],
)
def test_who_must_not_be_asked_is_left_out_on_record(
    claim: Case, facts: dict[str, object], reason: str
) -> None:
    done = call_backs.open_call_back(case=claim, occasion="paid", facts=facts, by=SYSTEM, at=NOW)
    assert not done.opened
    (left,) = Exclusion.objects.all()
    assert (left.reason, left.followed) == (reason, claim)
    line = Event.objects.get(case=claim, type="call_back.excluded")
    assert line.data == {"reason": reason, "programme": 1}
    followed = queries.follow_ups([claim.pk])[claim.pk]
    assert followed.exclusion == left
    assert followed.call_back is None


def test_who_opted_out_is_never_asked(insurer: World, claim: Case) -> None:
    changes = PersonChanges(opted_out=("surveys",))
    people.update_person(person_id=insurer.holder.pk, changes=changes, by=SYSTEM, at=NOW)
    call_backs.open_call_back(case=claim, occasion="paid", by=SYSTEM, at=NOW)
    assert Exclusion.objects.get().reason == "opted_out"


def second_claim(insurer: World, **changes: object) -> Case:
    report = report_of(accident_at=NOW - timedelta(days=3), place="西大路 9 号", **changes)
    return claims.report(report=report, door="phone", by=insurer["agent"], at=NOW).case


def test_nobody_is_asked_about_two_claims_within_the_cool_down(
    insurer: World, open_one: Open
) -> None:
    first = open_one()
    other = second_claim(insurer)
    call_backs.invite(case=first.case, by=SYSTEM, at=NOW)
    call_backs.open_call_back(case=other, occasion="paid", by=SYSTEM, at=after(24 * 29))
    assert Exclusion.objects.get(followed=other).reason == "cool_down"


def test_two_claims_of_one_customer_in_the_same_batch_ask_once(insurer: World, claim: Case) -> None:
    both = [Ended(claim, "paid"), Ended(second_claim(insurer), "paid")]
    done = call_backs.open_many(both, by=SYSTEM, at=NOW)
    assert [row.followed for row in done.opened] == [claim]
    assert [row.reason for row in done.excluded] == ["cool_down"]


def test_the_cool_down_ends(insurer: World, open_one: Open) -> None:
    first = open_one()
    call_backs.invite(case=first.case, by=SYSTEM, at=NOW)
    call_backs.stop(case=first.case, by=insurer["customer"], at=after(1))
    other = second_claim(insurer)
    done = call_backs.open_call_back(case=other, occasion="paid", by=SYSTEM, at=after(24 * 30 + 1))
    assert len(done.opened) == 1


def test_a_whole_set_costs_as_many_statements_as_one_case(
    insurer: World, django_assert_max_num_queries: object
) -> None:
    ended = []
    for n in range(1, 21):
        world.take_policy(number=f"P-2{n:02d}", plate=f"沪B{n:05d}")
        case = claims.report(
            report=report_of(policy_number=f"P-2{n:02d}"),
            door="phone",
            by=insurer["agent"],
            at=NOW,
        ).case
        ended.append(Ended(case, "paid", {"dead": 1 if n % 4 == 0 else 0}))
    with django_assert_max_num_queries(28):  # type: ignore[operator]
        done = call_backs.open_many(ended, by=SYSTEM, at=after(1))
    assert (len(done.opened), len(done.excluded)) == (15, 5)


def test_a_leader_may_record_a_reason_by_hand_and_an_agent_may_not(
    insurer: World, claim: Case
) -> None:
    with pytest.raises(NotForYou):
        call_backs.leave_out_case(case=claim, reason="litigation", by=insurer["agent"], at=NOW)
    lead = insurer["team_lead"]
    with pytest.raises(NoSuchExclusion):
        call_backs.leave_out_case(case=claim, reason="no_time", by=lead, at=NOW)
    made = call_backs.leave_out_case(case=claim, reason="litigation", by=lead, at=NOW)
    assert (made.reason, made.by) == ("litigation", lead.id)
    with pytest.raises(AlreadyFollowedUp):
        call_backs.leave_out_case(case=claim, reason="death", by=lead, at=NOW)


@pytest.mark.parametrize("opted_out", [(), ("surveys",)])
def test_whoever_complained_is_asked_when_it_is_closed_unless_nobody_may_ask(
    insurer: World, claim: Case, opted_out: tuple[str, ...]
) -> None:
    changes = PersonChanges(opted_out=opted_out)
    people.update_person(person_id=insurer.holder.pk, changes=changes, by=SYSTEM, at=NOW)
    with queue.capture() as jobs:
        cases.record(case=claim, type="complaint.closed", data={}, by=SYSTEM, at=after(1))
        for job in jobs.take():
            queue.run(job, at=after(1))
    found = list(CallBack.objects.values_list("occasion", "strategy", "channel"))
    assert found == ([] if opted_out else [("after_complaint", "after_complaint", "call")])
