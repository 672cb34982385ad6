"""Sample data for the gallery of parts: invented people, one afternoon, every state once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from yinuo.core.knowledge.readings import Place, Read
from yinuo.interfaces.common.present import (
    Action,
    Actions,
    CaseHeader,
    CaseRow,
    CustomerCard,
    Fact,
    Filter,
    Follower,
    Hindered,
    Journey,
    JourneyStep,
    Lane,
    LaneKey,
    Link,
    Money,
    Person,
    PromiseChip,
    StepState,
    Tag,
    Timeline,
    TimelineItem,
    TimelineKind,
    Told,
    Tone,
)
from yinuo.interfaces.common.present_portal import Contact, NextCard, Todo
from yinuo.interfaces.common.readings import ReadingCard, card_of

NOW = datetime(2026, 3, 4, 14, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NUMBER = "C26-0304-0117-5"


@dataclass(frozen=True, slots=True)
class Sample:
    """One part with one set of values; ``wide`` gives it the whole width of the page."""

    name: str
    template: str
    context: Mapping[str, object] = field(default_factory=dict)
    wide: bool = False


def yuan(text: str) -> Money:
    return Money(Decimal(text))


def chip_open() -> PromiseChip:
    return PromiseChip(
        title=_("Damage assessed"),
        started_at=NOW - 29 * HOUR,
        due_at=NOW + 43 * HOUR,
        soon_at=NOW + 30 * HOUR,
        now=NOW,
        counted=_("3 natural days from 3 March 2026, 09:20; the day of the start is not counted."),
        why=_("You should know soon what the repair will cost."),
        source=_("Service standard of the insurer, article 12"),
        rule="claims.assessment",
        owner="周敏",
    )


def chip_soon() -> PromiseChip:
    return PromiseChip(
        title=_("Surveyor calls you"),
        started_at=NOW - timedelta(minutes=19),
        due_at=NOW + timedelta(minutes=11),
        soon_at=NOW - timedelta(minutes=1),
        now=NOW,
        counted=_("30 minutes from 4 March 2026, 14:01."),
        rule="claims.survey_contact",
        owner="赵磊",
    )


def chip_broken() -> PromiseChip:
    return PromiseChip(
        title=_("Answer about your papers"),
        started_at=NOW - 27 * HOUR,
        due_at=NOW - 3 * HOUR,
        now=NOW,
        statutory=True,
        counted=_("24 hours from 3 March 2026, 11:20."),
        source=_("Insurance Law, article 22"),
        rule="claims.papers_answer",
    )


def chip_kept_late() -> PromiseChip:
    return PromiseChip(
        title=_("Surveyor at the place"),
        started_at=NOW - 4 * HOUR,
        due_at=NOW - 2 * HOUR,
        kept_at=NOW - 2 * HOUR + timedelta(minutes=25),
        now=NOW,
    )


def chip_kept() -> PromiseChip:
    return PromiseChip(
        title=_("Case registered"),
        started_at=NOW - 30 * HOUR,
        due_at=NOW - 6 * HOUR,
        kept_at=NOW - 29 * HOUR,
        now=NOW,
        statutory=True,
        source=_("Service standard of the insurer, article 9"),
    )


def chip_paused() -> PromiseChip:
    return PromiseChip(
        title=_("Decision"),
        started_at=NOW - 9 * DAY,
        due_at=NOW + 21 * DAY,
        paused_at=NOW - DAY,
        pause_reason=_("waiting for the repair invoice"),
        now=NOW,
        statutory=True,
        provisional=True,
    )


def chip_withdrawn() -> PromiseChip:
    return PromiseChip(
        title=_("Second survey"),
        started_at=NOW - 2 * DAY,
        due_at=NOW + DAY,
        withdrawn_at=NOW - HOUR,
        now=NOW,
    )


def header() -> CaseHeader:
    return CaseHeader(
        number=NUMBER,
        kind=_("Claim"),
        state=Tag(_("Being assessed"), Tone.PINE),
        tags=(Tag(_("Major"), Tone.AMBER, "warn"),),
        customer=Person.masked(name="陈望舒", phone="13900001234", url="#"),
        subject="示A·12345 · 2022 Magotan",
        handler="周敏",
        branch=_("Binhai branch"),
        opened_at=NOW - 30 * HOUR,
        figures=(
            Fact(_("Reserve"), yuan("18600")),
            Fact(_("Asked"), yuan("16240.50")),
            Fact(_("Approved so far"), yuan("11980")),
        ),
    )


def followers() -> tuple[Follower, ...]:
    return (
        Follower(
            kind=_("Concern"),
            number="N26-0000041-6",
            url="#",
            state=Tag(_("Somebody is on it"), Tone.PINE),
            opened_at=NOW - 3 * HOUR,
            promise=chip_open(),
        ),
        Follower(
            kind=_("Call-back"),
            number="B26-0000040-2",
            url="#",
            state=Tag(_("Closed")),
            opened_at=NOW - 20 * HOUR,
        ),
    )


def journey() -> Journey:
    return Journey(
        now=NOW,
        headline=_("The claim is being assessed."),
        steps=(
            JourneyStep(label=_("Reported"), state=StepState.DONE, at=NOW - 30 * HOUR),
            JourneyStep(label=_("Registered"), state=StepState.DONE, at=NOW - 29 * HOUR),
            JourneyStep(label=_("Surveyed"), state=StepState.DONE, at=NOW - 26 * HOUR),
            JourneyStep(
                label=_("Assessed"), state=StepState.NOW, note=_("5 of 7 lines are agreed")
            ),
            JourneyStep(label=_("Papers complete"), state=StepState.NEXT),
            JourneyStep(label=_("Decided"), state=StepState.NEXT),
            JourneyStep(label=_("Paid"), state=StepState.NEXT),
        ),
    )


def journey_stopped() -> Journey:
    return Journey(
        now=NOW,
        steps=(
            JourneyStep(label=_("Reported"), state=StepState.DONE, at=NOW - 9 * DAY),
            JourneyStep(label=_("Surveyed"), state=StepState.DONE, at=NOW - 8 * DAY),
            JourneyStep(
                label=_("Withdrawn"),
                state=StepState.STOPPED,
                at=NOW - 7 * DAY,
                note=_("at the customer's wish"),
            ),
        ),
    )


def actions() -> Actions:
    return Actions(
        main=(
            Action(
                label=_("Finish the assessment"),
                url="#",
                primary=True,
                tells=_("what was approved, line by line, and what they can do about it"),
                promises=_("the decision within 10 days"),
            ),
            Action(
                label=_("Ask for a paper"), url="#", tells=_("which paper, why, and an example")
            ),
        ),
        hindered=(
            Hindered(
                labels=(_("Confirm the calculation"), _("Return the calculation")),
                why=_("You made this yourself: another person has to check it."),
            ),
        ),
        others=(
            Action(
                label=_("Refuse"),
                url="#",
                method="post",
                grave=True,
                tells=_("the reasons, the clauses in plain words, and how to object"),
                confirm=_("Refuse this claim? The customer gets a letter with the reasons."),
            ),
            Action(
                label=_("Withdraw"),
                url="#",
                refused=_("Only after the customer has asked for it in writing."),
            ),
        ),
    )


def timeline() -> Timeline:
    return Timeline(
        now=NOW,
        filters=(
            Filter(_("All"), "#timeline", 24, current=True),
            Filter(_("Messages"), "#timeline", 6),
            Filter(_("Papers"), "#timeline", 9),
            Filter(_("Promises"), "#timeline", 5),
        ),
        earlier_url="#",
        items=(
            TimelineItem(
                at=NOW - timedelta(minutes=40),
                kind=TimelineKind.MESSAGE,
                title=_("Told the customer: one paper is missing"),
                channel=_("text message · delivered"),
                body=_("Please send a photo of the driving licence, both sides. Tap the link."),
            ),
            TimelineItem(
                at=NOW - 3 * HOUR,
                kind=TimelineKind.PROMISE,
                title=_("Promise broken: answer about your papers"),
                tone="broken",
                by=_("by itself"),
            ),
            TimelineItem(
                at=NOW - 4 * HOUR,
                kind=TimelineKind.DOCUMENT,
                title=_("Six photos of the damage"),
                by="陈望舒",
                url="#",
                facts=(
                    Fact(_("Place"), "39.0842, 117.2010"),
                    Fact("SHA-256", "9f2c 41e8 a07b …"),
                ),
            ),
            TimelineItem(
                at=NOW - 25 * HOUR,
                kind=TimelineKind.NOTE,
                title=_("Remark"),
                by="赵磊",
                body=_("The front sensor must be tested after the bumper is changed."),
            ),
            TimelineItem(
                at=NOW - 26 * HOUR,
                kind=TimelineKind.PROMISE,
                title=_("Promise kept: surveyor at the place"),
                tone="kept",
                by="赵磊",
            ),
            TimelineItem(
                at=NOW - 29 * HOUR,
                kind=TimelineKind.EVENT,
                title=_("Case registered"),
                by="周敏",
                facts=(Fact(_("Reserve"), yuan("18600")),),
            ),
        ),
    )


def customer() -> CustomerCard:
    return CustomerCard(
        person=Person.masked(name="陈望舒", phone="13900001234", url="#"),
        now=NOW,
        language=_("Simplified Chinese"),
        channel=_("text message, then phone"),
        quiet=_("No calls before 09:00"),
        vulnerable=(_("Injured in this accident: call gently, offer help with papers"),),
        earlier=(Link("C25-1102-0031-8", "#"),),
        earlier_count=1,
        told=(
            Told(
                subject=_("One paper is missing"),
                at=NOW - timedelta(minutes=40),
                channel=_("text message"),
                outcome=Tag(_("Delivered"), Tone.JADE, "check"),
                url="#",
            ),
            Told(
                subject=_("We have your report"),
                at=NOW - 30 * HOUR,
                channel=_("e-mail"),
                outcome=Tag(_("Not sent: no address"), Tone.AMBER, "warn"),
            ),
        ),
    )


def case_row(number: str, chip: PromiseChip, customer: str, state: Tag, amount: str) -> CaseRow:
    return CaseRow(
        number=number,
        url="#",
        kind=_("Claim"),
        customer=customer,
        plate="示A·12345",
        state=state,
        promise=chip,
        handler="周敏",
        amount=yuan(amount),
    )


def lanes() -> tuple[Lane, ...]:
    assessed, surveyed = Tag(_("Being assessed"), Tone.PINE), Tag(_("Dispatched"))
    return (
        Lane(
            key=LaneKey.OVERDUE,
            title=_("Overdue"),
            count=1,
            url="#",
            rows=(case_row(NUMBER, chip_broken(), "陈望舒", assessed, "16240.50"),),
        ),
        Lane(
            key=LaneKey.NEXT_HOUR,
            title=_("Within the hour"),
            count=1,
            url="#",
            rows=(case_row("C26-0304-0142-3", chip_soon(), "林知远", surveyed, "3200"),),
        ),
        Lane(
            key=LaneKey.TODAY,
            title=_("Today"),
            count=12,
            url="#",
            rows=(
                case_row("C26-0303-0098-1", chip_open(), "苏青禾", assessed, "8400"),
                case_row("C26-0302-0011-6", chip_kept(), "顾长风", assessed, "126500"),
            ),
        ),
        Lane(
            key=LaneKey.WAITING,
            title=_("Waiting for the customer"),
            count=1,
            url="#",
            rows=(case_row("C26-0223-0075-2", chip_paused(), "何晚晴", assessed, "980"),),
        ),
    )


def next_card() -> NextCard:
    return NextCard(
        now_label=_("Now"),
        title=_("We are working out what the repair costs"),
        body=_("Zhou Min goes through the photos with the garage. You need not do anything."),
        promise=chip_open(),
    )


def todo() -> tuple[Todo, ...]:
    return (
        Todo(title=_("Driving licence, both sides"), url="#", note=_("A photo is enough")),
        Todo(title=_("Photos of the damage"), done=True),
    )


def contact() -> Contact:
    return Contact(name="周敏", role=_("Looks after your claim, 09:00–18:00"), phone="4000000000")


def reading() -> ReadingCard:
    """A customer's words with praise, blame and an alarm in them."""
    body = "查勘员挺客气,可我等了六个星期,再这样我就找律师"
    marks = (("挺客气", "good"), ("等了六个星期", "delay"), ("律师", "alarm:court"))
    places = tuple(
        Place(body.index(words), body.index(words) + len(words), says) for words, says in marks
    )
    read = Read(
        note_id=1,
        sentiment="neg",
        causes=("delay",),
        urgency="high",
        certain=0.58,
        person=True,
        places=places,
        by_person=False,
    )
    return card_of(note_id=1, body=body, by="陈望舒", at=NOW - HOUR, now=NOW, reading=read, url="#")
