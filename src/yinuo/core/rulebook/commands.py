"""A manager changes a rule or a text: a numbered revision, checked before it is saved."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from yinuo.core.rulebook import queries, registry, rendering
from yinuo.core.rulebook.book import RuleChange
from yinuo.core.rulebook.models import RuleRevision, TextRevision
from yinuo.core.rulebook.textfiles import LANGUAGES
from yinuo.kit import queue
from yinuo.kit.errors import DomainError, Message, RuleError
from yinuo.kit.rules import check

MAY_REVISE = frozenset({"manager"})
_LOCK = 7_210_601


class Author(Protocol):
    """The part of an actor that the rulebook needs; people stand above it."""

    @property
    def id(self) -> str: ...

    @property
    def roles(self) -> frozenset[str]: ...


class MayNotRevise(DomainError):
    code = "may_not_revise"
    message: ClassVar[Message] = _("Only a manager changes rules and texts.")
    http = 403


class RuleUnknown(DomainError):
    code = "rule_unknown"
    message: ClassVar[Message] = _("There is no rule %(key)s.")
    http = 404


class RuleValueWrong(DomainError):
    code = "rule_value_wrong"
    message: ClassVar[Message] = _("This value does not fit the rule: %(details)s")
    http = 422


class TextUnknown(DomainError):
    code = "text_unknown"
    message: ClassVar[Message] = _("There is no text %(key)s in %(language)s.")
    http = 404


class TextWrong(DomainError):
    code = "text_wrong"
    message: ClassVar[Message] = _("This text cannot be sent: %(details)s")
    http = 422


class ReasonMissing(DomainError):
    code = "revision_reason_missing"
    message: ClassVar[Message] = _("Say why this is changed.")
    http = 422


class InForceTooEarly(DomainError):
    code = "in_force_too_early"
    message: ClassVar[Message] = _(
        "A change comes into force now or later: promises already made stay as they are."
    )
    http = 422


def revise_rule(
    *,
    key: str,
    value: Any,
    why: str,
    source: str = "",
    by: Author,
    at: datetime,
    in_force_from: datetime,
) -> RuleRevision:
    """Override a rule from a moment on. `value` is plain JSON, as the rule's file would say it.

    Raises MayNotRevise, RuleUnknown, RuleValueWrong, ReasonMissing or InForceTooEarly.
    """
    if value is None:
        raise RuleValueWrong("value", details=_("the value is missing"))
    return _save_rule(key, value, why, source, by, at, in_force_from)


def withdraw_rule_revision(
    *, key: str, why: str, by: Author, at: datetime, in_force_from: datetime
) -> RuleRevision:
    """Give a rule the value of its file back, by a further revision from a moment on."""
    return _save_rule(key, None, why, "", by, at, in_force_from)


def revise_text(
    *,
    key: str,
    language: str,
    subject: str,
    body: str,
    why: str,
    by: Author,
    at: datetime,
    in_force_from: datetime,
) -> TextRevision:
    """Override a text in one language from a moment on.

    Raises MayNotRevise, TextUnknown, TextWrong, ReasonMissing or InForceTooEarly.
    """
    faults = rendering.faults(subject, body)
    if not body.strip():
        faults = [*faults, str(_("the text is empty"))]
    if faults:
        raise TextWrong("body", details="; ".join(faults))
    return _save_text(key, language, subject, body, why, by, at, in_force_from)


def withdraw_text_revision(
    *, key: str, language: str, why: str, by: Author, at: datetime, in_force_from: datetime
) -> TextRevision:
    """Give a text the words of its file back, by a further revision from a moment on."""
    return _save_text(key, language, "", "", why, by, at, in_force_from)


def _save_rule(
    key: str,
    value: Any,
    why: str,
    source: str,
    by: Author,
    at: datetime,
    in_force_from: datetime,
) -> RuleRevision:
    _check_author(by, why, at, in_force_from)
    try:
        stem, _table, _name = registry.parts_of(key)
    except RuleError:
        raise RuleUnknown("key", key=key) from None
    with transaction.atomic():
        number = 1 + _last(RuleRevision, key=key)
        queries.forget()
        change = RuleChange(0, key, number, in_force_from, value, why, source)
        if value is not None:
            _check_value(stem, change)
        row = RuleRevision.objects.create(
            key=key,
            number=number,
            value=value,
            why=why,
            source=source,
            by=by.id,
            made_at=at,
            in_force_from=in_force_from,
        )
        queries.forget()
        # What follows from a rule, others know; it follows when the rule is in force.
        queue.defer("rule_came_into_force", queue="clock", run_at=in_force_from, key=key)
    return row


def _check_value(stem: str, change: RuleChange) -> None:
    schema = registry.load().schemas[stem]
    try:
        check(stem, schema, queries.current().raw_with(change))
    except RuleError as error:
        raise RuleValueWrong("value", details=str(error)) from None


def _save_text(
    key: str,
    language: str,
    subject: str,
    body: str,
    why: str,
    by: Author,
    at: datetime,
    in_force_from: datetime,
) -> TextRevision:
    _check_author(by, why, at, in_force_from)
    if language not in LANGUAGES or (key, language) not in registry.load().texts:
        raise TextUnknown("key", key=key, language=language)
    with transaction.atomic():
        row = TextRevision.objects.create(
            key=key,
            language=language,
            number=1 + _last(TextRevision, key=key, language=language),
            subject=subject.strip(),
            body=body.strip(),
            why=why,
            by=by.id,
            made_at=at,
            in_force_from=in_force_from,
        )
        queries.forget()
    return row


def _check_author(by: Author, why: str, at: datetime, in_force_from: datetime) -> None:
    if not by.roles & MAY_REVISE:
        raise MayNotRevise
    if not why.strip():
        raise ReasonMissing("why")
    if in_force_from < at:
        raise InForceTooEarly("in_force_from")


def _last(model: type[RuleRevision] | type[TextRevision], **of: str) -> int:
    """The newest number, with the table locked against a second writer until the commit.

    So ids become visible in their order, which the readers' look for the newest id relies on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    found = model.objects.filter(**of).aggregate(last=Max("number"))["last"]
    return int(found or 0)
