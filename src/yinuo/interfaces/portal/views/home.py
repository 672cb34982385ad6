"""The first page: report, or see where a claim is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yinuo.areas.complaints import queries as complaints
from yinuo.interfaces.common import complaint_words, kinds, labels
from yinuo.interfaces.common.present import Notice
from yinuo.interfaces.portal.addresses import case_page
from yinuo.interfaces.portal.door import actor_of, hotline, now, own_number


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Staff go to their desk."""
    actor = actor_of(request, now())
    if actor is None and request.user.is_authenticated:
        return redirect("/desk/")
    number = own_number(actor)
    kind = kinds.of_number(number) if number else None
    context = {
        "own_number": number,
        "own_title": _(kind.own) if kind else "",
        "own_url": case_page(number) if number else "",
        "help_phone": hotline(),
        "outages": _outages(),
    }
    return render(request, "portal/home.html", context)


def _outages() -> list[Notice]:
    """What does not work now, and how we can be reached instead."""
    return [
        Notice(
            title=_("Does not work at the moment: %(way)s")
            % {"way": labels.word(complaint_words.CHANNELS, channel)},
            body=_("Please use: %(ways)s")
            % {"ways": _(", ").join(labels.word(complaint_words.CHANNELS, one) for one in instead)}
            if instead
            else "",
            tone="care",
        )
        for channel, instead in complaints.instead_of(now()).items()
    ]
