"""How each kind of case shows itself to its customer. A claim has pages of its own."""

from __future__ import annotations

from collections.abc import Mapping

from yinuo.core.cases.models import Case
from yinuo.interfaces.portal.presenters.base import CustomerPage
from yinuo.interfaces.portal.presenters.call_backs import CallBackPage
from yinuo.interfaces.portal.presenters.complaints import ComplaintPage
from yinuo.interfaces.portal.presenters.concerns import ConcernPage

PAGES: Mapping[str, CustomerPage] = {
    "complaint": ComplaintPage(),
    "call_back": CallBackPage(),
    "concern": ConcernPage(),
}
_PLAIN = CustomerPage()


def page_of(case: Case) -> CustomerPage:
    """The page of the case's kind; a plain one for a kind that says nothing of itself."""
    return PAGES.get(case.kind, _PLAIN)


def kin_of(found: list[Case]) -> list[Case]:
    """Those of the cases that their customer is shown."""
    return [case for case in found if page_of(case).is_shown(case)]
