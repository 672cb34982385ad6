"""The answer to a complaint on paper, for whoever complained."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from yinuo.areas.complaints import letters, queries
from yinuo.core.documents.letters import render_pdf
from yinuo.interfaces.portal.door import Visit, own_case


@require_safe
@own_case("portal.complaint_letter", kind="complaint")
def letter(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The newest answer that was told, as a PDF; before that there is none."""
    complaint = queries.of_case(visit.case)
    answer = queries.newest_answer(complaint, told=True)
    if answer is None:
        raise Http404
    content = render_pdf(letters.compose(complaint, answer, at=visit.at))
    named = f'inline; filename="{visit.case.number}.pdf"'
    return HttpResponse(
        content, content_type="application/pdf", headers={"Content-Disposition": named}
    )
