"""What customers' words teach: themes in a time, and whether a change made anything better."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count, Q
from django.utils.timezone import get_current_timezone

from yinuo.areas.call_backs.models import Response
from yinuo.areas.concerns import queries as concerns
from yinuo.areas.concerns.models import Finding
from yinuo.areas.concerns.rulefile import ConcernsRules
from yinuo.core.knowledge.models import Reading
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.overview import measures
from yinuo.overview.call_back_rulefile import CallBackFiguresRules
from yinuo.overview.measures import Difference, Measure

SATISFIED = Q(csat__gte=4)


@dataclass(frozen=True, slots=True)
class Theme:
    """What is said of one cause: unhappy texts, concerns and suggestions, and texts before."""

    cause: str
    texts: int
    texts_before: int
    concerns: int
    findings: int


@dataclass(frozen=True, slots=True)
class Change:
    """What is done differently since a day, who asked for it, and satisfaction around it.

    `difference` is None where one side has too few answers to say anything.
    """

    finding: Finding
    before: Measure
    after: Measure
    difference: Difference | None


def themes(actor: Actor, since: datetime, until: datetime) -> list[Theme]:
    """The causes that were spoken of, the most frequent first. Four statements."""
    earlier = since - (until - since)
    texts = _causes_of_texts(actor, since, until)
    before = _causes_of_texts(actor, earlier, since)
    found = concerns.found_between(actor, since, until)
    heard = Counter(cause for row in found.values_list("causes", flat=True) for cause in row)
    suggested = dict(concerns.themes(actor, since, until))
    causes = {*texts, *heard, *(cause for cause in suggested if cause)}
    listed = [
        Theme(
            cause=cause,
            texts=texts[cause],
            texts_before=before[cause],
            concerns=heard[cause],
            findings=suggested.get(cause, 0),
        )
        for cause in causes
    ]
    return sorted(listed, key=lambda one: (-one.texts - one.concerns - one.findings, one.cause))


def _causes_of_texts(actor: Actor, since: datetime, until: datetime) -> Counter[str]:
    """Causes in texts that were read as unhappy, a person's reading before the machine's."""
    unhappy = Q(corrected_sentiment="neg") | Q(corrected_at=None, sentiment="neg")
    rows = Reading.objects.filter(
        unhappy,
        people.within(actor, "note__case__branch_path"),
        note__at__gte=since,
        note__at__lt=until,
    ).values_list("causes", "corrected_causes", "corrected_at")
    return Counter(
        cause
        for machine, person, corrected_at in rows
        for cause in (person if corrected_at else machine)
    )


def changes(actor: Actor, *, at: datetime, limit: int) -> list[Change]:
    """Adopted suggestions with their effect, the newest change first."""
    days = rulebook.rules(ConcernsRules, at=at).learning.effect_days.value
    least = rulebook.rules(CallBackFiguresRules, at=at).shown.least.value
    rows = (
        concerns.findings_visible_to(actor)
        .filter(standing=Finding.Standing.ADOPTED, changed_on__isnull=False)
        .order_by("-changed_on", "-pk")[:limit]
    )
    return [_change(row, days, least, at) for row in rows]


def _change(row: Finding, days: int, least: int, at: datetime) -> Change:
    assert row.changed_on is not None
    turn = datetime.combine(row.changed_on, time(), tzinfo=get_current_timezone())
    span = timedelta(days=days)
    hits, n = _satisfied(row.branch_path, turn - span, turn)
    hits_after, n_after = _satisfied(row.branch_path, turn, min(turn + span, max(at, turn)))
    before = measures.share(hits, n, least=least)
    after = measures.share(hits_after, n_after, least=least)
    both = before.is_shown and after.is_shown
    difference = measures.two_groups(hits_after, n_after, hits, n) if both else None
    return Change(row, before, after, difference)


def _satisfied(branch_path: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Satisfied and all answers of this branch and those below it."""
    counted = Response.objects.filter(
        call_back__case__branch_path__startswith=branch_path,
        csat__isnull=False,
        finished_at__gte=since,
        finished_at__lt=until,
    ).aggregate(hits=Count("pk", filter=SATISFIED), n=Count("pk"))
    return counted["hits"], counted["n"]
