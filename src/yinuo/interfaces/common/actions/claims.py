"""Actions on a claim, and the report that opens one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.commands import (
    Damage,
    Injured,
    Line,
    NewLoss,
    Reason,
    Report,
    Reported,
    Share,
    SurveySheet,
)
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case
from yinuo.core.documents.commands import Judgement, Wanted
from yinuo.core.payments import queries as payments
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import NewPerson
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.actions import other_hands
from yinuo.interfaces.common.actions.complaints import COMPLAIN
from yinuo.interfaces.common.actions.concerns import RAISE_CONCERN
from yinuo.interfaces.common.actions.shared import NOTE
from yinuo.interfaces.common.actions.table import Action, table_of


def _owner(given: inputs.OwnerInput | None) -> NewPerson | None:
    return NewPerson(name=given.name, phone=given.phone, kind=given.kind) if given else None


def report_of(given: inputs.ReportInput) -> Report:
    """The command's report from the input of a door."""
    fields = given.model_dump(exclude={"losses", "confirmed_new"})
    losses = tuple(
        NewLoss(
            kind=loss.kind,
            title=loss.title,
            severity=loss.severity,
            estimate=loss.estimate,
            owner=_owner(loss.owner),
        )
        for loss in given.losses
    )
    return Report(losses=losses, **fields)


def report(actor: Actor, given: inputs.ReportInput, *, door: str, at: datetime) -> Reported:
    return claims.report(
        report=report_of(given),
        door=door,
        confirmed_new=given.confirmed_new,
        by=actor,
        at=at,
    )


def duplicates(
    actor: Actor,
    *,
    accident_at: datetime,
    plate: str,
    policy_number: str,
    latitude: float | None,
    longitude: float | None,
    at: datetime,
) -> list[Claim]:
    """Claims that may be about the same accident, before anything is saved."""
    draft = Report(
        accident_at=accident_at,
        place="",
        cause="other",
        losses=(),
        policy_number=policy_number,
        plate=plate,
        latitude=latitude,
        longitude=longitude,
    )
    return claims.find_duplicates(report=draft, by=actor, at=at)


def _register(actor: Actor, case: Case, given: inputs.RegisterInput, at: datetime) -> None:
    claims.register(case=case, reserves=given.reserves, by=actor, at=at, seen=given.seen)


def _dispatch(actor: Actor, case: Case, given: inputs.DispatchInput, at: datetime) -> None:
    surveyor = people.staff_for(actor, given.surveyor) if given.surveyor else None
    claims.dispatch(case=case, surveyor=surveyor, mode=given.mode, by=actor, at=at, seen=given.seen)


def _redispatch(actor: Actor, case: Case, given: inputs.DispatchInput, at: datetime) -> None:
    surveyor = people.staff_for(actor, given.surveyor) if given.surveyor else None
    claims.redispatch(case=case, surveyor=surveyor, by=actor, at=at, seen=given.seen)


def _no_interest(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    claims.declare_no_interest(case=case, by=actor, at=at)


def _contact(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    claims.contact(case=case, by=actor, at=at)


def _arrive(actor: Actor, case: Case, given: inputs.ArrivalInput, at: datetime) -> None:
    claims.arrive(case=case, latitude=given.latitude, longitude=given.longitude, by=actor, at=at)


def _sheet(given: inputs.SurveyInput) -> SurveySheet:
    return SurveySheet(
        authenticity=given.authenticity,
        liability=given.liability,
        findings=given.findings,
        damages=tuple(Damage(**one.model_dump()) for one in given.damages),
        injured=tuple(Injured(**one.model_dump()) for one in given.injured),
        told=tuple(given.told),
        latitude=given.latitude,
        longitude=given.longitude,
    )


def _survey(actor: Actor, case: Case, given: inputs.SurveyInput, at: datetime) -> None:
    claims.complete_survey(case=case, sheet=_sheet(given), by=actor, at=at, seen=given.seen)


def _lines(lines: list[inputs.AssessmentLineInput]) -> tuple[Line, ...]:
    return tuple(Line(**line.model_dump()) for line in lines)


def _assess(actor: Actor, case: Case, given: inputs.AssessmentInput, at: datetime) -> None:
    claims.assess(
        case=case,
        loss=given.loss,
        lines=_lines(given.lines),
        repair_shop=given.repair_shop,
        remark=given.remark,
        by=actor,
        at=at,
        seen=given.seen,
    )


def _survey_and_assess(
    actor: Actor, case: Case, given: inputs.SurveyAndAssessmentInput, at: datetime
) -> None:
    claims.survey_and_assess(
        case=case,
        sheet=_sheet(given),
        assessments=[(one.loss, _lines(one.lines)) for one in given.assessments],
        by=actor,
        at=at,
        seen=given.seen,
    )


def _request_papers(
    actor: Actor, case: Case, given: inputs.PapersRequestInput, at: datetime
) -> None:
    claims.request_papers(
        case=case,
        wanted=[Wanted(one.kind, one.why) for one in given.wanted],
        again_because=given.again_because,
        by=actor,
        at=at,
        seen=given.seen,
    )


def _judge_papers(
    actor: Actor, case: Case, given: inputs.PapersJudgementInput, at: datetime
) -> None:
    judgements = [Judgement(j.document, j.accepted, j.reason) for j in given.judgements]
    claims.judge_papers(case=case, judgements=judgements, by=actor, at=at, seen=given.seen)


def _waive_papers(actor: Actor, case: Case, given: inputs.PapersWaiverInput, at: datetime) -> None:
    claims.waive_papers(
        case=case, kinds=given.kinds, reason=given.reason, by=actor, at=at, seen=given.seen
    )


def _complete_papers(actor: Actor, case: Case, given: inputs.LossesInput, at: datetime) -> None:
    claims.complete_papers(case=case, losses=given.losses, by=actor, at=at, seen=given.seen)


def _calculate(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.calculate(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _propose_refusal(actor: Actor, case: Case, given: inputs.RefusalInput, at: datetime) -> None:
    for index, one in enumerate(given.reasons):
        if one.clause and one.own_clause:
            raise claims.ClauseExplainedAlready(f"reasons.{index}.own_clause", clause=one.clause)
    reasons = [Reason(one.reason, one.clause or one.own_clause, one.plain) for one in given.reasons]
    claims.propose_refusal(
        case=case, loss=given.loss, reasons=reasons, by=actor, at=at, seen=given.seen
    )


def _review(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.review(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _return_review(actor: Actor, case: Case, given: inputs.ReturnInput, at: datetime) -> None:
    claims.return_review(
        case=case, loss=given.loss, remark=given.reason, by=actor, at=at, seen=given.seen
    )


def _approve(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.approve(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _return_approval(actor: Actor, case: Case, given: inputs.ReturnInput, at: datetime) -> None:
    claims.return_approval(
        case=case, loss=given.loss, reason=given.reason, by=actor, at=at, seen=given.seen
    )


def _decide(actor: Actor, case: Case, given: inputs.DecisionInput, at: datetime) -> None:
    shares = [Share(people.person_for(actor, s.person), s.amount) for s in given.shares]
    claims.decide(
        case=case, loss=given.loss, shares=shares, words=given.words, by=actor, at=at,
        seen=given.seen,
    )  # fmt: skip


def _account(actor: Actor, case: Case, given: inputs.AccountInput, at: datetime) -> None:
    person = people.person_for(actor, given.person) if given.person else case.customer
    details = AccountDetails(
        holder_kind=given.holder_kind,
        holder_name=given.holder_name,
        number=given.number,
        bank_name=given.bank_name,
        bank_code=given.bank_code,
    )
    claims.propose_account(
        case=case, person=person, details=details, loss=given.loss, by=actor, at=at, seen=given.seen
    )


def _confirm_account(
    actor: Actor, case: Case, given: inputs.AccountConfirmationInput, at: datetime
) -> None:
    account = payments.account_for(case, given.account)
    claims.confirm_account(case=case, account=account, by=actor, at=at, seen=given.seen)


def _decline_account(
    actor: Actor, case: Case, given: inputs.AccountDecliningInput, at: datetime
) -> None:
    account = payments.account_for(case, given.account)
    claims.decline_account(
        case=case, account=account, reason=given.reason, by=actor, at=at, seen=given.seen
    )


def _instruct(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.instruct_payment(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _withdraw(actor: Actor, case: Case, given: inputs.WithdrawalInput, at: datetime) -> None:
    claims.withdraw(
        case=case, reason=given.reason, losses=given.losses, by=actor, at=at, seen=given.seen
    )


def _tell_delay(actor: Actor, case: Case, given: inputs.DelayInput, at: datetime) -> None:
    claims.tell_delay(
        case=case, reason=given.reason, new_at=given.new_at, by=actor, at=at, seen=given.seen
    )


def _reserve(actor: Actor, case: Case, given: inputs.ReserveInput, at: datetime) -> None:
    claims.change_reserve(
        case=case, loss=given.loss, reserve=given.reserve, by=actor, at=at, seen=given.seen
    )


def _handler(actor: Actor, case: Case, given: inputs.HandlerInput, at: datetime) -> None:
    staff = people.staff_for(actor, given.staff)
    claims.reassign(case=case, to=staff, by=actor, at=at, seen=given.seen)


def _close(actor: Actor, case: Case, given: inputs.EmptyInput, at: datetime) -> None:
    claims.close(case=case, by=actor, at=at, seen=given.seen)


def _contact_early(actor: Actor, case: Case, given: inputs.EarlyContactInput, at: datetime) -> None:
    claims.contact_early(case=case, said=given.said, by=actor, at=at, seen=given.seen)


def _enter_accident(
    actor: Actor, case: Case, given: inputs.AccidentFactsInput, at: datetime
) -> None:
    claims.enter_accident(case=case, facts=given.facts, by=actor, at=at, seen=given.seen)


def _letter(actor: Actor, case: Case, given: inputs.LetterInput, at: datetime) -> None:
    claims.write_letter(
        case=case, loss=given.loss, words=given.words, by=actor, at=at, seen=given.seen
    )


def _question(actor: Actor, case: Case, given: inputs.SumQuestionInput, at: datetime) -> None:
    claims.ask_about_sum(
        case=case, loss=given.loss, line=given.line, body=given.body, objection=False,
        by=actor, at=at,
    )  # fmt: skip


def _object(actor: Actor, case: Case, given: inputs.SumQuestionInput, at: datetime) -> None:
    claims.ask_about_sum(
        case=case, loss=given.loss, line=given.line, body=given.body, objection=True,
        by=actor, at=at,
    )  # fmt: skip


def _answer_sum(actor: Actor, case: Case, given: inputs.SumAnswerInput, at: datetime) -> None:
    claims.answer_about_sum(case=case, note=given.note, body=given.body, by=actor, at=at)


def _propose_advance(actor: Actor, case: Case, given: inputs.AdvanceInput, at: datetime) -> None:
    claims.propose_advance(
        case=case, loss=given.loss, amount=given.amount, by=actor, at=at, seen=given.seen
    )


def _approve_advance(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.approve_advance(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _return_advance(actor: Actor, case: Case, given: inputs.ReturnInput, at: datetime) -> None:
    claims.return_advance(
        case=case, loss=given.loss, reason=given.reason, by=actor, at=at, seen=given.seen
    )


def _pay_advance(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.pay_advance(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _accept(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.accept_decision(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _open_recovery(actor: Actor, case: Case, given: inputs.OneLossInput, at: datetime) -> None:
    claims.open_recovery(case=case, loss=given.loss, by=actor, at=at, seen=given.seen)


def _notify(actor: Actor, case: Case, given: inputs.RecoveryNoticeInput, at: datetime) -> None:
    claims.notify_debtor(
        case=case, recovery=given.recovery, name=given.name, insurer=given.insurer,
        how=given.how, by=actor, at=at, seen=given.seen,
    )  # fmt: skip


def _book(actor: Actor, case: Case, given: inputs.RecoveryEntryInput, at: datetime) -> None:
    claims.book_recovery(
        case=case, recovery=given.recovery, kind=given.kind, amount=given.amount,
        remark=given.remark, by=actor, at=at, seen=given.seen,
    )  # fmt: skip


CLAIM_ACTIONS: Mapping[str, Action[Any]] = table_of(
    Action("registration", inputs.RegisterInput, _register, ("register",)),
    Action("dispatch", inputs.DispatchInput, _dispatch, ("dispatch",)),
    Action("redispatch", inputs.DispatchInput, _redispatch, ("redispatch",)),
    Action(
        "no-interest",
        inputs.EmptyInput,
        _no_interest,
        ("declare_no_interest",),
        hinders=other_hands.not_sent,
    ),
    Action("contact", inputs.EmptyInput, _contact, ("contact",)),
    Action("arrival", inputs.ArrivalInput, _arrive, ("arrive",), hinders=other_hands.not_sent),
    Action("survey", inputs.SurveyInput, _survey, ("survey",), hinders=other_hands.not_sent),
    Action(
        "survey-and-assessment",
        inputs.SurveyAndAssessmentInput,
        _survey_and_assess,
        ("survey",),
        hinders=other_hands.not_sent,
    ),
    Action("assessment", inputs.AssessmentInput, _assess, ("assess",)),
    Action("reassessment", inputs.AssessmentInput, _assess, ("reassess",)),
    Action("papers-request", inputs.PapersRequestInput, _request_papers, ("request_papers",)),
    Action("papers-judgement", inputs.PapersJudgementInput, _judge_papers, ("judge_papers",)),
    Action("papers-waiver", inputs.PapersWaiverInput, _waive_papers, ("waive_papers",)),
    Action("papers-completion", inputs.LossesInput, _complete_papers, ("complete_papers",)),
    Action("calculation", inputs.OneLossInput, _calculate, ("calculate",)),
    Action("refusal-proposal", inputs.RefusalInput, _propose_refusal, ("propose_refusal",)),
    Action("review", inputs.OneLossInput, _review, ("review",), hinders=other_hands.own_review),
    Action(
        "review-return",
        inputs.ReturnInput,
        _return_review,
        ("return_review",),
        hinders=other_hands.own_sum,
    ),
    Action(
        "approval", inputs.OneLossInput, _approve, ("approve",), hinders=other_hands.not_approved
    ),
    Action(
        "approval-return",
        inputs.ReturnInput,
        _return_approval,
        ("return_approval",),
        hinders=other_hands.own_sum,
    ),
    Action("decision", inputs.DecisionInput, _decide, ("decide", "decide_zero", "refuse")),
    Action("account", inputs.AccountInput, _account, ("propose_account",)),
    Action(
        "account-confirmation",
        inputs.AccountConfirmationInput,
        _confirm_account,
        ("confirm_account",),
        hinders=other_hands.own_account,
    ),
    Action(
        "account-declining",
        inputs.AccountDecliningInput,
        _decline_account,
        ("decline_account",),
        hinders=other_hands.no_proposal,
    ),
    Action("payment-instruction", inputs.OneLossInput, _instruct, ("instruct_payment",)),
    Action("withdrawal", inputs.WithdrawalInput, _withdraw, ("withdraw",)),
    Action("delay-notice", inputs.DelayInput, _tell_delay, ("tell_delay",)),
    Action("reserve", inputs.ReserveInput, _reserve, ("change_reserve",)),
    Action("handler", inputs.HandlerInput, _handler, ("reassign",)),
    Action("closing", inputs.EmptyInput, _close, ("close",)),
    Action("early-contact", inputs.EarlyContactInput, _contact_early, ("contact_early",)),
    Action("accident-facts", inputs.AccidentFactsInput, _enter_accident, ("enter_accident",)),
    Action("letter", inputs.LetterInput, _letter, ("write_letter",)),
    Action("sum-question", inputs.SumQuestionInput, _question, ("question_sum",)),
    Action("sum-objection", inputs.SumQuestionInput, _object, ("object_to_sum",)),
    Action("sum-answer", inputs.SumAnswerInput, _answer_sum, ("answer_sum",)),
    Action("advance", inputs.AdvanceInput, _propose_advance, ("propose_advance",)),
    Action(
        "advance-approval",
        inputs.OneLossInput,
        _approve_advance,
        ("approve_advance",),
        hinders=other_hands.own_advance,
    ),
    Action(
        "advance-return",
        inputs.ReturnInput,
        _return_advance,
        ("return_advance",),
        hinders=other_hands.no_advance_to_return,
    ),
    Action(
        "advance-payment",
        inputs.OneLossInput,
        _pay_advance,
        ("pay_advance",),
        hinders=other_hands.no_advance_to_send,
    ),
    Action("acceptance", inputs.OneLossInput, _accept, ("accept_decision",)),
    Action("recovery", inputs.OneLossInput, _open_recovery, ("open_recovery",)),
    Action("recovery-notice", inputs.RecoveryNoticeInput, _notify, ("notify_debtor",)),
    Action("recovery-entry", inputs.RecoveryEntryInput, _book, ("book_recovery",)),
    RAISE_CONCERN,
    COMPLAIN,
    NOTE,
)
