"""Dispatch and survey: who goes, when they were there, and what they found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries, rules
from yinuo.areas.claims.commands.common import Locked, by_subject, locked, rules_at, telling
from yinuo.areas.claims.models import Claim, DamagedPart, InjuredPerson, Loss, Survey
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
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


def dispatch(
    *,
    case: Case,
    surveyor: Staff | None = None,
    mode: str | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Survey:
    """Send the best surveyor, or the one that was chosen. Raises NobodyCanGo and CannotBeSent."""
    with cases.transaction():
        held = locked(case, seen=seen)
        losses = held.at("registered")
        survey = _assign(held, surveyor, mode, by, at)
        cases.advance(_dispatch_move(held, "dispatch", losses, survey), by=by, at=at)
    return survey


def redispatch(
    *, case: Case, surveyor: Staff | None = None, by: Actor, at: datetime, seen: int | None = None
) -> Survey:
    """Send somebody else instead; the promises to the customer keep their times."""
    with cases.transaction():
        held = locked(case, seen=seen)
        losses = held.at("dispatched")
        running = _running(held)
        running.replaced_at = at
        running.save(update_fields=["replaced_at"])
        survey = _assign(held, surveyor, running.mode, by, at, not_id=running.surveyor_id)
        cases.advance(_dispatch_move(held, "redispatch", losses, survey), by=by, at=at)
    return survey


def declare_no_interest(*, case: Case, by: Actor, at: datetime) -> None:
    with cases.transaction():
        held = locked(case)
        cases.check_step(held.case, "declare_no_interest", by=by)
        survey = _mine(held, by)
        survey.no_interest_declared_at = at
        survey.save(update_fields=["no_interest_declared_at"])
        data = {"survey": survey.pk}
        cases.record(case=held.case, type="claim.no_interest_declared", data=data, by=by, at=at)


def contact(*, case: Case, by: Actor, at: datetime) -> None:
    """The first talk with the customer took place."""
    with cases.transaction():
        held = locked(case)
        survey = _running(held)
        survey.contacted_at = survey.contacted_at or at
        survey.save(update_fields=["contacted_at"])
        _step(held, "contact", by, at, {"survey": survey.pk})


def arrive(
    *,
    case: Case,
    latitude: float | None = None,
    longitude: float | None = None,
    by: Actor,
    at: datetime,
) -> None:
    with cases.transaction():
        held = locked(case)
        survey = _mine(held, by)
        survey.arrived_at = at
        survey.contacted_at = survey.contacted_at or at
        survey.latitude, survey.longitude = latitude, longitude
        survey.save(update_fields=["arrived_at", "contacted_at", "latitude", "longitude"])
        owners = {"surveyor": survey.surveyor_id}
        _step(held, "arrive", by, at, {"survey": survey.pk}, owners)


def complete_survey(
    *, case: Case, sheet: SurveySheet, by: Actor, at: datetime, seen: int | None = None
) -> Survey:
    """File the sheet; the losses wait for assessment. Raises DeclareNoInterest, NotYourSurvey."""
    with cases.transaction():
        held = locked(case, seen=seen)
        survey = _mine(held, by)
        if survey.no_interest_declared_at is None:
            raise DeclareNoInterest("no_interest")
        _check_words(held, sheet)
        _fill(survey, sheet, at)
        _add_findings(held, survey, sheet)
        losses = held.at("dispatched")
        cases.advance(
            Move(
                held.case,
                "survey",
                parts=losses,
                all_parts=held.losses,
                data={"survey": survey.pk, "mode": survey.mode, "liability": sheet.liability},
                facts=telling(held.claim),
                amounts=by_subject(losses, "estimate"),
            ),
            by=by,
            at=at,
        )
    return survey


def _assign(
    held: Locked,
    chosen: Staff | None,
    mode: str | None,
    by: Actor,
    at: datetime,
    not_id: int | None = None,
) -> Survey:
    candidates = queries.surveyors_for(held.claim, held.case, at=at)
    if chosen is not None:
        best = _chosen(candidates, chosen, held.claim, at)
        why: dict[str, object] = {"chosen": True}
    else:
        ranked = [r for r in _ranked(candidates, held.claim, at) if r.surveyor.staff_id != not_id]
        if not ranked:
            raise NobodyCanGo("surveyor")
        best = ranked[0].surveyor
        why = {"score": ranked[0].score, "parts": dict(ranked[0].parts)}
    rule = rules_at(at).dispatch
    return Survey.objects.create(
        claim=held.claim,
        round=Survey.objects.filter(claim=held.claim).count() + 1,
        mode=mode or rule.mode.value.of(queries.facts_of(held.claim)),
        surveyor_id=best.staff_id,
        assigned_by=by.id,
        assigned_at=at,
        assigned_why=why,
    )


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


def _dispatch_move(held: Locked, step: str, losses: Sequence[Loss], survey: Survey) -> Move:
    surveyor = survey.surveyor
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
    )


def _running(held: Locked) -> Survey:
    survey = (
        Survey.objects.filter(claim=held.claim, completed_at__isnull=True, replaced_at__isnull=True)
        .select_related("surveyor")
        .first()
    )
    if survey is None:
        raise NoSurveyRunning(number=held.case.number)
    return survey


def _mine(held: Locked, by: Actor) -> Survey:
    survey = _running(held)
    if by.staff_id != survey.surveyor_id:
        raise NotYourSurvey
    return survey


def _step(
    held: Locked,
    step: str,
    by: Actor,
    at: datetime,
    data: Mapping[str, object],
    owners: Mapping[str, int | None] | None = None,
) -> None:
    losses = held.at("dispatched")
    move = Move(
        held.case, step, parts=losses, all_parts=held.losses, data=data, owners=owners or {}
    )
    cases.advance(move, by=by, at=at)


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
    survey.save()


def _add_findings(held: Locked, survey: Survey, sheet: SurveySheet) -> None:
    DamagedPart.objects.bulk_create(
        DamagedPart(survey=survey, loss=held.loss(d.loss), part=d.part, degree=d.degree)
        for d in sheet.damages
    )
    InjuredPerson.objects.bulk_create(
        InjuredPerson(
            claim=held.claim,
            loss=held.loss(one.loss) if one.loss else None,
            name=one.name,
            phone=one.phone,
            severity=one.severity,
            condition=one.condition,
            hospital=one.hospital,
        )
        for one in sheet.injured
    )
