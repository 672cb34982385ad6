"""Voices that come in by themselves, through the public form and by e-mail.

Whoever sends them has shown nothing: nothing of what we know is told to them, not even whether a
case exists. What we recognise only leads the voice to the branch that knows the customer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from typing import Literal

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.arrivals import arrival_of
from yinuo.areas.complaints.commands.common import rules_at, written
from yinuo.areas.complaints.commands.voices import PAPERS, NewVoice, address_of, take_in
from yinuo.areas.complaints.models import Inbound
from yinuo.areas.complaints.rulefile import MailRules
from yinuo.core.cases import commands as cases
from yinuo.core.documents import commands as documents
from yinuo.core.documents.commands import Taken, Upload
from yinuo.core.knowledge.rules import written_in
from yinuo.core.messages import commands as messages
from yinuo.core.messages import mailbox
from yinuo.core.messages import queries as letters
from yinuo.core.messages.incoming import Attachment, Incoming, own_words, read_mail
from yinuo.core.messages.models import Message
from yinuo.core.people import queries as people
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Branch, Person
from yinuo.kit import crypto, queue
from yinuo.kit.crypto import Secret
from yinuo.kit.errors import DomainError
from yinuo.kit.logs import log
from yinuo.perception.folding import fold

logger = log(__name__)

Outcome = Literal["taken", "known", "bounce", "loop", "empty"]
ANSWER = "complaints.answer"


class TooManyFiles(DomainError):
    code = "too_many_files_at_once"
    message = _("Send at most %(most)s files at once.")
    http = 422


@dataclass(frozen=True, slots=True)
class FormVoice:
    """What somebody typed into the public form; `named` is a case number or a plate."""

    name: str
    phone: str
    words: str
    named: str = ""
    papers: Sequence[Taken] = ()


def hear_form(*, voice: FormVoice, by: Actor, at: datetime) -> tuple[Inbound, bool]:
    """Keep what came through the form, and say whether we had it already.

    The same words from the same phone within the rule's time are the same voice. Raises
    WordsMissing and TooManyFiles.
    """
    rules = rules_at(at).web_form
    most = rules.most_files.value
    if len(voice.papers) > most:
        raise TooManyFiles("files", most=most)
    words = written(voice.words, "words")
    said = crypto.keyed_digest("voice", f"{_phone(voice.phone)}\n{fold(words)}").hex()
    since = at - rules.same_words_within.value.elapsed()
    with cases.transaction():
        before = Inbound.objects.filter(external_key__startswith=f"web:{said}:")
        newest = before.order_by("-received_at").first()
        if newest is not None and newest.received_at > since:
            return newest, True
        new = NewVoice(
            channel="web_form",
            words=words,
            branch=_branch_of(people.find_people(SYSTEM, phone=voice.phone)),
            name=voice.name,
            phone=voice.phone,
            named=voice.named,
            papers=voice.papers,
            received_at=at,
            external_key=f"web:{said}:{before.count()}",
        )
        row = take_in(voice=new, by=by, at=at)
    # Of two presses at once the second finds what the first has made while it waited.
    return row, row.received_at != at


def _phone(phone: str) -> str:
    return crypto.normalise(Secret.PHONE, phone)


def _branch_of(found: Sequence[Person]) -> Branch:
    """The branch that knows them, when all of them belong to one; else the head office."""
    homes = {person.home_branch_id for person in found}
    if len(homes) == 1:
        return found[0].home_branch
    branch = people.branches_of(SYSTEM).first()
    if branch is None:
        raise LookupError("there is no branch yet")
    return branch


# E-mail ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a letter; `voice` is the one that it made or had made before."""

    outcome: Outcome
    voice: Inbound | None = None


def hear_mail(*, raw: bytes, by: Actor, at: datetime) -> Heard:
    """Keep an e-mail as a voice, once by its Message-ID, and have it acknowledged.

    A letter of ours that came back marks that letter; one of our own is dropped. What a machine
    wrote is kept and not answered.
    """
    rules = rules_at(at).mail
    mail = read_mail(
        raw,
        most_bytes=rules.largest_bytes.value,
        longest_words=rules.longest_words.value,
        ours=_ours(),
    )
    if mail.automatic == "bounce" and messages.take_bounce(message_id=mail.bounced):
        return Heard("bounce")
    if mail.automatic == "loop":
        logger.warning("mail_loop")
        return Heard("loop")
    key = f"mail:{mail.key}"
    known = Inbound.objects.filter(external_key=key).first()
    if known is not None:
        return Heard("known", known)
    papers, left_out = _looked_at(mail.attachments, rules.most_files.value, by, at)
    left_out += [{"name": "", "why": one} for one in mail.cut]
    words = _said(mail)
    if not words and not papers and not left_out:
        return Heard("empty")
    return _keep(mail, words or f"({mail.sender})", papers, left_out, rules, key, by, at)


def _ours() -> list[str]:
    return [parseaddr(settings.DEFAULT_FROM_EMAIL)[1], settings.MAIL_INTAKE]


def _said(mail: Incoming) -> str:
    """The subject is part of what was said, unless it is that of the letter that is answered."""
    if mail.refers_to and mail.words:
        return mail.words
    return "\n\n".join(part for part in (mail.subject, mail.words) if part)


def _keep(
    mail: Incoming,
    words: str,
    papers: list[Taken],
    left_out: list[dict[str, str]],
    rules: MailRules,
    key: str,
    by: Actor,
    at: datetime,
) -> Heard:
    answered = letters.answered(mail.refers_to)
    about = answered.case if answered is not None else None
    new = NewVoice(
        channel="email",
        words=words,
        own_words=own_words(words, rules.quote_marks.value),
        branch=about.branch if about else _branch_of(_with_address(mail.sender)),
        about=about,
        person=_writer(answered, mail.sender),
        name=mail.sender_name or mail.sender.partition("@")[0][:80],
        email=mail.sender[:254],
        papers=papers,
        left_out=left_out,
        mail_id=mail.mail_id,
        automatic="reply" if mail.automatic == "bounce" else mail.automatic,
        received_at=at,
        external_key=key,
    )
    with cases.transaction():
        row = take_in(voice=new, by=by, at=at)
        if not row.automatic and _may_acknowledge(row, rules, at):
            queue.defer("acknowledge_voice", queue="messages", voice=row.pk)
    return Heard("taken", row)


def _writer(answered: Message | None, sender: str) -> Person | None:
    """Who wrote it, as far as the address says so; anybody can quote a letter of ours."""
    person = answered.person if answered is not None else None
    if person is None or person.email.lower() != sender.lower():
        return None
    return person


def _with_address(address: str) -> list[Person]:
    return list(Person.objects.filter(email__iexact=address)[:2]) if address else []


def _looked_at(
    attachments: Sequence[Attachment], most: int, by: Actor, at: datetime
) -> tuple[list[Taken], list[dict[str, str]]]:
    """Each by itself: one that is refused keeps no other away, and the colleague is told of it."""
    taken: list[Taken] = []
    left_out = []
    for one in attachments[:most]:
        upload = Upload(kind=PAPERS, file_name=one.file_name, chunks=[one.content])
        try:
            taken += documents.look_at(uploads=[upload], by=by, at=at)
        except DomainError as refusal:
            part = next(iter(refusal.parts), refusal)
            left_out.append({"name": one.file_name[:120], "why": part.code})
    left_out += [
        {"name": one.file_name[:120], "why": TooManyFiles.code} for one in attachments[most:]
    ]
    return taken, left_out


def _may_acknowledge(row: Inbound, rules: MailRules, at: datetime) -> bool:
    """So many letters to one address, whatever its headers say; none without an address."""
    if not row.email:
        return False
    limit = rules.acknowledged_per_sender.value
    recent = Inbound.objects.filter(
        channel="email",
        email__iexact=row.email,
        automatic="",
        received_at__gt=at - limit.within.elapsed(),
    )
    return recent.count() <= limit.most


def empty_mailbox(*, by: Actor, at: datetime) -> Counter[str]:
    """Take in what waits in the mailbox, at most one batch; how many letters became what.

    A letter is marked after it was kept: who is killed in between keeps it once. One that makes us
    stumble is marked for a person, so that those behind it come in. Raises MailboxClosed.
    """
    rules = rules_at(at).mail
    done: Counter[str] = Counter()
    with mailbox.opened() as box:
        for uid in box.waiting()[: rules.batch.value]:
            raw = box.read(uid, most=rules.largest_bytes.value)
            if not raw:
                continue
            try:
                outcome: str = hear_mail(raw=raw, by=by, at=at).outcome
            except (DatabaseError, OSError):
                raise
            except Exception:
                logger.exception("letter_not_read", uid=uid)
                box.mark_failed(uid)
                outcome = "failed"
            else:
                box.mark_taken(uid)
            done[outcome] += 1
    if done:
        logger.info("letters_came_in", outcomes=dict(done))
    return done


def acknowledge_voice(*, voice_id: int, at: datetime) -> None:
    """Send the letter with the number and the times. Doing it again sends it once.

    Not to be called inside a transaction. Raises TemporaryFailure and PermanentFailure.
    """
    row = Inbound.objects.select_related("person").filter(pk=voice_id).first()
    if row is None or row.acknowledged_at is not None or row.automatic or not row.email:
        return
    words = row.words or (row.note.body if row.note else "")
    arrival = arrival_of(row, at=at)
    reader = Person(name=row.name, email=row.email, language=_language(row, words))
    messages.send_receipt(
        to=reader,
        text="messages.voice_received",
        facts={
            "case_number": arrival.number,
            "customer_name": row.name,
            "new_at": arrival.read_by,
            "due": {ANSWER: arrival.answer_by},
        },
        key=f"voice:{row.pk}",
        answers=row.mail_id,
        at=at,
    )
    Inbound.objects.filter(pk=row.pk, acknowledged_at__isnull=True).update(acknowledged_at=at)


def tell_voice_answer(*, voice_id: int, at: datetime) -> None:
    """Send the answer to a question that belongs to no case. Doing it again sends it once.

    Not to be called inside a transaction. Raises TemporaryFailure and PermanentFailure.
    """
    row = Inbound.objects.select_related("person").filter(pk=voice_id).first()
    if row is None or row.told_at is not None or not row.answer or not address_of(row):
        return
    asked = row.words or (row.note.body if row.note else "")
    name = row.person.name if row.person is not None else row.name
    messages.send_receipt(
        to=Person(name=name, email=address_of(row), language=_language(row, asked)),
        text="messages.voice_answered",
        facts={
            "case_number": arrival_of(row, at=at).number,
            "customer_name": name,
            "words": row.answer,
        },
        key=f"answer:{row.pk}",
        answers=row.mail_id,
        at=at,
    )
    Inbound.objects.filter(pk=row.pk, told_at__isnull=True).update(told_at=at)


def _language(row: Inbound, words: str) -> str:
    """A customer's own; of a stranger the one he wrote in."""
    if row.person is not None:
        return row.person.language
    return written_in(words)
