"""A customer's file: who they are, what they need, and everything from sale to after-care."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import Field

from yinuo.core.people import commands as people_commands
from yinuo.core.people import queries as people
from yinuo.core.people.rules import PersonChanges
from yinuo.interfaces.common import formdata, labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, bind
from yinuo.interfaces.common.inputs import Input
from yinuo.interfaces.common.present import Cell, CellKind, Column, Fact, Table
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.relation import facts_of
from yinuo.interfaces.desk.rows import case_row, case_url
from yinuo.interfaces.desk.sentences import title_of
from yinuo.kit.errors import DomainError
from yinuo.overview import customer as overview
from yinuo.overview.customer import CustomerFile, Moment
from yinuo.overview.relation import relation_of


class WishesInput(Input):
    """What the customer wishes and needs; an empty text clears it."""

    language: Literal["zh-hans", "zh-hant", "en"]
    channel: Literal["email", "inbox"]
    do_not_disturb: Annotated[str, Field(max_length=60)] = ""
    vulnerability: Annotated[str, Field(max_length=80)] = ""
    needs: Annotated[str, Field(max_length=400)] = ""


@desk()
def customer(request: HttpRequest, person: int) -> HttpResponseBase:
    """The file, and below it the form for what the customer wishes."""
    found = overview.customer_file(actor_of(request), person)
    form = _form(found, {}, {})
    if request.method == "POST":
        typed = formdata.read(WishesInput, request.POST)
        if typed.given is not None:
            try:
                changes = PersonChanges(**typed.given.model_dump())
                people_commands.update_person(
                    person_id=person, changes=changes, by=actor_of(request), at=now()
                )
                return redirect("desk:customer", person=person)
            except DomainError as refusal:
                typed = typed.refused(refusal)
        form = _form(found, typed.values, typed.errors)
    record(request, what=f"customer:{person}")
    return _page(request, found, form)


def _page(request: HttpRequest, found: CustomerFile, form: FormState) -> HttpResponse:
    at = now()
    context = {
        "person": people.card(found.person),
        "facts": _facts(found),
        "relation": facts_of(relation_of(actor_of(request), found.person, at=at)),
        "form": form,
        "history": _history(found.moments, at),
        "cases": [case_row(one, at, closed=one.closed_at is not None) for one in found.cases],
    }
    return render(request, "desk/customer.html", context, status=422 if form.errors else 200)


def _facts(found: CustomerFile) -> tuple[Fact, ...]:
    card = people.card(found.person)
    return (
        Fact(_("Phone"), card.phone or _("not known")),
        Fact(_("E-mail"), card.email or _("not known")),
        Fact(_("ID number"), card.id_number or _("not known")),
        Fact(_("Policies"), ", ".join(one.number for one in found.policies) or _("none")),
        Fact(_("Cases"), str(len(found.cases))),
    )


def _form(found: CustomerFile, values: dict[str, str], errors: dict[str, str]) -> FormState:
    person = found.person
    languages = labels.options(labels.LANGUAGES)
    channels = labels.options(labels.CHANNELS, ("email", "inbox"))
    fields = (
        FieldState(name="language", label=_("Language"), kind=FieldKind.SELECT, options=languages),
        FieldState(name="channel", label=_("Prefers"), kind=FieldKind.SELECT, options=channels),
        FieldState(
            name="do_not_disturb",
            label=_("Do not disturb"),
            help=_("Hours on the clock, such as 21:00-09:00."),
            short=True,
        ),
        FieldState(
            name="vulnerability",
            label=_("Needs special care because"),
            help=_("Such as: hard of hearing, alone after an accident."),
            maxlength=80,
        ),
        FieldState(
            name="needs",
            label=_("Needs and expectations"),
            kind=FieldKind.TEXTAREA,
            help=_("In the customer's own words, so that nobody has to ask twice."),
            maxlength=400,
        ),
    )
    known = {
        "language": person.language,
        "channel": person.channel,
        "do_not_disturb": person.do_not_disturb,
        "vulnerability": person.vulnerability,
        "needs": person.needs,
    }
    return bind(fields, values or known, errors)


def _history(moments: tuple[Moment, ...], at: datetime) -> Table:
    rows = tuple(
        (
            Cell(kind=CellKind.TIME, value=one.at),
            Cell(value=_phase(one.phase)),
            _what(one, at),
            _where(one),
        )
        for one in moments
    )
    columns = (Column(_("When")), Column(_("Phase")), Column(_("What")), Column(_("Where")))
    return Table(caption=_("History"), columns=columns, rows=rows, now=at)


def _phase(phase: str) -> str:
    words = {"before": _("Before the claim"), "claim": _("Claim"), "after": _("After the claim")}
    return words[phase]


def _what(one: Moment, at: datetime) -> Cell:
    if one.event is not None:
        title = title_of(
            one.event.type,
            one.event.data,
            names={},
            papers={},
            currency="CNY",
            language=get_language() or "zh-hans",
            now=at,
        )
        return Cell(value=title)
    words = {
        "policy": _("Policy begins"),
        "explained": _("Explained at sale: %(topic)s") % {"topic": one.text},
        "not_explained": _("Not explained at sale: %(topic)s") % {"topic": one.text},
        "told": _("We wrote: %(subject)s") % {"subject": one.text},
        "question": _("Asked: %(text)s") % {"text": one.text},
        "answer": _("Answered: %(text)s") % {"text": one.text},
    }
    return Cell(value=words.get(one.kind, one.text))


def _where(one: Moment) -> Cell:
    if one.case is not None:
        return Cell(kind=CellKind.LINK, value=one.case.number, url=case_url(one.case.number))
    return Cell(value=one.policy.number if one.policy else "")
