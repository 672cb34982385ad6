"""How each kind of case shows itself at the desk."""

from __future__ import annotations

from collections.abc import Mapping

from yinuo.core.cases.models import Case
from yinuo.interfaces.desk.presenters.base import Presenter
from yinuo.interfaces.desk.presenters.call_backs import CallBackPresenter
from yinuo.interfaces.desk.presenters.claims import ClaimPresenter
from yinuo.interfaces.desk.presenters.complaints import ComplaintPresenter
from yinuo.interfaces.desk.presenters.concerns import ConcernPresenter

PRESENTERS: Mapping[str, Presenter] = {
    "call_back": CallBackPresenter(),
    "claim": ClaimPresenter(),
    "complaint": ComplaintPresenter(),
    "concern": ConcernPresenter(),
}
_PLAIN = Presenter()


def presenter_of(case: Case) -> Presenter:
    """The presenter of the case's kind; a plain one for a kind that says nothing of itself."""
    return PRESENTERS.get(case.kind, _PLAIN)
