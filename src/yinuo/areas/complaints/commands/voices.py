"""One door for every voice: taken in with its own words, told apart by a person, landed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import (
    by_a_person,
    one_of,
    rules_at,
    written,
)
from yinuo.areas.complaints.commands.ending import withdraw
from yinuo.areas.complaints.commands.receiving import (
    INSIDE_CHANNELS,
    NewComplaint,
    NotYetReceived,
    receive,
)
from yinuo.areas.complaints.commands.waiting_voices import (
    SORT,
    due_of,
    due_of_sorting,
    keep,
    promise,
)
from yinuo.areas.complaints.models import Inbound, VoicePaper
from yinuo.areas.complaints.rules import CHANNELS, KINDS, sort_voice
from yinuo.core.cases import commands as cases
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.commands.promises import Making
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.documents import commands as documents
from yinuo.core.documents.commands import Taken
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person
from yinuo.kit import clock, queue
from yinuo.kit.clock import Limit
from yinuo.kit.errors import DomainError
from yinuo.perception.reading import read

ANSWER_QUESTION = "complaints.answer_question"
PAPERS = "other"
"""The kind of paper that a voice brings: what it is, nobody has said yet."""


class SortedAlready(DomainError):
    code = "voice_sorted_already"
    message = _("A colleague has told this voice apart already.")


class CaseMissing(DomainError):
    code = "voice_needs_a_case"
    message = _("Say which case this is about.")
    http = 422


class PersonMissing(DomainError):
    code = "voice_needs_a_person"
    message = _("Say who this is: choose the customer.")
    http = 422


class NobodyTold(DomainError):
    code = "voice_answer_not_told"
    message = _(
        "This question has no case and no e-mail address: call or write, then say how you did."
    )
    http = 422


class NoQuestion(DomainError):
    code = "voice_is_no_question"
    message = _("This is no question, or it has been answered.")


@dataclass(frozen=True, slots=True)
class NewVoice:
    """Words as they were said, by whom they were said as far as we know, and how they came.

    `restated` is what the colleague said back and the customer confirmed. `named` is the case or
    car as a stranger wrote it; nobody has looked whether there is one. `papers` have been looked
    at, `left_out` is what was not taken. `own_words` are those that the sender did not repeat from
    others, where they differ. `automatic` says that a machine wrote it.
    """

    channel: str
    words: str
    branch: Branch
    person: Person | None = None
    about: Case | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    restated: str = ""
    received_at: datetime | None = None
    first_spoken_at: datetime | None = None
    external_key: str = ""
    named: str = ""
    mail_id: str = ""
    automatic: str = ""
    own_words: str = ""
    papers: Sequence[Taken] = ()
    left_out: Sequence[Mapping[str, str]] = ()


def take_in(*, voice: NewVoice, by: Actor, at: datetime) -> Inbound:
    """Keep a voice and suggest what it is. The same e-mail taken in twice is kept once.

    Raises WordsMissing, NotKnown and NotYetReceived.
    """
    one_of(voice.channel, (*CHANNELS, *INSIDE_CHANNELS), "channel")
    words = written(voice.words, "words")
    received = voice.received_at or at
    first = voice.first_spoken_at or received
    if received > at or first > received:
        raise NotYetReceived("received_at")
    rules = rules_at(at)
    own = voice.own_words.strip() or words
    found = sort_voice(own, read(own), rules.inbound, channel=voice.channel, heat=rules.heat)
    due = due_of_sorting(found.kind, received, at)
    with cases.transaction():
        known = _known(voice.external_key)
        if known is not None:
            return known
        row = Inbound.objects.create(
            channel=voice.channel,
            received_at=received,
            first_spoken_at=first,
            branch=voice.branch,
            branch_path=voice.branch.path,
            person=voice.person,
            name=voice.name.strip(),
            phone=voice.phone.strip(),
            email=voice.email.strip(),
            words=words,
            restated=voice.restated.strip(),
            suggested=found.kind,
            suggested_why=[sign.as_row() for sign in found.why],
            heated=found.heated,
            about=voice.about,
            due_at=due.due_at,
            due_provisional=due.provisional,
            taken_by=by.id,
            external_key=voice.external_key or None,
            named=voice.named.strip(),
            mail_id=voice.mail_id,
            automatic=voice.automatic,
            left_out=list(voice.left_out) or None,
        )
        promise(row, SORT, due, at=at)
        _keep_papers(row, voice.papers, at)
    return row


def _known(external_key: str) -> Inbound | None:
    """The voice of this key. Two that come at once wait for each other."""
    if not external_key:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [f"voice:{external_key}"])
    return Inbound.objects.filter(external_key=external_key).first()


_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def _keep_papers(row: Inbound, papers: Sequence[Taken], at: datetime) -> None:
    names = {one.sha256: one.file_name for one in reversed(papers)}
    VoicePaper.objects.bulk_create(
        VoicePaper(voice=row, file=file, file_name=names[bytes(file.sha256)])
        for file in documents.keep_files(papers, at=at)
    )


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a voice belongs. `case` is the complaint that is withdrawn or the claim reported."""

    kind: str
    person: Person | None = None
    about: Case | None = None
    case: Case | None = None
    passed_to: str = ""
    wanted: str = ""
    confirmed_new: bool = False
    named_by_regulator: bool = False
    urgent: bool = False
    regulator_ref: str = ""


def sort(*, voice: Inbound, landing: Landing, by: Actor, at: datetime) -> Case | None:
    """A person says what it is, and it lands: on the right case, with the right clock.

    Raises SortedAlready, CaseMissing, PersonMissing and what the landing itself raises.
    """
    by_a_person(by)
    one_of(landing.kind, KINDS, "kind")
    with cases.transaction():
        row = Inbound.objects.select_for_update(of=("self",)).get(pk=voice.pk)
        if row.sorted_at is not None:
            raise SortedAlready
        row.person = landing.person or row.person
        row.about = landing.about or row.about
        row.kind, row.sorted_by, row.sorted_at = landing.kind, by.id, at
        keep(row, at=at)
        case, note = _land(row, landing, by, at)
        row.case, row.note = case, note
        if note is not None:
            row.words = ""
        row.save()
        if case is not None and note is not None:
            _hand_over_papers(row, case, by, at)
    return case


def _hand_over_papers(row: Inbound, case: Case, by: Actor, at: datetime) -> None:
    """What came along becomes a paper of the case, where it is judged and kept like any other."""
    papers = list(row.papers.select_related("file").order_by("pk"))
    if papers:
        files = [(one.file, one.file_name) for one in papers]
        documents.receive_kept(case=case, files=files, kind=PAPERS, by=by, at=at)
        row.papers.all().delete()


def _land(
    row: Inbound, landing: Landing, by: Actor, at: datetime
) -> tuple[Case | None, Note | None]:
    if landing.kind == "complaint":
        return _to_complaint(row, landing, by, at)
    if landing.kind == "withdrawal":
        return _to_withdrawal(row, landing, by, at)
    if landing.kind == "concern":
        return _to_concern(row, by, at)
    if landing.kind == "question":
        return _to_question(row, by, at)
    if landing.kind in ("violation", "petition"):
        row.passed_to = written(landing.passed_to, "passed_to")
        row.due_at = _due(rules_at(at).inbound.pass_on_within.value, row.received_at, at)
        return None, None
    return landing.case, None


def _to_complaint(
    row: Inbound, landing: Landing, by: Actor, at: datetime
) -> tuple[Case | None, Note | None]:
    if row.person is None:
        raise PersonMissing("person")
    new = NewComplaint(
        customer=row.person,
        channel=row.channel,
        branch=row.about.branch if row.about else row.branch,
        about=row.about,
        words=row.words,
        wanted=landing.wanted,
        received_at=row.received_at,
        first_spoken_at=row.first_spoken_at,
        named_by_regulator=landing.named_by_regulator,
        urgent=landing.urgent,
        regulator_ref=landing.regulator_ref,
        confirmed_new=landing.confirmed_new,
    )
    case = receive(new=new, by=by, at=at)
    note = Note.objects.filter(case=case, kind="words", thread="words").order_by("-pk").first()
    return case, note


def _to_withdrawal(
    row: Inbound, landing: Landing, by: Actor, at: datetime
) -> tuple[Case | None, Note | None]:
    if landing.case is None:
        raise CaseMissing("case")
    withdraw(case=landing.case, reason=row.words, received_at=row.received_at, by=by, at=at)
    note = Note.objects.filter(case=landing.case, thread="withdrawal").order_by("-pk").first()
    return landing.case, note


def _to_concern(row: Inbound, by: Actor, at: datetime) -> tuple[Case | None, Note | None]:
    """The words go to the case; the reaction to the event opens the concern about it."""
    if row.about is None:
        raise CaseMissing("about")
    note = _words_to(row, row.about, "words", by, at)
    data = {
        "voice": row.pk,
        "note": note.pk,
        "first_spoken_at": row.first_spoken_at.isoformat(),
    }
    cases.record(case=row.about, type="voice.concern_heard", data=data, by=by, at=at)
    return row.about, note


def _to_question(row: Inbound, by: Actor, at: datetime) -> tuple[Case | None, Note | None]:
    """A question about a case is promised an answer there; one without a case waits in its list."""
    due = due_of(ANSWER_QUESTION, row.received_at, at)
    row.due_at = due.due_at
    if row.about is None:
        promise(row, ANSWER_QUESTION, due, at=at)
        return None, None
    note = _words_to(row, row.about, "question", by, at)
    with cases.transaction():
        held = cases.lock(row.about)
        making = Making(held, ANSWER_QUESTION, row.received_at, f"voice:{row.pk}")
        made = cases.make_many([making]).get(held.pk, [])
        for one in made:
            data = {"rule": one.rule, "subject": one.subject, "due": one.due_at.isoformat()}
            cases.record(case=held, type="promise.made", data=data, by=by, at=at)
    return row.about, note


def _words_to(row: Inbound, case: Case, kind: str, by: Actor, at: datetime) -> Note:
    return cases.write_note(
        case=case, body=row.words, kind=kind, thread="voices", by=by, at=at, for_customer=True
    )


def _due(limit: Limit, started_at: datetime, at: datetime) -> datetime:
    return clock.due(limit, started_at, calendar_at(at)).due_at


def answer_question(*, voice: Inbound, words: str, how: str = "", by: Actor, at: datetime) -> None:
    """Answer a question; on a case the customer reads it there, and the promise is kept.

    Without a case it leaves by e-mail where we have an address; else `how` says in which way the
    colleague told it, and it counts only with that. Raises NoQuestion, WordsMissing and NobodyTold.
    """
    by_a_person(by)
    body = written(words, "words")
    if how:
        one_of(how, CHANNELS, "how")
    with cases.transaction():
        row = Inbound.objects.select_for_update(of=("self",)).get(pk=voice.pk)
        if row.kind != "question" or row.answered_at is not None:
            raise NoQuestion
        row.answered_by, row.answered_at = by.id, at
        if row.case is None:
            row.answer = body
            _tell_without_case(row, how, at)
            keep(row, at=at)
        else:
            row.told_how, row.told_at = "portal", at
            cases.write_note(
                case=row.case, body=body, kind="answer", thread="voices", by=by, at=at,
                for_customer=True, in_reply_to=row.note,
            )  # fmt: skip
            cases.keep(case=row.case, rule=ANSWER_QUESTION, subject=f"voice:{row.pk}", by=by, at=at)
        row.save(update_fields=["answer", "answered_by", "answered_at", "told_how", "told_at"])


def _tell_without_case(row: Inbound, how: str, at: datetime) -> None:
    if how:
        row.told_how, row.told_at = how, at
    elif address_of(row):
        row.told_how = "email"
        queue.defer("tell_voice_answer", queue="messages", voice=row.pk)
    else:
        raise NobodyTold("how")


def address_of(row: Inbound) -> str:
    """Where a letter to this person goes; empty when we know no address."""
    return row.email or (row.person.email if row.person is not None else "")


def rate_answer(*, voice: Inbound, rating: int, by: Actor, at: datetime) -> None:
    """How good the answer was, 1 to 5, as the customer says."""
    one_of(str(rating), ("1", "2", "3", "4", "5"), "rating")
    with cases.transaction():
        row = Inbound.objects.select_for_update(of=("self",)).get(pk=voice.pk)
        if row.answered_at is None:
            raise NoQuestion
        row.rating = rating
        row.save(update_fields=["rating"])


def hear_event(*, event: Event, by: Actor, at: datetime) -> Case | None:
    """A concern or a call-back has become a complaint: its words and their time come along.

    Safe to run twice: the event is the key of the complaint that it made.
    """
    source = event.case
    about = source.about
    if about is None:
        return None
    notes = list(Note.objects.filter(pk__in=event.data.get("notes", ())).order_by("at", "pk"))
    spoken = event.data.get("first_spoken_at")
    first = datetime.fromisoformat(spoken) if spoken else min((n.at for n in notes), default=None)
    new = NewComplaint(
        customer=source.customer,
        channel="call_back",
        about=about,
        note=notes[0] if notes else None,
        source=source,
        first_spoken_at=first or event.at,
        received_at=event.at,
        external_key=f"event:{event.pk}",
    )
    return receive(new=new, by=by, at=at)
