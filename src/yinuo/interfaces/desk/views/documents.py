"""Papers at the desk: taken in, shown as a picture, given out as they came. Each look is kept."""

from __future__ import annotations

from typing import Literal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from yinuo.areas.claims import commands
from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Claim
from yinuo.core.cases import queries as cases
from yinuo.core.documents import queries as documents
from yinuo.core.documents.commands import Upload
from yinuo.core.documents.models import Document
from yinuo.core.documents.rulefile import DocumentsRules
from yinuo.core.people.rules import NotForYou
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option, bind
from yinuo.interfaces.common.problems import of_refusal
from yinuo.interfaces.desk.actor import actor_of, desk, now, record
from yinuo.interfaces.desk.rows import case_url, sheet_url
from yinuo.kit.errors import DomainError

BACK = ("survey", "survey-and-assessment", "papers-judgement")
MOST_FILES = 30


@desk()
def preview(request: HttpRequest, document: int) -> HttpResponseBase:
    return _send(request, document, "preview")


@desk()
def original(request: HttpRequest, document: int) -> HttpResponseBase:
    return _send(request, document, "original")


def _send(
    request: HttpRequest, document: int, variant: Literal["original", "preview"]
) -> HttpResponseBase:
    """The file, with headers that let nothing in it run; who opened it is recorded."""
    actor = actor_of(request)
    seen = cases.visible_to(actor)
    row = Document.objects.filter(pk=document, case__in=seen).select_related("file").first()
    if row is None:
        raise documents.DocumentNotFound("document")
    opened = documents.open_file(row, variant, at=now())
    record(request, what=f"document.{variant}:{row.pk}", case_id=row.case_id)
    answer = StreamingHttpResponse(opened.blocks, content_type=opened.content_type)
    for name, value in opened.headers.items():
        answer[name] = value
    return answer


@desk()
def papers(request: HttpRequest, number: str) -> HttpResponseBase:
    """Take papers in for the customer, or photos of the scene."""
    actor = actor_of(request)
    claim = claims.get_for(actor, number)
    step = cases.workflow_of(claim.case).case.step("receive_papers")
    if step is None or not actor.roles.intersection(step.who):
        raise NotForYou
    if request.method != "POST":
        record(request, what="desk.papers", case_id=claim.pk)
        return _form(request, claim, {}, {}, (), 200)
    return _receive(request, claim)


def _receive(request: HttpRequest, claim: Claim) -> HttpResponse:
    files = request.FILES.getlist("file")[:MOST_FILES]
    values = {"kind": request.POST.get("kind", "")}
    if not files:
        return _form(request, claim, values, {"file": _("Choose at least one file.")}, (), 422)
    uploads = [
        Upload(kind=values["kind"], file_name=file.name or "", chunks=file.chunks())
        for file in files
    ]
    try:
        rows = commands.receive_papers(
            case=claim.case, uploads=uploads, by=actor_of(request), at=now()
        )
    except DomainError as refusal:
        problem = of_refusal(refusal)
        general = tuple(dict.fromkeys(one.message for one in problem.fields)) or (problem.message,)
        return _form(request, claim, values, {}, general, problem.status)
    said = ngettext("%(n)s file is taken in.", "%(n)s files are taken in.", len(rows))
    messages.success(request, said % {"n": len(rows)})
    back = request.POST.get("next", "")
    number = claim.case.number
    url = sheet_url(number, back) if back in BACK else case_url(number)
    return HttpResponse(status=303, headers={"Location": url})


def _form(
    request: HttpRequest,
    claim: Claim,
    values: dict[str, str],
    errors: dict[str, str],
    general: tuple[str, ...],
    status: int,
) -> HttpResponse:
    fields = [
        FieldState(
            name="kind",
            label=_("What it is"),
            kind=FieldKind.SELECT,
            options=kind_options(request, claim),
            value=request.GET.get("kind", ""),
            required=True,
        ),
        FieldState(
            name="file",
            label=_("Files"),
            kind=FieldKind.FILE,
            accept="image/*,application/pdf",
            multiple=True,
            required=True,
            help=_("Photos or PDF. Photos are looked at, whatever their name says."),
        ),
    ]
    case = claim.case
    context = {
        "claim": claim,
        "case": case,
        "noun": "papers",
        "subject": claim.plate,
        "title": _("Take papers in"),
        "case_url": case_url(case.number),
        "sheet_url": reverse("desk:papers", args=[case.number]),
        "submit": _("Take in"),
        "form": bind(fields, values, errors, general),
        "now": now(),
    }
    return render(request, "desk/sheets/papers.html", context, status=status)


def kind_options(request: HttpRequest, claim: Claim) -> tuple[Option, ...]:
    """The kinds of papers: what is still open in this case first, then all others."""
    at, spoken = now(), language_of(get_language() or "en")
    lines = documents.checklist(
        actor_of(request),
        claim.case,
        claims.papers_needed(claim, at),
        language=spoken,
        at=at,
    )
    table = rulebook.rules(DocumentsRules, at=at).kinds
    names = {line.slot.kind: line.name for line in documents.missing(lines)}
    names |= {key: one.value.name[spoken] for key, one in table.items() if key not in names}
    if not names:
        raise Http404
    return tuple(Option(key, name) for key, name in names.items())
