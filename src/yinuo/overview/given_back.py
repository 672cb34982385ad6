"""What we did with what a customer said: the concerns and findings that came of a call-back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from yinuo.areas.concerns.models import Concern, Finding
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import PromiseView
from yinuo.core.cases.workflow import WORKFLOWS


@dataclass(frozen=True, slots=True)
class ConcernBack:
    """`state` is the msgid of where it stands; `promise` is what the customer may expect next."""

    number: str
    state: str
    opened_at: datetime
    ended: bool
    promise: PromiseView | None


@dataclass(frozen=True, slots=True)
class GivenBack:
    concerns: tuple[ConcernBack, ...]
    findings: tuple[str, ...]
    """Where each suggestion stands: new, considered, adopted or declined."""

    @property
    def is_empty(self) -> bool:
        return not self.concerns and not self.findings


def given_back(call_back: Case, *, language: str, at: datetime) -> GivenBack:
    """Three statements, the promises of the concerns included."""
    raised = list(
        Concern.objects.select_related("case")
        .filter(Q(source_case=call_back) | Q(case__about=call_back))
        .order_by("case__opened_at", "pk")
    )
    promises = cases.next_promises({row.pk for row in raised}, language, at=at, for_customer=True)
    findings = Finding.objects.filter(case=call_back).order_by("pk")
    return GivenBack(
        tuple(_back(row, promises.get(row.pk)) for row in raised),
        tuple(findings.values_list("standing", flat=True)),
    )


def _back(row: Concern, promise: PromiseView | None) -> ConcernBack:
    workflow = WORKFLOWS.get(row.case.kind, row.case.workflow_version)
    return ConcernBack(
        number=row.case.number,
        state=workflow.case.state(row.case.state).label,
        opened_at=row.case.opened_at,
        ended=row.case.closed_at is not None,
        promise=promise,
    )
