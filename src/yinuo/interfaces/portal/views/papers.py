"""Send papers and photos, and look at those that were sent."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.areas.claims import commands as claims
from yinuo.core.cases import queries as cases
from yinuo.core.documents import queries as documents
from yinuo.core.documents.links import FileLinkExpired, read_token
from yinuo.core.people import commands as people
from yinuo.interfaces.common.fields import bind
from yinuo.interfaces.portal import page, showing
from yinuo.interfaces.portal import papers as shown
from yinuo.interfaces.portal.door import ClaimVisit, own_claim, see_other
from yinuo.kit.errors import DomainError


@require_http_methods(["GET", "HEAD", "POST"])
@own_claim("portal.papers")
def papers(request: HttpRequest, visit: ClaimVisit) -> HttpResponse:
    slips = shown.slips(visit, page.wanted(visit).papers, visit.language)
    if request.method != "POST":
        return _page(request, visit, slips)
    slip = next((one for one in slips if one.kind == request.POST.get("kind")), None)
    if slip is None:
        return _page(request, visit, slips, _("This paper is not wanted any more."))
    files = request.FILES.getlist(slip.field.name)
    if not files:
        return _page(request, visit, slips, _("Choose a photo or a file first."))
    if len(files) > shown.MOST_AT_ONCE:
        too_many = _("Send at most %(most)s files at once.") % {"most": shown.MOST_AT_ONCE}
        return _page(request, visit, slips, too_many)
    uploads = shown.uploads(request, slip.kind, slip.subject, files)
    try:
        rows = claims.receive_papers(case=visit.case, uploads=uploads, by=visit.actor, at=visit.at)
    except DomainError as refusal:
        return _page(request, visit, slips, *(str(part) for part in refusal.parts))
    said = ngettext(
        "%(n)s file received, thank you.", "%(n)s files received, thank you.", len(rows)
    )
    messages.success(request, said % {"n": len(rows)})
    return see_other(reverse("portal:papers", args=[visit.case.number]))


def _page(
    request: HttpRequest, visit: ClaimVisit, slips: tuple[shown.Slip, ...], *problems: str
) -> HttpResponse:
    case = visit.case
    steps = cases.workflow_of(case).case.steps_from(case.state, visit.actor.roles)
    return render(
        request,
        "portal/papers.html",
        {
            "number": case.number,
            "slips": slips,
            "tiles": shown.tiles(visit),
            "open": any(step.name == "receive_papers" for step in steps),
            "form": bind((), general=problems),
            "help_phone": showing.branch_phone(visit.case),
        },
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
    )


@require_safe
@own_claim("portal.file")
def file(request: HttpRequest, visit: ClaimVisit, token: str) -> HttpResponseBase:
    """One file, for this reader and for a short time; who opened it is on record."""
    case = visit.case
    try:
        ticket = read_token(token, reader=visit.actor, at=visit.at)
        if ticket.case_id != case.pk:
            raise Http404
        row = documents.document_for(visit.actor, case, ticket.document_id)
        opened = documents.open_file(row, ticket.variant, at=visit.at)
    except FileLinkExpired as refusal:
        context = {"detail": str(refusal), "number": case.number}
        return render(request, "portal/expired.html", context, status=HTTPStatus.GONE)
    except DomainError as refusal:
        raise Http404(str(refusal)) from refusal
    people.record_access(case_id=case.pk, what=f"document:{row.pk}", by=visit.actor, at=visit.at)
    return StreamingHttpResponse(
        opened.blocks, content_type=opened.content_type, headers=dict(opened.headers)
    )
