"""Letters leave the house: claimed by one worker, sent outside any transaction, then marked.

A claim is a lease. While a row is ``sending``, its ``not_before_at`` is the moment at which
another worker may take it over, because the first must have died; ``tries`` counts the claims, so
that whoever comes back late cannot overwrite what happened since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from yinuo.core.messages import channels, rules
from yinuo.core.messages.models import Message
from yinuo.core.messages.rulefile import ChannelsRules, EmailRules
from yinuo.core.messages.writing import mail_domain, words
from yinuo.core.people.models import Person
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import ids
from yinuo.kit.errors import DomainError, PermanentFailure, TemporaryFailure
from yinuo.kit.errors import Message as Sentence
from yinuo.kit.logs import log

logger = log(__name__)

_WAITING = (Message.Status.QUEUED, Message.Status.SENDING)


class NoWayToSend(DomainError):
    code = "no_way_to_send"
    message: ClassVar[Sentence] = _(
        "We have no address to send a code to. Call us, and we will look at the case with you."
    )


class CodeNotSent(DomainError):
    code = "code_not_sent"
    message: ClassVar[Sentence] = _("The code could not be sent. Please try again in a minute.")
    http = 503


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one batch. ``claimed`` 0: nothing was due. ``full``: there may be more."""

    claimed: int = 0
    sent: int = 0
    later: int = 0
    failed: int = 0
    full: bool = False


def send_due(message_ids: Iterable[int] | None = None, *, at: datetime) -> Sent:
    """Send at most one batch of what is due, all of it or only of these ids.

    Any number of workers may do this at the same time; each letter is taken by one of them.
    """
    email = rulebook.rules(ChannelsRules, at=at).email
    mine = _claim(message_ids, email, at)
    outcomes: list[str] = []
    # One state of the rulebook for the batch: each letter would look for new revisions twice.
    with rulebook.pinned(), channels.email() as channel:
        connected = True
        for message in mine:
            outcome, connected = _try(channel, message, email, at, connected=connected)
            outcomes.append(outcome)
    result = Sent(
        claimed=len(mine),
        sent=outcomes.count("sent"),
        later=outcomes.count("later"),
        failed=outcomes.count("failed"),
        full=len(mine) == email.batch.value,
    )
    if mine:
        logger.info("messages sent", sent=result.sent, later=result.later, failed=result.failed)
    return result


def send_when_written(message_ids: Sequence[int]) -> None:
    """Send each of these at the moment at which it was written: for a replay or a demo, whose
    clock is its own.
    """
    if not message_ids:
        return
    rows = Message.objects.filter(pk__in=message_ids).order_by("written_at", "pk")
    moments: dict[datetime, list[int]] = defaultdict(list)
    for pk, written_at in rows.values_list("pk", "written_at"):
        moments[written_at].append(pk)
    for at, ids_of_it in moments.items():
        while send_due(ids_of_it, at=at).full:
            pass


def send_code(*, person: Person, code: str, minutes: int, at: datetime) -> None:
    """Send a sign-in code at once. It is kept nowhere, so a failure is the reader's to see.

    The reader has just asked for it, so neither quiet hours nor an opt-out hold it back. Not to be
    called inside a transaction. Raises NoWayToSend, CodeNotSent.
    """
    if not person.email:
        raise NoWayToSend("email")
    facts: dict[str, object] = {"code": code, "minutes": minutes}
    told = words("messages.sign_in_code", person.language, facts, at=at)
    message = Message(
        person=person,
        language=person.language,
        subject=told.subject,
        body=told.body,
        message_id=ids.message_id(mail_domain(), ids.new_token()),
    )
    try:
        with channels.email() as channel:
            channel.send(message, at=at)
    except (TemporaryFailure, PermanentFailure) as error:
        logger.warning("sign-in code not sent", person=person.pk, why=str(error))
        raise CodeNotSent from error


def send_receipt(
    *, to: Person, text: str, facts: dict[str, object], key: str, answers: str, at: datetime
) -> None:
    """Answer a letter by itself: that it is here. `to` need not be a customer of ours yet.

    The same `key` gives the same Message-ID, so that a mail program shows one that left twice once.
    Not to be called inside a transaction. Raises TemporaryFailure and PermanentFailure.
    """
    told = words(text, to.language, facts, at=at)
    message = Message(
        person=to,
        language=to.language,
        subject=told.subject,
        body=told.body,
        message_id=ids.message_id(mail_domain(), "receipt", key),
    )
    with channels.email() as channel:
        channel.send(message, at=at, answers=answers)


def take_bounce(*, message_id: str) -> bool:
    """A letter that had left came back: it failed. False for one that is not ours, or known."""
    ours = Message.objects.filter(message_id=message_id, channel=Message.Channel.EMAIL)
    changes = {"status": Message.Status.FAILED, "why_not": rules.CAME_BACK}
    return bool(ours.filter(status=Message.Status.SENT).update(**changes))


def _claim(message_ids: Iterable[int] | None, email: EmailRules, at: datetime) -> Sequence[Message]:
    due = Message.objects.filter(
        Q(not_before_at__isnull=True) | Q(not_before_at__lte=at),
        status__in=_WAITING,
        channel=Message.Channel.EMAIL,
    )
    if message_ids is not None:
        due = due.filter(pk__in=list(message_ids))
    with transaction.atomic():
        ids = list(
            due.order_by(F("not_before_at").asc(nulls_first=True), "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)[: email.batch.value]
        )
        if not ids:
            return []
        Message.objects.filter(pk__in=ids).update(
            # The worker that had it died: its letter may have left before.
            possibly_sent_twice=Case(
                When(status=Message.Status.SENDING, then=Value(True)),
                default=F("possibly_sent_twice"),
            ),
            status=Message.Status.SENDING,
            tries=F("tries") + 1,
            last_tried_at=at,
            not_before_at=email.stuck_after.value.after(at),
        )
    rows = Message.objects.filter(pk__in=ids).select_related("person", "staff", "case")
    return list(rows.order_by("pk"))


def _try(
    channel: channels.Channel,
    message: Message,
    email: EmailRules,
    at: datetime,
    *,
    connected: bool,
) -> tuple[str, bool]:
    """What became of the letter, and whether the mail server can be reached at all."""
    if not _held(message).exists():
        # A slow server made the lease of this batch run out, and another worker has the letter.
        return "taken_over", connected
    if message.tries > email.tries.value:
        return _fail(message, rules.OUTCOME_UNKNOWN), connected
    why_not = rules.why_no_email(channels.reader_of(message))
    if why_not:
        return _fail(message, why_not), connected
    if not connected:
        return _later(message, email, at, "no_connection", unknown=False), False
    try:
        channel.send(message, at=at)
    except channels.NoConnection as error:
        return _later(message, email, at, str(error), unknown=False), False
    except TemporaryFailure as error:
        unknown = isinstance(error, channels.OutcomeUnknown)
        return _later(message, email, at, str(error), unknown=unknown), True
    except PermanentFailure as error:
        return _fail(message, str(error)), True
    _mark(message, status=Message.Status.SENT, sent_at=at, not_before_at=None, why_not="")
    return "sent", True


def _later(message: Message, email: EmailRules, at: datetime, why: str, *, unknown: bool) -> str:
    """Back into the queue for a later try. `unknown`: the letter may be there already."""
    if message.tries >= email.tries.value:
        return _fail(message, why)
    wait = rules.wait_after(message.tries, email.retry_after.value)
    _mark(
        message,
        status=Message.Status.QUEUED,
        not_before_at=wait.after(at),
        why_not=why,
        possibly_sent_twice=message.possibly_sent_twice or unknown,
    )
    return "later"


def _fail(message: Message, why: str) -> str:
    _mark(message, status=Message.Status.FAILED, not_before_at=None, why_not=why)
    return "failed"


def _mark(message: Message, **changes: object) -> None:
    """Only while the claim is still ours: the count of tries is its number."""
    if not _held(message).update(**changes):
        logger.warning("a letter was taken over while it was being sent", message=message.pk)


def _held(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, status=Message.Status.SENDING, tries=message.tries)
