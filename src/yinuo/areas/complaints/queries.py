"""How others read complaints. Objects come only through `get_for` and `visible_to`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from yinuo.areas.complaints import record
from yinuo.areas.complaints.models import (
    Answer,
    ChannelOutage,
    Complaint,
    Inbound,
    Lesson,
    Measure,
    MoreTime,
    NamedCause,
    Party,
    Review,
    VoicePromise,
)
from yinuo.areas.complaints.record import Record
from yinuo.areas.complaints.rulefile import CausesRules, ComplaintsRules
from yinuo.areas.complaints.rules import SuggestedCause, playbook_of, power_stands, suggest_causes
from yinuo.core.cases import queries as cases
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.models import Case, Note, Promise
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.people import queries as people
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import clock
from yinuo.kit.errors import DomainError
from yinuo.kit.errors import Message as Sentence
from yinuo.kit.errors import gettext_noop as _
from yinuo.perception.reading import read

ANSWER = "complaints.answer"


class VoiceNotFound(DomainError):
    code = "voice_not_found"
    message: ClassVar[Sentence] = _("There is no such voice.")
    http = 404


class CaseAndComplaint(Protocol):
    @property
    def case(self) -> Case: ...
    @property
    def complaint(self) -> Complaint: ...


# Complaints ----------------------------------------------------------------------------------


def get_for(actor: Actor, number: str) -> Complaint:
    """The complaint of a number. Raises cases.queries.NotFound."""
    return of_case(cases.get_for(actor, number, kind="complaint"))


def of_case(case: Case) -> Complaint:
    return Complaint.objects.select_related(
        "case__customer", "case__handler", "case__branch", "case__about", "words", "wanted"
    ).get(pk=case.pk)


def visible_to(actor: Actor) -> QuerySet[Complaint]:
    return Complaint.objects.filter(case__in=cases.visible_to(actor))


def touched(about: Case, at: datetime) -> frozenset[str]:
    """Actor ids of everybody who may not handle a complaint about this case."""
    return touched_many([about.pk], at).get(about.pk, frozenset())


def touched_many(case_ids: Collection[int], at: datetime) -> dict[int, frozenset[str]]:
    """As `touched`, for a set: who surveyed, assessed, decided, paid or handled, by the rule."""
    rule = rulebook.rules(ComplaintsRules, at=at).interest
    return cases.touched_by_many(
        case_ids, events=rule.events.value.part, but_promises=rule.promises_left_out.value
    )


LISTS = ("open", "mine", "late", "major", "regulator", "review", "told", "ended")
_LISTED = (
    "channel",
    "case__number",
    "case__kind",
    "case__workflow_version",
    "case__state",
    "case__care",
    "case__closed_at",
    "case__customer__name",
    "case__handler__name",
    "case__about__number",
)


def _of_branches(actor: Actor) -> Q:
    """What the actor may see, said by the branch itself where that is one, and not at all where
    it is every branch.
    """
    if people.has_every_branch(actor):
        return Q()
    own = list(people.branches_of(actor).values_list("pk", flat=True)[:2])
    return Q(case__branch=own[0]) if len(own) == 1 else people.within(actor, "case__branch_path")


def listed(actor: Actor, which: str, *, at: datetime) -> QuerySet[Complaint]:
    """A work list for staff; what breaks next stands first, what has ended newest first."""
    rows = Complaint.objects.select_related("case__customer", "case__handler", "case__about")
    if actor.kind == "customer" or not seeing.sees_customers(actor):
        return rows.none()
    # Whole people and colleagues would be decrypted for nothing but their names.
    rows = rows.only(*_LISTED)
    # Straight on the case, not through a list of visible ids, and with its kind: so the index on
    # due times is read from where complaints begin, and that of one branch from its own.
    rows = rows.filter(_of_branches(actor), case__kind="complaint")
    if which == "ended":
        return rows.filter(case__closed_at__isnull=False).order_by("-case_id")
    rows = rows.filter(case__closed_at__isnull=True).order_by(
        F("case__next_due_at").asc(nulls_last=True), "case_id"
    )
    chosen = {
        "mine": Q(case__handler_id=actor.staff_id),
        "late": Q(case__next_due_at__lt=at),
        "major": Q(case__care="major"),
        "regulator": Q(forwarded_at__isnull=False),
        "review": Q(case__state="reviewing"),
        "told": Q(case__state="told"),
    }
    return rows.filter(chosen[which]) if which in chosen else rows


VOICE_ROLES = frozenset({"agent", "complaint_officer"})
"""Who tells voices apart and answers them day by day."""

# Voices --------------------------------------------------------------------------------------


def voices_visible_to(actor: Actor) -> QuerySet[Inbound]:
    """Staff see what came in for their branch and those below; customers none."""
    rows = Inbound.objects.select_related("person", "about", "case", "branch")
    if actor.kind == "customer" or not seeing.sees_customers(actor):
        return rows.none()
    return rows.filter(people.within(actor, "branch_path"))


def voice_for(actor: Actor, pk: int) -> Inbound:
    """Raises VoiceNotFound, also for one of another branch."""
    found = voices_visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise VoiceNotFound("voice")
    return found


def cases_of(actor: Actor, person_ids: Collection[int], *, limit: int = 50) -> list[Case]:
    """What these people have or had with us, the newest first."""
    if not person_ids:
        return []
    rows = cases.visible_to(actor).filter(customer__in=person_ids)
    return list(rows.order_by("-opened_at", "-pk")[:limit])


def voices_to_sort(actor: Actor) -> QuerySet[Inbound]:
    """What sounds like a withdrawal first: it ends the same day."""
    rows = voices_visible_to(actor).filter(sorted_at__isnull=True)
    return rows.alias(ends=Q(suggested="withdrawal")).order_by("-ends", "due_at", "pk")


def voices_due(actor: Actor, *, until: datetime, limit: int) -> list[VoicePromise]:
    """What is promised about voices without a case and breaks before `until`, the earliest first;
    for who leads, what was escalated to them. One statement.
    """
    if actor.kind == "customer" or not seeing.sees_customers(actor):
        return []
    mine = Q(told_staff__contains=[actor.staff_id or 0])
    if actor.roles.intersection(VOICE_ROLES):
        mine |= Q(due_at__lt=until)
    rows = VoicePromise.objects.filter(mine, people.within(actor, "branch_path"))
    open_ones = rows.filter(kept_at__isnull=True).select_related("voice__person", "voice__about")
    return list(open_ones.order_by("due_at", "pk")[:limit])


def questions_to_answer(actor: Actor) -> QuerySet[Inbound]:
    rows = voices_visible_to(actor).filter(kind="question", answered_at__isnull=True)
    return rows.order_by("due_at", "pk")


def outages() -> dict[str, ChannelOutage]:
    """The ways to reach us that do not work now, by channel."""
    rows = ChannelOutage.objects.filter(ended_at__isnull=True)
    return {row.channel: row for row in rows}


def instead_of(at: datetime) -> dict[str, tuple[str, ...]]:
    """For each way that does not work now the ways that do, as the rule offers them."""
    down = outages()
    watched = rulebook.rules(ComplaintsRules, at=at).inbound.channels.value
    return {
        channel: tuple(one for one in watch.instead if one not in down)
        for channel, watch in watched.items()
        if channel in down
    }


# Times ---------------------------------------------------------------------------------------


def review_end(told_at: datetime) -> datetime:
    """The moment until which a review of an answer told then may be asked for, exclusive."""
    limit = rulebook.rules(ComplaintsRules, at=told_at).review.ask_within.value
    return clock.due(limit, told_at, calendar_at(told_at)).due_at


def review_until(complaint: Complaint, at: datetime) -> datetime | None:
    """None when nothing was told yet, or when the answer is that of a review."""
    return reviews_until([complaint])[complaint.pk]


def reviews_until(complaints: Sequence[Complaint]) -> dict[int, datetime | None]:
    """As `review_until`, for a set. The time runs from when the answer was received: for a letter
    on paper from the day on which its delivery was proved. Two statements.
    """
    decided: dict[int, datetime] = dict(
        Review.objects.filter(complaint__in=complaints, decided_at__isnull=False)
        .order_by("asked_at")
        .values_list("complaint", "asked_at")
    )
    letters = Answer.objects.filter(
        complaint__in=complaints, of_review=False, told_how="letter", proved_at__isnull=False
    )
    proved = {row.complaint_id: row.proved_at for row in letters.order_by("version")}
    found: dict[int, datetime | None] = {}
    for one in complaints:
        asked = decided.get(one.pk)
        answered = one.told_at is not None and not (asked is not None and asked >= one.told_at)
        came_at = max(filter(None, (one.told_at, proved.get(one.pk))), default=None)
        found[one.pk] = review_end(came_at) if answered and came_at else None
    return found


def last_day(until: datetime) -> date:
    """The day that ends at this exclusive moment."""
    day = timezone.localtime(until).date()
    return date.fromordinal(day.toordinal() - 1)


def more_time_waiting(complaint: Complaint) -> QuerySet[MoreTime]:
    """What was asked for in the time that runs now, and was neither declined nor told."""
    runs = (
        Promise.objects.filter(case=complaint.case_id, rule=ANSWER)
        .order_by("-round")
        .values("round")[:1]
    )
    rows = complaint.more_time.filter(declined_at__isnull=True, told_at__isnull=True)
    return rows.filter(round=Subquery(runs)).order_by("pk")


def late_answers(case_ids: Collection[int]) -> frozenset[int]:
    """Those whose answer was told after the time of the law."""
    rows = Promise.objects.filter(case__in=case_ids, rule=ANSWER, missed_at__isnull=False)
    return frozenset(rows.values_list("case_id", flat=True))


def ready_to_close(at: datetime, *, limit: int = 500) -> list[Case]:
    """Answered complaints whose time for a review is over, with nothing left to do."""
    open_measures = Measure.objects.filter(
        complaint=OuterRef("pk"), done_at__isnull=True, dropped_at__isnull=True
    )
    found = Complaint.objects.filter(
        ~Exists(open_measures), case__state="told", told_at__isnull=False
    )
    rows = found.select_related("case").order_by("told_at")[:limit]
    ready = []
    for row in rows:
        until = review_until(row, at)
        if until is None or at >= until:
            ready.append(row.case)
    return ready


# Causes --------------------------------------------------------------------------------------


def with_main_cause(ids: Collection[int]) -> frozenset[int]:
    rows = NamedCause.objects.filter(complaint__in=ids, main=True)
    return frozenset(rows.values_list("complaint_id", flat=True))


def suggested(
    held: CaseAndComplaint, at: datetime, *, known: Record | None = None
) -> list[SuggestedCause]:
    """Causes that the words and the record of the claim speak for, the likeliest first.

    `known` is the record of the case complained of, if it was read already.
    """
    text = "\n".join(words_of(held.complaint))
    branches = branches_read(held.complaint)
    about = held.case.about
    if known is None and about is not None:
        known = record.read(about)
    signs = record.signs_in(known, at) if known is not None else frozenset()
    return suggest_causes(rulebook.rules(CausesRules, at=at), text, branches, signs)


def words_of(complaint: Complaint) -> list[str]:
    """What the complainant said, also in complaints that were joined to it, the oldest first."""
    joined = Complaint.objects.filter(merged_into=complaint.pk).values("case")
    own = Q(case=complaint.case_id, kind="words") | Q(case__in=joined, kind="words")
    if complaint.words_id is not None:
        own |= Q(pk=complaint.words_id)
    return [note.body for note in Note.objects.filter(own).order_by("at", "pk") if note.body]


def branches_read(complaint: Complaint) -> tuple[str, ...]:
    """The causes that were read in the words, a person's correction before the machine's."""
    note = complaint.words
    if note is None:
        return ()
    kept = knowledge.reading_of(note.pk)
    return kept.causes if kept is not None else read(note.body).causes


def causes_of(complaint: Complaint) -> list[NamedCause]:
    """What was named, the main cause first."""
    return list(complaint.causes.order_by("-main", "pk"))


def main_of(causes: Iterable[NamedCause]) -> str:
    """The code of the main cause; empty until one is named."""
    return next((one.code for one in causes if one.main), "")


def playbook(causes: Iterable[NamedCause], at: datetime) -> tuple[str, ...]:
    """What to do, by the main cause; nothing until it is named."""
    main = main_of(causes)
    return playbook_of(rulebook.rules(CausesRules, at=at), main) if main else ()


def training_for(causes: Iterable[NamedCause], at: datetime) -> str:
    """The key of the training that helps against the main cause; empty where none does."""
    main, tree = main_of(causes), rulebook.rules(CausesRules, at=at).tree
    return tree[main].value.training if main in tree else ""


def prevention_of(causes: Iterable[NamedCause], at: datetime) -> tuple[str, ...]:
    """Keys of texts `prevention` for the causes that were named, each once."""
    tree = rulebook.rules(CausesRules, at=at).tree
    found = (key for one in causes if one.code in tree for key in tree[one.code].value.prevention)
    return tuple(dict.fromkeys(found))


# Measures, answers, letters ------------------------------------------------------------------


def measure_kinds(ids: Collection[int]) -> dict[int, dict[str, bool]]:
    """For each complaint the kinds of what is to be done, and whether all of that kind is done."""
    found: dict[int, dict[str, bool]] = {}
    rows = Measure.objects.filter(complaint__in=ids, dropped_at__isnull=True)
    for complaint, kind, done in rows.values_list("complaint_id", "kind", "done_at"):
        kinds = found.setdefault(complaint, {})
        kinds[kind] = kinds.get(kind, True) and done is not None
    return found


def measures_told(complaint: Complaint) -> QuerySet[Measure]:
    """What the complainant knows of: what was proposed, and what stands in an answer told."""
    told = Answer.objects.filter(
        complaint=OuterRef("complaint"), told_at__isnull=False, made_at__gte=OuterRef("made_at")
    )
    return complaint.measures.filter(Q(proposal__held_back=False) | Exists(told))


def open_measures(complaint: Complaint) -> list[Measure]:
    rows = complaint.measures.filter(done_at__isnull=True, dropped_at__isnull=True)
    return list(rows.select_related("proposal", "approval", "staff").order_by("pk"))


def remedies_now(at: datetime) -> tuple[str, ...]:
    """Keys of the remedies that an answer given now names."""
    return rulebook.rules(ComplaintsRules, at=at).answers.remedies.value


@dataclass(frozen=True, slots=True)
class Remedy:
    key: str
    title: str
    why: str


def remedy_texts(answer: Answer, language: str) -> list[Remedy]:
    found = []
    for key in answer.remedies:
        text = rulebook.short_text(key, language)
        found.append(Remedy(key, text.title, text.why))
    return found


def told_measures(complaint: Complaint) -> list[str]:
    """What the letter says that we do; who is trained is between colleagues."""
    return told_measures_of([complaint]).get(complaint.pk, [])


def told_measures_of(complaints: Sequence[Complaint]) -> dict[int, list[str]]:
    """As `told_measures`, for a set. One statement."""
    rows = Measure.objects.filter(complaint__in=complaints, dropped_at__isnull=True)
    found: dict[int, list[str]] = {}
    kept = rows.exclude(kind="training").exclude(proposal__held_back=True).order_by("pk")
    for pk, what in kept.values_list("complaint", "what"):
        found.setdefault(pk, []).append(what)
    return found


def with_words(complaints: Sequence[Complaint]) -> frozenset[int]:
    """Those in which somebody said something that causes could be read from."""
    said = Note.objects.filter(case__in=[one.case_id for one in complaints], kind="words")
    spoken = set(said.values_list("case_id", flat=True))
    return frozenset(spoken | {one.case_id for one in complaints if one.words_id is not None})


def newest_answer(complaint: Complaint, *, told: bool = False) -> Answer | None:
    rows = complaint.answers.order_by("-version")
    return (rows.filter(told_at__isnull=False) if told else rows).first()


def untold_review(complaint: Complaint) -> Answer | None:
    """What a review decided and nobody was told yet."""
    rows = complaint.answers.filter(of_review=True, told_at__isnull=True)
    return rows.order_by("-version").first()


def prompts(complaint: Complaint, at: datetime) -> tuple[tuple[str, ...], bool]:
    """Keys of texts `prompts` after a heated talk, and whether to offer another handler."""
    heat = rulebook.rules(ComplaintsRules, at=at).heat
    if not complaint.heated_talks:
        return (), False
    return heat.prompts.value, complaint.heated_talks >= heat.hand_over_from.value


# The library ---------------------------------------------------------------------------------


def lessons(*, cause: str = "", kind: str = "") -> list[Lesson]:
    """What was learned, the newest first; it names nobody, so every colleague may read it."""
    rows = Lesson.objects.select_related("complaint").prefetch_related("complaint__causes")
    if kind:
        rows = rows.filter(kind=kind)
    if cause:
        rows = rows.filter(complaint__causes__code=cause)
    return list(rows.order_by("-at")[:200])


_NUMBERS = re.compile(r"1[3-9]\d{9}|\d{15,18}[\dXx]?|[一-鿿][A-Z][A-Z0-9]{5,6}")


def personal_data_in(case: Case, text: str) -> str:
    """The first name, phone, ID number or plate that the text gives away; empty if it is clean."""
    names: Iterable[str] = (case.customer.name, case.handler.name if case.handler else "")
    for name in names:
        if name and name in text:
            return name
    found = _NUMBERS.search(text)
    return found.group() if found else ""


def without_power(parties: Iterable[Party], at: datetime) -> list[Party]:
    """Those who speak for somebody else and have shown nothing that stands today."""
    on = timezone.localtime(at).date()
    return [
        one
        for one in parties
        if not power_stands(one.role, one.power_seen, one.power_until_on, on=on)
    ]


def groups_of(rows: Sequence[Complaint]) -> dict[int, str]:
    """The main cause of each complaint, for lists."""
    found = NamedCause.objects.filter(complaint__in=rows, main=True)
    return dict(found.values_list("complaint_id", "code"))
