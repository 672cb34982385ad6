"""The gallery: every part with sample data, and three whole pages made of them.

``?language=en&theme=dark`` shows it as another reader would see it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe

from yinuo.interfaces.common.appearance import THEMES
from yinuo.interfaces.desk.views import parts_catalogue as catalogue
from yinuo.interfaces.desk.views import parts_samples as samples
from yinuo.interfaces.desk.views.parts_samples import Sample

LANGUAGES = frozenset({"zh-hans", "zh-hant", "en"})


@dataclass(frozen=True, slots=True)
class Shown:
    sample: Sample
    html: SafeString


def gallery(request: HttpRequest) -> HttpResponse:
    with translation.override(language_of(request)):
        groups = [
            (title, [Shown(each, render_sample(each, request)) for each in group])
            for title, group in catalogue.all_groups()
        ]
        return render(
            request,
            "desk/parts.html",
            {"groups": groups, "chips": [each.context["chip"] for each in catalogue.chips()]}
            | shell(request),
        )


def page(request: HttpRequest, name: str) -> HttpResponse:
    """A whole page with sample data: the case page, the work list, the customer's page."""
    with translation.override(language_of(request)):
        if name == "case":
            return render(request, "desk/parts_case.html", case_context() | shell(request))
        if name == "today":
            return render(request, "desk/parts_today.html", today_context() | shell(request))
        if name == "portal":
            return render(request, "portal/parts.html", portal_context() | shell(request))
    raise Http404


def render_sample(sample: Sample, request: HttpRequest | None = None) -> SafeString:
    # The template engine has escaped the values already; this only passes its result on.
    return mark_safe(render_to_string(sample.template, dict(sample.context), request))  # noqa: S308


def language_of(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else translation.get_language() or "zh-hans"


def shell(request: HttpRequest) -> dict[str, object]:
    asked = request.GET.get("theme", "")
    return {"forced_theme": asked if asked in THEMES else "", "now": samples.NOW}


def case_context() -> dict[str, object]:
    return {
        "header": samples.header(),
        "journey": samples.journey(),
        "timeline": samples.timeline(),
        "actions": samples.actions(),
        "promises": (samples.chip_broken(), samples.chip_open(), samples.chip_kept()),
        "card": samples.customer(),
        "sheet": catalogue.line_sheet(),
        "tiles": catalogue.document_tiles(),
    }


def today_context() -> dict[str, object]:
    return {"lanes": samples.lanes(), "filters": samples.timeline().filters}


def portal_context() -> dict[str, object]:
    return {
        "card": samples.next_card(),
        "journey": samples.journey(),
        "todo": samples.todo(),
        "contact": samples.contact(),
        "sum": catalogue.sum_sheet(),
    }
