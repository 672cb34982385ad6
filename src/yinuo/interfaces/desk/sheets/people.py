"""Names on sheets: who did it, who may receive money."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from yinuo.core.people.models import Person, Staff
from yinuo.interfaces.common.fields import Option
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk


def names_of(actors: Iterable[str]) -> Mapping[str, str]:
    """The names behind actor ids such as `staff:12`; colleagues only."""
    wanted = {
        int(row): actor
        for actor in actors
        for kind, _colon, row in [actor.partition(":")]
        if kind == "staff" and row.isdecimal()
    }
    found = Staff.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {wanted[pk]: name for pk, name in found}


def payees(desk: ClaimDesk) -> list[Person]:
    """Everybody who may receive money from this claim: the customer, and who owns a loss."""
    found = {desk.case.customer.pk: desk.case.customer}
    holder = desk.claim.policy.holder
    found.setdefault(holder.pk, holder)
    for loss in desk.losses:
        if loss.owner is not None:
            found.setdefault(loss.owner.pk, loss.owner)
    return list(found.values())


def payee_options(desk: ClaimDesk) -> tuple[Option, ...]:
    return tuple(Option(str(one.pk), _role(desk, one)) for one in payees(desk))


def _role(desk: ClaimDesk, person: Person) -> str:
    if person.pk == desk.case.customer_id:
        role = _("customer")
    elif person.pk == desk.claim.policy.holder_id:
        role = _("policyholder")
    else:
        role = _("owner of a loss")
    return f"{person.name} · {role}"
