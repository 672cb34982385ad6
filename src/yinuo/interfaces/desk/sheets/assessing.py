"""The assessment of one loss, line by line."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims.models import Loss
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import Fact
from yinuo.interfaces.desk.sheets import lines
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, fact, form_of, told


def assessment(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    earlier = lines.newest(desk, desk.loss) if desk.loss else None
    fields = [
        *lines.line_fields(typed, "lines", earlier=earlier),
        FieldState(
            name="repair_shop",
            label=_("Garage"),
            value=earlier.repair_shop if earlier else "",
            maxlength=80,
            help=_("The customer's own choice."),
        ),
        FieldState(name="remark", label=_("Remark"), kind=FieldKind.TEXTAREA, rows=2),
    ]
    form = form_of(fields, typed)
    sheet = lines.sheet_of(desk, form, typed, "lines")
    facts = {
        "amount": sheet.sheet.approved.amount,
        "asked": sheet.sheet.asked.amount,
        "loss": desk.loss.title if desk.loss else "",
    }
    return {
        "form": form,
        "sheet": sheet,
        "facts": _facts(desk, desk.loss),
        "version": earlier.version + 1 if earlier else 1,
        "told": told(desk, "claim.assessed", facts=facts),
    }


def _facts(desk: ClaimDesk, loss: Loss | None) -> tuple[Fact, ...]:
    if loss is None:
        return ()
    parts = ", ".join(
        f"{part.part} ({labels.word(labels.DEGREES, part.degree)})"
        for part in loss.parts.order_by("pk")
    )
    return (
        fact(_("Damaged parts"), parts or "—"),
        fact(_("Estimate in the report"), desk.money(loss.estimate) if loss.estimate else "—"),
        fact(_("Reserve"), desk.money(loss.reserve) if loss.reserve is not None else "—"),
    )


_PREFILLED = ("kind", "quantity")
SHEETS = {
    "assessment": Sheet(
        build=assessment,
        template="desk/sheets/assessment.html",
        about_part=True,
        prefilled=_PREFILLED,
        submit=gettext_noop("File the assessment"),
        done=gettext_noop("The assessment is filed."),
    ),
    "reassessment": Sheet(
        build=assessment,
        template="desk/sheets/assessment.html",
        about_part=True,
        prefilled=_PREFILLED,
        submit=gettext_noop("File a new version"),
        done=gettext_noop("The new version is filed; the earlier one stays readable."),
    ),
}
