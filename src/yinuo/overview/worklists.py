"""Work lists: the losses that wait at a stage, the surveys that run, what next breaks first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.db.models import F, Model, QuerySet

from yinuo.areas.claims.models import Loss, Survey
from yinuo.core.cases import queries as cases
from yinuo.core.cases.queries import PromiseView
from yinuo.core.payments.models import PayeeAccount
from yinuo.core.people.actors import Actor

PAGE = 100

R = TypeVar("R")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Listed(Generic[R]):
    """One page of a list; `more` says that another follows."""

    rows: list[R]
    more: bool


@dataclass(frozen=True, slots=True)
class LossRow:
    loss: Loss
    promise: PromiseView | None


@dataclass(frozen=True, slots=True)
class SurveyRow:
    survey: Survey
    promise: PromiseView | None


def losses_at(
    actor: Actor, stages: Collection[str], *, language: str, at: datetime, page: int = 0
) -> Listed[LossRow]:
    """Losses of visible claims at these stages, the next promise to break first."""
    found = (
        Loss.objects.filter(
            stage__in=stages,
            ended_at__isnull=True,
            claim__case__in=cases.visible_to(actor),
        )
        .select_related("claim__case__customer", "claim__case__handler", "owner")
        .order_by(F("claim__case__next_due_at").asc(nulls_last=True), "claim_id", "ordinal")
    )
    rows, more = _page(found, page)
    promises = cases.next_promises({row.claim_id for row in rows}, language, at=at)
    return Listed([LossRow(row, promises.get(row.claim_id)) for row in rows], more)


def surveys(
    actor: Actor, *, mine: bool, language: str, at: datetime, page: int = 0
) -> Listed[SurveyRow]:
    """Running surveys, one's own or the branch's, the next promise to break first."""
    found = Survey.objects.filter(
        completed_at__isnull=True,
        replaced_at__isnull=True,
        # The kind is what the index of due times begins with.
        claim__case__kind="claim",
        claim__case__closed_at__isnull=True,
        claim__case__in=cases.visible_to(actor),
    )
    if mine:
        found = found.filter(surveyor=actor.staff_id)
    rows, more = _page(
        found.select_related("claim__case__customer", "claim__case__handler", "surveyor").order_by(
            F("claim__case__next_due_at").asc(nulls_last=True), "claim_id"
        ),
        page,
    )
    promises = cases.next_promises({row.claim_id for row in rows}, language, at=at)
    return Listed([SurveyRow(row, promises.get(row.claim_id)) for row in rows], more)


def accounts_to_confirm(actor: Actor, *, page: int = 0) -> Listed[PayeeAccount]:
    """Changed accounts that wait for a second person, the oldest first."""
    rows, more = _page(
        PayeeAccount.objects.filter(
            confirmed_at__isnull=True,
            replaced_at__isnull=True,
            case__in=cases.visible_to(actor),
        )
        .select_related("case", "person")
        .order_by("proposed_at", "pk"),
        page,
    )
    return Listed(rows, more)


def _page(found: QuerySet[M], page: int) -> tuple[list[M], bool]:
    rows = list(found[page * PAGE : (page + 1) * PAGE + 1])
    return rows[:PAGE], len(rows) > PAGE
