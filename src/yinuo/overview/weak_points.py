"""Where we are weak, as call-backs say: what concerns and unhappy words of a time are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from yinuo.areas.call_backs.models import Response
from yinuo.areas.concerns import queries as concerns
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases.models import Case, Note
from yinuo.core.knowledge.models import Reading
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A cause: concerns that call-backs opened, how many of them the customer called solved,
    unhappy words said in call-backs, and suggestions made there.
    """

    cause: str
    concerns: int
    solved: int
    words: int
    suggestions: int

    @property
    def weight(self) -> int:
        return self.concerns + self.words


@dataclass(frozen=True, slots=True)
class Opinions:
    """What lies behind a weak point, the newest first."""

    concerns: list[Concern]
    words: list[Note]

    @property
    def cases(self) -> list[Case]:
        """Each case once."""
        found = [*(one.case for one in self.concerns), *(one.case for one in self.words)]
        return list({case.pk: case for case in found}.values())


def answered(actor: Actor, since: datetime, until: datetime) -> int:
    """How many call-backs were answered in this time: what the figures are held against."""
    rows = Response.objects.filter(
        people.within(actor, "call_back__case__branch_path"),
        finished_at__gte=since,
        finished_at__lt=until,
    )
    return rows.count()


def weak_points(actor: Actor, since: datetime, until: datetime) -> list[WeakPoint]:
    """The heaviest first. Three statements."""
    heard: Counter[str] = Counter()
    solved: Counter[str] = Counter()
    for causes, outcome in _concerns(actor, since, until).values_list("causes", "outcome"):
        heard.update(causes)
        if outcome == Concern.Outcome.CONFIRMED:
            solved.update(causes)
    said = Counter(
        cause for reading in _readings(actor, since, until) for cause in causes_of(reading)
    )
    kept = _suggestions(actor, since, until)
    found = [
        WeakPoint(cause, heard[cause], solved[cause], said[cause], kept.get(cause, 0))
        for cause in {*heard, *said, *kept} - {""}
    ]
    return sorted(found, key=lambda one: (-one.weight, -one.suggestions, one.cause))


def opinions(actor: Actor, cause: str, since: datetime, until: datetime, *, most: int) -> Opinions:
    """The concerns and the words that speak of this cause."""
    rows = _concerns(actor, since, until).filter(causes__contains=[cause])
    readings = _readings(actor, since, until).select_related("note__case")
    words = [one.note for one in readings.order_by("-note__at", "-pk") if cause in causes_of(one)]
    newest = rows.select_related("case", "words").order_by("-case__opened_at", "-pk")
    return Opinions(list(newest[:most]), words[:most])


def causes_of(reading: Reading) -> Sequence[str]:
    """A person's reading before the machine's."""
    return reading.corrected_causes if reading.corrected_at else reading.causes


def _concerns(actor: Actor, since: datetime, until: datetime) -> QuerySet[Concern]:
    return concerns.visible_to(actor).filter(
        door="call_back", case__opened_at__gte=since, case__opened_at__lt=until
    )


def _readings(actor: Actor, since: datetime, until: datetime) -> QuerySet[Reading]:
    """Unhappy words that were said in a call-back."""
    unhappy = Q(corrected_sentiment="neg") | Q(corrected_at=None, sentiment="neg")
    return Reading.objects.filter(
        unhappy,
        people.within(actor, "note__case__branch_path"),
        note__case__kind="call_back",
        note__at__gte=since,
        note__at__lt=until,
    )


def _suggestions(actor: Actor, since: datetime, until: datetime) -> dict[str, int]:
    rows = concerns.findings_visible_to(actor).filter(
        case__kind="call_back", kept_at__gte=since, kept_at__lt=until
    )
    counted = rows.order_by().values("cause").annotate(n=Count("pk"))
    return {row["cause"]: row["n"] for row in counted}
