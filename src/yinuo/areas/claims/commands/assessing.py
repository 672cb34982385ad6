"""定损: what was asked, what is recognised, and why less where it is less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims.commands.clauses import Library
from yinuo.areas.claims.commands.common import (
    LossTurn,
    Member,
    hold,
    newest_versions,
    telling,
)
from yinuo.areas.claims.commands.surveying import SurveySheet, complete_survey
from yinuo.areas.claims.models import Assessment, AssessmentLine, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.bulk import add_rows, change_rows
from yinuo.kit.errors import DomainError, raise_problems

MOST_LINES = 300
LONGEST_CLAUSE = AssessmentLine._meta.get_field("clause").max_length or 0


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


class ClauseNotInLibrary(DomainError):
    code = "clause_not_in_library"
    message = _(
        "Line %(line)s: “%(clause)s” is not in the library of clauses. Choose one of it, or leave "
        "this empty and say in the reason what holds."
    )
    http = 422


@dataclass(frozen=True, slots=True)
class Line:
    """One item. `asked` and `approved` are for the whole quantity, in the claim's currency.
    `clause` is the key or the name of a clause of the library, or "".
    """

    kind: str
    name: str
    asked: Decimal
    approved: Decimal
    quantity: Decimal = Decimal(1)
    reason: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assess(LossTurn):
    lines: Sequence[Line]
    repair_shop: str = ""
    remark: str = ""


def assess_many(turns: Sequence[Assess], *, by: Actor, at: datetime) -> list[Assessment]:
    """File a version of each assessment; an earlier one stays readable, none is changed.

    Raises AssessmentIsEmpty and, with the number of the line, what is wrong in it.
    """
    library = Library(at)
    for turn in turns:
        with cases.naming(turn.case):
            _check(turn.lines, library)
    with cases.transaction():
        members = hold(turns, by=by, at=at)
        losses = [one.loss_of(one.turn.loss) for one in members]
        steps = ["assess" if loss.stage == "surveyed" else "reassess" for loss in losses]
        filed = _file(members, losses, library)
        reopened = [loss for loss in losses if loss.amount is not None]
        for loss in reopened:
            loss.amount = None
        change_rows(reopened, "amount")
        moves = [
            Move(
                one.held.case,
                step,
                parts=(loss,),
                all_parts=one.held.losses,
                data=_data(loss, assessment),
                facts=telling(
                    one.held.claim,
                    amount=assessment.approved,
                    asked=assessment.asked,
                    loss=loss.title,
                ),
                by=one.by,
                at=one.at,
            )
            for one, loss, step, assessment in zip(members, losses, steps, filed, strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)
    return filed


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
    """One loss; see `assess_many`."""
    turn = Assess(
        case=case, loss=loss, lines=lines, repair_shop=repair_shop, remark=remark, seen=seen
    )
    return assess_many([turn], by=by, at=at)[0]


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


def _check(lines: Sequence[Line], library: Library) -> None:
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
        elif line.clause.strip() and not _is_known(line.clause, library):
            problems.append(
                ClauseNotInLibrary(f"{where}.clause", line=index + 1, clause=line.clause.strip())
            )
    raise_problems(problems)


def _is_known(clause: str, library: Library) -> bool:
    """A clause of the library, or a few words that name one; of more there is a reason."""
    _key, name = library.key_and_name(clause)
    return library.explains(clause) and len(name) <= LONGEST_CLAUSE


def _file(
    members: Sequence[Member[Assess]], losses: Sequence[Loss], library: Library
) -> list[Assessment]:
    versions = newest_versions(Assessment, losses)
    filed = add_rows(
        [
            Assessment(
                loss=loss,
                version=versions.get(loss.pk, 0) + 1,
                made_by=one.by.id,
                made_at=one.at,
                asked=sum((line.asked for line in one.turn.lines), Decimal(0)),
                approved=sum((line.approved for line in one.turn.lines), Decimal(0)),
                repair_shop=one.turn.repair_shop,
                remark=one.turn.remark,
            )
            for one, loss in zip(members, losses, strict=True)
        ]
    )
    add_rows(
        [
            _line_row(assessment, index + 1, line, library)
            for one, assessment in zip(members, filed, strict=True)
            for index, line in enumerate(one.turn.lines)
        ]
    )
    return filed


def _line_row(assessment: Assessment, ordinal: int, line: Line, library: Library) -> AssessmentLine:
    _key, clause = library.key_and_name(line.clause)
    return AssessmentLine(
        assessment=assessment,
        ordinal=ordinal,
        kind=line.kind,
        name=line.name,
        quantity=line.quantity,
        asked=line.asked,
        approved=line.approved,
        reason=line.reason.strip(),
        clause=clause,
    )


def _data(loss: Loss, assessment: Assessment) -> dict[str, object]:
    return {
        "loss": loss.ordinal,
        "version": assessment.version,
        "asked": str(assessment.asked),
        "approved": str(assessment.approved),
    }
