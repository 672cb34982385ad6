"""What every sheet is made of: whose case, which loss, what was typed, what will be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases.models import Case
from yinuo.core.cases.queries import workflow_of
from yinuo.core.messages import queries as messages
from yinuo.core.messages.queries import Preview
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.actions import Action
from yinuo.interfaces.common.fields import FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import Fact, Money

Context = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who sits before which claim. `fitting` are the losses that the step applies to now, `loss`
    the one that this page is about.
    """

    actor: Actor
    at: datetime
    claim: Claim
    losses: tuple[Loss, ...]
    fitting: tuple[Loss, ...]
    loss: Loss | None

    @property
    def case(self) -> Case:
        return self.claim.case

    @property
    def language(self) -> str:
        return get_language() or "en"

    def money(self, amount: Decimal | None) -> Money:
        return Money(amount or Decimal(0), self.claim.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of one action. `build` gives the template what it needs, `form` among it.

    `about_loss`: the step is taken for one loss. `prefilled` are fields of rows that the page
    fills in by itself. `confirm` is asked before it is sent, because it cannot be undone. `needs`
    are roles beside those of the step; `open_when` opens the page where the table alone would not.
    """

    build: Callable[[Desk, Typed[Any]], Context]
    done: str
    submit: str = ""
    template: str = "desk/sheets/plain.html"
    about_loss: bool = False
    prefilled: tuple[str, ...] = ()
    confirm: str = ""
    after: str = ""
    needs: frozenset[str] = field(default_factory=frozenset)
    open_when: Callable[[Desk], bool] | None = None


def may_take(actor: Actor, case: Case, action: Action[Any]) -> bool:
    """Whether this person may ever take the step, wherever the claim is now."""
    workflow = workflow_of(case)
    who: set[str] = set()
    for name in action.steps:
        part = workflow.parts.step(name) if workflow.parts else None
        step = part or workflow.case.step(name)
        who.update(step.who if step else ())
    return bool(actor.roles & who)


def form_of(fields: Iterable[FieldState], typed: Typed[Any]) -> FormState:
    """The fields with what was typed and what is wrong."""
    return bind(fields, typed.values, typed.errors, typed.general)


def rows_of(typed: Typed[Any], name: str, *, least: int = 1) -> int:
    """How many rows of a list the page shows."""
    return max(typed.rows(name), least)


def pick(form: FormState, names: Iterable[str], prefix: str) -> dict[str, FieldState]:
    """The fields of one row by their short names."""
    return {name: form[f"{prefix}-{name}"] for name in names}


def loss_name(loss: Loss) -> str:
    what = loss.title or labels.word(labels.LOSS_KINDS, loss.kind)
    return _("%(number)s. %(what)s") % {"number": loss.ordinal, "what": what}


def loss_options(losses: Sequence[Loss]) -> tuple[Option, ...]:
    return tuple(Option(str(loss.ordinal), loss_name(loss)) for loss in losses)


def chosen(typed: Typed[Any], name: str) -> frozenset[str]:
    """What was ticked in a list of choices."""
    found = typed.tree.get(name) or ()
    return frozenset(str(one) for one in found)


def told(
    desk: Desk,
    event: str,
    *,
    data: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
) -> tuple[Preview, ...]:
    """What the customer would be told if this happened now."""
    case = desk.case
    claim = desk.claim
    known: dict[str, object] = {
        "plate": claim.plate,
        "place": claim.place,
        "accident_at": claim.accident_at,
        "currency": claim.currency,
    }
    found = messages.preview(
        event_type=event,
        case_id=case.pk,
        case_number=case.number,
        customer=case.customer,
        handler=case.handler,
        by=desk.actor,
        at=desk.at,
        data=data,
        facts={**known, **(facts or {})},
    )
    page = _("(the customer's own link)")
    return tuple(
        replace(one, body=messages.shown(one.body, page)) for one in found if one.to_customer
    )


def fact(label: str, value: str | Money | None, note: str = "") -> Fact:
    return Fact(label, "—" if value is None else value, note)
