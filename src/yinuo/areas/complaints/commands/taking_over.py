"""Complaints that ran and ended in another system, taken over as history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import causes_at, one_of
from yinuo.areas.complaints.commands.receiving import INSIDE_CHANNELS, NotYetReceived
from yinuo.areas.complaints.models import Complaint, NamedCause
from yinuo.areas.complaints.rules import CHANNELS, MEASURES, UPHELD, response_of
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies.rules import GivenTwice
from yinuo.kit.errors import DomainError, SeveralProblems

SET_LIMIT = 500


class KeyMissing(DomainError):
    code = "complaint_key_missing"
    message = _("A complaint from another system needs a key by which it is known again.")
    http = 422


class TooManyComplaints(DomainError):
    code = "too_many_complaints"
    message = _("At most %(limit)s complaints can be taken over at once.")
    http = 422


class ClosedTooEarly(DomainError):
    code = "complaint_closed_too_early"
    message = _("A complaint cannot be closed before it was received.")
    http = 422


@dataclass(frozen=True, slots=True)
class PastComplaint:
    """A finished complaint. The first of `causes` is the main one; `measures` are what was done."""

    key: str
    customer: NewPerson
    channel: str
    product: str
    received_at: datetime
    closed_at: datetime
    causes: tuple[str, ...]
    upheld: str = "no"
    measures: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    position: int
    problem: DomainError


@dataclass(frozen=True, slots=True)
class TakenOver:
    added: int
    unchanged: int
    refused: tuple[Refused, ...]


def take_over_many(
    histories: Sequence[PastComplaint], *, branch: Branch, by: Actor, at: datetime
) -> TakenOver:
    """Open the complaints as closed ones, the good of the set; a known key changes nothing.

    Their timelines begin with the taking over; the complaint keeps its days. Nothing is promised,
    and nobody is told. Raises NotYourRole and TooManyComplaints.
    """
    if len(histories) > SET_LIMIT:
        raise TooManyComplaints(limit=SET_LIMIT)
    with cases.transaction():
        good, unchanged, refused = _sort_out(histories, at)
        if not good:
            return TakenOver(0, unchanged, tuple(refused))
        ids = people.register_many([one.customer for one in good], by=by, at=at)
        persons = Person.objects.in_bulk(ids)
        opened = cases.open_many(
            [_opening(one, persons[pk], branch) for one, pk in zip(good, ids, strict=True)],
            by=by,
            at=at,
        )
        made = [_complaint(case, one) for case, one in zip(opened, good, strict=True)]
        Complaint.objects.bulk_create(made)
        NamedCause.objects.bulk_create(
            NamedCause(complaint=row, code=code, main=place == 0, by=by.id, at=at)
            for row, one in zip(made, good, strict=True)
            for place, code in enumerate(one.causes)
        )
    return TakenOver(len(made), unchanged, tuple(refused))


def _sort_out(
    histories: Sequence[PastComplaint], at: datetime
) -> tuple[list[PastComplaint], int, list[Refused]]:
    keys = [one.key for one in histories]
    known = set(
        Complaint.objects.filter(external_key__in=keys).values_list("external_key", flat=True)
    )
    codes = list(causes_at(at).tree)
    good: dict[str, PastComplaint] = {}
    refused: list[Refused] = []
    unchanged = 0
    for position, one in enumerate(histories):
        if one.key in known:
            unchanged += 1
        elif problems := _problems(one, codes, good, at):
            refused.append(Refused(position, SeveralProblems(problems)))
        else:
            good[one.key] = one
    return list(good.values()), unchanged, refused


def _problems(
    one: PastComplaint, codes: Sequence[str], taken: dict[str, PastComplaint], at: datetime
) -> list[DomainError]:
    found: list[DomainError] = []
    if not one.key:
        found.append(KeyMissing("key"))
    elif one.key in taken:
        found.append(GivenTwice("key", given=one.key))
    if one.closed_at < one.received_at:
        found.append(ClosedTooEarly("closed_at"))
    if one.closed_at > at:
        found.append(NotYetReceived("closed_at"))
    for words, known, field in (
        ((one.channel,), (*CHANNELS, *INSIDE_CHANNELS), "channel"),
        (one.causes or ("",), codes, "causes"),
        ((one.upheld,), UPHELD, "upheld"),
        (one.measures, MEASURES, "measures"),
    ):
        for word in words:
            try:
                one_of(word, known, field)
            except DomainError as refusal:
                found.append(refusal)
    return found


def _opening(one: PastComplaint, customer: Person, branch: Branch) -> Opening:
    return Opening(
        kind="complaint",
        step="take_over",
        customer=customer,
        branch=branch,
        data={"channel": "import", "received": one.received_at.isoformat()},
    )


def _complaint(case: Case, one: PastComplaint) -> Complaint:
    withdrawn = Complaint.Response.WITHDRAWN
    return Complaint(
        case=case,
        channel=one.channel,
        first_spoken_at=one.received_at,
        received_at=one.received_at,
        decided_at=None if one.withdrawn else one.closed_at,
        told_at=None if one.withdrawn else one.closed_at,
        upheld="" if one.withdrawn else one.upheld,
        response=withdrawn if one.withdrawn else response_of(one.upheld, list(one.measures)),
        product=one.product,
        external_key=one.key,
    )
