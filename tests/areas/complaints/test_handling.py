"""From receipt to the answer: who handles it, what is named, offered, told and closed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.areas.complaints.office import LETTER, complain, day, handler_of, investigate
from tests.world import World
from yinuo import automation
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands import Letter, NewMeasure, NewParty, Power
from yinuo.areas.complaints.commands.answering import CauseMissing, ReviewedAlready, ReviewTooLate
from yinuo.areas.complaints.commands.common import Held, NotKnown, OnlyAPerson, WordsMissing
from yinuo.areas.complaints.commands.ending import (
    NotCarriedOut,
    NotTheSameMatter,
    ReviewStillPossible,
)
from yinuo.areas.complaints.commands.handling import (
    NotDeclared,
    NotTheHandler,
    OwnInterest,
    PersonalData,
    ReviewerNotDeclared,
)
from yinuo.areas.complaints.commands.parties import (
    NoPowerNeeded,
    PowerAskedAlready,
    PowerMissing,
    PowerRunOut,
    TooManyRepresentatives,
)
from yinuo.areas.complaints.commands.receiving import (
    AlreadyComplained,
    NotYetReceived,
)
from yinuo.areas.complaints.commands.solving import (
    BeyondAuthority,
    CompensationNotApproved,
    MoneyIsPaid,
    NotAgreedYet,
    OwnWork,
)
from yinuo.areas.complaints.models import Complaint
from yinuo.areas.complaints.rulefile import ComplaintsRules
from yinuo.areas.complaints.rules import is_heated
from yinuo.core.approvals.commands import MakerCannotCheck
from yinuo.core.cases.commands import StepNotAllowed
from yinuo.core.cases.models import Case, Note, Promise
from yinuo.core.messages.models import Message
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.models import Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.perception.lexicon import Tone
from yinuo.perception.reading import Reading, Span

ACCOUNT = AccountDetails("individual", "样例客户甲", "6222020000000000000", "示例银行")


def state(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def test_words_are_kept_as_first_spoken_and_the_customer_is_told_at_once(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1), first_spoken_at=day(0.5))
    words = Note.objects.get(case=case, kind="words")
    assert "三个小时" in words.body
    assert case.complaint.first_spoken_at == day(0.5)
    assert case.complaint.product == "motor"
    letter = Message.objects.get(case=case, reason="complaint_received", channel="inbox")
    assert case.number in letter.subject
    assert "2026" in letter.body


def test_the_handler_never_touched_the_claim(insurer: World, claim: Case) -> None:
    touched = queries.touched(claim, day(1))
    assert insurer["agent"].id in touched
    case = complain(insurer, claim, at=day(1))
    assert handler_of(insurer, case) in ("officer", "officer2")
    with pytest.raises(OwnInterest):
        complaints.reassign(
            case=case, to=_with_role(insurer, "agent"), reason="熟悉案件", by=insurer["team_lead"],
            at=day(2),
        )  # fmt: skip


def _with_role(insurer: World, name: str) -> Staff:
    member = insurer.staff[name]
    member.roles = [*member.roles, "complaint_officer"]
    member.save(update_fields=["roles"])
    return member


def test_nobody_begins_without_declaring_to_have_no_interest(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[handler_of(insurer, case)]
    complaints.acknowledge(case=case, how="phone", by=officer, at=day(1.1))
    complaints.accept(case=case, by=officer, at=day(1.2))
    with pytest.raises(NotDeclared):
        complaints.investigate(case=case, by=officer, at=day(1.3))
    with pytest.raises(NotTheHandler):
        complaints.declare_no_interest(case=case, by=insurer["team_lead"], at=day(1.3))
    complaints.declare_no_interest(case=case, by=officer, at=day(1.4))
    complaints.investigate(case=case, by=officer, at=day(1.5))
    assert state(case) == "investigating"


def test_a_new_handler_declares_anew_and_the_customer_learns_the_name(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    first = handler_of(insurer, case)
    other = "officer2" if first == "officer" else "officer"
    complaints.declare_no_interest(case=case, by=insurer[first], at=day(1.1))
    complaints.reassign(
        case=case, to=insurer.staff[other], reason="休假", by=insurer["team_lead"], at=day(2)
    )
    case.refresh_from_db()
    assert case.complaint.declared_by == ""
    told = Message.objects.get(case=case, reason="complaint_reassigned", channel="inbox")
    assert insurer.staff[other].name in told.body


def test_causes_are_suggested_from_words_and_record_with_their_reasons(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    complaint = queries.of_case(case)
    found = queries.suggested(_held(complaint), day(2))
    codes = {one.code: [sign.code for sign in one.why] for one in found}
    assert {"delay_survey", "attitude_cold"} <= set(codes)
    assert "word:attitude" in codes["attitude_cold"]


def _held(complaint: Complaint) -> Held:
    return Held(complaint.case, complaint)


def test_a_violation_by_our_people_is_promised_to_discipline(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    complaints.name_causes(case=case, main="misconduct_favour", by=officer, at=day(2))
    promise = Promise.objects.get(case=case, rule="complaints.discipline")
    complaints.hand_to_discipline(case=case, to="纪检部", by=officer, at=day(2.1))
    promise.refresh_from_db()
    assert promise.kept_at == day(2.1)


def test_a_cause_that_is_not_in_the_tree_is_refused(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[investigate(insurer, case, at=day(1.1))]
    with pytest.raises(NotKnown):
        complaints.name_causes(case=case, main="bad_luck", by=officer, at=day(2))


def test_six_representatives_are_refused_and_twenty_three_people_are_major(
    insurer: World, claim: Case
) -> None:
    six = tuple(NewParty("representative", f"代表{n}") for n in range(6))
    with pytest.raises(TooManyRepresentatives):
        complain(insurer, claim, at=day(1), parties=six, group_size=23, face_to_face=True)
    case = complain(
        insurer, claim, at=day(1), channel="visit", parties=six[:5], group_size=23,
        face_to_face=True,
    )  # fmt: skip
    assert case.care == "major"
    alarms = Message.objects.filter(case=case, reason="complaint_major", channel="inbox")
    assert {row.staff_id for row in alarms} == {
        insurer.staff["team_lead"].pk,
        insurer.staff["manager"].pk,
    }


def test_a_group_that_grows_becomes_major_once(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    for at in (2, 3):
        complaints.name_parties(
            case=case, parties=[NewParty("representative", "代表")], group_size=20,
            face_to_face=True, by=insurer["team_lead"], at=day(at),
        )  # fmt: skip
    case.refresh_from_db()
    assert case.care == "major"
    assert Message.objects.filter(case=case, reason="complaint_became_major").count() == 4


@pytest.mark.parametrize(("role", "kind"), [("agent", "lawyer"), ("heir", "heirship")])
def test_who_complains_for_another_is_heard_and_told_nothing_until_the_power_is_there(
    insurer: World, claim: Case, role: str, kind: str
) -> None:
    case = complain(insurer, claim, at=day(1), parties=(NewParty(role, "李四"),))
    name = investigate(insurer, case, at=day(1.1))
    party = case.complaint.parties.get().pk
    officer = insurer[name]
    complaints.decide(case=case, letter=LETTER, by=officer, at=day(2))
    with pytest.raises(PowerMissing):
        complaints.tell(case=case, how="phone", party=party, by=officer, at=day(2))
    with pytest.raises(PowerMissing):
        complaints.withdraw(case=case, reason="算了", party=party, by=officer, at=day(2))
    wrong = Power("guardian" if role == "heir" else "heirship")
    with pytest.raises(NotKnown):
        complaints.check_power(case=case, party=party, power=wrong, by=officer, at=day(2))
    old = Power(kind, until_on=day(1).date())
    with pytest.raises(PowerRunOut):
        complaints.check_power(case=case, party=party, power=old, by=officer, at=day(2))
    power = Power(kind, until_on=day(4).date())
    complaints.check_power(case=case, party=party, power=power, by=officer, at=day(2))
    with pytest.raises(PowerMissing):
        complaints.tell(case=case, how="phone", party=party, by=officer, at=day(6))
    complaints.tell(case=case, how="phone", party=party, by=officer, at=day(3))
    assert state(case) == "told"


def test_a_power_is_asked_for_once_and_stops_the_clock_only_where_the_rule_says_so(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1), parties=(NewParty("agent", "李四"),))
    officer, party = insurer[handler_of(insurer, case)], case.complaint.parties.get().pk
    complaints.ask_power(case=case, party=party, by=officer, at=day(1.1))
    answer = Promise.objects.get(case=case, rule="complaints.answer")
    assert answer.paused_at is None
    with pytest.raises(PowerAskedAlready):
        complaints.ask_power(case=case, party=party, by=officer, at=day(2))
    again = [NewParty("agent", "李四", phone="13900000077")]
    complaints.name_parties(case=case, parties=again, by=officer, at=day(2))
    with pytest.raises(PowerAskedAlready):
        complaints.ask_power(case=case, party=party, by=officer, at=day(2))
    told = Message.objects.get(case=case, reason="complaint_power_asked", channel="inbox")
    assert "李四" in told.body
    Promise.objects.filter(pk=answer.pk).update(pausable=["power"])
    complaints.name_parties(
        case=case, parties=[*again, NewParty("heir", "王五")], by=officer, at=day(3)
    )
    heir = case.complaint.parties.get(role="heir").pk
    complaints.ask_power(case=case, party=heir, by=officer, at=day(3))
    answer.refresh_from_db()
    assert answer.paused_at == day(3)
    waits = Promise.objects.filter(case=case, rule="complaints.power")
    for one, kind in ((party, "letter_of_authority"), (heir, "heirship")):
        assert waits.filter(kept_at__isnull=True).exists()
        complaints.check_power(case=case, party=one, power=Power(kind), by=officer, at=day(4))
    answer.refresh_from_db()
    assert answer.paused_at is None
    assert not waits.filter(kept_at__isnull=True).exists()
    with pytest.raises(NoPowerNeeded):
        complaints.ask_power(case=case, party=party, by=officer, at=day(5))


def test_a_receipt_in_the_future_is_refused(insurer: World, claim: Case) -> None:
    with pytest.raises(NotYetReceived):
        complain(insurer, claim, at=day(1), received_at=day(2))
    with pytest.raises(NotYetReceived):
        complain(insurer, claim, at=day(3), received_at=day(1), first_spoken_at=day(2))


def test_the_same_matter_again_is_joined_or_asked_about(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    with pytest.raises(AlreadyComplained):
        complain(insurer, claim, at=day(2))
    again = complain(insurer, claim, at=day(2), by="customer", words="还没有人联系我")
    assert again.pk == case.pk
    assert Note.objects.filter(case=case, thread="facts").count() == 1
    other = complain(insurer, claim, at=day(3), confirmed_new=True)
    complaints.merge(case=other, into=case, by=insurer["team_lead"], at=day(4))
    assert state(other) == "merged"
    with pytest.raises(NotTheSameMatter):
        complaints.merge(case=case, into=other, by=insurer["team_lead"], at=day(5))


def answered(insurer: World, claim: Case, *measures: NewMeasure) -> tuple[Case, str]:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    complaints.decide(case=case, letter=LETTER, measures=measures, by=insurer[name], at=day(5))
    complaints.tell(case=case, how="phone", by=insurer[name], at=day(5.1))
    case.refresh_from_db()
    return case, name


def test_no_answer_without_a_cause_facts_decision_and_basis(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = handler_of(insurer, case)
    officer = insurer[name]
    complaints.acknowledge(case=case, how="phone", by=officer, at=day(1.1))
    complaints.accept(case=case, by=officer, at=day(1.2))
    complaints.declare_no_interest(case=case, by=officer, at=day(1.3))
    complaints.investigate(case=case, by=officer, at=day(1.4))
    with pytest.raises(CauseMissing):
        complaints.decide(case=case, letter=LETTER, by=officer, at=day(2))
    complaints.name_causes(case=case, main="delay_survey", by=officer, at=day(2))
    for empty in ("facts", "decision", "basis"):
        parts = {**_parts(), empty: "  "}
        letter = Letter(parts["facts"], parts["decision"], parts["basis"], "yes")
        with pytest.raises(WordsMissing):
            complaints.decide(case=case, letter=letter, by=officer, at=day(2))
    with pytest.raises(OnlyAPerson):
        complaints.decide(case=case, letter=LETTER, by=SYSTEM, at=day(2))


def _parts() -> dict[str, str]:
    return {
        "facts": LETTER.facts,
        "decision": LETTER.decision,
        "basis": LETTER.basis,
    }


def test_the_letter_names_facts_decision_basis_and_every_remedy(
    insurer: World, claim: Case
) -> None:
    case, _name = answered(insurer, claim)
    letter = Message.objects.get(case=case, reason="complaint_answered", channel="inbox")
    for part in (LETTER.facts, LETTER.decision, LETTER.basis, "核查", "调解", "仲裁", "12378"):
        assert part in letter.body


def test_compensation_needs_authority_another_person_and_consent(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    money = NewMeasure("compensation", "补偿停车费", Decimal(5000))
    complaints.propose(
        case=case, words="我们道歉并补偿", measures=[money, NewMeasure("apology", "书面道歉")],
        by=insurer[name], at=day(2),
    )  # fmt: skip
    measure, apology = queries.open_measures(case.complaint)
    waits = Promise.objects.get(case=case, rule="complaints.compensation_approval")
    assert waits.owner_id == insurer.staff["team_lead"].pk
    with pytest.raises(CompensationNotApproved):
        complaints.agree(case=case, by=insurer["customer"], at=day(2.05))
    assert list(queries.measures_told(case.complaint)) == []
    with pytest.raises(BeyondAuthority):
        complaints.approve_compensation(
            case=case, measure=measure.pk, by=insurer["approver"], at=day(2.1)
        )
    complaints.approve_compensation(
        case=case, measure=measure.pk, by=insurer["team_lead"], at=day(2.2)
    )
    waits.refresh_from_db()
    assert waits.kept_at == day(2.2)
    assert state(case) == "proposed"
    complaints.propose_account(
        case=case, person=insurer.holder, details=ACCOUNT, by=insurer["customer"], at=day(2.3)
    )
    with pytest.raises(NotAgreedYet):
        complaints.pay(case=case, measure=measure.pk, by=insurer["cashier"], at=day(2.4))
    complaints.agree(case=case, by=insurer["customer"], at=day(3))
    complaints.pay(case=case, measure=measure.pk, by=insurer["cashier"], at=day(3.1))
    with pytest.raises(MoneyIsPaid):
        complaints.carry_out(case=case, measure=measure.pk, by=insurer[name], at=day(3.2))
    complaints.carry_out(case=case, measure=apology.pk, by=insurer[name], at=day(3.2))
    with pytest.raises(OwnWork):
        complaints.check(case=case, measure=apology.pk, helped=True, by=insurer[name], at=day(3.3))


def test_the_maker_of_a_compensation_does_not_approve_it(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    investigate(insurer, case, at=day(1.1))
    complaints.propose(
        case=case, words="补偿", measures=[NewMeasure("compensation", "补偿", Decimal(100))],
        by=insurer["team_lead"], at=day(2),
    )  # fmt: skip
    measure = queries.open_measures(case.complaint)[0]
    with pytest.raises(MakerCannotCheck):
        complaints.approve_compensation(
            case=case, measure=measure.pk, by=insurer["team_lead"], at=day(2.2)
        )


def test_an_earlier_proposal_stands_until_the_money_of_the_next_is_approved(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    offer = [NewMeasure("apology", "口头道歉")]
    complaints.propose(case=case, words="道歉", measures=offer, by=insurer[name], at=day(2))
    money = [NewMeasure("compensation", "补偿停车费", Decimal(100))]
    complaints.propose(case=case, words="也补偿", measures=money, by=insurer[name], at=day(2.1))
    assert [one.what for one in queries.measures_told(case.complaint)] == ["口头道歉"]
    paid = next(one for one in queries.open_measures(case.complaint) if one.amount)
    complaints.return_compensation(
        case=case, measure=paid.pk, reason="没有依据", by=insurer["team_lead"], at=day(2.2)
    )
    answers = case.complaint.proposals.order_by("round").values_list("answer", flat=True)
    assert list(answers) == ["", "returned"]
    complaints.propose(case=case, words="再补偿", measures=money, by=insurer[name], at=day(2.3))
    paid = next(one for one in queries.open_measures(case.complaint) if one.amount)
    complaints.approve_compensation(
        case=case, measure=paid.pk, by=insurer["team_lead"], at=day(2.4)
    )
    live = queries.measures_told(case.complaint).filter(dropped_at__isnull=True)
    assert [one.what for one in live] == ["补偿停车费"]
    assert list(answers.all()) == ["replaced", "returned", ""]


def test_what_is_agreed_meanwhile_takes_the_prepared_proposal_off_the_table(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    offer = [NewMeasure("apology", "口头道歉")]
    complaints.propose(case=case, words="道歉", measures=offer, by=insurer[name], at=day(2))
    money = [NewMeasure("compensation", "补偿停车费", Decimal(100))]
    complaints.propose(case=case, words="也补偿", measures=money, by=insurer[name], at=day(2.1))
    complaints.agree(case=case, by=insurer["customer"], at=day(2.2))
    assert [one.what for one in queries.open_measures(case.complaint)] == ["口头道歉"]
    waits = Promise.objects.get(case=case, rule="complaints.compensation_approval")
    assert waits.withdrawn_at == day(2.2)


def test_a_refused_proposal_is_off_the_table(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    name = investigate(insurer, case, at=day(1.1))
    offer = [NewMeasure("apology", "口头道歉")]
    complaints.propose(case=case, words="道歉", measures=offer, by=insurer[name], at=day(2))
    complaints.disagree(case=case, words="道歉不够", by=insurer["customer"], at=day(3))
    assert state(case) == "investigating"
    assert queries.open_measures(case.complaint) == []


def test_withdrawal_ends_everything_the_same_day(insurer: World, claim: Case) -> None:
    case = complain(insurer, claim, at=day(1))
    complaints.withdraw(case=case, reason="解决了", by=insurer["customer"], at=day(2))
    assert state(case) == "withdrawn"
    assert not Promise.objects.filter(
        case=case, kept_at__isnull=True, withdrawn_at__isnull=True
    ).exists()
    assert case.events.get(type="complaint.withdrawn").data["same_day"] is True
    again = complain(insurer, claim, at=day(9))
    assert again.complaint.follows_id == case.pk
    assert Promise.objects.get(case=again, rule="complaints.answer").started_at == day(9)


def test_a_withdrawal_counts_from_when_it_was_said_also_where_it_is_read_late(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    due_at = Promise.objects.get(case=case, rule="complaints.answer").due_at
    said_at = due_at - timedelta(hours=2)
    automation.sweep_promises(at=due_at + timedelta(minutes=1))
    complaints.withdraw(
        case=case, reason="解决了", received_at=said_at, by=insurer["team_lead"],
        at=due_at + timedelta(hours=9),
    )  # fmt: skip
    answer = Promise.objects.get(case=case, rule="complaints.answer")
    assert (answer.missed_at, answer.withdrawn_at) == (None, due_at + timedelta(hours=9))
    late = Promise.objects.get(case=case, rule="complaints.acknowledge")
    assert late.missed_at is not None  # it was broken before anybody took anything back
    ended = case.events.get(type="complaint.withdrawn").data
    assert (ended["same_day"], ended["said"]) == (False, said_at.isoformat())


def test_new_facts_after_the_answer_begin_the_time_again(insurer: World, claim: Case) -> None:
    case, name = answered(insurer, claim)
    complaints.add_facts(case=case, words="我找到了录音", by=insurer["customer"], at=day(8))
    assert state(case) == "investigating"
    promise = Promise.objects.filter(case=case, rule="complaints.answer").latest("round")
    assert (promise.round, promise.started_at) == (2, day(8))
    complaints.decide(case=case, letter=LETTER, by=insurer[name], at=day(9))
    complaints.tell(case=case, how="phone", by=insurer[name], at=day(9.1))
    assert case.complaint.answers.count() == 2


def test_new_facts_before_the_answer_do_not_begin_the_time_again(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    complaints.add_facts(case=case, words="还有录音", by=insurer["customer"], at=day(3))
    assert Promise.objects.get(case=case, rule="complaints.answer").started_at == day(1)


def test_a_review_is_decided_by_other_eyes_within_thirty_days(insurer: World, claim: Case) -> None:
    case, name = answered(insurer, claim)
    complaints.ask_review(case=case, words="事实不对", by=insurer["customer"], at=day(20))
    letter = Letter(LETTER.facts, "补偿您二百元。", LETTER.basis, "yes")
    money = [NewMeasure("compensation", "补偿", Decimal(200))]
    with pytest.raises(MakerCannotCheck):
        complaints.decide_review(
            case=case, letter=letter, measures=money, how="letter", by=insurer[name], at=day(25)
        )
    with pytest.raises(ReviewerNotDeclared):
        complaints.decide_review(
            case=case, letter=letter, measures=money, how="letter", by=insurer["manager"],
            at=day(23),
        )  # fmt: skip
    complaints.declare_no_interest(case=case, by=insurer["team_lead"], at=day(23))
    with pytest.raises(ReviewerNotDeclared):
        complaints.decide_review(
            case=case, letter=letter, how="letter", by=insurer["manager"], at=day(23)
        )
    complaints.declare_no_interest(case=case, by=insurer["manager"], at=day(23.5))
    complaints.decide_review(
        case=case, letter=letter, measures=money, how="letter", by=insurer["manager"], at=day(24)
    )
    complaints.approve_compensation(
        case=case,
        measure=queries.open_measures(case.complaint)[0].pk,
        by=insurer["team_lead"],
        at=day(24.5),
    )
    complaints.tell_review(case=case, how="letter", by=insurer["manager"], at=day(25))
    assert case.complaint.reviews.get().result == "changed"
    assert Promise.objects.get(case=case, rule="complaints.review").kept_at == day(25)
    told = Message.objects.get(case=case, reason="complaint_review_decided", channel="inbox")
    assert "核查：" not in told.body
    with pytest.raises(ReviewedAlready):
        complaints.ask_review(case=case, words="还是不对", by=insurer["customer"], at=day(26))


def test_a_review_can_be_asked_for_for_thirty_days(insurer: World, claim: Case) -> None:
    case, _name = answered(insurer, claim)
    with pytest.raises(ReviewTooLate):
        complaints.ask_review(case=case, words="不对", by=insurer["customer"], at=day(37))


def test_it_closes_when_all_is_done_and_nobody_asks_for_a_review(
    insurer: World, claim: Case
) -> None:
    case, name = answered(insurer, claim, NewMeasure("apology", "书面道歉"))
    with pytest.raises(NotCarriedOut):
        complaints.close(case=case, agreed=True, by=insurer[name], at=day(6))
    measure = queries.open_measures(case.complaint)[0]
    complaints.carry_out(case=case, measure=measure.pk, by=insurer[name], at=day(6))
    with pytest.raises(ReviewStillPossible):
        complaints.close(case=case, by=insurer[name], at=day(7))
    assert queries.ready_to_close(day(30)) == []
    assert [one.pk for one in queries.ready_to_close(day(37))] == [case.pk]
    complaints.rate(case=case, rating=4, by=insurer["customer"], at=day(8))
    complaints.close_many([case], agreed=False, by=SYSTEM, at=day(37))
    assert state(case) == "closed"
    with pytest.raises(StepNotAllowed):
        complaints.withdraw(case=case, reason="算了", by=insurer["customer"], at=day(38))


def test_two_heated_talks_bring_prompts_and_the_offer_of_another_voice(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1))
    officer = insurer[handler_of(insurer, case)]
    for at in (1.1, 1.2):
        complaints.contact(
            case=case, how="phone", words="客户说要起诉我们，要找记者曝光", understood="no",
            by=officer, at=day(at),
        )  # fmt: skip
    complaint = queries.of_case(case)
    keys, hand_over = queries.prompts(complaint, day(2))
    assert "prompts.slow_down" in keys
    assert hand_over


@pytest.mark.parametrize(
    ("tone", "says", "hot"),
    [
        ("neg", "alarm:learned", True),
        ("neu", "alarm:learned", False),
        ("neu", "alarm:press", True),
        ("neg", "alarm:complaint", False),
        ("neg", "learned", False),
    ],
)
def test_words_are_heated_also_where_no_single_one_says_so_but_somebody_is_blamed(
    db: None, tone: Tone, says: str, hot: bool
) -> None:
    reading = Reading("你们等着", tone, (), "high", 0.9, False, (Span(0, 2, says),))
    assert is_heated(reading, rulebook.rules(ComplaintsRules, at=day(1)).heat) is hot


def test_a_lesson_names_nobody(insurer: World, claim: Case) -> None:
    case, name = answered(insurer, claim)
    with pytest.raises(PersonalData):
        complaints.write_lesson(
            case=case, kind="handled", what="样例客户甲等了三小时", treatment="道歉",
            lesson="提前告知", by=insurer[name], at=day(9),
        )  # fmt: skip
    complaints.write_lesson(
        case=case, kind="handled", what="客户在路边等了三小时", treatment="道歉并补偿",
        lesson="晚到要提前打电话", by=insurer[name], at=day(9),
    )  # fmt: skip
    assert [one.complaint_id for one in queries.lessons(cause="delay_survey")] == [case.pk]
