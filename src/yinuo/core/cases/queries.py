"""How others read cases. A case is only ever obtained for somebody."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet

from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people import rules as people_rules
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.ids import CaseNumber


class NotFound(DomainError):
    """Also for a case of another branch: what is not yours looks like what is not there."""

    code = "case_not_found"
    message: ClassVar[Message] = _("There is no case %(number)s.")
    http = 404


def visible_to(actor: Actor) -> QuerySet[Case]:
    """Customers see their own cases, staff those of their branches, operators none."""
    rows = Case.objects.select_related("customer", "handler", "branch")
    if actor.kind == "customer":
        own = rows.filter(customer=actor.person_id)
        return own.filter(pk=actor.case_id) if actor.case_id is not None else own
    if actor.kind == "system":
        return rows
    if not people_rules.sees_customers(actor):
        return rows.none()
    return rows.filter(people.within(actor, "branch_path"))


def get_for(actor: Actor, number: str, *, kind: str = "") -> Case:
    """The case with customer, handler and branch. Raises NotFound."""
    wanted = str(CaseNumber.parse(number, field="number"))
    rows = visible_to(actor).filter(number=wanted)
    case = (rows.filter(kind=kind) if kind else rows).first()
    if case is None:
        raise NotFound("number", number=wanted)
    return case
