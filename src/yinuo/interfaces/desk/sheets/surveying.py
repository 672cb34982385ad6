"""The surveyor's sheet: contact, arrival, photos, findings. Made for a phone at the roadside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Survey
from yinuo.core.documents import queries as documents
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.desk.sheets import lines
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk, loss_options
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, chosen, fact, form_of, told
from yinuo.interfaces.desk.sheets.rows import Row, row_fields, rows_in

PHOTOS = "survey_photos"
EXPLAINED = {
    "rights": gettext_noop("The right to object to every step"),
    "next_steps": gettext_noop("What happens next, and by when"),
    "papers": gettext_noop("Which papers are needed"),
    "own_garage": gettext_noop("The garage is the customer's own choice"),
    "no_charge": gettext_noop("The survey costs nothing"),
}
INJURIES = {
    "light": gettext_noop("Slightly hurt"),
    "serious": gettext_noop("Seriously hurt"),
    "dead": gettext_noop("Dead"),
}


def survey(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    fields = [*_findings(claims.running_survey(desk.claim)), *_rows(desk, typed)]
    return _context(desk, typed, fields)


def survey_and_assessment(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    open_losses = desk.fitting or desk.losses
    fields = [*_findings(claims.running_survey(desk.claim)), *_rows(desk, typed)]
    for index, loss in enumerate(open_losses):
        fields.append(
            FieldState(name=f"assessments-{index}-loss", label=_("Loss"), value=str(loss.ordinal))
        )
        fields += lines.line_fields(typed, f"assessments-{index}-lines")
    context = dict(_context(desk, typed, fields))
    form = form_of(fields, typed)
    context["sheets"] = [
        lines.sheet_of(desk, form, typed, f"assessments-{index}-lines", loss=loss)
        for index, loss in enumerate(open_losses)
    ]
    return context


def _context(desk: ClaimDesk, typed: Typed[Any], fields: Sequence[FieldState]) -> Context:
    running = claims.running_survey(desk.claim)
    form = form_of(fields, typed)
    damage, injured = _damage(desk), _injured
    return {
        "form": form,
        "running": running,
        "mine": running is not None and running.surveyor_id == desk.actor.staff_id,
        "steps": _steps(running),
        "facts": (
            fact(_("Place"), desk.claim.place),
            fact(_("Cause"), labels.word(labels.CAUSES, desk.claim.cause)),
            fact(_("What was said"), desk.claim.circumstances or "—"),
        ),
        "photos": documents.of_case(desk.actor, desk.case).filter(kind=PHOTOS, file__isnull=False),
        "photo_kind": PHOTOS,
        "damages": rows_in(
            form, typed, "damages", damage, title=_("Damaged parts"), add=_("Another part")
        ),
        "injured": rows_in(
            form,
            typed,
            "injured",
            injured,
            title=_("Who was hurt"),
            add=_("Another person"),
            hint=_("Leave it empty when nobody was hurt."),
        ),
        "ticks": tuple(Option(key, labels.word(EXPLAINED, key)) for key in EXPLAINED),
        "ticks_name": "told",
        "ticks_label": _("Explained to the customer"),
        "ticked": chosen(typed, "told"),
        "told": told(desk, "claim.surveyed"),
    }


def _steps(running: Survey | None) -> list[Context]:
    """The three small steps before the sheet, each with when it was done."""
    if running is None:
        return []
    return [
        {
            "noun": "no-interest",
            "label": _("I have no interest of my own in this claim"),
            "done_at": running.no_interest_declared_at,
        },
        {
            "noun": "contact",
            "label": _("I have talked to the customer"),
            "done_at": running.contacted_at,
        },
        {
            "noun": "arrival",
            "label": _("I have arrived"),
            "done_at": running.arrived_at,
            "place": True,
        },
    ]


def _findings(running: Survey | None) -> list[FieldState]:
    return [
        FieldState(
            name="authenticity",
            label=_("Do the traces fit what was reported?"),
            kind=FieldKind.RADIO_CARDS,
            options=labels.options(labels.AUTHENTICITY),
            required=True,
        ),
        FieldState(
            name="liability",
            label=_("Liability of our driver"),
            kind=FieldKind.SELECT,
            options=labels.options(labels.LIABILITIES),
            required=True,
        ),
        FieldState(
            name="findings",
            label=_("Findings"),
            kind=FieldKind.TEXTAREA,
            help=_("What you saw, what was said, and what speaks for or against it."),
            required=True,
            maxlength=4000,
        ),
        *_place(running),
    ]


def _place(running: Survey | None) -> list[FieldState]:
    """Where it was, as far as the arrival has said."""
    known = (running.latitude, running.longitude) if running else (None, None)
    names = (("latitude", _("Latitude")), ("longitude", _("Longitude")))
    return [
        FieldState(
            name=name,
            label=label,
            value="" if value is None else f"{value:.6f}",
            inputmode="decimal",
            short=True,
        )
        for (name, label), value in zip(names, known, strict=True)
    ]


def _rows(desk: ClaimDesk, typed: Typed[Any]) -> list[FieldState]:
    return [
        *row_fields(typed, "damages", _damage(desk)),
        *row_fields(typed, "injured", _injured),
    ]


def _damage(desk: ClaimDesk) -> Row:
    """How the fields of one damaged part are made."""
    losses = loss_options(desk.losses)

    def row(prefix: str) -> Sequence[FieldState]:
        return (
            FieldState(
                name=f"{prefix}-part", label=_("Part"), maxlength=60, placeholder=_("Front bumper")
            ),
            FieldState(
                name=f"{prefix}-degree",
                label=_("How badly"),
                kind=FieldKind.SELECT,
                value="medium",
                options=labels.options(labels.DEGREES),
                required=True,
            ),
            FieldState(
                name=f"{prefix}-loss",
                label=_("Belongs to"),
                kind=FieldKind.SELECT,
                value=losses[0].value if losses else "",
                options=losses,
                required=True,
            ),
        )

    return row


def _injured(prefix: str) -> Sequence[FieldState]:
    return (
        FieldState(name=f"{prefix}-name", label=_("Name"), maxlength=80, private=True),
        FieldState(
            name=f"{prefix}-severity",
            label=_("How badly"),
            kind=FieldKind.SELECT,
            value="light",
            options=labels.options(INJURIES),
            required=True,
        ),
        FieldState(
            name=f"{prefix}-phone", label=_("Phone"), input_type="tel", maxlength=40, private=True
        ),
        FieldState(name=f"{prefix}-hospital", label=_("Hospital"), maxlength=80),
        FieldState(name=f"{prefix}-condition", label=_("Condition"), maxlength=4000, private=True),
    )


def small_step(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    return {"form": form_of([], typed)}


def arrival(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    return {"form": form_of(_place(None), typed)}


_PREFILLED = ("degree", "loss", "severity", "kind", "quantity")
SHEETS = {
    "no-interest": Sheet(
        build=small_step,
        submit=gettext_noop("I have no interest of my own in this claim"),
        done=gettext_noop("Your declaration is kept."),
        after="survey",
    ),
    "contact": Sheet(
        build=small_step,
        submit=gettext_noop("I have talked to the customer"),
        done=gettext_noop("The first contact is on record."),
        after="survey",
    ),
    "arrival": Sheet(
        build=arrival,
        submit=gettext_noop("I have arrived"),
        done=gettext_noop("Your arrival is on record."),
        after="survey",
    ),
    "survey": Sheet(
        build=survey,
        template="desk/sheets/survey.html",
        submit=gettext_noop("File the survey"),
        done=gettext_noop("The survey is filed."),
        prefilled=_PREFILLED,
    ),
    "survey-and-assessment": Sheet(
        build=survey_and_assessment,
        template="desk/sheets/survey.html",
        submit=gettext_noop("File survey and assessment"),
        done=gettext_noop("Survey and assessment are filed."),
        prefilled=_PREFILLED,
        needs=frozenset({"assessor"}),
    ),
}
