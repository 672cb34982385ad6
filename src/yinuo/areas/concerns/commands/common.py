"""What every command about a concern does first: lock it, and keep what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.concerns.models import Concern
from yinuo.areas.concerns.rulefile import ConcernsRules
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands.work import current
from yinuo.core.cases.models import Case, Note
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.errors import DomainError

WORDS = "words"
"""The kind of a note that holds what a customer said, whoever typed it."""


class WordUnknown(DomainError):
    code = "word_unknown"
    message = _("“%(word)s” is not known here. Choose one of: %(known)s.")
    http = 422


class WordsMissing(DomainError):
    code = "words_missing"
    message = _("Write down what was said: the next person has to understand it.")
    http = 422


@dataclass(frozen=True, slots=True)
class Locked:
    case: Case
    concern: Concern


def locked(case: Case, *, seen: int | None = None) -> Locked:
    """Lock the concern. Raises ChangedMeanwhile."""
    fresh = cases.lock(case, seen=seen)
    work = current()
    known = work.held.get(("concern", fresh.pk))
    if isinstance(known, Locked):
        return known
    found = Locked(fresh, Concern.objects.get(pk=fresh.pk))
    work.held["concern", fresh.pk] = found
    return found


def rules_at(at: datetime) -> ConcernsRules:
    return rulebook.rules(ConcernsRules, at=at)


def check_known(field: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    """Raises WordUnknown."""
    for word in given:
        if word not in known:
            raise WordUnknown(field, word=word, known=", ".join(known))


def said(case: Case, words: str, *, by: Actor, at: datetime) -> Note:
    """Keep the customer's words on the case, and read them at once. Raises WordsMissing."""
    if not words.strip():
        raise WordsMissing("words")
    note = cases.write_note(
        case=case,
        body=words,
        kind=WORDS,
        by=by,
        at=at,
        for_customer=by.kind == "customer",
    )
    knowledge.read_note(note=note, by=by, at=at)
    return note


def told(case: Case, words: str, kind: str, *, by: Actor, at: datetime) -> Note:
    """Keep what we tell the customer. Raises WordsMissing."""
    if not words.strip():
        raise WordsMissing("words")
    return cases.write_note(case=case, body=words, kind=kind, by=by, at=at, for_customer=True)
