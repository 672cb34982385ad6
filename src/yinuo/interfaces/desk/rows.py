"""Lines of lists of cases, and the addresses of what they are about."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import PromiseView, workflow_of
from yinuo.interfaces.common import kinds, labels
from yinuo.interfaces.common.chips import chip_of
from yinuo.interfaces.common.present import CaseRow


def case_url(number: str) -> str:
    """The page of a case of any kind."""
    return reverse("desk:case", args=[kinds.plural_of(number), number])


def sheet_url(number: str, noun: str) -> str:
    """The address of an action's sheet."""
    return f"{case_url(number)}/{noun}"


def case_row(
    case: Case, at: datetime, *, plate: str = "", promise: PromiseView | None = None, closed: bool
) -> CaseRow:
    """One line of a list of cases."""
    state = workflow_of(case).case.state(case.state)
    care = "" if case.care == "regular" else labels.word(labels.CLASSES, case.care)
    return CaseRow(
        number=case.number,
        url=case_url(case.number),
        kind=kinds.title(case.kind),
        customer=case.customer.name,
        state=labels.state_tag(state.label, state=case.state, closed=closed),
        promise=chip_of(promise, at) if promise else None,
        plate=plate,
        handler=case.handler.name if case.handler else "",
        note=care,
    )
