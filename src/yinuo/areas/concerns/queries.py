"""How others read concerns and findings; always only what the actor may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import BooleanField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models import Case as Choose

from yinuo.areas.concerns import workflow
from yinuo.areas.concerns.models import Closing, Concern, Finding
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Note, Promise
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.kit import together
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.together import Rows

SOLUTION = "concerns.solution"
LISTS = ("open", "mine", "late", "waiting", "review", "unsolved", "closed")
CUSTOMER = Q(kind="words") | Q(by__startswith="customer:")
"""Notes that hold what a customer said, whoever typed it."""


class FindingNotFound(DomainError):
    code = "finding_not_found"
    message: ClassVar[Message] = _("There is no such finding.")
    http = 404


def get_for(actor: Actor, number: str) -> Concern:
    """The concern with its case. Raises cases.queries.NotFound."""
    return of_case(cases.get_for(actor, number, kind="concern"))


def of_case(case: Case) -> Concern:
    """The concern of a case that the actor was let into."""
    row = Concern.objects.select_related("source_case", "words").get(pk=case.pk)
    row.case = case
    return row


def is_kept_from(actor: Actor, case: Case) -> bool:
    """Whether the concern is about this person's own work, and so somebody else's to look into."""
    about = case.about
    own = actor.staff_id is not None and about is not None and about.handler_id == actor.staff_id
    return own and Concern.objects.filter(pk=case.pk, apart=True).exists()


def is_not_for(actor: Actor, case: Case) -> bool:
    """Whether somebody else answers it: it was not given to this person, or is kept from them."""
    given = workflow.is_given(actor.roles, actor.staff_id, case.handler_id)
    return not given or is_kept_from(actor, case)


def is_own_solution(actor: Actor, case: Case) -> bool:
    return Concern.objects.filter(pk=case.pk, solved_by=actor.id).exists()


def is_own_proposal(actor: Actor, case: Case) -> bool:
    """Whether this person proposed the closing that waits for a second one."""
    waiting = Closing.objects.filter(concern=case.pk, verdict=Closing.Verdict.WAITING)
    return waiting.filter(proposed_by=actor.id).exists()


def visible_to(actor: Actor) -> QuerySet[Concern]:
    return Concern.objects.filter(case__in=cases.visible_to(actor))


def open_about(case: Case, actor: Actor) -> Case | None:
    """The concern about this case that is still open, as far as the actor may see it."""
    about = case.about_id or case.pk
    rows = cases.visible_to(actor).filter(kind="concern", about=about, closed_at__isnull=True)
    return rows.order_by("pk").first()


def said_by_customer(note: Note) -> bool:
    return note.kind == "words" or note.by.startswith("customer:")


def words_of(concern: Concern) -> list[Note]:
    """What the customer said about it, here and where it began, the oldest first."""
    return list(_words_of(concern))


def _words_of(concern: Concern) -> QuerySet[Note]:
    notes = Note.objects.filter(Q(case=concern.case_id) & CUSTOMER)
    if concern.words_id is not None:
        notes = notes | Note.objects.filter(pk=concern.words_id)
    return notes.filter(erased_at__isnull=True).order_by("at", "pk").distinct()


def words_and_closing(concern: Concern) -> tuple[list[Note], Closing | None]:
    """As `words_of`, and the proposal that a second person has to look at. One statement."""
    waiting = concern.closings.filter(verdict=Closing.Verdict.WAITING).order_by("pk")
    words, closings = Rows(_words_of(concern)), Rows(waiting)
    reasons = Rows(Note.objects.filter(pk__in=waiting.order_by().values("note")))
    together.read(words, closings, reasons)
    closing = closings.first
    if closing is not None:
        closing.note = next(note for note in reasons.rows if note.pk == closing.note_id)
    return words.rows, closing


# Times -----------------------------------------------------------------------------------------


def solved_in_time(concern: Concern) -> bool:
    """Whether the last solution came before the first time that was promised for one."""
    due = _first_due(concern.case_id)
    return concern.solved_at is not None and due is not None and concern.solved_at < due


def _first_due(case_id: int) -> datetime | None:
    rows = Promise.objects.filter(case=case_id, rule=SOLUTION, subject="").order_by("round")
    return rows.values_list("due_at", flat=True).first()


# Lists -----------------------------------------------------------------------------------------


def listed(actor: Actor, which: str, *, at: datetime, reason: str = "") -> QuerySet[Concern]:
    """A work list: the one that breaks next first; closed ones the newest first.

    "unsolved" is what call-backs brought to light and no customer has called solved, open or
    ended, the oldest first.
    """
    rows = visible_to(actor).select_related("case__customer", "case__handler", "case__about")
    rows = rows.filter(reasons__contains=[reason]) if reason else rows
    if which == "closed":
        return rows.filter(case__closed_at__isnull=False).order_by("-case__closed_at", "-pk")
    if which == "unsolved":
        unsolved = rows.filter(door="call_back").exclude(outcome=Concern.Outcome.CONFIRMED)
        return unsolved.order_by("case__opened_at", "pk")
    rows = rows.filter(case__closed_at__isnull=True)
    if which == "mine":
        rows = rows.filter(case__handler=actor.staff_id)
    elif which == "late":
        rows = rows.filter(case__next_due_at__lte=at)
    elif which == "waiting":
        rows = rows.filter(case__waiting_for_customer=True)
    elif which == "review":
        rows = rows.filter(case__state="closing")
    return rows.order_by(F("case__next_due_at").asc(nulls_last=True), "pk")


# Figures ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """Concerns that were found in a time: solved is what the customer confirmed."""

    found: int
    solved: int
    solved_in_time: int
    became_complaint: int
    open: int


def found_between(actor: Actor, since: datetime, until: datetime) -> QuerySet[Concern]:
    """The concerns opened in this time, with `in_time`: solved within the first promised time."""
    first_due = (
        Promise.objects.filter(case=OuterRef("case"), rule=SOLUTION, subject="")
        .order_by("round")
        .values("due_at")[:1]
    )
    return (
        visible_to(actor)
        .filter(case__opened_at__gte=since, case__opened_at__lt=until)
        .annotate(first_due_at=Subquery(first_due))
        .annotate(
            in_time=Choose(
                When(
                    outcome=Concern.Outcome.CONFIRMED,
                    solved_at__lt=F("first_due_at"),
                    then=Value(True),
                ),
                default=Value(False),
                output_field=BooleanField(),
            )
        )
    )


def figures(actor: Actor, since: datetime, until: datetime) -> Figures:
    """One statement over the concerns opened from `since` to before `until`."""
    counted = found_between(actor, since, until).aggregate(
        found=Count("pk"),
        solved=Count("pk", filter=Q(outcome=Concern.Outcome.CONFIRMED)),
        solved_in_time=Count("pk", filter=Q(in_time=True)),
        became_complaint=Count("pk", filter=Q(outcome=Concern.Outcome.COMPLAINT)),
        open=Count("pk", filter=Q(case__closed_at__isnull=True)),
    )
    return Figures(**counted)


# Findings --------------------------------------------------------------------------------------


def findings_visible_to(actor: Actor) -> QuerySet[Finding]:
    if actor.kind == "customer":
        return Finding.objects.none()
    rows = Finding.objects.select_related("case__customer", "note", "answer", "branch")
    return rows.filter(people.within(actor, "branch_path"), case__in=cases.visible_to(actor))


def finding_for(actor: Actor, finding_id: int) -> Finding:
    """Raises FindingNotFound, also for another branch's."""
    row = findings_visible_to(actor).filter(pk=finding_id).first()
    if row is None:
        raise FindingNotFound("finding")
    return row


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a finding rests on; `hidden` are cases of branches that the reader may not see."""

    cases: tuple[Case, ...]
    figures: tuple[str, ...]
    hidden: int


def grounds_of(actor: Actor, finding: Finding) -> Grounds:
    rows = list(finding.grounds.order_by("pk"))
    wanted = {row.case_id for row in rows if row.case_id is not None}
    seen = tuple(cases.visible_to(actor).filter(pk__in=wanted).order_by("pk"))
    figures = tuple(dict.fromkeys(row.figure for row in rows if row.figure))
    return Grounds(seen, figures, len(wanted) - len(seen))


def themes(actor: Actor, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """How many findings of each cause were kept in this time, the most frequent first."""
    rows = findings_visible_to(actor).filter(kept_at__gte=since, kept_at__lt=until)
    counted = rows.order_by().values("cause").annotate(n=Count("pk")).order_by("-n", "cause")
    return [(row["cause"], row["n"]) for row in counted]
