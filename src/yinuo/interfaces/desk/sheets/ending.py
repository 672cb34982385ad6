"""An early call, withdrawal, closing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.fields import FieldKind, FieldState
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.labels import SIGNS
from yinuo.interfaces.common.present import Fact
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk, loss_options
from yinuo.interfaces.desk.sheets.frame import Context, Sheet, chosen, form_of, told
from yinuo.overview import warnings

LONGEST = 4000


def _reason(label: str, help_text: str) -> FieldState:
    return FieldState(
        name="reason",
        label=label,
        kind=FieldKind.TEXTAREA,
        help=help_text,
        required=True,
        maxlength=LONGEST,
    )


def withdrawal(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    fields = [_reason(_("What the customer said"), _("It is kept with the claim."))]
    several = len(desk.fitting) > 1
    return {
        "form": form_of(fields, typed),
        "ticks": loss_options(desk.fitting) if several else (),
        "ticks_name": "losses",
        "ticks_label": _("Which losses"),
        "ticks_help": _("None ticked means all of them."),
        "ticked": chosen(typed, "losses"),
        "told": told(desk, "claim.withdrawn"),
    }


def closing(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    return {"form": form_of([], typed), "told": told(desk, "claim.closed")}


def early_contact(desk: ClaimDesk, typed: Typed[Any]) -> Context:
    """The signs that were found, each with words to begin with, and what was said then."""
    warning = warnings.warning_of(desk.case.pk)
    signs = (
        [rulebook.short_text(SIGNS[reason[0]], desk.language) for reason in warning.reasons]
        if warning
        else []
    )
    said = FieldState(
        name="said",
        label=_("What was said on the phone"),
        kind=FieldKind.TEXTAREA,
        help=_("For colleagues; the customer does not read it."),
        required=True,
        maxlength=LONGEST,
    )
    facts = tuple(Fact(sign.title, sign.why) for sign in signs)
    return {"form": form_of([said], typed), "facts": facts}


SHEETS = {
    "early-contact": Sheet(
        build=early_contact,
        submit=gettext_noop("Record the call"),
        done=gettext_noop("The call is recorded."),
    ),
    "withdrawal": Sheet(
        build=withdrawal,
        submit=gettext_noop("Withdraw"),
        confirm=gettext_noop("A withdrawn loss cannot be taken up again. Withdraw it now?"),
        done=gettext_noop("The claim is withdrawn."),
    ),
    "closing": Sheet(
        build=closing, submit=gettext_noop("Close"), done=gettext_noop("The claim is closed.")
    ),
}
