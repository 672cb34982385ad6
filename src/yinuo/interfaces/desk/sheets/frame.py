"""What every sheet is made of: whose case, which part of it, what was typed, what will be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from yinuo.core.messages import queries as messages
from yinuo.core.messages.queries import Preview
from yinuo.interfaces.common.fields import FieldState, FormState, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import Fact, Money
from yinuo.interfaces.desk.opened import Opened
from yinuo.kit.money import HOME_CURRENCY

Context = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Opened):
    """Who sits before which case. `fitting` are the parts that the step applies to now, `part` the
    one that this page is about; `known` is what the texts of this kind may say, `event` what
    the step will leave in the timeline.
    """

    fitting: tuple[Any, ...] = ()
    part: Any = None
    known: Mapping[str, object] = field(default_factory=dict)
    event: str = ""
    currency: str = HOME_CURRENCY

    def money(self, amount: Decimal | None) -> Money:
        return Money(amount or Decimal(0), self.currency)


D = TypeVar("D", bound=Desk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet(Generic[D]):
    """One page of one action. `build` gives the template what it needs, `form` among it.

    `about_part`: the step is taken for one part. `prefilled` are fields of rows that the page
    fills in by itself. `confirm` is asked before it is sent, because it cannot be undone. `needs`
    are roles beside those of the step; `open_when` opens the page where the table alone would not.
    """

    build: Callable[[D, Typed[Any]], Context]
    done: str
    submit: str = ""
    template: str = "desk/sheets/plain.html"
    about_part: bool = False
    prefilled: tuple[str, ...] = ()
    confirm: str = ""
    after: str = ""
    needs: frozenset[str] = field(default_factory=frozenset)
    open_when: Callable[[D], bool] | None = None


def form_of(fields: Iterable[FieldState], typed: Typed[Any]) -> FormState:
    """The fields with what was typed and what is wrong."""
    return bind(fields, typed.values, typed.errors, typed.general)


def rows_of(typed: Typed[Any], name: str, *, least: int = 1) -> int:
    """How many rows of a list the page shows."""
    return max(typed.rows(name), least)


def pick(form: FormState, names: Iterable[str], prefix: str) -> dict[str, FieldState]:
    """The fields of one row by their short names."""
    return {name: form[f"{prefix}-{name}"] for name in names}


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
    found = messages.preview(
        event_type=event,
        case_id=case.pk,
        case_number=case.number,
        customer=case.customer,
        handler=case.handler,
        by=desk.actor,
        at=desk.at,
        data=data,
        facts={**desk.known, **(facts or {})},
    )
    page = _("(the customer's own link)")
    return tuple(
        replace(one, body=messages.shown(one.body, page)) for one in found if one.to_customer
    )


def fact(label: str, value: str | Money | None, note: str = "") -> Fact:
    return Fact(label, "—" if value is None else value, note)
