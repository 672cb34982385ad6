"""What every command about a complaint does first: lock it, and say what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.models import Complaint
from yinuo.areas.complaints.rulefile import CausesRules, ComplaintsRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.commands.work import current
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError

ANSWER = "complaints.answer"
CARRY_OUT = "complaints.carry_out"
REGULATOR_REPORT = "complaints.regulator_report"


class WordsMissing(DomainError):
    code = "words_missing"
    message = _("Write it down: somebody else has to understand it.")
    http = 422


class NotKnown(DomainError):
    code = "not_known_here"
    message = _("“%(word)s” is not known here. Choose one of: %(known)s.")
    http = 422


class OnlyAPerson(DomainError):
    code = "only_a_person"
    message = _("This is decided by a member of staff, never by a machine.")
    http = 403


@dataclass(frozen=True, slots=True)
class Held:
    """A complaint whose case this command holds."""

    case: Case
    complaint: Complaint


def locked(case: Case, *, seen: int | None = None) -> Held:
    """Lock the complaint. Raises ChangedMeanwhile."""
    fresh = cases.lock(case, seen=seen)
    return locked_many([fresh])[0]


def locked_many(wanted: Sequence[Case]) -> list[Held]:
    """The complaints, in the order asked for, locked in the order of their ids."""
    fresh = cases.lock_many(case.pk for case in wanted)
    work = current()
    unread = [pk for pk in fresh if ("complaint", pk) not in work.held]
    for pk, complaint in Complaint.objects.in_bulk(unread).items():
        # Nobody else writes it while we hold the lock, and every command changes these objects.
        work.held["complaint", pk] = Held(fresh[pk], complaint)
    return [work.held["complaint", case.pk] for case in wanted]


def rules_at(at: datetime) -> ComplaintsRules:
    return rulebook.rules(ComplaintsRules, at=at)


def causes_at(at: datetime) -> CausesRules:
    return rulebook.rules(CausesRules, at=at)


def written(text: str, field: str) -> str:
    """The text without its edges. Raises WordsMissing when nothing is left."""
    found = text.strip()
    if not found:
        raise WordsMissing(field)
    return found


def one_of(word: str, known: Sequence[str], field: str) -> str:
    if word not in known:
        raise NotKnown(field, word=word, known=", ".join(known))
    return word


def by_a_person(by: Actor) -> None:
    if not by.id.startswith("staff:"):
        raise OnlyAPerson


def take(
    held: Held,
    step: str,
    *,
    by: Actor,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    facts: Mapping[str, object] | None = None,
    also_makes: tuple[str, ...] = (),
    klass: str | None = None,
    care: str | None = None,
    started_at: datetime | None = None,
) -> None:
    """One step of this complaint."""
    move = Move(
        held.case,
        step,
        data=data or {},
        facts=telling(held, **(facts or {})),
        also_makes=also_makes,
        klass=klass,
        care=care,
        started_at=started_at,
    )
    cases.advance(move, by=by, at=at)


def telling(held: Held, **more: object) -> dict[str, object]:
    """What the texts may say about a complaint."""
    return {
        "received_at": held.complaint.received_at,
        "about_number": held.case.about.number if held.case.about else "",
        **more,
    }


def open_promise_exists(held: Held, rule: str) -> bool:
    return held.case.promises.filter(rule=rule).exists()
