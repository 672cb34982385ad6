"""The plain values that template parts receive. Doors build them; parts only lay them out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yinuo.interfaces.common import wording
from yinuo.kit.money import Money

__all__ = ["Money"]


class Tone(StrEnum):
    """What a tag or figure means; the colour follows, never leads."""

    PLAIN = ""
    PINE = "pine"
    JADE = "jade"
    AMBER = "amber"
    VERMILION = "vermilion"


# --- The promise chip ---------------------------------------------------------------------------


class ChipState(StrEnum):
    OPEN = "open"
    SOON = "soon"
    BROKEN = "broken"
    KEPT = "kept"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseChip:
    """One promise as everybody sees it.

    ``soon_at`` is the moment from which it counts as due soon (the rule's last warning);
    ``counted`` is the clock engine's sentence, ``why`` the text of the promise.
    """

    title: str
    started_at: datetime
    due_at: datetime
    now: datetime
    soon_at: datetime | None = None
    kept_at: datetime | None = None
    paused_at: datetime | None = None
    withdrawn_at: datetime | None = None
    pause_reason: str = ""
    withdrawn_reason: str = ""
    why: str = ""
    counted: str = ""
    source: str = ""
    rule: str = ""
    owner: str = ""
    statutory: bool = False
    provisional: bool = False
    internal: bool = False

    @property
    def state(self) -> ChipState:
        if self.withdrawn_at is not None:
            return ChipState.WITHDRAWN
        if self.kept_at is not None:
            return ChipState.KEPT if self.kept_at <= self.due_at else ChipState.BROKEN
        if self.paused_at is not None:
            return ChipState.PAUSED
        if self.now > self.due_at:
            return ChipState.BROKEN
        if self.soon_at is not None and self.now >= self.soon_at:
            return ChipState.SOON
        return ChipState.OPEN

    @property
    def counting(self) -> bool:
        """Whether the clock runs, so that the page may refresh it."""
        return self.kept_at is None and self.paused_at is None and self.withdrawn_at is None

    @property
    def share_left(self) -> float:
        """The part of the time that remains, 0 to 1; frozen at the moment of a pause."""
        whole = self.due_at - self.started_at
        at = self.paused_at or self.now
        if whole <= timedelta(0):
            return 0.0
        return min(1.0, max(0.0, (self.due_at - at) / whole))

    @property
    def ring(self) -> str:
        """The drawn length of the ring, for a path of length 100."""
        return f"{self.share_left * 100:.0f} 100"

    @property
    def when(self) -> str:
        if self.withdrawn_at is not None:
            return self.withdrawn_reason or wording.near_time(self.withdrawn_at, self.now)
        if self.kept_at is not None:
            return wording.near_time(self.kept_at, self.now)
        if self.paused_at is not None:
            return self.pause_reason
        time = wording.near_deadline(self.due_at, self.now)
        if self.now > self.due_at:
            return _("was due %(time)s") % {"time": time}
        return _("by %(time)s") % {"time": time}

    @property
    def left(self) -> str:
        if self.withdrawn_at is not None:
            return pgettext("promise", "Withdrawn")
        if self.kept_at is not None:
            if self.kept_at <= self.due_at:
                return _("Kept")
            late = wording.span(self.kept_at - self.due_at)
            return _("Kept %(span)s late") % {"span": late}
        if self.paused_at is not None:
            return _("Paused")
        if self.now > self.due_at:
            return wording.time_late(self.now - self.due_at)
        return wording.time_left(self.due_at - self.now)


# --- The case page ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tag:
    text: str
    tone: Tone = Tone.PLAIN
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as this reader may see them: the door masks before it fills this in."""

    name: str
    phone: str = ""
    plate: str = ""
    url: str = ""

    @classmethod
    def masked(cls, *, name: str, phone: str = "", plate: str = "", url: str = "") -> Person:
        """The name in full, the phone masked, as lists and printed pages show it."""
        return cls(name=name, phone=wording.mask_phone(phone), plate=plate, url=url)


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str | Money
    note: str = ""
    url: str = ""

    @property
    def is_money(self) -> bool:
        return isinstance(self.value, Money)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHeader:
    number: str
    kind: str
    state: Tag
    customer: Person
    subject: str = ""
    icon: str = "car"
    handler: str = ""
    branch: str = ""
    opened_at: datetime
    figures: tuple[Fact, ...] = ()
    tags: tuple[Tag, ...] = ()
    about: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A case that is about this one."""

    kind: str
    number: str
    url: str
    state: Tag
    opened_at: datetime
    promise: PromiseChip | None = None
    note: str = ""


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    NEXT = "next"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStep:
    """One stop of the journey. Keep a journey to eight stops or fewer."""

    label: str
    state: StepState
    at: datetime | None = None
    note: str = ""
    promise: PromiseChip | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    steps: tuple[JourneyStep, ...]
    now: datetime
    headline: str = ""


class TimelineKind(StrEnum):
    EVENT = "event"
    MESSAGE = "message"
    DOCUMENT = "document"
    NOTE = "note"
    PROMISE = "promise"
    MONEY = "money"


_TIMELINE_ICONS = {
    TimelineKind.EVENT: "event",
    TimelineKind.MESSAGE: "message",
    TimelineKind.DOCUMENT: "document",
    TimelineKind.NOTE: "note",
    TimelineKind.PROMISE: "clock",
    TimelineKind.MONEY: "pay",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One line of the timeline; ``tone`` is "kept", "broken" or nothing."""

    at: datetime
    kind: TimelineKind
    title: str
    by: str = ""
    body: str = ""
    channel: str = ""
    url: str = ""
    facts: tuple[Fact, ...] = ()
    tone: str = ""

    @property
    def icon(self) -> str:
        return _TIMELINE_ICONS[self.kind]


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter or tab that lives in the URL."""

    label: str
    url: str
    count: int | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class TimelineDay:
    label: str
    items: tuple[TimelineItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    items: tuple[TimelineItem, ...]
    now: datetime
    filters: tuple[Filter, ...] = ()
    earlier_url: str = ""

    @property
    def days(self) -> tuple[TimelineDay, ...]:
        grouped: dict[date, list[TimelineItem]] = {}
        for item in self.items:
            grouped.setdefault(timezone.localdate(item.at), []).append(item)
        return tuple(
            TimelineDay(wording.near_date(items[0].at, self.now), tuple(items))
            for items in grouped.values()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A step that this person may take now.

    ``tells`` is what the customer will be told, in words; empty means that they are told nothing.
    ``promises`` is what the step promises them. ``confirm`` asks once more before it is done.
    """

    label: str
    url: str
    method: str = "get"
    primary: bool = False
    grave: bool = False
    tells: str = ""
    promises: str = ""
    confirm: str = ""
    refused: str = ""
    hidden: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindered:
    """Steps that are another person's this time, and why."""

    labels: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    main: tuple[Action, ...] = ()
    others: tuple[Action, ...] = ()
    hindered: tuple[Hindered, ...] = ()
    waiting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One message that the customer got, or why it was not sent."""

    subject: str
    at: datetime
    channel: str
    outcome: Tag
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerCard:
    person: Person
    now: datetime
    language: str = ""
    channel: str = ""
    quiet: str = ""
    vulnerable: tuple[str, ...] = ()
    earlier: tuple[Link, ...] = ()
    earlier_count: int = 0
    told: tuple[Told, ...] = ()


# --- Lists --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    number: str
    url: str
    kind: str
    customer: str
    state: Tag
    promise: PromiseChip | None = None
    plate: str = ""
    handler: str = ""
    amount: Money | None = None
    note: str = ""


class LaneKey(StrEnum):
    OVERDUE = "overdue"
    NEXT_HOUR = "next_hour"
    TODAY = "today"
    WAITING = "waiting_for_customer"
    LATER = "later"
    WITHOUT_PROMISE = "without_promise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    key: LaneKey
    title: str
    rows: tuple[CaseRow, ...]
    count: int
    url: str = ""


class CellKind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    TIME = "time"
    TAG = "tag"
    PROMISE = "promise"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    kind: CellKind = CellKind.TEXT
    value: str | int | Decimal | datetime | Money | Tag | PromiseChip | None = None
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    numeric: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A plain table; on a phone each row folds into a card with the column names in it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    now: datetime
    caption_hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    summary: str
    previous_url: str = ""
    next_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBox:
    """``results_url`` answers with a part for results as you type; empty means only on Enter."""

    url: str
    label: str
    value: str = ""
    placeholder: str = ""
    results_url: str = ""
    target: str = ""
    shortcut: bool = False


# --- Small things -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """An empty place says what to do next."""

    title: str
    body: str = ""
    icon: str = "check"
    action: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``tone``: "" says, "good" confirms, "care" warns."""

    title: str
    body: str = ""
    tone: str = ""
    link: Link | None = None

    @property
    def icon(self) -> str:
        return {"good": "check", "care": "warn"}.get(self.tone, "message")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    label: str
    done: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stat:
    """A figure with its bar: ``share`` and ``target_share`` are 0 to 1; ``note`` gives n of m."""

    label: str
    value: str
    unit: str = ""
    share: float | None = None
    target_share: float | None = None
    note: str = ""
    url: str = ""
    broken: bool = False

    @property
    def bar_width(self) -> str:
        return f"{(self.share or 0) * 100:.1f}"

    @property
    def target_x(self) -> str:
        return f"{(self.target_share or 0) * 100:.1f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormStep:
    label: str
    state: StepState
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A question in a box; ``id`` is what a button's data-opens names."""

    id: str
    title: str
    body: str
    confirm: str
    url: str
    method: str = "post"
    grave: bool = False


class PaperState(StrEnum):
    ASKED = "asked"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentTile:
    title: str
    state: PaperState
    state_label: str
    now: datetime
    url: str = ""
    thumbnail_url: str = ""
    digest: str = ""
    taken_at: datetime | None = None
    place: str = ""
    uploader: str = ""
    reason: str = ""

    @property
    def tone(self) -> Tone:
        return {
            PaperState.ASKED: Tone.AMBER,
            PaperState.RECEIVED: Tone.PINE,
            PaperState.ACCEPTED: Tone.JADE,
            PaperState.REJECTED: Tone.AMBER,
        }[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class SumLine:
    """One line of a settlement: its formula with figures, and the clause in plain words."""

    label: str
    amount: Money
    formula: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumSheet:
    caption: str
    lines: tuple[SumLine, ...]
    total_label: str
    total: Money
