"""Registration, dispatch, reserve, handler: the sheets of the first hour and of whoever leads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims import rules
from yinuo.areas.claims.models import Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk, loss_name
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, fact, form_of, told


def registration(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    table = rulebook.rules(ClaimsRules, at=desk.at).reserves.by_kind.value
    fields = [
        FieldState(
            name=f"reserves-{loss.ordinal}",
            label=_("Reserve for %(loss)s") % {"loss": loss_name(loss)},
            kind=FieldKind.MONEY,
            value=str(loss.estimate or table[loss.kind][loss.severity or "medium"]),
            help=_reserve_help(loss),
        )
        for loss in desk.fitting
    ]
    form = form_of(fields, typed)
    return {"form": form, "told": told(desk, "claim.registered")}


def _reserve_help(loss: Loss) -> str:
    if loss.estimate:
        return _("From the estimate in the report.")
    severity = labels.word(labels.SEVERITIES, loss.severity or "medium")
    return _("By rule for this kind of loss: %(severity)s.") % {"severity": severity}


def dispatch(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    rule = rulebook.rules(ClaimsRules, at=desk.at).dispatch
    facts = claims.facts_of(desk.claim)
    running = claims.running_survey(desk.claim)
    needed = rule.skills_for(facts)
    known = claims.surveyors_for(desk.claim, desk.case, at=desk.at)
    ranked = rules.rank_surveyors(
        known,
        needed=needed,
        weights=rule.weights.value,
        most_running=rule.most_open_per_surveyor.value,
        furthest_km=float(rule.furthest_km.value),
    )
    places = {one.surveyor.staff_id: index for index, one in enumerate(ranked)}
    others = [one for one in known if one.staff_id not in places]
    sent = running.surveyor_id if running else None
    best = next((one for one in ranked if one.surveyor.staff_id != sent), None)
    value = str(best.surveyor.staff_id) if best else ""
    mode = running.mode if running else rule.mode.value.of(facts)
    fields = [
        FieldState(name="surveyor", label=_("Who goes"), value=value, required=True),
        FieldState(
            name="mode",
            label=_("How it is surveyed"),
            kind=FieldKind.RADIO_CARDS,
            value=mode,
            options=labels.options(labels.MODES),
            required=True,
        ),
    ]
    form = form_of(fields if running is None else fields[:1], typed)
    return {
        "form": form,
        "ranked": [_candidate(one, index == 0) for index, one in enumerate(ranked)],
        "others": [_left_out(one, needed, rule, sent) for one in others],
        "sent": sent,
        "facts": (
            fact(_("Place"), desk.claim.place),
            fact(_("Needed"), ", ".join(_skill(one) for one in sorted(needed)) or "—"),
            fact(_("Now on the case"), running.surveyor.name if running else _("nobody")),
        ),
        "told": told(desk, "claim.redispatched" if running else "claim.dispatched"),
    }


def _candidate(one: rules.Ranked, first: bool) -> Context:
    surveyor = one.surveyor
    return {
        "id": surveyor.staff_id,
        "name": surveyor.name,
        "first": first,
        "score": f"{one.score:g}",
        "km": _km(surveyor.km),
        "running": surveyor.running,
        "parts": [(_part(name), f"{value:g}") for name, value in one.parts.items()],
    }


def _left_out(one: rules.Surveyor, needed: frozenset[str], rule: Any, sent: int | None) -> Context:
    lacking = needed - one.skills
    if one.conflict:
        why, may = _("Has an interest of their own in this claim"), False
    elif lacking:
        skills = ", ".join(_skill(skill) for skill in sorted(lacking))
        why, may = _("Has no valid competence: %(skills)s") % {"skills": skills}, False
    elif one.running >= rule.most_open_per_surveyor.value:
        why, may = _("Has a full load"), True
    else:
        why, may = _("Is too far away"), True
    return {
        "id": one.staff_id,
        "name": one.name,
        "km": _km(one.km),
        "running": one.running,
        "why": why,
        "may": may,
    }


def _km(km: float | None) -> str:
    return _("distance not known") if km is None else _("%(km)s km away") % {"km": f"{km:.1f}"}


_PARTS = {
    "branch": gettext_noop("Branch"),
    "skill": gettext_noop("Competence"),
    "distance": gettext_noop("Distance"),
    "load": gettext_noop("Load"),
}
_SKILLS = {
    "car": gettext_noop("Cars"),
    "injury": gettext_noop("Injuries"),
    "property": gettext_noop("Property"),
    "large_loss": gettext_noop("Large losses"),
}


def _part(name: str) -> str:
    return labels.word(_PARTS, name)


def _skill(name: str) -> str:
    return labels.word(_SKILLS, name)


def reserve(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    loss = desk.loss
    now = loss.reserve if loss else None
    fields = [
        FieldState(
            name="reserve",
            label=_("New reserve"),
            kind=FieldKind.MONEY,
            value="" if now is None else str(now),
            required=True,
            autofocus=True,
        )
    ]
    facts = (fact(_("Reserve now"), desk.money(now)),) if loss else ()
    return {"form": form_of(fields, typed), "facts": facts}


SHEETS = {
    "registration": Sheet(
        build=registration,
        submit=gettext_noop("Register"),
        done=gettext_noop("The claim is registered."),
    ),
    "dispatch": Sheet(
        build=dispatch,
        template="desk/sheets/dispatch.html",
        submit=gettext_noop("Send"),
        done=gettext_noop("A surveyor is on the way."),
    ),
    "redispatch": Sheet(
        build=dispatch,
        template="desk/sheets/dispatch.html",
        submit=gettext_noop("Send instead"),
        done=gettext_noop("Another surveyor is on the way."),
    ),
    "reserve": Sheet(
        build=reserve,
        about_part=True,
        submit=gettext_noop("Change"),
        done=gettext_noop("The reserve is changed."),
    ),
}
