"""定损: what was asked, what is recognised, and why less where it is less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.common import locked, telling
from yinuo.areas.claims.commands.surveying import SurveySheet, complete_survey
from yinuo.areas.claims.models import Assessment, AssessmentLine, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError, raise_problems

MOST_LINES = 300


class AssessmentIsEmpty(DomainError):
    code = "assessment_is_empty"
    message = _("An assessment has at least one line.")
    http = 422


class TooManyLines(DomainError):
    code = "too_many_lines"
    message = _("An assessment has at most %(most)s lines.")
    http = 422


class LineNotPositive(DomainError):
    code = "line_not_positive"
    message = _("Line %(line)s: amounts are at least 0 and the quantity is above 0.")
    http = 422


class ApprovedAboveAsked(DomainError):
    code = "approved_above_asked"
    message = _("Line %(line)s: the recognised amount is above the amount asked.")
    http = 422


class CutNeedsReason(DomainError):
    code = "cut_needs_reason"
    message = _("Line %(line)s: say why less is recognised than was asked.")
    http = 422


@dataclass(frozen=True, slots=True)
class Line:
    """One item. `asked` and `approved` are for the whole quantity, in the claim's currency."""

    kind: str
    name: str
    asked: Decimal
    approved: Decimal
    quantity: Decimal = Decimal(1)
    reason: str = ""
    clause: str = ""


def assess(
    *,
    case: Case,
    loss: int,
    lines: Sequence[Line],
    repair_shop: str = "",
    remark: str = "",
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Assessment:
    """File a version of the assessment; an earlier one stays readable, none is changed.

    Raises AssessmentIsEmpty and, with the number of the line, what is wrong in it.
    """
    _check(lines)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = held.loss(loss)
        step = "assess" if row.stage == "surveyed" else "reassess"
        assessment = _file(row, lines, repair_shop, remark, by, at)
        row.amount = None
        row.save(update_fields=["amount"])
        cases.advance(
            Move(
                held.case,
                step,
                parts=(row,),
                all_parts=held.losses,
                data=_data(row, assessment),
                facts=telling(
                    held.claim, amount=assessment.approved, asked=assessment.asked, loss=row.title
                ),
            ),
            by=by,
            at=at,
        )
    return assessment


def survey_and_assess(
    *,
    case: Case,
    sheet: SurveySheet,
    assessments: Sequence[tuple[int, Sequence[Line]]],
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Survey and assessment as one stage, for who may do both; two lines on the timeline."""
    with cases.transaction():
        complete_survey(case=case, sheet=sheet, by=by, at=at, seen=seen)
        for ordinal, lines in assessments:
            assess(case=case, loss=ordinal, lines=lines, by=by, at=at)


def _check(lines: Sequence[Line]) -> None:
    if not lines:
        raise AssessmentIsEmpty("lines")
    if len(lines) > MOST_LINES:
        raise TooManyLines("lines", most=MOST_LINES)
    problems: list[DomainError] = []
    for index, line in enumerate(lines):
        where = f"lines.{index}"
        if line.asked < 0 or line.approved < 0 or line.quantity <= 0:
            problems.append(LineNotPositive(where, line=index + 1))
        elif line.approved > line.asked:
            problems.append(ApprovedAboveAsked(f"{where}.approved", line=index + 1))
        elif line.approved < line.asked and not line.reason.strip():
            problems.append(CutNeedsReason(f"{where}.reason", line=index + 1))
    raise_problems(problems)


def _file(
    loss: Loss, lines: Sequence[Line], repair_shop: str, remark: str, by: Actor, at: datetime
) -> Assessment:
    newest = loss.assessments.aggregate(newest=Max("version"))["newest"] or 0
    assessment = Assessment.objects.create(
        loss=loss,
        version=newest + 1,
        made_by=by.id,
        made_at=at,
        asked=sum((line.asked for line in lines), Decimal(0)),
        approved=sum((line.approved for line in lines), Decimal(0)),
        repair_shop=repair_shop,
        remark=remark,
    )
    AssessmentLine.objects.bulk_create(
        AssessmentLine(
            assessment=assessment,
            ordinal=index + 1,
            kind=line.kind,
            name=line.name,
            quantity=line.quantity,
            asked=line.asked,
            approved=line.approved,
            reason=line.reason.strip(),
            clause=line.clause,
        )
        for index, line in enumerate(lines)
    )
    return assessment


def _data(loss: Loss, assessment: Assessment) -> dict[str, object]:
    return {
        "loss": loss.ordinal,
        "version": assessment.version,
        "asked": str(assessment.asked),
        "approved": str(assessment.approved),
    }
