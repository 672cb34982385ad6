"""One box: finds cases by case number, policy, plate, phone or name, as far as the actor may see.

Every way of searching reads an index and gives up after so many candidates; then the person types
one letter more. So a search never gets slower than its limit, however many cases there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.db.models import Model, QuerySet

from yinuo.areas.claims.models import Claim
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies.models import Policy
from yinuo.core.policies.rules import normalise_number, normalise_plate
from yinuo.kit.crypto import Secret, blind_index, last_four_index
from yinuo.overview.today import plates_of

SHOWN = 20
CANDIDATES = 250
LONGEST = 60
_SHORTEST_PHONE = 7
_SHORTEST_LATIN = 2
_CASE_NUMBER = re.compile(r"([A-Z]{1,2})([0-9]{2})([0-9]*)")
_PHONE = re.compile(r"\+?[0-9][0-9 \-]*")
_FULL_SERIAL = 7
_LAST_DIGITS = 4

M = TypeVar("M", bound=Model)


class Why(StrEnum):
    """By what a case was found."""

    NUMBER = "number"
    PHONE = "phone"
    PLATE = "plate"
    POLICY = "policy"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Hit:
    case: Case
    plate: str
    why: Why


@dataclass(frozen=True, slots=True)
class Found:
    """`more` says that not everything is shown: another letter or digit narrows it down."""

    hits: tuple[Hit, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class _Looked:
    """What one way of searching found; `cut` when there were more candidates than are looked at."""

    ids: tuple[int, ...] = ()
    cut: bool = False


def search(actor: Actor, text: str) -> Found:
    """The cases that fit, the newest first within each way of finding them."""
    wanted = " ".join(unicodedata.normalize("NFKC", text).split())[:LONGEST]
    if actor.kind == "customer" or not seeing.sees_customers(actor) or not _says_enough(wanted):
        return Found((), more=False)
    found: dict[int, Why] = {}
    cut = False
    for why, look in _WAYS:
        looked = look(actor, wanted)
        cut = cut or looked.cut
        for case_id in looked.ids:
            found.setdefault(case_id, why)
        if len(found) > SHOWN:
            break
    return Found(_hits(list(found.items())[:SHOWN]), more=cut or len(found) > SHOWN)


def _says_enough(wanted: str) -> bool:
    """One Chinese character says as much as two letters."""
    return len(wanted) >= _SHORTEST_LATIN or (wanted != "" and not wanted.isascii())


def _by_number(actor: Actor, wanted: str) -> _Looked:
    compact = re.sub(r"[\s\-.]+", "", wanted).upper()
    match = _CASE_NUMBER.fullmatch(compact)
    if match is None:
        return _Looked()
    prefix, year, digits = match.groups()
    begins = f"{prefix}{year}-{digits[:_FULL_SERIAL]}"
    if len(digits) > _FULL_SERIAL:
        begins += f"-{digits[_FULL_SERIAL:]}"
    return _seen_of(actor, _some(Case.objects.filter(number__startswith=begins)), "pk__in")


def _by_phone(actor: Actor, wanted: str) -> _Looked:
    if not _PHONE.fullmatch(wanted):
        return _Looked()
    digits = re.sub(r"[^0-9]", "", wanted)
    if len(digits) == _LAST_DIGITS:
        who = Person.objects.filter(phone_last4_index=last_four_index(Secret.PHONE, wanted))
    elif len(digits) >= _SHORTEST_PHONE:
        who = Person.objects.filter(phone_index=blind_index(Secret.PHONE, wanted))
    else:
        return _Looked()
    return _seen_of(actor, _some(who), "customer__in")


def _by_plate(actor: Actor, wanted: str) -> _Looked:
    plate = normalise_plate(wanted)
    if not plate:
        return _Looked()
    return _kin_of(actor, _some(Claim.objects.filter(plate__startswith=plate)))


def _by_policy(actor: Actor, wanted: str) -> _Looked:
    number = normalise_number(wanted)
    if len(number) <= _SHORTEST_LATIN or not any(letter.isdigit() for letter in number):
        return _Looked()
    policies = _some(Policy.objects.filter(number__startswith=number))
    if not policies:
        return _Looked()
    claims = _some(Claim.objects.filter(policy__in=policies))
    looked = _kin_of(actor, claims)
    return _Looked(looked.ids, looked.cut or len(policies) == CANDIDATES)


def _by_name(actor: Actor, wanted: str) -> _Looked:
    if any(letter.isdigit() for letter in wanted):
        return _Looked()
    named = Person.objects.filter(name__startswith=wanted)
    looked = _seen_of(actor, _some(named), "customer__in")
    if len(looked.ids) > SHOWN or not looked.cut or seeing.sees_everything(actor):
        return looked
    # A common name has more bearers in the whole house than are looked at; the own ones come too.
    own = people.branches_of(actor).order_by().values_list("pk", flat=True)
    near = _seen_of(actor, _some(named.filter(home_branch__in=list(own))), "customer__in")
    return _Looked((*looked.ids, *near.ids), near.cut)


_WAYS: tuple[tuple[Why, Callable[[Actor, str], _Looked]], ...] = (
    (Why.NUMBER, _by_number),
    (Why.PHONE, _by_phone),
    (Why.PLATE, _by_plate),
    (Why.POLICY, _by_policy),
    (Why.NAME, _by_name),
)


def _some(candidates: QuerySet[M]) -> list[int]:
    """The ids themselves: with a subquery the planner might prefer to read the whole table."""
    return list(candidates.order_by().values_list("pk", flat=True)[:CANDIDATES])


def _seen_of(actor: Actor, candidates: Sequence[int], lookup: str) -> _Looked:
    """Those cases of the candidates that the actor may see, the newest first."""
    if not candidates:
        return _Looked()
    found = cases.visible_to(actor).select_related(None).filter(**{lookup: candidates})
    ids = found.order_by("-opened_at", "-pk").values_list("pk", flat=True)[: SHOWN + 1]
    return _Looked(tuple(ids), cut=len(candidates) == CANDIDATES)


def _kin_of(actor: Actor, claims: Sequence[int]) -> _Looked:
    """These claims, and the cases that follow them up."""
    if not claims:
        return _Looked()
    followers = _some(Case.objects.filter(about__in=claims))
    looked = _seen_of(actor, [*claims, *followers], "pk__in")
    return _Looked(looked.ids, cut=CANDIDATES in (len(claims), len(followers)))


def _hits(found: Sequence[tuple[int, Why]]) -> tuple[Hit, ...]:
    ids = [case_id for case_id, _why in found]
    # Reading whole people would decrypt their phone and ID numbers for nothing.
    shown = Case.objects.select_related("customer", "handler").only(
        "number",
        "kind",
        "workflow_version",
        "state",
        "care",
        "opened_at",
        "closed_at",
        "next_due_at",
        "about_id",
        "customer__name",
        "handler__name",
    )
    by_id = shown.in_bulk(ids)
    plates = plates_of(by_id.values())
    return tuple(
        Hit(by_id[case_id], plates[case_id], why) for case_id, why in found if case_id in by_id
    )
