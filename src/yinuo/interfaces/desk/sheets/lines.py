"""Line items of an assessment: asked, approved, and why less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.models import Assessment, Loss
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import (
    FieldKind,
    FieldState,
    FormState,
    LineRow,
    LineSheet,
    Option,
)
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk, loss_name
from yinuo.interfaces.desk.sheets.clauses import clause_names

BLANK = "__n__"
_EMPTY_ROWS = 3
# The part's names for its columns, and ours in the form.
_COLUMNS = {
    "kind": "kind",
    "description": "name",
    "quantity": "quantity",
    "asked": "asked",
    "approved": "approved",
    "reason": "reason",
    "clause": "clause",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """An editable sheet of one loss; `name` is that of its list in the form."""

    name: str
    id: str
    sheet: LineSheet
    loss: FieldState | None = None
    error: str = ""


def line_fields(
    typed: Typed[Any], name: str, *, earlier: Assessment | None = None
) -> list[FieldState]:
    """The fields of every line, an earlier version's values in them when nothing was sent."""
    values = _values(earlier) if earlier is not None and not typed.tree else []
    count = max(typed.rows(name), len(values), 1 if typed.tree else _EMPTY_ROWS)
    return [
        field
        for index in range(count)
        for field in _row(f"{name}-{index}", values[index] if index < len(values) else {})
    ]


def sheet_of(
    desk: ClaimDesk, form: FormState, typed: Typed[Any], name: str, *, loss: Loss | None = None
) -> Lines:
    rows: list[LineRow] = []
    names = clause_names(desk)
    while f"{name}-{len(rows)}-name" in form.fields:
        prefix = f"{name}-{len(rows)}"
        rows.append(LineRow(fields=_named(form.fields, prefix, names)))
    blank = {one.name: one for one in _row(f"{name}-{BLANK}", {})}
    at = name.removesuffix("lines")
    return Lines(
        name=name,
        id=f"lines-{name}",
        loss=form.fields.get(f"{at}loss") if at else None,
        error=typed.errors.get(name, ""),
        sheet=LineSheet(
            rows=tuple(rows),
            asked=desk.money(_total(rows, "asked")),
            approved=desk.money(_total(rows, "approved")),
            editable=True,
            blank=LineRow(fields=_named(blank, f"{name}-{BLANK}", names)),
            caption=loss_name(loss) if loss else _("Line items"),
        ),
    )


def shown(desk: ClaimDesk, assessment: Assessment, caption: str) -> LineSheet:
    """A filed version, to be read."""
    return LineSheet(
        rows=tuple(
            LineRow(
                kind=labels.word(labels.LINE_KINDS, line.kind),
                description=line.name,
                quantity=f"{line.quantity.normalize():f}",
                asked=desk.money(line.asked),
                approved=desk.money(line.approved),
                reason=" · ".join(word for word in (line.reason, line.clause) if word),
            )
            for line in assessment.lines.all()
        ),
        asked=desk.money(assessment.asked),
        approved=desk.money(assessment.approved),
        caption=caption,
    )


def newest(desk: ClaimDesk, loss: Loss) -> Assessment | None:
    return next((one for one in claims.assessments(desk.claim) if one.loss_id == loss.pk), None)


def _values(assessment: Assessment) -> list[dict[str, str]]:
    return [
        {
            "kind": line.kind,
            "name": line.name,
            "quantity": f"{line.quantity.normalize():f}",
            "asked": str(line.asked),
            "approved": str(line.approved),
            "reason": line.reason,
            "clause": line.clause,
        }
        for line in assessment.lines.all()
    ]


def _row(prefix: str, values: Mapping[str, str]) -> list[FieldState]:
    money = FieldKind.MONEY
    fields = (
        FieldState(
            name="kind",
            label=_("Kind"),
            kind=FieldKind.SELECT,
            value="part",
            options=labels.options(labels.LINE_KINDS),
            required=True,
        ),
        FieldState(name="name", label=_("Description"), maxlength=80),
        FieldState(name="quantity", label=_("Quantity"), value="1", inputmode="decimal"),
        FieldState(name="asked", label=_("Asked"), kind=money),
        FieldState(name="approved", label=_("Approved amount"), kind=money),
        FieldState(
            name="reason",
            label=_("Reason"),
            maxlength=200,
            placeholder=_("Needed when less is approved"),
        ),
        FieldState(name="clause", label=_("Clause"), maxlength=60, placeholder=_("Clause")),
    )
    return [
        replace(one, name=f"{prefix}-{one.name}", value=values.get(one.name, one.value))
        for one in fields
    ]


def _named(
    fields: Mapping[str, FieldState], prefix: str, clauses: tuple[Option, ...]
) -> dict[str, FieldState]:
    found = {column: fields[f"{prefix}-{name}"] for column, name in _COLUMNS.items()}
    return found | {"clause": replace(found["clause"], options=clauses)}


def _total(rows: list[LineRow], column: str) -> Decimal:
    """What stands in the column so far; what is no amount yet counts nothing."""
    total = Decimal(0)
    for row in rows:
        word = row.fields[column].value.replace(",", "").replace("¥", "").strip()
        try:
            amount = Decimal(word or "0")
        except InvalidOperation:
            continue
        total += amount if amount.is_finite() else 0
    return total
