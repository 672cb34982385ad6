"""The lines of a timeline: events, and in their place the messages, papers and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.cases.models import Event
from yinuo.core.people.models import Staff
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import labels, wording
from yinuo.interfaces.common.present import Fact, Filter, Timeline, TimelineItem, TimelineKind
from yinuo.interfaces.desk.rows import case_url
from yinuo.interfaces.desk.sentences import sentence_of, title_of
from yinuo.overview.casefile import MessageRow, NoteRow

SHOWN: Mapping[str, tuple[str, tuple[TimelineKind, ...]]] = {
    "steps": (gettext_noop("Steps"), (TimelineKind.EVENT, TimelineKind.MONEY)),
    "messages": (gettext_noop("Messages"), (TimelineKind.MESSAGE,)),
    "papers": (gettext_noop("Papers"), (TimelineKind.DOCUMENT,)),
    "promises": (gettext_noop("Promises"), (TimelineKind.PROMISE,)),
    "notes": (gettext_noop("Notes"), (TimelineKind.NOTE,)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What the sentences need beside the event. `papers` names documents by id."""

    now: datetime
    language: str
    currency: str
    customer: str
    names: Mapping[str, str]
    papers: Mapping[int, str] = field(default_factory=dict)
    paper_urls: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, NoteRow] = field(default_factory=dict)


def names_for(events: Iterable[Event]) -> dict[str, str]:
    """The names of the colleagues that these events speak of, by actor id. One statement."""
    ids = {number for event in events for number in _staff_in(event)}
    rows = Staff.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {f"staff:{pk}": name for pk, name in rows}


def _staff_in(event: Event) -> Iterable[int]:
    kind, _colon, number = event.actor.partition(":")
    if kind == "staff" and number.isdecimal():
        yield int(number)
    for key in ("surveyor", "to"):
        if isinstance(event.data.get(key), int):
            yield event.data[key]


def actor_name(actor: str, names: Mapping[str, str], customer: str) -> str:
    kind = actor.partition(":")[0]
    if kind == "customer":
        return customer
    if kind == "client":
        return _("a partner's system")
    return names.get(actor, "") if kind == "staff" else _("by itself")


def items_of(events: Iterable[Event], telling: Telling) -> list[TimelineItem]:
    return [_item(event, telling) for event in events]


def _item(event: Event, telling: Telling) -> TimelineItem:
    sentence = sentence_of(event.type)
    note = telling.notes.get(event.data.get("note", 0))
    return TimelineItem(
        at=event.at,
        kind=sentence.kind,
        title=title_of(
            event.type,
            event.data,
            names=telling.names,
            papers=telling.papers,
            currency=telling.currency,
            language=telling.language,
            now=telling.now,
        ),
        by=actor_name(event.actor, telling.names, telling.customer),
        body="" if note is None or event.type != "note.added" else _note(note),
        url=telling.paper_urls.get(event.data.get("document", 0), ""),
        facts=tuple(_promised(event.data, telling)),
        tone=sentence.tone,
    )


def _note(note: NoteRow) -> str:
    return _("(erased)") if note.erased else note.body


def _promised(data: Mapping[str, Any], telling: Telling) -> Iterable[Fact]:
    """What a step promised, kept and ended."""
    for one in data.get("made", ()):
        due = wording.near_time(datetime.fromisoformat(one["due"]), telling.now)
        yield Fact(_("Promised"), _title(one, telling), _("by %(time)s") % {"time": due})
    for one in data.get("kept", ()):
        late = _("late") if one.get("late") else ""
        yield Fact(_("Promise kept"), _title(one, telling), late)
    for one in data.get("withdrawn", ()):
        yield Fact(_("No longer promised"), _title(one, telling))


def _title(one: Mapping[str, Any], telling: Telling) -> str:
    return rulebook.promise_title(one["rule"], telling.language).title


def message_items(rows: Sequence[MessageRow]) -> list[TimelineItem]:
    """One line for each thing that was said, whatever channels it took."""
    grouped: dict[tuple[object, ...], list[MessageRow]] = {}
    for row in rows:
        key = (row.event, row.reason, row.to_customer, row.staff, row.written_at)
        grouped.setdefault(key, []).append(row)
    return [_message(group) for group in grouped.values()]


def _message(rows: Sequence[MessageRow]) -> TimelineItem:
    first = rows[0]
    if first.to_customer:
        title = _("Told the customer: %(subject)s") % {"subject": first.subject}
    else:
        title = _("Told %(name)s: %(subject)s") % {"name": first.staff, "subject": first.subject}
    return TimelineItem(
        at=first.written_at,
        kind=TimelineKind.MESSAGE,
        title=title,
        channel=" · ".join(_way(row) for row in rows),
        facts=(Fact(_("Words"), first.body),),
        tone="broken" if any(row.status == "failed" for row in rows) else "",
    )


def _way(row: MessageRow) -> str:
    outcome = (
        labels.word(labels.WHY_NOT, row.why_not)
        if row.why_not
        else _("read")
        if row.read_at
        else labels.word(labels.MESSAGE_STATUS, row.status)
    )
    return f"{labels.word(labels.CHANNELS, row.channel)}: {outcome}"


def timeline_of(
    items: Iterable[TimelineItem], *, number: str, show: str, now: datetime, earlier: int | None
) -> Timeline:
    """The newest first, with filters that live in the address."""
    ordered = sorted(items, key=lambda item: item.at, reverse=True)
    here = case_url(number)
    # Of a timeline in pages only the lines of this page are known, and a count would mislead.
    whole = earlier is None
    total = len(ordered) if whole else None
    filters = [Filter(_("All"), f"{here}#timeline", total, current=show not in SHOWN)]
    for name, (label, kinds) in SHOWN.items():
        count = sum(item.kind in kinds for item in ordered)
        url = f"{here}?show={name}#timeline"
        known = count if whole else None
        filters.append(Filter(_(label), url, known, current=show == name))
    if show in SHOWN:
        kinds = SHOWN[show][1]
        ordered = [item for item in ordered if item.kind in kinds]
    asked = f"show={show}&" if show in SHOWN else ""
    return Timeline(
        items=tuple(ordered),
        now=now,
        filters=tuple(filters),
        earlier_url=f"{here}?{asked}before={earlier}#timeline" if earlier else "",
    )
