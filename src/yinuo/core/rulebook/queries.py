"""How everybody reads rules and texts: as they are in force at a given moment.

A unit of work (a request, a job, a command) that wraps itself in `pinned()` looks for new
revisions once, when it first reads; without that, every read looks. Looking is one small query;
the revisions themselves are read only when there are new ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import connection

from yinuo.core.rulebook import registry
from yinuo.core.rulebook.book import Book, RuleChange, TextChange
from yinuo.core.rulebook.models import RuleRevision, TextRevision
from yinuo.core.rulebook.textfiles import Text
from yinuo.kit.rules import PromiseRule, Rule, RuleFile

F = TypeVar("F", bound=RuleFile)
NO_REVISIONS = ("", "")

# The transaction that wrote the newest row tells two databases apart in which the ids are the same,
# as after a restore under a running process.
_NEWEST = (
    "SELECT"
    " coalesce((SELECT id || ':' || xmin::text FROM rulebook_rulerevision"
    " ORDER BY id DESC LIMIT 1), ''),"
    " coalesce((SELECT id || ':' || xmin::text FROM rulebook_textrevision"
    " ORDER BY id DESC LIMIT 1), '')"
)


@dataclass(slots=True)
class _Pin:
    book: Book | None


_pin: ContextVar[_Pin | None] = ContextVar("yinuo_rulebook", default=None)
_latest: list[Book] = []


@contextmanager
def pinned(book: Book | None = None) -> Iterator[None]:
    """Read one state of the rulebook throughout, inside an outer pin the outer one.

    With a book that is already known (see `latest_known`) not even the first read asks the
    database.
    """
    if _pin.get() is not None:
        yield
        return
    token = _pin.set(_Pin(book))
    try:
        yield
    finally:
        _pin.reset(token)


def current() -> Book:
    """The rulebook with every committed revision, or the pinned one."""
    pin = _pin.get()
    if pin is None:
        return _look()
    if pin.book is None:
        pin.book = _look()
    return pin.book


def latest_known() -> Book | None:
    """What this process read last, without asking the database; None before the first read."""
    return _latest[0] if _latest else None


def forget() -> None:
    """Look again at the next read, even inside a pin: a revision has just been written."""
    pin = _pin.get()
    if pin is not None:
        pin.book = None


def rules(schema: type[F], *, at: datetime) -> F:
    """The rules of a file as they are in force at that moment."""
    return current().rules(schema, at)


def promise_rule(key: str, *, at: datetime) -> tuple[PromiseRule, int]:
    """The rule of a promise such as "claims.payment", and its revision (0: the file)."""
    return current().promise_rule(key, at)


def promise_entry(key: str, *, at: datetime) -> Rule[PromiseRule]:
    """The rule of a promise with its reason and source."""
    return current().promise_entry(key, at)


def revision(key: str, *, at: datetime) -> int:
    """The revision of a rule such as "claims.authority.alone_up_to"; 0 is the file's value."""
    return current().revision(key, at)


def text(key: str, language: str, *, at: datetime) -> Text:
    """Subject and body of a text such as "messages.claim_registered", not yet rendered."""
    return current().text(key, language, at)


def promise_title(key: str, language: str, *, at: datetime | None = None) -> Text:
    """Title and explaining line of a promise; without a moment the files' own, no query."""
    return short_text(f"promises.{key}", language, at=at)


def short_text(key: str, language: str, *, at: datetime | None = None) -> Text:
    """Title and explaining line of a short text; without a moment the files' own, no query."""
    if at is None:
        return registry.load().text(key, language)
    return current().text(key, language, at)


def entry_text(table: str, name: str, language: str, *, at: datetime | None = None) -> Text:
    """An entry of a list of short texts whose names are data, such as "clauses" or "terms"."""
    return short_text(f"{table}.{name}", language, at=at)


def rule_revisions(key: str) -> list[RuleRevision]:
    """Every revision of a rule, the newest first."""
    return list(RuleRevision.objects.filter(key=key).order_by("-number"))


def text_revisions(key: str, language: str) -> list[TextRevision]:
    """Every revision of a text in one language, the newest first."""
    return list(TextRevision.objects.filter(key=key, language=language).order_by("-number"))


def _look() -> Book:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST)
        row = cursor.fetchone()
    version = (str(row[0]), str(row[1]))
    if not _latest or _latest[0].version != version:
        _latest[:] = [_read(version)]
    return _latest[0]


def _read(version: tuple[str, str]) -> Book:
    """A revision that is committed meanwhile may be in it already; the next look reads again."""
    if version == NO_REVISIONS:
        return Book(registry.load(), version)
    rule_changes = [
        RuleChange(r.pk, r.key, r.number, r.in_force_from, r.value, r.why, r.source)
        for r in RuleRevision.objects.all()
    ]
    text_changes = [
        TextChange(
            t.key,
            t.language,
            t.number,
            t.in_force_from,
            Text(t.subject, t.body) if t.body else None,
        )
        for t in TextRevision.objects.all()
    ]
    return Book(registry.load(), version, rule_changes, text_changes)
