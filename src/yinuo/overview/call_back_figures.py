"""The figures of call-backs: coverage, what customers say, what became of it, each with its cases.

A figure is a population and a condition. Counting it and opening its cases use the same two
filters, so a number on the page can never be about other cases than those behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import (
    Avg,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from yinuo.areas.call_backs.models import Attempt, CallBack, Response
from yinuo.areas.call_backs.questionnaire_rulefile import QuestionnairesRules
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases.models import Case
from yinuo.core.people import queries as people
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.policies.models import Policy
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.clock import Limit
from yinuo.kit.rules import Rule
from yinuo.overview import measures
from yinuo.overview.call_back_rulefile import CallBackFiguresRules, TargetName
from yinuo.overview.measures import Measure, Verdict

Base = Literal["call_backs", "answers", "concerns", "all_answers", "waiting"]
Group = Literal["", "branch", "agent", "script", "channel", "programme"]

GROUPS: tuple[Group, ...] = ("", "branch", "agent", "script", "channel", "programme")
CASES = 200
"""So many cases behind a figure are shown or exported at once."""

BECAME_CONTENT = Q(satisfied=True, case__closed_at__isnull=False)

QUALITIES = ("professional", "efficient", "transparent", "warm", "respect")


@dataclass(frozen=True, slots=True)
class Figure:
    """`counted` of the population are looked at, `hit` of them count. An index has `minus` too:
    those who are taken off again.
    """

    code: str
    base: Base
    counted: Q
    hit: Q
    minus: Q | None = None
    target: TargetName | None = None


@dataclass(frozen=True, slots=True)
class Result:
    figure: Figure
    measure: Measure
    target: float | None
    source: str
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class GroupResult:
    """One line of the table: a branch, a person, a script, with its results by code."""

    key: str
    results: Mapping[str, Result]


@dataclass(frozen=True, slots=True)
class Period:
    """Cases opened, answers finished, concerns raised in [since, until); `at` is now."""

    since: datetime
    until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Rounds:
    """Rounds until the customer was content: the mean over `n` call-backs, None without any."""

    mean: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Overview:
    total: Mapping[str, Result]
    groups: tuple[GroupResult, ...]
    rounds: Rounds


def overview(actor: Actor, period: Period, group: Group = "") -> Overview:
    """Every figure of the actor's branches, and by group where one is named."""
    with rulebook.pinned():
        found = figures(period.at)
        rules = rulebook.rules(CallBackFiguresRules, at=period.at)
        total = _results(actor, found, rules, period, "").get("", {})
        grouped = _results(actor, found, rules, period, group) if group else {}
    lines = [GroupResult(key, results) for key, results in grouped.items()]
    return Overview(
        total=total,
        groups=tuple(sorted(lines, key=lambda line: line.key)),
        rounds=_rounds(actor, period),
    )


def figures(at: datetime) -> tuple[Figure, ...]:
    """Every figure as the rules in force define it, in the order of the page."""
    shown = rulebook.rules(CallBackFiguresRules, at=at).shown
    return (
        *_coverage("first", shown.first_within.value, at),
        *_coverage("last", shown.complete_within.value, at),
        *_said(at),
        *_became(shown.solved_within.value, at),
        _churned(shown.renewal_awaited.value, at),
    )


def countable() -> tuple[Figure, ...]:
    """What the page counts besides, without a share of anything; each opens its cases too."""
    return (
        Figure("rounds", "call_backs", BECAME_CONTENT, Q()),
        Figure("waiting", "waiting", Q(), Q()),
        Figure("by_link", "all_answers", Q(channel="portal"), Q()),
        Figure("by_phone", "all_answers", Q(channel="call"), Q()),
    )


def _coverage(window: str, limit: Limit, at: datetime) -> tuple[Figure, ...]:
    """Only cases whose window is over are looked at, or the newest would always look bad."""
    span = limit.elapsed()
    over = Q(case__opened_at__lte=at - span)
    within = F("case__opened_at") + span
    targets: Mapping[str, TargetName] = {
        "attempted_first": "attempted_first",
        "answered_last": "answered_last",
    }
    # Who answers a letter was reached, though nobody spoke with them.
    reached = Q(reached_at__lte=within) | Q(answered_at__lte=within)
    hits = {
        "attempted": Q(first_contact_at__lte=within),
        "reached": reached,
        "answered": Q(answered_at__lte=within),
    }
    return tuple(
        Figure(name, "call_backs", over, hit, target=targets.get(name))
        for name, hit in ((f"{stage}_{window}", hit) for stage, hit in hits.items())
    )


def _said(at: datetime) -> tuple[Figure, ...]:
    asked = _questions_by_quality(at)
    return (
        Figure("satisfied", "answers", Q(csat__isnull=False), Q(csat__gte=4), target="satisfied"),
        Figure("nps", "answers", Q(nps__isnull=False), Q(nps__gte=9), minus=Q(nps__lte=6)),
        Figure("ces", "answers", Q(ces__isnull=False), Q(ces__gte=5)),
        *(
            Figure(
                quality,
                "answers",
                _any_answer(asked.get(quality, ()), 1),
                _any_answer(asked.get(quality, ()), 4),
            )
            for quality in QUALITIES
        ),
        Figure("concerned", "answers", Q(), Q(has_concern=True)),
    )


def _became(solved_within: Limit, at: datetime) -> tuple[Figure, ...]:
    span = solved_within.elapsed()
    # Whether a promised solution helped, only the customer says; the newest are not looked at yet.
    over = Q(case__opened_at__lte=at - span)
    solved = Q(outcome="confirmed")
    in_time = solved & Q(solved_at__lte=F("case__opened_at") + span)
    ended = Q(case__closed_at__isnull=False, answered_at__isnull=False)
    return (
        Figure("solved", "concerns", over, solved, target="solved"),
        Figure("solved_in_time", "concerns", over, in_time, target="solved_in_time"),
        Figure("content_at_once", "call_backs", ended, Q(satisfied=True, round=1)),
        Figure("content_at_last", "call_backs", ended, Q(satisfied=True)),
    )


def _churned(awaited: Limit, at: datetime) -> Figure:
    """Of the customers asked whose insurance ran out or was cancelled since their call-back was
    opened, those who have none with us now. Who may still renew is not looked at yet."""
    theirs = Policy.objects.filter(holder=OuterRef("person"))
    ended_at = Coalesce("cancelled_at", "ends_at")
    over = theirs.annotate(ended_at=ended_at).filter(
        ended_at__gte=OuterRef("case__opened_at"), ended_at__lte=at - awaited.elapsed()
    )
    running = theirs.filter(cancelled_at__isnull=True, starts_at__lte=at, ends_at__gt=at)
    return Figure("churned", "call_backs", Q(Exists(over)), ~Q(Exists(running)))


def _questions_by_quality(at: datetime) -> Mapping[str, tuple[str, ...]]:
    """The questions about each quality, over all versions that were ever asked."""
    found: dict[str, dict[str, None]] = {}
    for rule in rulebook.rules(QuestionnairesRules, at=at).questionnaires.values():
        for version in rule.value.versions:
            for question in version.questions:
                if question.kind == "csat" and question.dimension:
                    found.setdefault(question.dimension, {})[question.id] = None
    return {dimension: tuple(ids) for dimension, ids in found.items()}


def _any_answer(questions: Sequence[str], least: int) -> Q:
    """Whoever gave at least this score to one of the questions."""
    found = Q(pk__in=[])
    for question in questions:
        found |= Q(**{f"answers__{question}__gte": least})
    return found


# Counting ---------------------------------------------------------------------------------------


def _results(
    actor: Actor,
    found: Sequence[Figure],
    rules: CallBackFiguresRules,
    period: Period,
    group: Group,
) -> dict[str, dict[str, Result]]:
    lines: dict[str, dict[str, Result]] = {}
    for base in ("call_backs", "answers", "concerns"):
        own = [figure for figure in found if figure.base == base]
        for row in _counts(actor, base, own, period, group):
            key = str(row.get("grouped") or "")
            for figure in own:
                lines.setdefault(key, {})[figure.code] = _result(figure, row, rules)
    return lines


def _counts(
    actor: Actor, base: Base, found: Sequence[Figure], period: Period, group: Group
) -> list[dict[str, Any]]:
    counts: dict[str, Count] = {}
    for figure in found:
        counts[f"n_{figure.code}"] = _count(figure.counted)
        counts[f"hits_{figure.code}"] = _count(figure.counted & figure.hit)
        if figure.minus is not None:
            counts[f"minus_{figure.code}"] = _count(figure.counted & figure.minus)
    rows = population(actor, base, period)
    if not group:
        return [rows.aggregate(**counts)]
    by = _grouping(base, group)
    if by is None:
        return []
    return list(rows.annotate(grouped=by).values("grouped").annotate(**counts).order_by())


def _count(condition: Q) -> Count:
    # An empty condition would be dropped from the filter, and its rows counted all the same.
    return Count("pk", filter=condition or Q(pk__isnull=False))


def _result(figure: Figure, row: Mapping[str, Any], rules: CallBackFiguresRules) -> Result:
    least = rules.shown.least.value
    n, hits = row[f"n_{figure.code}"], row[f"hits_{figure.code}"]
    if figure.minus is not None:
        measure = measures.nps_of(hits, row[f"minus_{figure.code}"], n, least=least)
    else:
        measure = measures.share(hits, n, least=least)
    rule: Rule[Any] | None = rules.targets.get(figure.target) if figure.target else None
    if rule is None:
        return Result(figure, measure, None, "", None)
    target = float(rule.value)
    said = measures.verdict(measure.value, measure.interval, target)
    return Result(figure, measure, target, rule.source, said)


def population(actor: Actor, base: Base, period: Period) -> QuerySet[Any]:
    """Everybody whom the figures of this base are about; campaigns are counted apart."""
    rows = _POPULATIONS[base](actor, period)
    return rows if seeing.sees_customers(actor) else rows.none()


def _call_backs(actor: Actor, period: Period) -> QuerySet[CallBack]:
    return CallBack.objects.filter(
        people.within(actor, "case__branch_path"),
        campaign__isnull=True,
        case__opened_at__gte=period.since,
        case__opened_at__lt=period.until,
    )


def _answers(actor: Actor, period: Period) -> QuerySet[Response]:
    """What is said first; later rounds ask only those who were not content."""
    concerns = Concern.objects.filter(source_case=OuterRef("call_back"))
    return Response.objects.filter(
        people.within(actor, "call_back__case__branch_path"),
        call_back__campaign__isnull=True,
        round=1,
        finished_at__gte=period.since,
        finished_at__lt=period.until,
    ).annotate(has_concern=Exists(concerns))


def _concerns(actor: Actor, period: Period) -> QuerySet[Concern]:
    return Concern.objects.filter(
        people.within(actor, "case__branch_path"),
        source_case__kind="call_back",
        case__opened_at__gte=period.since,
        case__opened_at__lt=period.until,
    )


def _all_answers(actor: Actor, period: Period) -> QuerySet[Response]:
    """Of every round and of campaigns too: what taking them cost or spared."""
    return Response.objects.filter(
        people.within(actor, "call_back__case__branch_path"),
        finished_at__gte=period.since,
        finished_at__lt=period.until,
    )


def _waiting(actor: Actor, period: Period) -> QuerySet[CallBack]:
    """Calls that may be made now, whenever their call-backs were opened."""
    return CallBack.objects.filter(
        people.within(actor, "case__branch_path"), channel="call", next_contact_at__lte=period.at
    )


_POPULATIONS: Mapping[Base, Callable[[Actor, Period], QuerySet[Any]]] = {
    "call_backs": _call_backs,
    "answers": _answers,
    "concerns": _concerns,
    "all_answers": _all_answers,
    "waiting": _waiting,
}


def _grouping(base: Base, group: Group) -> Any:
    """What the figures of a base are grouped by; None where it has no such thing."""
    if base in ("all_answers", "waiting"):
        return None
    if group == "branch":
        return F("call_back__case__branch__name" if base == "answers" else "case__branch__name")
    if group == "agent":
        return _caller(base)
    if group == "programme":
        field = {"call_backs": "programme_version", "answers": "call_back__programme_version"}
        return Cast(field[base], CharField()) if base in field else None
    if group in ("script", "channel") and base == "answers":
        return F(group)
    if group in ("script", "channel") and base == "concerns":
        return _of_its_answers(group)
    return _first_channel() if group == "channel" and base == "call_backs" else None


def _caller(base: Base) -> Any:
    if base == "concerns":
        return F("case__handler__name")
    calls = Attempt.objects.filter(channel="call").order_by("-number")
    if base == "answers":
        calls = calls.filter(
            call_back=OuterRef("call_back"), round=OuterRef("round"), outcome="reached"
        )
    else:
        calls = calls.filter(call_back=OuterRef("pk"))
    return Coalesce(Subquery(calls.values("staff__name")[:1]), Value(""))


def _of_its_answers(field: str) -> Any:
    """Of the answers that a concern came from: the first round's, whose satisfaction counts too."""
    first = Response.objects.filter(call_back=OuterRef("source_case"), round=1)
    return Coalesce(Subquery(first.values(field)[:1]), Value(""))


def _first_channel() -> Any:
    first = Attempt.objects.filter(call_back=OuterRef("pk")).order_by("number")
    return Coalesce(Subquery(first.values("channel")[:1]), Value(""))


def _rounds(actor: Actor, period: Period) -> Rounds:
    content = population(actor, "call_backs", period).filter(BECAME_CONTENT)
    found = content.aggregate(mean=Avg("round"), n=Count("pk"))
    return Rounds(found["mean"], found["n"])


# The cases behind a figure ------------------------------------------------------------------------


def cases_behind(
    actor: Actor, period: Period, code: str, *, hit: bool | None, group: Group = "", key: str = ""
) -> list[Case]:
    """The cases that a figure counts: those that hit, those that do not, or both; newest first.

    Empty for a figure that there is not.
    """
    known = (*figures(period.at), *countable())
    figure = next((one for one in known if one.code == code), None)
    if figure is None:
        return []
    rows = population(actor, figure.base, period).filter(figure.counted or Q(pk__isnull=False))
    if hit is not None:
        condition = figure.hit or Q(pk__isnull=False)
        rows = rows.filter(condition) if hit else rows.exclude(condition)
    if group:
        by = _grouping(figure.base, group)
        if by is None:
            return []
        rows = rows.annotate(grouped=Coalesce(by, Value(""))).filter(grouped=key)
    answers = figure.base in ("answers", "all_answers")
    ids = rows.values("call_back" if answers else "pk")
    found = Case.objects.filter(pk__in=ids).select_related("customer", "handler", "branch")
    return list(found.order_by("-opened_at", "-pk")[:CASES])
