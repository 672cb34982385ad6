"""A complaint comes in, is confirmed in person, taken up or passed on, and grows by new facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints import queries
from yinuo.areas.complaints.commands.common import (
    REGULATOR_REPORT,
    Held,
    by_a_person,
    locked,
    locked_many,
    one_of,
    rules_at,
    take,
    telling,
    written,
)
from yinuo.areas.complaints.commands.parties import (
    NewParty,
    alarm,
    check_parties,
    is_major,
    party_row,
)
from yinuo.areas.complaints.models import Complaint
from yinuo.areas.complaints.rules import CHANNELS
from yinuo.core.cases import commands as cases
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.commands import Making, Move, Opening
from yinuo.core.cases.models import Case, Note
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person, Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.bulk import add_rows
from yinuo.kit.errors import DomainError

FACTS_ADDED = ("complaint.facts_added", "complaint.reopened")
URGENT = "urgent"
INSIDE_CHANNELS = ("call_back", "api", "import")


class NotYetReceived(DomainError):
    code = "not_yet_received"
    message = _("This time lies in the future, or before the words were first said.")
    http = 422


class AlreadyComplained(DomainError):
    code = "already_complained"
    message = _(
        "Complaint %(number)s about the same matter is still open. Add the new facts to it, "
        "or confirm that this is another matter."
    )


class MajorAlready(DomainError):
    code = "major_already"
    message = _("Complaint %(number)s is a major one already.")


@dataclass(frozen=True, slots=True)
class NewComplaint:
    """`received_at` is when the words reached the house: the clock of the law runs from there.

    `first_spoken_at` is when they were first said to anybody, also before they became a complaint.
    `note` holds them when another case already does.
    """

    customer: Person
    channel: str
    branch: Branch | None = None
    about: Case | None = None
    words: str = ""
    wanted: str = ""
    note: Note | None = None
    source: Case | None = None
    received_at: datetime | None = None
    first_spoken_at: datetime | None = None
    parties: tuple[NewParty, ...] = ()
    group_size: int = 1
    face_to_face: bool = False
    named_by_regulator: bool = False
    urgent: bool = False
    regulator_ref: str = ""
    product: str = ""
    stage: str = ""
    handler: Staff | None = None
    confirmed_new: bool = False
    external_key: str = ""


def receive(*, new: NewComplaint, by: Actor, at: datetime) -> Case:
    """Open a complaint, or add the words to the one about the same matter that is still open.

    A colleague is asked first (AlreadyComplained); what the customer or the house itself brings is
    joined. Raises what `receive_many` raises.
    """
    with cases.transaction():
        running = None if new.confirmed_new else _running(new)
        if running is None:
            return receive_many([new], by=by, at=at)[0]
        if by.kind not in ("customer", "system"):
            raise AlreadyComplained("confirmed_new", number=running.number)
        _join(running, new, by, at)
        return running


def _join(running: Case, new: NewComplaint, by: Actor, at: datetime) -> None:
    """What was said about a complaint that is open already, also on another case; once."""
    words, source = new.words, new.note
    if not words.strip() and source is not None:
        lines = running.events.filter(type__in=FACTS_ADDED, data__contains={"said": source.pk})
        opened_by_it = Complaint.objects.filter(pk=running.pk, words=source)
        if opened_by_it.exists() or lines.exists():
            return
        words = source.body
    if words.strip():
        add_facts(case=running, words=words, source=source, by=by, at=at)


def receive_many(news: Sequence[NewComplaint], *, by: Actor, at: datetime) -> list[Case]:
    """Open the complaints, each with its clocks from the day of receipt.

    A key of another system that is known already gives the complaint that it has. Raises
    NotYourRole, NotYetReceived, TooManyRepresentatives and NotKnown.
    """
    for new in news:
        _check(new, at)
    with cases.transaction():
        keys = [new.external_key for new in news if new.external_key]
        known = {
            str(row.external_key): row.case
            for row in Complaint.objects.filter(external_key__in=keys).select_related("case")
        }
        fresh = [new for new in news if new.external_key not in known]
        handlers = _handlers(fresh, at)
        openings = [
            _opening(new, handler, at) for new, handler in zip(fresh, handlers, strict=True)
        ]
        opened = cases.open_many(openings, by=by, at=at) if openings else []
        followed = _followed(fresh)
        made = [
            _complaint(case, new, followed.get((new.customer.pk, _about_id(new))), at)
            for case, new in zip(opened, fresh, strict=True)
        ]
        add_rows(made)
        add_rows(
            [
                party_row(complaint, one, by, at)
                for complaint, new in zip(made, fresh, strict=True)
                for one in new.parties
            ]
        )
        for complaint, new in zip(made, fresh, strict=True):
            _keep_words(complaint, new, by, at)
            if new.channel == "regulator" and new.urgent:
                _promise_urgent(complaint, by, at)
        by_new = dict(zip(map(id, fresh), opened, strict=True))
        return [by_new.get(id(new)) or known[new.external_key] for new in news]


def acknowledge(*, case: Case, how: str, by: Actor, at: datetime, seen: int | None = None) -> None:
    """Tell the complainant in person that it is here and who looks after it."""
    with cases.transaction():
        held = locked(case, seen=seen)
        take(held, "acknowledge", by=by, at=at, data={"how": one_of(how, CHANNELS, "how")})


def acknowledge_many(complaints: Sequence[Case], *, how: str, by: Actor, at: datetime) -> None:
    move_many(complaints, step="acknowledge", data={"how": how}, by=by, at=at)


def accept(*, case: Case, by: Actor, at: datetime, seen: int | None = None) -> None:
    with cases.transaction():
        take(locked(case, seen=seen), "accept", by=by, at=at)


def accept_many(complaints: Sequence[Case], *, by: Actor, at: datetime) -> None:
    move_many(complaints, step="accept", data={}, by=by, at=at)


def move_many(
    complaints: Sequence[Case], *, step: str, data: Mapping[str, Any], by: Actor, at: datetime
) -> list[Held]:
    """The same step in each complaint; returns them locked."""
    with cases.transaction():
        held = locked_many(complaints)
        moves = [Move(one.case, step, data=data, facts=telling(one)) for one in held]
        cases.advance_many(moves, by=by, at=at)
    return held


def transfer(
    *, case: Case, to: str, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Pass on what is no complaint, or not one of ours; the complainant learns where to and why."""
    to, why = written(to, "to"), written(reason, "reason")
    with cases.transaction():
        held = locked(case, seen=seen)
        held.complaint.passed_to = to
        held.complaint.save(update_fields=["passed_to"])
        cases.write_note(case=held.case, body=why, kind="reason", by=by, at=at, for_customer=True)
        take(held, "transfer", by=by, at=at, facts={"reason": why, "passed_to": to})


def add_facts(
    *,
    case: Case,
    words: str,
    source: Note | None = None,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> Note:
    """New facts or reasons. Before the answer was told they go to the running inquiry, whose clock
    runs on; after it the inquiry begins again, with the whole time of the law.

    `source` is the note of another case on which they were said.
    """
    body = written(words, "words")
    with cases.transaction():
        held = locked(case, seen=seen)
        note = cases.write_note(
            case=held.case,
            body=body,
            kind="words",
            thread="facts",
            by=by,
            at=at,
        )
        again = held.case.state in ("decided", "told")
        if again:
            if held.complaint.told_at is not None:
                # The time of the law begins anew, without what it was extended by.
                held.complaint.complexity = Complaint.Complexity.SIMPLE
            held.complaint.decided_at = held.complaint.told_at = None
            held.complaint.save(update_fields=["decided_at", "told_at", "complexity"])
        data = {"note": note.pk} | ({"said": source.pk} if source is not None else {})
        take(held, "reopen" if again else "add_facts", by=by, at=at, data=data)
    return note


def forward(
    *,
    case: Case,
    reference: str,
    forwarded_at: datetime,
    urgent: bool = False,
    named: bool = False,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """The regulator's letter about a complaint that is already here. `named` makes it major.

    The time for the report runs from the letter; an urgent one replaces a longer time.
    """
    ref = written(reference, "reference")
    if forwarded_at > at:
        raise NotYetReceived("forwarded_at")
    with cases.transaction():
        held = locked(case, seen=seen)
        held.complaint.regulator_ref, held.complaint.forwarded_at = ref[:60], forwarded_at
        held.complaint.save(update_fields=["regulator_ref", "forwarded_at"])
        if urgent:
            _drop_longer_report(held, forwarded_at, by, at)
        told = alarm(held.case.branch_path) if named and held.case.care != "major" else {}
        take(
            held,
            "forward",
            by=by,
            at=at,
            data=told,
            klass=URGENT if urgent else None,
            care="major" if named else None,
            started_at=forwarded_at,
        )


def call_major(
    *, case: Case, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """A person says that it is a major one, as after a disaster or a grave accident, and why.

    Raises MajorAlready and WordsMissing.
    """
    why = written(reason, "reason")
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        if held.case.care == "major":
            raise MajorAlready(number=held.case.number)
        cases.write_note(case=held.case, body=why, kind="internal", by=by, at=at)
        data = alarm(held.case.branch_path)
        take(held, "call_major", by=by, at=at, data=data, care="major")


def _drop_longer_report(held: Held, started_at: datetime, by: Actor, at: datetime) -> None:
    rule, _revision = rulebook.promise_rule(REGULATOR_REPORT, at=started_at)
    due = clock.due(rule.limit_for(URGENT, None), started_at, calendar_at(started_at)).due_at
    running = held.case.promises.filter(
        rule=REGULATOR_REPORT, kept_at__isnull=True, withdrawn_at__isnull=True
    )
    if running.filter(due_at__gt=due).exists():
        cases.withdraw(case=held.case, rules=[REGULATOR_REPORT], why="urgent", by=by, at=at)


def _promise_urgent(complaint: Complaint, by: Actor, at: datetime) -> None:
    """The report that an urgent letter asks for, from the day on which the letter came."""
    making = Making(complaint.case, REGULATOR_REPORT, complaint.received_at, klass=URGENT)
    for one in cases.make_many([making]).get(complaint.case.pk, []):
        data = {"rule": one.rule, "subject": one.subject, "due": one.due_at.isoformat()}
        cases.record(case=complaint.case, type="promise.made", data=data, by=by, at=at)


def report_back(
    *, case: Case, words: str, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """What was reported to the regulator, and that it was."""
    with cases.transaction():
        cases.lock(case, seen=seen)
        report_back_many([case], words=words, by=by, at=at)


def report_back_many(complaints: Sequence[Case], *, words: str, by: Actor, at: datetime) -> None:
    """The same report about each of the complaints."""
    by_a_person(by)
    body = written(words, "words")
    with cases.transaction():
        held = locked_many(complaints)
        news = [cases.NewNote(one.case, body, "internal") for one in held]
        moves = [
            Move(one.case, "report_back", data={"note": note.pk}, facts=telling(one))
            for one, note in zip(held, cases.write_note_many(news, by=by, at=at), strict=True)
        ]
        cases.advance_many(moves, by=by, at=at)


def _about_id(new: NewComplaint) -> int | None:
    return new.about.pk if new.about else None


def _running(new: NewComplaint) -> Case | None:
    """The open complaint of this customer about the same case."""
    if new.about is None:
        return None
    found = Complaint.objects.filter(
        case__about=new.about, case__customer=new.customer, case__closed_at__isnull=True
    ).select_related("case")
    first = found.order_by("-pk").first()
    return first.case if first else None


def _followed(news: Sequence[NewComplaint]) -> dict[tuple[int, int | None], Complaint]:
    """For each customer and matter the latest complaint that has ended: new facts follow it."""
    about = {new.about.pk for new in news if new.about}
    if not about:
        return {}
    rows = Complaint.objects.filter(
        case__about__in=about, case__closed_at__isnull=False
    ).select_related("case")
    return {(row.case.customer_id, row.case.about_id): row for row in rows.order_by("pk")}


def _check(new: NewComplaint, at: datetime) -> None:
    one_of(new.channel, (*CHANNELS, *INSIDE_CHANNELS), "channel")
    received = new.received_at or at
    if received > at or (new.first_spoken_at or received) > received:
        raise NotYetReceived("received_at")
    check_parties(new.parties, at)


def _handlers(news: Sequence[NewComplaint], at: datetime) -> list[Staff | None]:
    """For each complaint an officer on duty who never touched what it is about."""
    involved = queries.touched_many({new.about.pk for new in news if new.about}, at)
    officers: dict[str, list[Staff]] = {}
    chosen: list[Staff | None] = []
    for place, new in enumerate(news):
        path = _branch(new).path
        if new.handler is None and path not in officers:
            officers[path] = people.staff_with("complaint_officer", path, at)
        touched = involved.get(_about_id(new) or 0, frozenset())
        free = [one for one in officers.get(path, ()) if f"staff:{one.pk}" not in touched]
        turn = new.customer.pk + place
        chosen.append(new.handler or (free[turn % len(free)] if free else None))
    return chosen


def _branch(new: NewComplaint) -> Branch:
    if new.branch is not None:
        return new.branch
    return new.about.branch if new.about else new.customer.home_branch


def _opening(new: NewComplaint, handler: Staff | None, at: datetime) -> Opening:
    major = new.named_by_regulator or is_major(new.group_size, new.face_to_face, at)
    branch = _branch(new)
    received = new.received_at or at
    by_regulator = new.channel == "regulator"
    data: dict[str, Any] = {"channel": new.channel, "received": received.isoformat()}
    if major:
        data |= alarm(branch.path)
    if new.source is not None:
        data["source"] = new.source.pk
    return Opening(
        kind="complaint",
        step="receive",
        customer=new.customer,
        branch=branch,
        handler=handler,
        care="major" if major else "regular",
        about=new.about,
        data=data,
        facts={
            "received_at": received,
            "about_number": new.about.number if new.about else "",
        },
        also_makes=(REGULATOR_REPORT,) if by_regulator and not new.urgent else (),
        started_at=received,
    )


def _complaint(case: Case, new: NewComplaint, follows: Complaint | None, at: datetime) -> Complaint:
    received = new.received_at or at
    return Complaint(
        case=case,
        channel=new.channel,
        first_spoken_at=new.first_spoken_at or received,
        received_at=received,
        words=new.note,
        source=new.source,
        follows=follows,
        group_size=new.group_size,
        face_to_face=new.face_to_face,
        product=new.product or _product(new.about, at),
        stage=new.stage or (new.about.state if new.about else ""),
        regulator_ref=new.regulator_ref,
        forwarded_at=received if new.channel == "regulator" else None,
        external_key=new.external_key or None,
    )


def _product(about: Case | None, at: datetime) -> str:
    return "" if about is None else rules_at(at).inbound.product_of.value.get(about.kind, "")


def _keep_words(complaint: Complaint, new: NewComplaint, by: Actor, at: datetime) -> None:
    """The customer's own words as first spoken, and what is asked for, as notes of the case."""
    fields = []
    if new.note is None and new.words.strip():
        complaint.words = cases.write_note(
            case=complaint.case,
            body=new.words,
            kind="words",
            thread="words",
            by=by,
            at=at,
        )
        fields.append("words")
    if new.wanted.strip():
        complaint.wanted = cases.write_note(
            case=complaint.case,
            body=new.wanted,
            kind="words",
            thread="wanted",
            by=by,
            at=at,
        )
        fields.append("wanted")
    if fields:
        complaint.save(update_fields=fields)
