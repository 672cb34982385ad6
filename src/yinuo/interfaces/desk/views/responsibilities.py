"""The responsibility matrix (RACI), as workflows and rules have it at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yinuo.areas.call_backs.rulefile import CallBacksRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.present import Cell, Column, Fact, Filter, Table
from yinuo.interfaces.desk.actor import desk, now
from yinuo.overview import responsibilities as overview
from yinuo.overview.responsibilities import Duty, Matrix

KINDS: labels.Words = {
    "call_back": gettext_noop("Call-backs"),
    "concern": gettext_noop("Concerns"),
    "complaint": gettext_noop("Complaints"),
    "claim": gettext_noop("Claims"),
}
LETTERS: labels.Words = {
    "R": gettext_noop("responsible: may take the step"),
    "A": gettext_noop("accountable: owns the promise that the step keeps, or leads who takes it"),
    "C": gettext_noop("consulted: may add what they know while the case stands there"),
    "I": gettext_noop("informed: is called in when it is late, or goes on from here"),
}


@dataclass(frozen=True, slots=True)
class StepDuty:
    label: str
    note: str
    roles: tuple[Fact, ...]


@require_safe
@desk()
def responsibilities(request: HttpRequest) -> HttpResponse:
    """Roles beside steps, one kind of case at a time."""
    at, asked = now(), request.GET.get("kind", "")
    kind = asked if asked in KINDS else "call_back"
    here = reverse("desk:responsibilities")
    context = {
        "filters": [
            Filter(_(name), f"{here}?kind={code}", current=code == kind)
            for code, name in KINDS.items()
        ],
        "departments": _departments(at),
        "letters": tuple(Fact(letter, _(said)) for letter, said in LETTERS.items()),
        "matrices": [(_table(one, at), _steps(one, at)) for one in overview.matrices(kind, at=at)],
    }
    return render(request, "desk/responsibilities.html", context)


def _departments(at: datetime) -> tuple[Fact, ...]:
    language = get_language() or "zh-hans"
    found = []
    for one in rulebook.rules(CallBacksRules, at=at).programme.departments.value:
        text = rulebook.short_text(one.text, language, at=at)
        roles = " · ".join(labels.word(labels.ROLES, role) for role in one.roles)
        found.append(Fact(text.title, text.body, roles))
    return tuple(found)


def _table(matrix: Matrix, at: datetime) -> Table:
    columns = (
        Column(_("Step")),
        *(Column(labels.word(labels.ROLES, role)) for role in matrix.roles),
    )
    rows = tuple(
        (
            Cell(value=_(duty.label), note=_note(duty, at)),
            *(Cell(value=_letters(duty.by, role)) for role in matrix.roles),
        )
        for duty in matrix.duties
    )
    caption = _("Who does what")
    return Table(caption=caption, columns=columns, rows=rows, now=at, caption_hidden=True)


def _steps(matrix: Matrix, at: datetime) -> tuple[StepDuty, ...]:
    """The same for a phone: a step that one opens, with the roles of each letter."""
    return tuple(
        StepDuty(
            label=_(duty.label),
            note=_note(duty, at),
            roles=tuple(
                Fact(letter, " · ".join(roles))
                for letter in LETTERS
                if (
                    roles := [
                        labels.word(labels.ROLES, role)
                        for role in matrix.roles
                        if letter in duty.by.get(role, "")
                    ]
                )
            ),
        )
        for duty in matrix.duties
    )


def _letters(by: Mapping[str, str], role: str) -> str:
    return " ".join(by.get(role, ""))


def _note(duty: Duty, at: datetime) -> str:
    """What is promised there, and whether the house does it by itself."""
    language = get_language() or "zh-hans"
    said = [rulebook.promise_title(key, language, at=at).title for key in duty.promises]
    if duty.alone:
        said.append(_("by itself") if not duty.by else _("also by itself"))
    return " · ".join(said)
