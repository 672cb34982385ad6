"""Papers: asked for all at once, looked at, complete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims import queries as claims
from yinuo.core.documents import queries as documents
from yinuo.core.documents.models import Document
from yinuo.core.documents.queries import Line
from yinuo.core.documents.rulefile import DocumentsRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk, loss_options
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, chosen, form_of, told

LONGEST_WHY = 200


def request(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    lines = _checklist(desk)
    needed = [line for line in lines if line.status == "needed"]
    sent = _by(typed, "wanted", "kind")
    usual = _usual_why(desk)
    rows = [_wanted(index, line, sent, usual, typed) for index, line in enumerate(needed)]
    again = any(one.request_round for line in lines for one in line.documents)
    fields = [*_free_rows(desk, typed, sent, needed), *([_again()] if again else [])]
    form = form_of(fields, typed)
    names = [line.name for line in needed]
    return {
        "form": form,
        "wanted": rows,
        "others": [_state(line) for line in lines if line.status != "needed"],
        "again": again,
        "told": told(desk, "claim.papers_requested", facts={"papers": names}),
    }


def _checklist(desk: ClaimDesk) -> tuple[Line, ...]:
    return documents.checklist(
        desk.actor,
        desk.case,
        claims.papers_needed(desk.claim, desk.at),
        language=desk.language,
        at=desk.at,
    )


def _usual_why(desk: ClaimDesk) -> str:
    """Why a paper of the list is asked, in the language of the customer, who reads it."""
    with translation.override(desk.case.customer.language):
        return _("It is needed for this kind of loss.")


def _by(typed: Typed[Any], name: str, key: str) -> dict[str, tuple[int, Mapping[str, str]]]:
    """The rows that were sent, by what they are about: rows left out change the numbers."""
    rows = typed.tree.get(name) or []
    return {row.get(key, ""): (index, row) for index, row in enumerate(rows)}


def _wanted(
    index: int,
    line: Line,
    sent: Mapping[str, tuple[int, Mapping[str, str]]],
    usual: str,
    typed: Typed[Any],
) -> Context:
    at, row = sent.get(line.slot.kind, (-1, {}))
    why = FieldState(
        name=f"wanted-{index}-why",
        label=_("Why"),
        value=row.get("why", usual),
        error=typed.errors.get(f"wanted-{at}-why", ""),
        maxlength=LONGEST_WHY,
        required=True,
    )
    ticked = bool(row) if typed.tree else True
    return {
        "name": f"wanted-{index}-kind",
        "kind": line.slot.kind,
        "title": line.name,
        "why": why,
        "ticked": ticked,
    }


def _free_rows(
    desk: ClaimDesk,
    typed: Typed[Any],
    sent: Mapping[str, tuple[int, Mapping[str, str]]],
    needed: list[Line],
) -> list[FieldState]:
    """One row for a paper that the rules do not name here."""
    index = len(needed)
    listed = {line.slot.kind for line in needed}
    at, row = next((one for kind, one in sent.items() if kind and kind not in listed), (-1, {}))
    table = rulebook.rules(DocumentsRules, at=desk.at).kinds
    spoken = language_of(desk.language)
    options = tuple(
        Option(key, one.value.name[spoken])
        for key, one in table.items()
        if key not in listed and one.value.for_customer
    )
    return [
        FieldState(
            name=f"wanted-{index}-kind",
            label=_("Another paper"),
            kind=FieldKind.SELECT,
            options=options,
            value=row.get("kind", ""),
            error=typed.errors.get(f"wanted-{at}-kind", ""),
        ),
        FieldState(
            name=f"wanted-{index}-why",
            label=_("Why it is needed"),
            value=row.get("why", "") if row else "",
            error=typed.errors.get(f"wanted-{at}-why", "") if row else "",
            maxlength=LONGEST_WHY,
        ),
    ]


def _again() -> FieldState:
    return FieldState(
        name="again_because",
        label=_("Why not everything was asked for at once"),
        help=_(
            "The customer was asked before. The law wants one request; the case keeps the mark."
        ),
        maxlength=LONGEST_WHY,
        required=True,
    )


def _state(line: Line) -> Context:
    return {"title": line.name, "state": labels.word(labels.PAPERS, line.status), "why": line.why}


def judgement(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    waiting = documents.of_case(desk.actor, desk.case).filter(status=Document.Status.RECEIVED)
    sent = _by(typed, "judgements", "document")
    names = {line.slot.kind: line.name for line in _checklist(desk)}
    rows = [_judged(index, document, names, sent, typed) for index, document in enumerate(waiting)]
    return {"form": form_of([], typed), "judgements": rows}


def _judged(
    index: int,
    document: Document,
    names: Mapping[str, str],
    sent: Mapping[str, tuple[int, Mapping[str, str]]],
    typed: Typed[Any],
) -> Context:
    at, row = sent.get(str(document.pk), (-1, {}))
    prefix = f"judgements-{index}"
    verdict = FieldState(
        name=f"{prefix}-accepted",
        label=_("Can it be used?"),
        kind=FieldKind.RADIO_CARDS,
        value=row.get("accepted", ""),
        error=typed.errors.get(f"judgements-{at}-accepted", ""),
        options=(
            Option("true", _("Accept")),
            Option("false", _("Ask for it again"), _("The customer is told why.")),
        ),
    )
    reason = FieldState(
        name=f"{prefix}-reason",
        label=_("What is wrong with it"),
        help=_("Only when it is asked for again. The customer reads these words."),
        value=row.get("reason", ""),
        error=typed.errors.get(f"judgements-{at}-reason", ""),
        maxlength=LONGEST_WHY,
    )
    return {
        "document": document,
        "id_name": f"{prefix}-document",
        "title": names.get(document.kind, document.kind),
        "picture": document.file is not None and document.file.width is not None,
        "fields": (verdict, reason),
    }


def completion(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    lines = _checklist(desk)
    several = len(desk.fitting) > 1
    return {
        "form": form_of([], typed),
        "papers": [_state(line) for line in lines],
        "missing": [line.name for line in documents.missing(lines)],
        "ticks": loss_options(desk.fitting) if several else (),
        "ticks_name": "losses",
        "ticks_label": _("Which losses"),
        "ticks_help": _("None ticked means all of them."),
        "ticked": chosen(typed, "losses"),
        "told": told(desk, "claim.papers_completed"),
    }


def waiver(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    """Papers that are not here, each to be ticked, and one reason for all of them."""
    reason = FieldState(
        name="reason",
        label=_("Why we do without them"),
        maxlength=LONGEST_WHY,
        required=True,
    )
    missing = [line for line in _checklist(desk) if line.open]
    return {
        "form": form_of([reason], typed),
        "papers": [_state(line) for line in _checklist(desk)],
        "ticks": tuple(Option(line.slot.kind, line.name) for line in missing),
        "ticks_name": "kinds",
        "ticks_label": _("Papers to do without"),
        "ticks_help": "",
        "ticked": chosen(typed, "kinds"),
    }


SHEETS = {
    "papers-waiver": Sheet(
        build=waiver,
        template="desk/sheets/papers_completion.html",
        submit=gettext_noop("Do without these papers"),
        done=gettext_noop("The case goes on without these papers."),
    ),
    "papers-request": Sheet(
        build=request,
        template="desk/sheets/papers_request.html",
        prefilled=("why",),
        submit=gettext_noop("Ask for these papers"),
        done=gettext_noop("The customer is asked for the papers."),
    ),
    "papers-judgement": Sheet(
        build=judgement,
        template="desk/sheets/papers_judgement.html",
        prefilled=("document",),
        submit=gettext_noop("Keep the judgements"),
        done=gettext_noop("The papers are judged."),
    ),
    "papers-completion": Sheet(
        build=completion,
        template="desk/sheets/papers_completion.html",
        submit=gettext_noop("Papers are complete"),
        done=gettext_noop("The papers are complete; our time runs."),
    ),
}
