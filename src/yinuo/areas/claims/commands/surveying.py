"""Dispatch and survey: who goes, when they were there, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries, rules
from yinuo.areas.claims.commands.common import (
    Locked,
    Member,
    T,
    Turn,
    by_subject,
    hold,
    rules_at,
    telling,
)
from yinuo.areas.claims.models import Claim, DamagedPart, InjuredPerson, Loss, Survey
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError


class NobodyCanGo(DomainError):
    code = "nobody_can_go"
    message = _(
        "No surveyor of this branch is free, near enough and competent for this claim. "
        "Choose somebody by name, or ask the next branch."
    )


class CannotBeSent(DomainError):
    code = "cannot_be_sent"
    message = _(
        "%(name)s cannot be sent: a conflict of interest, a missing competence or off duty."
    )
    http = 422


class NotYourSurvey(DomainError):
    code = "not_your_survey"
    message = _("This survey is assigned to somebody else.")
    http = 403


class NoSurveyRunning(DomainError):
    code = "no_survey_running"
    message = _("No survey of claim %(number)s is running.")


class DeclareNoInterest(DomainError):
    code = "declare_no_interest"
    message = _("Declare first that you have no interest of your own in this claim.")
    http = 422


class UnknownWord(DomainError):
    code = "unknown_word"
    message = _("“%(word)s” is not one of: %(known)s.")
    http = 422


@dataclass(frozen=True, slots=True)
class Damage:
    loss: int
    part: str
    degree: str


@dataclass(frozen=True, slots=True)
class Injured:
    severity: str
    name: str = ""
    phone: str = ""
    condition: str = ""
    hospital: str = ""
    loss: int | None = None


@dataclass(frozen=True, slots=True)
class SurveySheet:
    """What the surveyor found. `told` names what was explained to the customer."""

    authenticity: str
    liability: str
    findings: str
    damages: Sequence[Damage] = ()
    injured: Sequence[Injured] = ()
    told: Sequence[str] = ()
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(Turn):
    """Without a surveyor the best one goes; without a mode the rule says which."""

    surveyor: Staff | None = None
    mode: str | None = None


def dispatch_many(turns: Sequence[Dispatch], *, by: Actor, at: datetime) -> list[Survey]:
    """Send the best surveyors, or those that were chosen. Raises NobodyCanGo and CannotBeSent."""
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        losses = [_at(one, "registered") for one in members]
        surveys = _assign(members, [one.turn.mode for one in members])
        moves = [
            _dispatch_move(one, "dispatch", its, survey)
            for one, its, survey in zip(members, losses, surveys, strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)
    return surveys


def dispatch(
    *,
    case: Case,
    surveyor: Staff | None = None,
    mode: str | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Survey:
    """One claim; see `dispatch_many`."""
    turn = Dispatch(case=case, surveyor=surveyor, mode=mode, seen=seen)
    return dispatch_many([turn], by=by, at=at)[0]


def redispatch_many(turns: Sequence[Dispatch], *, by: Actor, at: datetime) -> list[Survey]:
    """Send somebody else instead; the promises to the customer keep their times."""
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        losses = [_at(one, "dispatched") for one in members]
        replaced = _running(members)
        for one, survey in zip(members, replaced, strict=True):
            survey.replaced_at = one.at
        change_rows(replaced, "replaced_at")
        modes = [survey.mode for survey in replaced]
        surveys = _assign(members, modes, not_ids=[survey.surveyor_id for survey in replaced])
        moves = [
            _dispatch_move(one, "redispatch", its, survey)
            for one, its, survey in zip(members, losses, surveys, strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)
    return surveys


def redispatch(
    *, case: Case, surveyor: Staff | None = None, by: Actor, at: datetime, seen: int | None = None
) -> Survey:
    """One claim; see `redispatch_many`."""
    turn = Dispatch(case=case, surveyor=surveyor, seen=seen)
    return redispatch_many([turn], by=by, at=at)[0]


def declare_no_interest_many(turns: Sequence[Turn], *, by: Actor, at: datetime) -> None:
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        for one in members:
            with cases.naming(one.held.case):
                cases.check_step(one.held.case, "declare_no_interest", by=one.by)
        surveys = _mine(members)
        for one, survey in zip(members, surveys, strict=True):
            survey.no_interest_declared_at = one.at
        change_rows(surveys, "no_interest_declared_at")
        lines = [
            cases.Line(
                one.held.case,
                "claim.no_interest_declared",
                {"survey": survey.pk},
                by=one.by,
                at=one.at,
            )
            for one, survey in zip(members, surveys, strict=True)
        ]
        cases.record_many(lines, by=by, at=at)


def declare_no_interest(*, case: Case, by: Actor, at: datetime) -> None:
    """One survey; see `declare_no_interest_many`."""
    declare_no_interest_many([Turn(case=case)], by=by, at=at)


def contact_many(turns: Sequence[Turn], *, by: Actor, at: datetime) -> None:
    """The first talks with the customers took place."""
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        surveys = _running(members)
        for one, survey in zip(members, surveys, strict=True):
            survey.contacted_at = survey.contacted_at or one.at
        change_rows(surveys, "contacted_at")
        _step("contact", members, surveys, by, at)


def contact(*, case: Case, by: Actor, at: datetime) -> None:
    """One customer; see `contact_many`."""
    contact_many([Turn(case=case)], by=by, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive(Turn):
    latitude: float | None = None
    longitude: float | None = None


def arrive_many(turns: Sequence[Arrive], *, by: Actor, at: datetime) -> None:
    """The surveyors are at the scene. Raises NotYourSurvey."""
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        surveys = _mine(members)
        for one, survey in zip(members, surveys, strict=True):
            survey.arrived_at = one.at
            survey.contacted_at = survey.contacted_at or one.at
            survey.latitude, survey.longitude = one.turn.latitude, one.turn.longitude
        change_rows(surveys, "arrived_at", "contacted_at", "latitude", "longitude")
        _step("arrive", members, surveys, by, at)


def arrive(
    *,
    case: Case,
    latitude: float | None = None,
    longitude: float | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """One surveyor; see `arrive_many`."""
    arrive_many([Arrive(case=case, latitude=latitude, longitude=longitude)], by=by, at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteSurvey(Turn):
    sheet: SurveySheet


def complete_survey_many(
    turns: Sequence[CompleteSurvey], *, by: Actor, at: datetime
) -> list[Survey]:
    """File the sheets; the losses wait for assessment. Raises DeclareNoInterest, NotYourSurvey."""
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        surveys = _mine(members)
        moves = []
        for one, survey in zip(members, surveys, strict=True):
            with cases.naming(one.held.case):
                if survey.no_interest_declared_at is None:
                    raise DeclareNoInterest("no_interest")
                _check_words(one.held, one.turn.sheet)
            _fill(survey, one.turn.sheet, one.at)
            moves.append(_survey_move(one, survey))
        change_rows(surveys, *_FILLED)
        _add_findings(members, surveys)
        cases.advance_many(moves, by=by, at=at)
    return surveys


def complete_survey(
    *, case: Case, sheet: SurveySheet, by: Actor, at: datetime, seen: int | None = None
) -> Survey:
    """One survey; see `complete_survey_many`."""
    turn = CompleteSurvey(case=case, sheet=sheet, seen=seen)
    return complete_survey_many([turn], by=by, at=at)[0]


# Parts ---------------------------------------------------------------------------------------


def _at(member: Member[T], stage: str) -> tuple[Loss, ...]:
    with cases.naming(member.held.case):
        return member.held.at(stage)


def _assign(
    members: Sequence[Member[Dispatch]],
    modes: Sequence[str | None],
    *,
    not_ids: Sequence[int | None] | None = None,
) -> list[Survey]:
    """The surveys; whoever is sent to one claim of the set carries it when the next is given."""
    crew = queries.crew_for([one.held.claim for one in members])
    rounds = dict(
        Survey.objects.filter(claim__in=[one.held.claim.pk for one in members])
        .values_list("claim")
        .annotate(Count("pk"))
    )
    surveys = []
    for place, (one, mode) in enumerate(zip(members, modes, strict=True)):
        claim, not_id = one.held.claim, not_ids[place] if not_ids else None
        with cases.naming(one.held.case):
            best, why = _best(crew.for_claim(claim, at=one.at), one, not_id)
        crew.send(best.staff_id)
        rule = rules_at(one.at).dispatch
        surveys.append(
            Survey(
                claim=claim,
                round=rounds.get(claim.pk, 0) + 1,
                mode=mode or rule.mode.value.of(queries.facts_of(claim)),
                surveyor=crew.staff(best.staff_id),
                assigned_by=one.by.id,
                assigned_at=one.at,
                assigned_why=why,
            )
        )
    return add_rows(surveys)


def _best(
    candidates: Sequence[rules.Surveyor], member: Member[Dispatch], not_id: int | None
) -> tuple[rules.Surveyor, dict[str, object]]:
    claim, at, chosen = member.held.claim, member.at, member.turn.surveyor
    if chosen is not None:
        return _chosen(candidates, chosen, claim, at), {"chosen": True}
    ranked = [r for r in _ranked(candidates, claim, at) if r.surveyor.staff_id != not_id]
    if not ranked:
        raise NobodyCanGo("surveyor")
    return ranked[0].surveyor, {"score": ranked[0].score, "parts": dict(ranked[0].parts)}


def _ranked(candidates: Sequence[rules.Surveyor], claim: Claim, at: datetime) -> list[rules.Ranked]:
    rule = rules_at(at).dispatch
    return rules.rank_surveyors(
        candidates,
        needed=rule.skills_for(queries.facts_of(claim)),
        weights=rule.weights.value,
        most_running=rule.most_open_per_surveyor.value,
        furthest_km=float(rule.furthest_km.value),
    )


def _chosen(
    candidates: Sequence[rules.Surveyor], chosen: Staff, claim: Claim, at: datetime
) -> rules.Surveyor:
    """A person may overrule load and distance, never a conflict or a missing competence."""
    needed = rules_at(at).dispatch.skills_for(queries.facts_of(claim))
    for one in candidates:
        if one.staff_id == chosen.pk and not one.conflict and needed <= one.skills:
            return one
    raise CannotBeSent("surveyor", name=chosen.name)


def _dispatch_move(
    member: Member[Dispatch], step: str, losses: Sequence[Loss], survey: Survey
) -> Move:
    held, surveyor = member.held, survey.surveyor
    urgent = held.case.care in ("major", "special") and step == "dispatch"
    return Move(
        held.case,
        step,
        parts=losses,
        all_parts=held.losses,
        data={"survey": survey.pk, "surveyor": surveyor.pk, "mode": survey.mode},
        facts=telling(
            held.claim,
            surveyor_name=surveyor.name,
            surveyor_phone=surveyor.work_phone,
            mode=survey.mode,
        ),
        owners={"surveyor": surveyor.pk},
        klass="town" if held.claim.in_town else "outside",
        also_makes=("claims.major_contact",) if urgent else (),
        by=member.by,
        at=member.at,
    )


def _survey_move(member: Member[CompleteSurvey], survey: Survey) -> Move:
    losses, sheet = _at(member, "dispatched"), member.turn.sheet
    return Move(
        member.held.case,
        "survey",
        parts=losses,
        all_parts=member.held.losses,
        data={"survey": survey.pk, "mode": survey.mode, "liability": sheet.liability},
        facts=telling(member.held.claim),
        amounts=by_subject(losses, "estimate"),
        by=member.by,
        at=member.at,
    )


def _running(members: Sequence[Member[T]]) -> list[Survey]:
    rows = Survey.objects.filter(
        claim__in=[one.held.claim.pk for one in members],
        completed_at__isnull=True,
        replaced_at__isnull=True,
    )
    found = {row.claim_id: row for row in rows.order_by("pk")}
    for one in members:
        if one.held.claim.pk not in found:
            with cases.naming(one.held.case):
                raise NoSurveyRunning(number=one.held.case.number)
    return [found[one.held.claim.pk] for one in members]


def _mine(members: Sequence[Member[T]]) -> list[Survey]:
    surveys = _running(members)
    for one, survey in zip(members, surveys, strict=True):
        if one.by.staff_id != survey.surveyor_id:
            with cases.naming(one.held.case):
                raise NotYourSurvey
    return surveys


def _step(
    step: str,
    members: Sequence[Member[T]],
    surveys: Sequence[Survey],
    by: Actor,
    at: datetime,
) -> None:
    moves = [
        Move(
            one.held.case,
            step,
            parts=_at(one, "dispatched"),
            all_parts=one.held.losses,
            data={"survey": survey.pk},
            owners={"surveyor": survey.surveyor_id} if step == "arrive" else {},
            by=one.by,
            at=one.at,
        )
        for one, survey in zip(members, surveys, strict=True)
    ]
    cases.advance_many(moves, by=by, at=at)


def _check_words(held: Locked, sheet: SurveySheet) -> None:
    for word, known, name in (
        (sheet.authenticity, ("consistent", "doubtful", "false"), "authenticity"),
        (sheet.liability, rules.LIABILITIES, "liability"),
    ):
        if word not in known:
            raise UnknownWord(name, word=word, known=", ".join(known))
    for index, damage in enumerate(sheet.damages):
        held.loss(damage.loss)
        if damage.degree not in ("light", "medium", "heavy", "destroyed"):
            raise UnknownWord(
                f"damages.{index}.degree",
                word=damage.degree,
                known="light, medium, heavy, destroyed",
            )


def _fill(survey: Survey, sheet: SurveySheet, at: datetime) -> None:
    survey.authenticity = sheet.authenticity
    survey.liability = sheet.liability
    survey.findings = sheet.findings
    survey.told = list(sheet.told)
    survey.completed_at = at
    survey.contacted_at = survey.contacted_at or at
    if survey.mode == "on_site":
        survey.arrived_at = survey.arrived_at or at
    survey.latitude = sheet.latitude or survey.latitude
    survey.longitude = sheet.longitude or survey.longitude


_FILLED = (
    "authenticity",
    "liability",
    "findings",
    "told",
    "completed_at",
    "contacted_at",
    "arrived_at",
    "latitude",
    "longitude",
)


def _add_findings(members: Sequence[Member[CompleteSurvey]], surveys: Sequence[Survey]) -> None:
    add_rows(
        [
            DamagedPart(survey=survey, loss=one.held.loss(d.loss), part=d.part, degree=d.degree)
            for one, survey in zip(members, surveys, strict=True)
            for d in one.turn.sheet.damages
        ]
    )
    add_rows(
        [
            InjuredPerson(
                claim=one.held.claim,
                loss=one.loss_of(hurt.loss) if hurt.loss else None,
                name=hurt.name,
                phone=hurt.phone,
                severity=hurt.severity,
                condition=hurt.condition,
                hospital=hurt.hospital,
            )
            for one in members
            for hurt in one.turn.sheet.injured
        ]
    )
