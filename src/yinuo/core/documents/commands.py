"""The only code that writes papers: asked for, received, judged, waived.

Every command has a set form. Bytes are looked at and stored before the transaction begins; the
timeline holds ids, kinds and hashes, and a person's reason is a note, which can be erased.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.documents import rules, storage
from yinuo.core.documents.intake import Taken, Upload, look_at
from yinuo.core.documents.letters import Letter, render_pdf
from yinuo.core.documents.models import Document, StoredFile
from yinuo.core.documents.rulefile import DocumentsRules, Kind
from yinuo.core.documents.rules import Slot
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.rules import NotForYou
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

__all__ = [
    "Judgement",
    "Taken",
    "Upload",
    "Wanted",
    "forget_unused_files",
    "judge",
    "judge_many",
    "keep_files",
    "keep_letter",
    "look_at",
    "receive",
    "receive_kept",
    "receive_many",
    "receive_taken",
    "request_documents",
    "waive",
    "waive_many",
]

Status = Document.Status


class NothingWanted(DomainError):
    code = "nothing_wanted"
    message: ClassVar[Message] = _("Choose at least one paper.")
    http = 422


class AlreadyHere(DomainError):
    """We never ask for what we hold."""

    code = "paper_already_here"
    message: ClassVar[Message] = _("“%(name)s” is here already or asked for. Take it off the list.")


class AskedBefore(DomainError):
    """Papers are asked for once; whoever asks again says why, and the case keeps the mark."""

    code = "papers_asked_before"
    message: ClassVar[Message] = _(
        "The customer was already asked for papers. Everything should have been asked at once: "
        "say why it was not."
    )


class TooManyFiles(DomainError):
    code = "too_many_files"
    message: ClassVar[Message] = _("A case holds at most %(most)s files.")


class NotThere(DomainError):
    code = "paper_not_there"
    message: ClassVar[Message] = _("There is no such paper in this case.")
    http = 404


class NotToBeJudged(DomainError):
    code = "paper_not_to_be_judged"
    message: ClassVar[Message] = _("“%(name)s” is not waiting to be looked at.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper to ask for; `why` is told to the customer."""

    kind: str
    why: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    document_id: int
    accepted: bool
    reason: str = ""


def request_documents(
    *, case: Case, wanted: Sequence[Wanted], by: Actor, at: datetime, again_because: str = ""
) -> list[Document]:
    """Ask the customer for papers, all at once. A second round needs `again_because`.

    Raises NotForYou, NothingWanted, UnknownKind, AlreadyHere, AskedBefore, ReasonTooLong.
    """
    _refuse_customers(by)
    if not wanted:
        raise NothingWanted("wanted")
    table = rulebook.rules(DocumentsRules, at=at)
    kinds = [rules.kind_of(table, one.kind, field="wanted") for one in wanted]
    with cases.transaction():
        fresh = cases.lock(case)
        rows = list(Document.objects.filter(case=fresh))
        _refuse_held(rows, wanted, table, fresh.customer.language)
        before = max((row.request_round for row in rows), default=0)
        if before and not again_because.strip():
            raise AskedBefore("again_because")
        made = Document.objects.bulk_create(
            Document(
                case=fresh,
                kind=one.kind,
                subject=one.subject,
                status=Status.ASKED,
                why_asked=rules.clean_reason(one.why, field="why"),
                request_round=before + 1,
                asked_at=at,
                asked_by=by.id,
                for_customer=kind.for_customer,
            )
            for one, kind in zip(wanted, kinds, strict=True)
        )
        data = {
            "round": before + 1,
            "asked_twice": before > 0,
            "documents": [row.pk for row in made],
            "kinds": [row.kind for row in made],
        }
        if before:
            data["note"] = _keep_reason(fresh, again_because, by, at)
        names = [kind.name[language_of(fresh.customer.language)] for kind in kinds]
        _record(fresh, [("document.requested", data)], by, at, {"papers": names})
    return made


def receive_taken(*, case: Case, taken: Sequence[Taken], by: Actor, at: datetime) -> list[Document]:
    """Put files that `look_at` has passed into the case.

    The same bytes for the same paper again give the row that is there. Raises TooManyFiles.
    """
    table = rulebook.rules(DocumentsRules, at=at)
    with cases.transaction():
        fresh = cases.lock(case)
        rows = list(Document.objects.filter(case=fresh).select_related("file").order_by("pk"))
        most = table.upload.files_per_case.value
        if sum(row.file_id is not None for row in rows) + len(taken) > most:
            raise TooManyFiles("file", most=most)
        files = _store(taken, at)
        found = [_place_in(rows, one, files[one.sha256], fresh, by, at) for one in taken]
        new = [row for row, is_new in found if is_new]
        _save_received(new)
        _record(fresh, [("document.received", _received(row)) for row in new], by, at, {})
    return [row for row, _is_new in found]


def receive_many(
    *, case: Case, uploads: Sequence[Upload], by: Actor, at: datetime
) -> list[Document]:
    """Take files into the case: `look_at`, then `receive_taken`, for who has no more to do."""
    taken = look_at(uploads=uploads, by=by, at=at)
    return receive_taken(case=case, taken=taken, by=by, at=at)


def receive(*, case: Case, upload: Upload, by: Actor, at: datetime) -> Document:
    """One file; see `receive_many`."""
    return receive_many(case=case, uploads=[upload], by=by, at=at)[0]


def judge_many(
    *, case: Case, judgements: Sequence[Judgement], by: Actor, at: datetime
) -> list[Document]:
    """Accept or reject papers that came in; a rejection says what was wrong.

    Raises NotForYou, NotThere, NotToBeJudged, ReasonMissing, ReasonTooLong.
    """
    _refuse_customers(by)
    table = rulebook.rules(DocumentsRules, at=at)
    with cases.transaction():
        fresh = cases.lock(case)
        rows = Document.objects.filter(case=fresh).in_bulk([j.document_id for j in judgements])
        judged = [_judge(rows.get(j.document_id), j, table, fresh, by, at) for j in judgements]
        fields = ["status", "judged_at", "judged_by", "rejection"]
        Document.objects.bulk_update(judged, fields)
        accepted = [row for row in judged if row.status == Status.ACCEPTED]
        _record(fresh, [("document.accepted", _which(row)) for row in accepted], by, at, {})
        for row in judged:
            if row.status == Status.REJECTED:
                name = _name(table, row.kind, fresh.customer.language)
                facts = {"paper": name, "reason": row.rejection}
                _record(fresh, [("document.rejected", _which(row))], by, at, facts)
    return judged


def judge(
    *, case: Case, document_id: int, accepted: bool, by: Actor, at: datetime, reason: str = ""
) -> Document:
    """One paper; see `judge_many`."""
    judgement = Judgement(document_id, accepted, reason)
    return judge_many(case=case, judgements=[judgement], by=by, at=at)[0]


def waive_many(
    *, case: Case, slots: Sequence[Slot], reason: str, by: Actor, at: datetime
) -> list[Document]:
    """Do without papers, whether they were asked for or only needed by rule.

    Raises NotForYou, NothingWanted, UnknownKind, ReasonMissing, ReasonTooLong.
    """
    _refuse_customers(by)
    text = rules.clean_reason(reason)
    if not slots:
        raise NothingWanted("slots")
    table = rulebook.rules(DocumentsRules, at=at)
    kinds = [rules.kind_of(table, slot.kind) for slot in slots]
    with cases.transaction():
        fresh = cases.lock(case)
        waiting = {
            Slot(row.kind, row.subject): row
            for row in Document.objects.filter(case=fresh, status=Status.ASKED)
        }
        waived = [
            _waived(waiting.get(slot), slot, kind, fresh, by, at)
            for slot, kind in zip(slots, kinds, strict=True)
        ]
        note = _keep_reason(fresh, text, by, at)
        events = [("document.waived", {**_which(row), "note": note}) for row in waived]
        _record(fresh, events, by, at, {})
    return waived


def waive(*, case: Case, slot: Slot, reason: str, by: Actor, at: datetime) -> Document:
    """One paper; see `waive_many`."""
    return waive_many(case=case, slots=[slot], reason=reason, by=by, at=at)[0]


def keep_letter(
    *,
    case: Case,
    letter: Letter,
    by: Actor,
    at: datetime,
    kind: str = "letter",
    subject: str = "",
) -> Document:
    """Write the letter as a PDF and keep it as a paper of the case, as it is sent.

    The same letter again gives the row that is there. Raises UnknownKind.
    """
    table = rulebook.rules(DocumentsRules, at=at)
    rule = rules.kind_of(table, kind)
    content = render_pdf(letter)
    with storage.staged((content,), most=len(content)) as staged:
        storage.keep(staged)
        taken = Taken(
            kind=kind,
            subject=subject,
            for_customer=rule.for_customer,
            sha256=staged.sha256,
            size=staged.size,
            content_type="application/pdf",
            file_name=f"{letter.reference} {rule.name[language_of(letter.language)]}.pdf",
            width=None,
            height=None,
            taken_at=None,
            latitude=None,
            longitude=None,
        )
    with cases.transaction():
        fresh = cases.lock(case)
        rows = list(Document.objects.filter(case=fresh, kind=kind, subject=subject))
        files = _store([taken], at)
        row, is_new = _place_in(rows, taken, files[taken.sha256], fresh, by, at)
        if is_new:
            row.status = Status.ACCEPTED
            row.judged_at, row.judged_by = at, by.id
            row.save()
            _record(fresh, [("document.written", _received(row))], by, at, {})
    return row


def keep_files(taken: Sequence[Taken], *, at: datetime) -> list[StoredFile]:
    """The rows of files that came before there is a case, each content once, in their order."""
    files = _store(taken, at)
    return list({one.sha256: files[one.sha256] for one in taken}.values())


def receive_kept(
    *, case: Case, files: Sequence[tuple[StoredFile, str]], kind: str, by: Actor, at: datetime
) -> list[Document]:
    """Put files into the case that `keep_files` kept, each with its name; see `receive_taken`."""
    rule = rules.kind_of(rulebook.rules(DocumentsRules, at=at), kind)
    taken = [
        Taken(
            kind=kind,
            subject="",
            for_customer=rule.for_customer,
            sha256=bytes(file.sha256),
            size=file.size_bytes,
            content_type=file.content_type,
            file_name=name,
            width=file.width,
            height=file.height,
            taken_at=None,
            latitude=None,
            longitude=None,
        )
        for file, name in files
    ]
    return receive_taken(case=case, taken=taken, by=by, at=at)


# Parts ---------------------------------------------------------------------------------------


def forget_unused_files(*, by: Actor, at: datetime) -> int:
    """Remove files that came for a report which was never sent; how many goes on record.

    A file is unused when no row names it. Only such as nobody sent within the rule's time are
    looked at, which is longer than a visit lasts: what is being attached now is younger.
    """
    oldest_at = at - rulebook.rules(DocumentsRules, at=at).upload.unused_kept_for.value.elapsed()
    forgotten = storage.clear_incoming(untouched_since=oldest_at)
    for hashes in storage.untouched_since(oldest_at):
        rows = StoredFile.objects.filter(sha256__in=hashes).values_list("sha256", flat=True)
        used = {bytes(sha256) for sha256 in rows}
        for sha256 in set(hashes) - used:
            storage.remove(sha256)
            forgotten += 1
    if forgotten:
        people.record_access(
            case_id=None, what="forgotten:unused_files", by=by, at=at, count=forgotten
        )
    return forgotten


def _refuse_customers(by: Actor) -> None:
    if by.kind == "customer":
        raise NotForYou


def _name(table: DocumentsRules, kind: str, language: str) -> str:
    return rules.kind_of(table, kind).name[language_of(language)]


def _keep_reason(case: Case, reason: str, by: Actor, at: datetime) -> int:
    note = cases.write_note(
        case=case, body=rules.clean_reason(reason), kind="reason", thread="papers", by=by, at=at
    )
    return int(note.pk)


def _record(
    case: Case,
    events: Sequence[tuple[str, Mapping[str, Any]]],
    by: Actor,
    at: datetime,
    facts: Mapping[str, object],
) -> None:
    lines = [(case, event_type, data) for event_type, data in events]
    if lines:
        cases.record_many(lines, by=by, at=at, facts=facts)


def _refuse_held(
    rows: Iterable[Document], wanted: Sequence[Wanted], table: DocumentsRules, language: str
) -> None:
    """One paper is asked for once, also within one request."""
    taken = {
        (row.kind, row.subject)
        for row in rows
        if row.status in (Status.ASKED, Status.RECEIVED, Status.ACCEPTED)
    }
    for one in wanted:
        if (one.kind, one.subject) in taken:
            raise AlreadyHere("wanted", name=_name(table, one.kind, language))
        taken.add((one.kind, one.subject))


def _store(taken: Sequence[Taken], at: datetime) -> dict[bytes, StoredFile]:
    """The row of each content, made if these bytes are new; somebody else may make it meanwhile."""
    StoredFile.objects.bulk_create(
        [
            StoredFile(
                sha256=one.sha256,
                size_bytes=one.size,
                content_type=one.content_type,
                width=one.width,
                height=one.height,
                stored_at=at,
            )
            for one in {one.sha256: one for one in taken}.values()
        ],
        ignore_conflicts=True,
    )
    found = StoredFile.objects.filter(sha256__in=[one.sha256 for one in taken])
    return {bytes(file.sha256): file for file in found}


def _place_in(
    rows: list[Document], one: Taken, file: StoredFile, case: Case, by: Actor, at: datetime
) -> tuple[Document, bool]:
    """The row of the upload, and whether it is news: the same bytes again are none."""
    slot = [row for row in rows if (row.kind, row.subject) == (one.kind, one.subject)]
    for row in slot:
        if row.file_id == file.pk and row.status in (Status.RECEIVED, Status.ACCEPTED):
            return row, False
    row = next((row for row in slot if row.status == Status.ASKED), None) or Document(
        case=case, kind=one.kind, subject=one.subject, for_customer=one.for_customer
    )
    row.status = Status.RECEIVED
    row.received_at = at
    row.file = file
    row.file_name = one.file_name
    row.uploaded_by = by.id
    row.taken_at = one.taken_at
    row.latitude = one.latitude
    row.longitude = one.longitude
    rows.append(row)
    return row, True


def _save_received(rows: Sequence[Document]) -> None:
    made = [row for row in rows if row._state.adding]
    filled = [row for row in rows if not row._state.adding]
    Document.objects.bulk_create(made)
    Document.objects.bulk_update(filled, _RECEIVED_FIELDS)


_RECEIVED_FIELDS = (
    "status",
    "received_at",
    "file",
    "file_name",
    "uploaded_by",
    "taken_at",
    "latitude",
    "longitude",
)


def _which(row: Document) -> dict[str, Any]:
    return {"document": row.pk, "kind": row.kind, "subject": row.subject}


def _received(row: Document) -> dict[str, Any]:
    sha256 = bytes(row.file.sha256).hex() if row.file else ""
    return {**_which(row), "sha256": sha256}


def _judge(
    row: Document | None,
    judgement: Judgement,
    table: DocumentsRules,
    case: Case,
    by: Actor,
    at: datetime,
) -> Document:
    if row is None:
        raise NotThere("document")
    if row.status != Status.RECEIVED:
        name = _name(table, row.kind, case.customer.language)
        raise NotToBeJudged("document", name=name)
    row.rejection = "" if judgement.accepted else rules.clean_reason(judgement.reason)
    row.status = Status.ACCEPTED if judgement.accepted else Status.REJECTED
    row.judged_at, row.judged_by = at, by.id
    return row


def _waived(
    row: Document | None, slot: Slot, kind: Kind, case: Case, by: Actor, at: datetime
) -> Document:
    if row is None:
        row = Document(
            case=case, kind=slot.kind, subject=slot.subject, for_customer=kind.for_customer
        )
    row.status = Status.WAIVED
    row.judged_at, row.judged_by = at, by.id
    row.save()
    return row
