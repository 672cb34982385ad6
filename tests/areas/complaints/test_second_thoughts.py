"""What must not happen when a complaint takes a turn: own eyes, stopped clocks, money under way."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.areas.complaints.office import LETTER, WORDS, complain, day, handler_of, investigate
from tests.areas.complaints.test_handling import ACCOUNT, answered, state
from tests.world import World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands import Landing, Letter, NewComplaint, NewMeasure, NewVoice
from yinuo.areas.complaints.commands.ending import MoneyUnderWay, NotTheSameMatter
from yinuo.areas.complaints.commands.handling import (
    NotDeclared,
    OwnInterest,
    SuspicionWaiting,
)
from yinuo.areas.complaints.commands.receiving import MajorAlready
from yinuo.areas.complaints.commands.solving import (
    CompensationNotApproved,
    CompensationReturned,
)
from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import NotYourRole
from yinuo.core.cases.models import Case, Note, Promise
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.core.messages.models import Message
from yinuo.core.payments.models import Payment
from yinuo.core.people.actors import SYSTEM
from yinuo.core.rulebook import queries as rulebook

MONEY = NewMeasure("compensation", "补偿停车费", Decimal(50))


def newest(case: Case, rule: str) -> Promise:
    return Promise.objects.filter(case=case, rule=rule).latest("round")


def involved(insurer: World, claim: Case, name: str) -> None:
    """This colleague owed something on the claim."""
    Promise.objects.filter(case=claim).update(owner=insurer.staff[name])


def paid(insurer: World, claim: Case) -> tuple[Case, str]:
    """A compensation that was agreed and is on its way."""
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    complaints.propose(case=case, words="补偿", measures=[MONEY], by=insurer[name], at=day(2))
    measure = queries.open_measures(case.complaint)[0].pk
    complaints.approve_compensation(
        case=case, measure=measure, by=insurer["team_lead"], at=day(2.1)
    )
    complaints.propose_account(
        case=case, person=insurer.holder, details=ACCOUNT, by=insurer["customer"], at=day(2.2)
    )
    complaints.agree(case=case, by=insurer["customer"], at=day(2.3))
    complaints.pay(case=case, measure=measure, by=insurer["cashier"], at=day(2.4))
    return case, name


def test_nobody_decides_about_their_own_work(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    investigate(insurer, case, at=day(1.1))
    involved(insurer, claim, "team_lead")
    with pytest.raises(OwnInterest):
        complaints.decide(case=case, letter=LETTER, by=insurer["team_lead"], at=day(2))
    assert state(case) == "investigating"


def test_nobody_decides_before_the_new_handler_declared(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    first = investigate(insurer, case, at=day(1.1))
    other = "officer2" if first == "officer" else "officer"
    complaints.reassign(
        case=case, to=insurer.staff[other], reason="休假", by=insurer["team_lead"], at=day(2)
    )
    with pytest.raises(NotDeclared):
        complaints.decide(case=case, letter=LETTER, by=insurer[other], at=day(3))
    complaints.declare_no_interest(case=case, by=insurer[other], at=day(3))
    complaints.decide(case=case, letter=LETTER, by=insurer[other], at=day(3))
    assert state(case) == "decided"


def test_a_review_is_not_decided_by_who_worked_on_the_claim(insurer: World, claim: Case) -> None:
    case, _name = answered(insurer, claim)
    complaints.ask_review(case=case, words="事实不对", by=insurer["customer"], at=day(6))
    involved(insurer, claim, "manager")
    with pytest.raises(OwnInterest):
        complaints.declare_no_interest(case=case, by=insurer["manager"], at=day(7))
    with pytest.raises(OwnInterest):
        complaints.decide_review(
            case=case, letter=LETTER, how="letter", by=insurer["manager"], at=day(7)
        )
    assert state(case) == "reviewing"


def test_new_facts_before_the_telling_leave_the_clock_of_the_law_alone(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    before = newest(case, "complaints.answer")
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(10))
    complaints.add_facts(case=case, words="我找到了录音", by=insurer["customer"], at=day(11))
    assert state(case) == "investigating"
    after = newest(case, "complaints.answer")
    assert (after.pk, after.due_at, after.withdrawn_at) == (before.pk, before.due_at, None)


def test_the_note_of_a_voice_is_what_was_said_not_what_is_wanted(
    insurer: World, claim: Case
) -> None:
    voice = complaints.take_in(
        voice=NewVoice("letter", WORDS, insurer.east, person=insurer.holder, about=claim),
        by=insurer["agent"], at=day(1),
    )  # fmt: skip
    complaints.sort(
        voice=voice, landing=Landing("complaint", wanted="道歉"), by=insurer["agent"], at=day(1)
    )
    voice.refresh_from_db()
    assert voice.note is not None
    assert voice.note.body == WORDS


def test_what_is_said_during_a_review_belongs_to_the_complaint(insurer: World, claim: Case) -> None:
    case, name = answered(insurer, claim, NewMeasure("apology", "书面道歉"))
    complaints.ask_review(case=case, words="事实不对", by=insurer["customer"], at=day(6))
    complaints.add_facts(case=case, words="还有录像", by=insurer["customer"], at=day(7))
    assert state(case) == "reviewing"
    measure = queries.open_measures(case.complaint)[0].pk
    complaints.carry_out(case=case, measure=measure, by=insurer[name], at=day(8))
    complaints.check(case=case, measure=measure, helped=True, by=insurer["team_lead"], at=day(9))


def test_what_was_done_is_checked_also_after_the_end(insurer: World, claim: Case) -> None:
    case, name = answered(insurer, claim, NewMeasure("apology", "书面道歉"))
    measure = queries.open_measures(case.complaint)[0]
    complaints.carry_out(case=case, measure=measure.pk, by=insurer[name], at=day(6))
    complaints.close(case=case, agreed=True, by=insurer[name], at=day(6.1))
    complaints.check(
        case=case, measure=measure.pk, helped=False, by=insurer["team_lead"], at=day(9)
    )
    measure.refresh_from_db()
    assert measure.helped is False


@pytest.mark.parametrize("told", [False, True])
def test_words_of_another_case_are_joined_once(insurer: World, claim: Case, told: bool) -> None:
    case = answered(insurer, claim)[0] if told else complain(insurer, claim, at=day(1))
    said = cases.write_note(
        case=claim, body="电话里又说没人理", kind="words", by=insurer["agent"], at=day(7)
    )
    new = NewComplaint(
        customer=insurer.holder, channel="call_back", about=claim, note=said, external_key="event:9"
    )
    for at in (8, 9):
        assert complaints.receive(new=new, by=SYSTEM, at=day(at)).pk == case.pk
    facts = Note.objects.filter(case=case, thread="facts")
    assert [note.body for note in facts] == ["电话里又说没人理"]
    assert state(case) == ("investigating" if told else "received")


def test_the_words_that_opened_a_complaint_are_not_new_facts_of_it(
    insurer: World, claim: Case
) -> None:
    said = cases.write_note(
        case=claim, body="没人理", kind="words", by=insurer["agent"], at=day(0.5)
    )
    new = NewComplaint(
        customer=insurer.holder, channel="call_back", about=claim, note=said, external_key="event:9"
    )
    first = complaints.receive(new=new, by=SYSTEM, at=day(1))
    assert complaints.receive(new=new, by=SYSTEM, at=day(2)).pk == first.pk
    assert not Note.objects.filter(case=first, thread="facts").exists()


def test_a_second_suspicion_of_the_same_kind_waits_for_the_first(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[handler_of(insurer, case)]
    complaints.tag(case=case, kind="fraud", evidence="单据有涂改", by=officer, at=day(2))
    with pytest.raises(SuspicionWaiting):
        complaints.tag(case=case, kind="fraud", evidence="又一张", by=officer, at=day(3))
    complaints.tag(case=case, kind="malice", evidence="同号码三次", by=officer, at=day(3))


def test_a_decision_takes_what_was_only_offered_off_the_table(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    complaints.propose(case=case, words="补偿", measures=[MONEY], by=officer, at=day(2))
    apology = NewMeasure("apology", "书面道歉")
    complaints.decide(case=case, letter=LETTER, measures=[apology], by=officer, at=day(3))
    assert [one.kind for one in queries.open_measures(case.complaint)] == ["apology"]
    assert newest(case, "complaints.compensation_approval").withdrawn_at == day(3)
    complaints.add_facts(case=case, words="还有录音", by=insurer["customer"], at=day(4))
    complaints.decide(case=case, letter=LETTER, measures=[apology], by=officer, at=day(5))
    assert len(queries.open_measures(case.complaint)) == 1


def test_a_decision_leaves_what_was_agreed(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    apology = NewMeasure("apology", "书面道歉")
    complaints.propose(case=case, words="道歉", measures=[apology], by=officer, at=day(2))
    complaints.agree(case=case, by=insurer["customer"], at=day(2.5))
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(3))
    assert len(queries.open_measures(case.complaint)) == 1


def test_a_decision_leaves_money_that_is_on_its_way(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    complaints.decide(case=case, letter=LETTER, measures=[MONEY], by=officer, at=day(2))
    measure = queries.open_measures(case.complaint)[0].pk
    with pytest.raises(CompensationNotApproved):
        complaints.tell(case=case, how="phone", by=officer, at=day(2.1))
    complaints.approve_compensation(
        case=case, measure=measure, by=insurer["team_lead"], at=day(2.2)
    )
    complaints.tell(case=case, how="phone", by=officer, at=day(2.3))
    complaints.propose_account(
        case=case, person=insurer.holder, details=ACCOUNT, by=insurer["customer"], at=day(2.4)
    )
    complaints.pay(case=case, measure=measure, by=insurer["cashier"], at=day(2.5))
    complaints.add_facts(case=case, words="还有录音", by=insurer["customer"], at=day(3))
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(4))
    assert [one.pk for one in queries.open_measures(case.complaint)] == [measure]


def test_a_complaint_is_not_taken_back_while_its_money_is_on_its_way(
    insurer: World, claim: Case
) -> None:
    case, _name = paid(insurer, claim)
    older = complain(insurer, claim, at=day(3), received_at=day(0), confirmed_new=True)
    with pytest.raises(MoneyUnderWay):
        complaints.withdraw(case=case, reason="解决了", by=insurer["customer"], at=day(3))
    with pytest.raises(MoneyUnderWay):
        complaints.merge(case=case, into=older, by=insurer["team_lead"], at=day(3))
    assert state(case) == "proposed"
    Payment.objects.update(status=Payment.Status.RETURNED)
    complaints.withdraw(case=case, reason="解决了", by=insurer["customer"], at=day(4))


def test_nothing_is_joined_to_what_was_answered_or_is_another_matter(
    insurer: World, claim: Case
) -> None:
    told, _name = answered(insurer, claim)
    again = complain(insurer, claim, at=day(6), confirmed_new=True)
    with pytest.raises(NotTheSameMatter):
        complaints.merge(case=again, into=told, by=insurer["team_lead"], at=day(7))
    elsewhere = complain(insurer, None, at=day(6), received_at=day(0.5))
    with pytest.raises(NotTheSameMatter):
        complaints.merge(case=again, into=elsewhere, by=insurer["team_lead"], at=day(7))
    assert state(again) == "received"


def test_an_urgent_letter_of_the_regulator_counts_from_its_receipt(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(3), channel="regulator", urgent=True, received_at=day(1))
    report = Promise.objects.get(case=case, rule="complaints.regulator_report")
    assert (report.started_at, report.limit) == (day(1), "5 working days")


def test_an_urgent_letter_replaces_a_longer_time(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1), channel="regulator")
    longer = newest(case, "complaints.regulator_report")
    complaints.forward(
        case=case, reference="金监〔2026〕1号", forwarded_at=day(2), urgent=True,
        by=insurer["team_lead"], at=day(3),
    )  # fmt: skip
    report = newest(case, "complaints.regulator_report")
    longer.refresh_from_db()
    assert longer.withdrawn_at == day(3)
    assert report.withdrawn_at is None
    assert (report.started_at, report.due_at < longer.due_at) == (day(2), True)


def reviewed(insurer: World, claim: Case) -> Case:
    """A review that found for the complainant, with money that nobody has approved."""
    case, _name = answered(insurer, claim)
    complaints.ask_review(case=case, words="事实不对", by=insurer["customer"], at=day(6))
    complaints.declare_no_interest(case=case, by=insurer["manager"], at=day(6.5))
    complaints.decide_review(
        case=case, letter=LETTER, measures=[MONEY], how="letter", by=insurer["manager"], at=day(7)
    )
    return case


def test_after_the_answer_it_is_the_complainant_who_goes_on(insurer: World, claim: Case) -> None:
    case, _name = answered(insurer, claim)
    assert case.waiting_for_customer
    complaints.ask_review(case=case, words="事实不对", by=insurer["customer"], at=day(6))
    case.refresh_from_db()
    assert not case.waiting_for_customer


def told_of_review(case: Case) -> bool:
    return Message.objects.filter(case=case, reason="complaint_review_decided").exists()


def test_a_review_with_money_is_told_when_the_money_is_approved(
    insurer: World, claim: Case
) -> None:
    case = reviewed(insurer, claim)
    assert state(case) == "reviewing"
    assert not told_of_review(case)
    assert newest(case, "complaints.review").kept_at is None
    with pytest.raises(CompensationNotApproved):
        complaints.tell_review(case=case, how="letter", by=insurer["manager"], at=day(8))
    measure = queries.open_measures(case.complaint)[0].pk
    assert not queries.measures_told(case.complaint).exists()
    complaints.approve_compensation(case=case, measure=measure, by=insurer["team_lead"], at=day(8))
    complaints.tell_review(case=case, how="letter", by=insurer["manager"], at=day(9))
    assert state(case) == "told"
    assert told_of_review(case)
    assert newest(case, "complaints.review").kept_at == day(9)
    assert newest(case, "complaints.carry_out").kept_at is None
    review = case.complaint.reviews.get()
    assert (review.result, review.decided_by) == ("changed", insurer["manager"].id)
    assert queries.measures_told(case.complaint).count() == 1


def test_a_review_whose_money_was_refused_is_decided_anew_before_it_is_told(
    insurer: World, claim: Case
) -> None:
    case = reviewed(insurer, claim)
    measure = queries.open_measures(case.complaint)[0].pk
    complaints.return_compensation(
        case=case, measure=measure, reason="没有依据", by=insurer["team_lead"], at=day(8)
    )
    with pytest.raises(CompensationReturned):
        complaints.tell_review(case=case, how="letter", by=insurer["manager"], at=day(8))
    assert not told_of_review(case)
    complaints.decide_review(
        case=case, letter=LETTER, how="letter", by=insurer["manager"], at=day(9)
    )
    assert state(case) == "told"
    assert case.complaint.reviews.get().result == "upheld"


def test_an_answer_whose_money_was_refused_is_decided_anew(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    complaints.decide(case=case, letter=LETTER, measures=[MONEY], by=officer, at=day(5))
    measure = queries.open_measures(case.complaint)[0].pk
    complaints.return_compensation(
        case=case, measure=measure, reason="没有依据", by=insurer["team_lead"], at=day(6)
    )
    with pytest.raises(CompensationReturned):
        complaints.tell(case=case, how="letter", by=officer, at=day(6))
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(6.1))
    complaints.tell(case=case, how="letter", by=officer, at=day(6.2))
    assert state(case) == "told"


def test_answering_a_question_on_the_claim_makes_nobody_involved(
    insurer: World, claim: Case
) -> None:
    officer = insurer["officer"]
    cases.record(case=claim, type="claim.sum_answered", data={}, by=officer, at=day(1))
    cases.record(case=claim, type="note.added", data={}, by=officer, at=day(1))
    assert officer.id not in queries.touched(claim, day(1))
    cases.record(case=claim, type="claim.surveyed", data={}, by=officer, at=day(1))
    assert officer.id in queries.touched(claim, day(1))


def test_who_handled_the_claim_before_stays_involved(insurer: World, claim: Case) -> None:
    lead = insurer.staff["team_lead"]
    Promise.objects.filter(case=claim, owner=lead).update(owner=None)
    before = insurer["team_lead"].id in queries.touched(claim, day(1))
    assert not before
    data = {"from": lead.pk, "to": insurer.staff["agent"].pk}
    cases.record(case=claim, type="claim.reassigned", data=data, by=insurer["manager"], at=day(1))
    touched = queries.touched(claim, day(1))
    assert insurer["team_lead"].id in touched
    assert insurer["manager"].id not in touched


def test_every_step_of_a_claim_either_makes_involved_or_is_left_out(db: None) -> None:
    rule = rulebook.rules(ComplaintsRules, at=day(1)).interest
    counted, left_out = rule.events.value.part, rule.events.value.none
    claim = WORKFLOWS.current("claim")
    steps = (*claim.case.steps, *(claim.parts.steps if claim.parts else ()))
    assert {step.event for step in steps} <= {*counted, *left_out}


def test_an_answer_in_english_is_measured_as_english_for_a_reader_of_chinese(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    letter = Letter(
        facts="The surveyor came two hours and fifty minutes late and did not call.",
        decision="You are right. We say sorry, and we pay for your parking.",
        basis="We promise to come within thirty minutes, because it is not safe to wait there.",
        upheld="yes",
    )
    complaints.decide(case=case, letter=letter, by=officer, at=day(2))
    assert state(case) == "decided"


def test_a_review_is_decided_by_somebody_above(insurer: World, claim: Case) -> None:
    case, name = answered(insurer, claim)
    complaints.ask_review(case=case, words="事实不对", by=insurer["customer"], at=day(6))
    other = "officer2" if name == "officer" else "officer"
    with pytest.raises(NotYourRole):
        complaints.decide_review(
            case=case, letter=LETTER, how="letter", by=insurer[other], at=day(7)
        )
    assert state(case) == "reviewing"


def test_the_time_for_a_review_runs_from_the_day_the_letter_came(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(5))
    complaints.tell(case=case, how="letter", by=officer, at=day(5))
    before = queries.review_until(queries.of_case(case), day(6))
    complaints.prove_delivery(case=case, words="回执", by=officer, at=day(9))
    after = queries.review_until(queries.of_case(case), day(9))
    assert before is not None
    assert after is not None
    assert (after - before).days == 4


def test_what_a_disaster_brought_is_called_major_by_a_person_once(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[handler_of(insurer, case)]
    complaints.call_major(case=case, reason="台风后三十家同时投诉", by=officer, at=day(2))
    case.refresh_from_db()
    assert case.care == "major"
    told = Message.objects.filter(case=case, reason="complaint_called_major")
    assert set(told.values_list("staff", flat=True)) >= {insurer.staff["team_lead"].pk}
    assert not told.filter(person__isnull=False).exists()
    with pytest.raises(MajorAlready):
        complaints.call_major(case=case, reason="还是", by=officer, at=day(3))
