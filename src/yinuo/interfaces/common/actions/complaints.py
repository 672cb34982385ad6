"""Every action on a complaint that any door offers, and on a voice before it is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import (
    About,
    Landing,
    Letter,
    NewComplaint,
    NewMeasure,
    NewParty,
    NewVoice,
    Power,
)
from yinuo.areas.complaints.commands.voices import PersonMissing
from yinuo.areas.complaints.models import Inbound
from yinuo.core.cases import commands as case_commands
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.documents import queries as documents
from yinuo.core.documents.models import Document
from yinuo.core.payments import queries as payments
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.actions.shared import NOTE
from yinuo.interfaces.common.actions.table import Action, table_of
from yinuo.interfaces.common.inputs import complaints as given_in
from yinuo.interfaces.common.inputs.claims import AccountConfirmationInput, AccountInput
from yinuo.kit.errors import DomainError


@contextmanager
def at_field(name: str) -> Iterator[None]:
    """A refusal inside is said at this field: a search does not know which one asked."""
    try:
        yield
    except DomainError as refusal:
        refusal.field = name
        raise


def _case(actor: Actor, number: str, field: str, kind: str = "") -> Case | None:
    if not number:
        return None
    with at_field(field):
        return cases.get_for(actor, number, kind=kind)


def _person(actor: Actor, given: int | None) -> Person | None:
    if not given:
        return None
    with at_field("person"):
        return people.person_for(actor, given)


def take_in(actor: Actor, given: given_in.VoiceInput, at: datetime) -> Inbound:
    """Keep a voice as it came in."""
    about, person = _case(actor, given.about, "about"), _person(actor, given.person)
    if person is None and about is not None:
        person = about.customer
    voice = NewVoice(
        branch=about.branch if about else _own_branch(actor),
        person=person,
        about=about,
        **given.model_dump(exclude={"about", "person"}),
    )
    return complaints.take_in(voice=voice, by=actor, at=at)


def _own_branch(actor: Actor) -> Branch:
    return people.branch_for(actor, actor.branch_id or 0)


def sort(actor: Actor, voice: Inbound, given: given_in.SortingInput, at: datetime) -> Case | None:
    """Say what a voice is; returns the case on which it landed."""
    kind = "complaint" if given.kind == "withdrawal" else ""
    landing = Landing(
        about=_case(actor, given.about, "about"),
        case=_case(actor, given.case, "case", kind),
        person=_person(actor, given.person),
        **given.model_dump(exclude={"about", "case", "person"}),
    )
    return complaints.sort(voice=voice, landing=landing, by=actor, at=at)


def answer_question(
    actor: Actor, voice: Inbound, given: given_in.QuestionAnswerInput, at: datetime
) -> None:
    complaints.answer_question(voice=voice, words=given.words, how=given.how, by=actor, at=at)


def rate_answer(
    actor: Actor, voice: Inbound, given: given_in.AnswerRatingInput, at: datetime
) -> None:
    complaints.rate_answer(voice=voice, rating=int(given.rating), by=actor, at=at)


def receive(actor: Actor, given: given_in.ComplaintInput, at: datetime) -> Case:
    """A complaint that a colleague or another system brings."""
    about = _case(actor, given.about, "about")
    customer = _person(actor, given.person) or (about.customer if about is not None else None)
    if customer is None:
        raise PersonMissing("person")
    fields = given.model_dump(exclude={"about", "person", "parties"})
    new = NewComplaint(customer=customer, about=about, parties=_parties(given.parties), **fields)
    return complaints.receive(new=new, by=actor, at=at)


def complain(actor: Actor, about: Case, given: given_in.ComplainHereInput, at: datetime) -> Case:
    """A complaint that is made on the page of a case."""
    new = NewComplaint(
        customer=about.customer,
        about=about,
        channel="portal" if actor.kind == "customer" else given.channel,
        words=given.words,
        wanted=given.wanted,
    )
    return complaints.receive(new=new, by=actor, at=at)


def _parties(rows: Sequence[given_in.PartyInput]) -> tuple[NewParty, ...]:
    return tuple(NewParty(**row.model_dump()) for row in rows)


def _measures(actor: Actor, rows: Sequence[given_in.MeasureInput]) -> list[NewMeasure]:
    return [
        NewMeasure(row.kind, row.what, row.amount, staff=_trained(actor, row.staff, place))
        for place, row in enumerate(rows)
    ]


def _trained(actor: Actor, given: int | None, place: int) -> Staff | None:
    if not given:
        return None
    with at_field(f"measures.{place}.staff"):
        return people.staff_for(actor, given)


def _acknowledge(actor: Actor, case: Case, given: given_in.HowInput, at: datetime) -> None:
    complaints.acknowledge(case=case, how=given.how, by=actor, at=at, seen=given.seen)


def _accept(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    complaints.accept(case=case, by=actor, at=at, seen=given.seen)


def _transfer(actor: Actor, case: Case, given: given_in.TransferInput, at: datetime) -> None:
    complaints.transfer(
        case=case, to=given.to, reason=given.reason, by=actor, at=at, seen=given.seen
    )


def _merge(actor: Actor, case: Case, given: given_in.MergeInput, at: datetime) -> None:
    with at_field("into"):
        into = cases.get_for(actor, given.into, kind="complaint")
    complaints.merge(case=case, into=into, by=actor, at=at, seen=given.seen)


def _name_parties(actor: Actor, case: Case, given: given_in.PartiesInput, at: datetime) -> None:
    complaints.name_parties(
        case=case,
        parties=_parties(given.parties),
        group_size=given.group_size,
        face_to_face=given.face_to_face,
        by=actor,
        at=at,
        seen=given.seen,
    )


def _ask_power(actor: Actor, case: Case, given: given_in.PowerRequestInput, at: datetime) -> None:
    complaints.ask_power(
        case=case, party=given.party, words=given.words, by=actor, at=at, seen=given.seen
    )


def _check_power(actor: Actor, case: Case, given: given_in.PowerInput, at: datetime) -> None:
    power = _power(actor, case, given)
    complaints.check_power(
        case=case, party=given.party, power=power, by=actor, at=at, seen=given.seen
    )


def _take_up_again(actor: Actor, case: Case, given: given_in.PowerInput, at: datetime) -> None:
    power = _power(actor, case, given)
    complaints.take_up_again(
        case=case, party=given.party, power=power, by=actor, at=at, seen=given.seen
    )


def _power(actor: Actor, case: Case, given: given_in.PowerInput) -> Power:
    document = _paper(actor, case, given.document) if given.document else None
    return Power(kind=given.kind, document=document, until_on=given.until_on)


def _end_without_power(
    actor: Actor, case: Case, given: given_in.PowerlessInput, at: datetime
) -> None:
    complaints.end_without_power(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def _paper(actor: Actor, case: Case, document: int) -> Document:
    """A paper of the complaint, or of what it is about: nothing is asked for that we hold."""
    try:
        return documents.document_for(actor, case, document)
    except documents.DocumentNotFound:
        if case.about is None:
            raise
        return documents.document_for(actor, case.about, document)


def _add_facts(actor: Actor, case: Case, given: given_in.NewFactsInput, at: datetime) -> None:
    complaints.add_facts(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _forward(actor: Actor, case: Case, given: given_in.ForwardInput, at: datetime) -> None:
    complaints.forward(
        case=case,
        reference=given.reference,
        forwarded_at=given.forwarded_at,
        urgent=given.urgent,
        named=given.named,
        by=actor,
        at=at,
        seen=given.seen,
    )


def _call_major(actor: Actor, case: Case, given: given_in.ReasonInput, at: datetime) -> None:
    complaints.call_major(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def _report_back(actor: Actor, case: Case, given: given_in.InsideWordsInput, at: datetime) -> None:
    complaints.report_back(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _contact(actor: Actor, case: Case, given: given_in.TalkInput, at: datetime) -> None:
    fields = given.model_dump(exclude={"seen"})
    complaints.contact(case=case, by=actor, at=at, seen=given.seen, **fields)


def _declare(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    complaints.declare_no_interest(case=case, by=actor, at=at, seen=given.seen)


def _reassign(actor: Actor, case: Case, given: given_in.HandOverInput, at: datetime) -> None:
    with at_field("staff"):
        staff = people.staff_for(actor, given.staff)
    complaints.reassign(case=case, to=staff, reason=given.reason, by=actor, at=at, seen=given.seen)


def _investigate(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    complaints.investigate(case=case, by=actor, at=at, seen=given.seen)


def _describe(actor: Actor, case: Case, given: given_in.AboutInput, at: datetime) -> None:
    fields = given.model_dump(exclude={"seen", "told_at_sale"})
    what = About(**fields, told_at_sale=given.told_at_sale or "")
    complaints.describe(case=case, what=what, by=actor, at=at, seen=given.seen)


def _name_causes(actor: Actor, case: Case, given: given_in.CausesInput, at: datetime) -> None:
    complaints.name_causes(
        case=case, main=given.main, others=given.others, by=actor, at=at, seen=given.seen
    )


def _ask_why(actor: Actor, case: Case, given: given_in.WhyInput, at: datetime) -> None:
    answers = [given.why1, given.why2, given.why3, given.why4, given.why5]
    complaints.ask_why(
        case=case, answers=answers, prevention=given.prevention, by=actor, at=at, seen=given.seen
    )


def _discipline(actor: Actor, case: Case, given: given_in.DisciplineInput, at: datetime) -> None:
    complaints.hand_to_discipline(case=case, to=given.to, by=actor, at=at, seen=given.seen)


def _tag(actor: Actor, case: Case, given: given_in.TagInput, at: datetime) -> None:
    complaints.tag(
        case=case, kind=given.kind, evidence=given.evidence, by=actor, at=at, seen=given.seen
    )


def _review_tag(actor: Actor, case: Case, given: given_in.TagReviewInput, at: datetime) -> None:
    fields = given.model_dump(exclude={"seen"})
    complaints.review_tag(case=case, by=actor, at=at, seen=given.seen, **fields)


def _remark(actor: Actor, case: Case, given: given_in.RemarkInput, at: datetime) -> None:
    fields = given.model_dump(exclude={"seen"})
    complaints.remark_evidence(case=case, by=actor, at=at, seen=given.seen, **fields)


def _lesson(actor: Actor, case: Case, given: given_in.LessonInput, at: datetime) -> None:
    fields = given.model_dump(exclude={"seen"})
    complaints.write_lesson(case=case, by=actor, at=at, seen=given.seen, **fields)


def _ask_extension(actor: Actor, case: Case, given: given_in.ReasonInput, at: datetime) -> None:
    complaints.ask_extension(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def _approve_extension(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    complaints.approve_extension(case=case, by=actor, at=at, seen=given.seen)


def _decline_extension(actor: Actor, case: Case, given: given_in.ReasonInput, at: datetime) -> None:
    complaints.decline_extension(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def _tell_extension(
    actor: Actor, case: Case, given: given_in.ToldReasonInput, at: datetime
) -> None:
    complaints.tell_extension(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def _exclude(actor: Actor, case: Case, given: given_in.ExcludedTimeInput, at: datetime) -> None:
    complaints.exclude_time(
        case=case, reason=given.reason, words=given.words, by=actor, at=at, seen=given.seen
    )


def _include(actor: Actor, case: Case, given: given_in.IncludedTimeInput, at: datetime) -> None:
    complaints.include_time(case=case, reason=given.reason, by=actor, at=at, seen=given.seen)


def _propose(actor: Actor, case: Case, given: given_in.ProposalInput, at: datetime) -> None:
    complaints.propose(
        case=case,
        words=given.words,
        measures=_measures(actor, given.measures),
        by=actor,
        at=at,
        seen=given.seen,
    )


def _agree(actor: Actor, case: Case, given: given_in.AgreementInput, at: datetime) -> None:
    complaints.agree(
        case=case, words=given.words, party=given.party, by=actor, at=at, seen=given.seen
    )


def _disagree(actor: Actor, case: Case, given: given_in.DisagreementInput, at: datetime) -> None:
    complaints.disagree(case=case, words=given.words, by=actor, at=at, seen=given.seen)


def _approve(actor: Actor, case: Case, given: given_in.OneMeasureInput, at: datetime) -> None:
    complaints.approve_compensation(
        case=case, measure=given.measure, by=actor, at=at, seen=given.seen
    )


def _return(actor: Actor, case: Case, given: given_in.MeasureReturnInput, at: datetime) -> None:
    complaints.return_compensation(
        case=case, measure=given.measure, reason=given.reason, by=actor, at=at, seen=given.seen
    )


def _account(actor: Actor, case: Case, given: AccountInput, at: datetime) -> None:
    person = people.person_for(actor, given.person) if given.person else case.customer
    details = AccountDetails(
        holder_kind=given.holder_kind,
        holder_name=given.holder_name,
        number=given.number,
        bank_name=given.bank_name,
        bank_code=given.bank_code,
    )
    complaints.propose_account(
        case=case, person=person, details=details, by=actor, at=at, seen=given.seen
    )


def _confirm_account(
    actor: Actor, case: Case, given: AccountConfirmationInput, at: datetime
) -> None:
    account = payments.account_for(case, given.account)
    complaints.confirm_account(case=case, account=account, by=actor, at=at, seen=given.seen)


def _pay(actor: Actor, case: Case, given: given_in.OneMeasureInput, at: datetime) -> None:
    complaints.pay(case=case, measure=given.measure, by=actor, at=at, seen=given.seen)


def _carry_out(actor: Actor, case: Case, given: given_in.DoneInput, at: datetime) -> None:
    complaints.carry_out(
        case=case, measure=given.measure, words=given.words, by=actor, at=at, seen=given.seen
    )


def _check(actor: Actor, case: Case, given: given_in.CheckInput, at: datetime) -> None:
    complaints.check(
        case=case, measure=given.measure, helped=given.helped, by=actor, at=at, seen=given.seen
    )


def _letter(given: given_in.AnswerInput) -> Letter:
    return Letter(given.facts, given.decision, given.basis, given.upheld)


def _decide(actor: Actor, case: Case, given: given_in.AnswerInput, at: datetime) -> None:
    complaints.decide(
        case=case,
        letter=_letter(given),
        measures=_measures(actor, given.measures),
        by=actor,
        at=at,
        seen=given.seen,
    )


def _tell(actor: Actor, case: Case, given: given_in.TellingInput, at: datetime) -> None:
    complaints.tell(case=case, how=given.how, party=given.party, by=actor, at=at, seen=given.seen)


def _prove(actor: Actor, case: Case, given: given_in.ProofInput, at: datetime) -> None:
    document = documents.document_for(actor, case, given.document) if given.document else None
    complaints.prove_delivery(
        case=case, words=given.words, document=document, by=actor, at=at, seen=given.seen
    )


def _rate(actor: Actor, case: Case, given: given_in.RatingInput, at: datetime) -> None:
    complaints.rate(
        case=case, rating=int(given.rating), words=given.words, by=actor, at=at, seen=given.seen
    )


def _ask_review(actor: Actor, case: Case, given: given_in.ReviewRequestInput, at: datetime) -> None:
    complaints.ask_review(
        case=case, words=given.words, party=given.party, by=actor, at=at, seen=given.seen
    )


def _decide_review(
    actor: Actor, case: Case, given: given_in.ReviewAnswerInput, at: datetime
) -> None:
    complaints.decide_review(
        case=case,
        letter=_letter(given),
        measures=_measures(actor, given.measures),
        how=given.how,
        by=actor,
        at=at,
        seen=given.seen,
    )


def _tell_review(actor: Actor, case: Case, given: given_in.TellingInput, at: datetime) -> None:
    complaints.tell_review(
        case=case, how=given.how, party=given.party, by=actor, at=at, seen=given.seen
    )


def _close(actor: Actor, case: Case, given: given_in.ClosingInput, at: datetime) -> None:
    complaints.close(case=case, agreed=given.agreed, by=actor, at=at, seen=given.seen)


def _withdraw(actor: Actor, case: Case, given: given_in.TakeBackInput, at: datetime) -> None:
    complaints.withdraw(
        case=case, reason=given.reason, party=given.party, by=actor, at=at, seen=given.seen
    )


def _complain(actor: Actor, case: Case, given: given_in.ComplainHereInput, at: datetime) -> None:
    """About the case on whose page it is said: by its customer, or by a colleague who heard it."""
    case_commands.check_step(case, "complain", by=actor)
    complain(actor, case, given, at)


# Every kind whose workflow has the step `complain` takes this into its own table.
COMPLAIN = Action("complaint", given_in.ComplainHereInput, _complain, ("complain",))

COMPLAINT_ACTIONS: Mapping[str, Action[Any]] = table_of(
    Action("acknowledgement", given_in.HowInput, _acknowledge, ("acknowledge",)),
    Action("acceptance", inputs.EmptyInput, _accept, ("accept",)),
    Action("no-interest", inputs.EmptyInput, _declare, ("declare_no_interest",)),
    Action("inquiry", inputs.EmptyInput, _investigate, ("investigate",)),
    Action("proposal", given_in.ProposalInput, _propose, ("propose", "prepare_proposal")),
    Action("agreement", given_in.AgreementInput, _agree, ("agree",)),
    Action("disagreement", given_in.DisagreementInput, _disagree, ("disagree",)),
    Action("answer", given_in.AnswerInput, _decide, ("decide",)),
    Action("telling", given_in.TellingInput, _tell, ("tell",)),
    Action(
        "review-answer",
        given_in.ReviewAnswerInput,
        _decide_review,
        ("decide_review", "settle_review"),
    ),
    Action("review-telling", given_in.TellingInput, _tell_review, ("tell_review",)),
    Action(
        "compensation", given_in.OneMeasureInput, _approve, ("approve_compensation", "put_proposal")
    ),
    Action("compensation-return", given_in.MeasureReturnInput, _return, ("return_compensation",)),
    Action("account", AccountInput, _account, ("propose_account",)),
    Action(
        "account-confirmation", AccountConfirmationInput, _confirm_account, ("confirm_account",)
    ),
    Action("payment-instruction", given_in.OneMeasureInput, _pay, ("pay",)),
    Action("carrying-out", given_in.DoneInput, _carry_out, ("carry_out",)),
    Action("check", given_in.CheckInput, _check, ("check",)),
    Action("causes", given_in.CausesInput, _name_causes, ("name_causes",)),
    Action("delivery-proof", given_in.ProofInput, _prove, ("prove_delivery",)),
    Action("rating", given_in.RatingInput, _rate, ("rate",)),
    Action("review", given_in.ReviewRequestInput, _ask_review, ("ask_review",)),
    Action("closing", given_in.ClosingInput, _close, ("close",)),
    Action("contact", given_in.TalkInput, _contact, ("contact",)),
    Action("new-facts", given_in.NewFactsInput, _add_facts, ("add_facts", "reopen")),
    Action("parties", given_in.PartiesInput, _name_parties, ("name_parties",)),
    Action("power-request", given_in.PowerRequestInput, _ask_power, ("ask_power",)),
    Action("power", given_in.PowerInput, _check_power, ("check_power",)),
    Action("late-power", given_in.LatePowerInput, _take_up_again, ("take_up_again",)),
    Action("want-of-power", given_in.PowerlessInput, _end_without_power, ("end_without_power",)),
    Action("description", given_in.AboutInput, _describe, ("describe",)),
    Action("five-whys", given_in.WhyInput, _ask_why, ("ask_why",)),
    Action("evidence", given_in.RemarkInput, _remark, ("remark",)),
    Action("more-time", given_in.ReasonInput, _ask_extension, ("ask_extension",)),
    Action("more-time-approval", inputs.EmptyInput, _approve_extension, ("approve_extension",)),
    Action("more-time-refusal", given_in.ReasonInput, _decline_extension, ("decline_extension",)),
    Action("more-time-notice", given_in.ToldReasonInput, _tell_extension, ("tell_extension",)),
    Action("excluded-time", given_in.ExcludedTimeInput, _exclude, ("exclude_time",)),
    Action("included-time", given_in.IncludedTimeInput, _include, ("include_time",)),
    Action("major", given_in.ReasonInput, _call_major, ("call_major",)),
    Action("regulator", given_in.ForwardInput, _forward, ("forward",)),
    Action("regulator-report", given_in.InsideWordsInput, _report_back, ("report_back",)),
    Action("handler", given_in.HandOverInput, _reassign, ("reassign",)),
    Action("discipline", given_in.DisciplineInput, _discipline, ("hand_to_discipline",)),
    Action("suspicion", given_in.TagInput, _tag, ("tag",)),
    Action("suspicion-review", given_in.TagReviewInput, _review_tag, ("review_tag",)),
    Action("lesson", given_in.LessonInput, _lesson, ("write_lesson",)),
    Action("merger", given_in.MergeInput, _merge, ("merge",)),
    Action("transfer", given_in.TransferInput, _transfer, ("transfer",)),
    Action("withdrawal", given_in.TakeBackInput, _withdraw, ("withdraw",)),
    NOTE,
)
