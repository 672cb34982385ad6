"""Sheets that every kind of case can have: a note, another handler, word of a delay."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.people import queries as people
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.desk.sheets.frame import Context, Desk, Sheet, fact, form_of, told

HANDLERS = ("agent", "complaint_officer", "team_lead", "manager")


def note(desk: Desk, typed: Typed[Any]) -> Context:
    fields = [
        FieldState(
            name="body",
            label=_("Note"),
            kind=FieldKind.TEXTAREA,
            required=True,
            maxlength=inputs.TEXT,
            autofocus=True,
        ),
        FieldState(
            name="for_customer",
            label=_("The customer may read this on the case page"),
            kind=FieldKind.CHECKBOX,
        ),
    ]
    return {"form": form_of(fields, typed)}


def delay_notice(desk: Desk, typed: Typed[Any]) -> Context:
    fields = [
        FieldState(
            name="reason",
            label=_("Why it takes longer"),
            kind=FieldKind.TEXTAREA,
            help=_("The customer reads these words."),
            required=True,
            maxlength=inputs.TEXT,
        ),
        FieldState(
            name="new_at",
            label=_("The new time"),
            kind=FieldKind.DATE_TIME,
            help=_("The customer hears from us by then at the latest."),
            required=True,
        ),
    ]
    facts = {"reason": "…", "new_at": desk.at}
    if typed.given is not None:
        facts = {"reason": typed.given.reason, "new_at": typed.given.new_at}
    return {"form": form_of(fields, typed), "told": told(desk, desk.event, facts=facts)}


def handler(desk: Desk, typed: Typed[Any]) -> Context:
    found = {
        one.pk: one
        for role in HANDLERS
        for one in people.staff_with(role, desk.case.branch_path, desk.at, on_duty=False)
    }
    options = tuple(
        Option(str(pk), f"{one.name} · {one.branch.name}", "" if one.on_duty else _("Off duty"))
        for pk, one in found.items()
        if pk != desk.case.handler_id
    )
    fields = [
        FieldState(
            name="staff",
            label=_("New handler"),
            kind=FieldKind.RADIO_CARDS,
            options=options,
            required=True,
        )
    ]
    now = desk.case.handler.name if desk.case.handler else _("nobody")
    return {
        "form": form_of(fields, typed),
        "facts": (fact(_("Handler now"), now),),
        "told": told(desk, desk.event),
    }


SHEETS = {
    "note": Sheet(
        build=note, submit=gettext_noop("Keep the note"), done=gettext_noop("The note is kept.")
    ),
    "delay-notice": Sheet(
        build=delay_notice,
        submit=gettext_noop("Tell the customer"),
        done=gettext_noop("The customer is told about the delay."),
    ),
    "handler": Sheet(
        build=handler,
        submit=gettext_noop("Hand over"),
        done=gettext_noop("The case has another handler."),
    ),
}
