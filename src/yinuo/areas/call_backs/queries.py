"""How others read call-backs. Objects come only through `get_for`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Count, F, Min, Q, QuerySet

from yinuo.areas.call_backs import questionnaire, rules
from yinuo.areas.call_backs.models import (
    Attempt,
    CallBack,
    Campaign,
    CoverageCheck,
    Exclusion,
    Measure,
    QualityCheck,
    QualityDraw,
    Response,
)
from yinuo.areas.call_backs.questionnaire import Answer, ChosenScript, Questionnaire
from yinuo.areas.call_backs.questionnaire_rulefile import TURNS, QuestionnairesRules
from yinuo.areas.call_backs.rulefile import CallBacksRules, StrategyName
from yinuo.areas.call_backs.rules import House, Proofs, Wishes
from yinuo.core.cases import queries as cases
from yinuo.core.cases.clocks import calendar_at
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.messages.rulefile import ChannelsRules
from yinuo.core.people import queries as people
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies.models import Vehicle
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.bulk import among

NO_SURVEYS = "surveys"
"""What stands in Person.opted_out when somebody does not want to be asked."""

OVERSEERS = frozenset({"team_lead", "manager", "auditor"})
SHOWN_DRAWS = 7


def get_for(actor: Actor, number: str) -> CallBack:
    """The call-back with what its page shows. Raises cases.queries.NotFound."""
    case = cases.get_for(actor, number, kind="call_back")
    return CallBack.objects.select_related(
        "case__customer", "case__handler", "case__branch", "followed", "campaign"
    ).get(pk=case.pk)


def of_case(case: Case) -> CallBack:
    """The call-back of a case that the actor was let into already."""
    return CallBack.objects.select_related("followed", "campaign", "person").get(pk=case.pk)


def visible_to(actor: Actor) -> QuerySet[CallBack]:
    """The call-backs of the cases that the actor may see."""
    return CallBack.objects.filter(case__in=cases.visible_to(actor))


def due_calls(actor: Actor, *, at: datetime) -> QuerySet[CallBack]:
    """The calls that may be made now, the longest waiting first; whoever is on the phone is left
    out. Empty outside calling hours only if nobody asked for this hour: the plan keeps to them."""
    return (
        visible_to(actor)
        .filter(channel=rules.CALL, next_contact_at__lte=at)
        .exclude(attempts__outcome="")
        .select_related("case__customer", "followed")
        .order_by("next_contact_at", "case")
    )


def attempts(call_back: CallBack) -> list[Attempt]:
    """Every contact of every round, the newest first."""
    return list(call_back.attempts.select_related("staff").order_by("-number"))


def calls_elsewhere(call_back: CallBack, *, at: datetime) -> list[Attempt]:
    """The calls of the last weeks to the same customer about other cases, the oldest first."""
    calls = Attempt.objects.filter(
        call_back__person=call_back.person_id, channel=rules.CALL, at__gte=_cool_down_start(at)
    )
    return list(calls.exclude(call_back=call_back.pk).select_related("staff").order_by("at"))


def responses(call_back: CallBack) -> list[Response]:
    """The answers of each round, the newest first."""
    return list(call_back.responses.order_by("-round"))


def question_facts(row: CallBack) -> dict[str, object]:
    """What the questions, the script and the choice of a caller are fitted to."""
    return {
        **row.facts,
        "occasion": row.occasion,
        "care": row.case.care,
        "round": row.round,
        "turn": row.pk % len(TURNS),
        "group": _group(row.person),
    }


def _group(person: Person) -> str:
    return "vulnerable" if person.vulnerability else person.kind


def questionnaire_of(row: CallBack, *, at: datetime) -> Questionnaire:
    """What the running round asks. Raises QuestionnaireUnknown."""
    asking = rulebook.rules(QuestionnairesRules, at=at)
    return questionnaire.questionnaire(asking, row.questionnaire, row.questionnaire_version)


def script_of(row: CallBack, *, at: datetime) -> ChosenScript:
    """What a caller says to this customer about this case, now."""
    return questionnaire.script_for(rulebook.rules(QuestionnairesRules, at=at), question_facts(row))


def competences_for(row: CallBack, programme: CallBacksRules, *, at: datetime) -> frozenset[str]:
    """Every training without which nobody makes this call."""
    asking = rulebook.rules(QuestionnairesRules, at=at)
    more = questionnaire.competences_for(asking, question_facts(row))
    return more | {programme.calling.training.value}


def proofs_of(person: Person) -> Proofs:
    """What the customer may say so that we know who is on the phone."""
    plates = Vehicle.objects.filter(policies__holder=person).values_list("plate", flat=True)
    return Proofs(
        plates=frozenset(plate for plate in plates.distinct() if plate),
        id_number=person.id_number,
        phone=person.phone,
    )


def is_identified(attempt: Attempt) -> bool:
    """Whether it was made sure in this call who is on the phone."""
    return Event.objects.filter(
        case=attempt.call_back_id, type="call_back.identified", data__number=attempt.number
    ).exists()


def draft_of(row: CallBack) -> Response | None:
    """The answers of the running round that have been given and not yet finished."""
    return Response.objects.filter(call_back=row, round=row.round, finished_at__isnull=True).first()


def given_answers(response: Response | None) -> dict[str, Answer]:
    """The answers as the questionnaire engine takes them: free texts are read from their notes."""
    if response is None:
        return {}
    bodies = dict(Note.objects.filter(pk__in=response.notes.values()).values_list("pk", "body"))
    words = {id_: bodies.get(note) or None for id_, note in response.notes.items()}
    return {**response.answers, **words}


def strategy_name(row: CallBack) -> StrategyName:
    return cast(StrategyName, row.strategy)


def house_at(at: datetime) -> House:
    """Calling rules, quiet hours and calendar in force at a moment."""
    programme = rulebook.rules(CallBacksRules, at=at)
    return House(
        calling=programme.calling,
        quiet=rulebook.rules(ChannelsRules, at=at).quiet,
        calendar=calendar_at(at),
        first_contact=programme.promises.first_contact.value.limit,
    )


def wishes_of(person: Person) -> Wishes:
    return Wishes(
        can_call=person.phone_index is not None and "calls" not in person.opted_out,
        do_not_disturb=person.do_not_disturb,
    )


# What is known of a customer when he is to be asked --------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """People who must not be asked now, for what stands in our own books."""

    complaining: frozenset[int]
    asked_lately: frozenset[int]
    in_litigation: frozenset[int]

    def facts_of(self, followed: Case, person: Person) -> dict[str, object]:
        return {
            "opted_out": NO_SURVEYS in person.opted_out,
            "open_complaint": person.pk in self.complaining,
            "asked_lately": person.pk in self.asked_lately,
            "in_litigation": followed.pk in self.in_litigation,
        }


def standing_of(
    people: Collection[int],
    followed: Collection[int],
    *,
    at: datetime,
    ours: Collection[int] = (),
) -> Standing:
    """Read once for a set of people and cases. `ours` are call-backs that do not count as asking
    lately, because they are the ones that ask."""
    complaining = Case.objects.filter(
        among("customer", people), kind="complaint", closed_at__isnull=True
    ).values_list("customer", flat=True)
    disputed = Case.objects.filter(
        among("about", followed), kind="dispute", closed_at__isnull=True
    ).values_list("about", flat=True)
    since = _cool_down_start(at)
    lately = (
        CallBack.objects.filter(among("person", people))
        .filter(Q(last_contact_at__gte=since) | Q(next_contact_at__isnull=False))
        .exclude(among("pk", ours))
        .values_list("person", flat=True)
    )
    return Standing(
        complaining=frozenset(complaining),
        asked_lately=frozenset(lately),
        in_litigation=frozenset(pk for pk in disputed if pk is not None),
    )


def _cool_down_start(at: datetime) -> datetime:
    return at - rulebook.rules(CallBacksRules, at=at).contact.cool_down.value.elapsed()


# What follows an ended case ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became of an ended case: its call-back, or the reason why there is none."""

    call_back: CallBack | None
    exclusion: Exclusion | None


def follow_ups(followed: Collection[int]) -> Mapping[int, FollowUp]:
    """By case, for cases that have either; campaigns do not count."""
    opened = CallBack.objects.filter(followed__in=followed, campaign__isnull=True)
    left_out = Exclusion.objects.filter(followed__in=followed, campaign__isnull=True)
    found = {row.followed_id: FollowUp(row, None) for row in opened}
    for row in left_out:
        found.setdefault(row.followed_id, FollowUp(None, row))
    return found


def campaigns(actor: Actor) -> list[Campaign]:
    """Those of the branches that the actor sees, the newest first."""
    rows = Campaign.objects.filter(people.within(actor, "branch__path"))
    return list(rows.select_related("branch").order_by("-at", "-pk")[: cases.PAGE])


def measures_visible_to(actor: Actor) -> QuerySet[Measure]:
    """What is done for the goals in the actor's branches, what is still open first."""
    if not seeing.sees_customers(actor):
        return Measure.objects.none()
    return (
        Measure.objects.filter(people.within(actor, "branch__path"))
        .select_related("owner", "branch")
        .order_by(F("ended_at").desc(nulls_first=True), "due_on", "pk")
    )


def quality_checks_visible_to(actor: Actor) -> QuerySet[QualityCheck]:
    """Whoever leads sees the checks of the own branches; a caller those of own calls, once
    reviewed. What waits stands first, then the newest."""
    rows = QualityCheck.objects.select_related(
        "staff", "reviewer", "branch", "draw", "attempt__call_back__case"
    ).order_by(F("reviewed_at").desc(nulls_first=True), "-pk")
    if not seeing.sees_customers(actor):
        return rows.none()
    if actor.roles & OVERSEERS:
        return rows.filter(people.within(actor, "branch__path"))
    return rows.filter(staff=actor.staff_id or 0, reviewed_at__isnull=False)


def quality_draws() -> list[tuple[QualityDraw, int]]:
    """The newest lots, each with how many calls it fell on."""
    newest = QualityDraw.objects.annotate(drawn=Count("checks")).order_by("-drawn_on")[:SHOWN_DRAWS]
    return [(draw, draw.drawn) for draw in newest]


def willing(ended: Collection[Case]) -> list[Case]:
    """Those of the cases whose customers have not said that nobody shall ask them."""
    rows = Case.objects.filter(pk__in=[case.pk for case in ended])
    return list(rows.exclude(customer__opted_out__contains=[NO_SURVEYS]).order_by("pk"))


def next_sweep_at(*, until: datetime, branch: int | None = None) -> datetime | None:
    """When the clock has something to do by itself: a letter, or the end of a round."""
    due = CallBack.objects.filter(
        channel__in=(rules.MESSAGE, rules.END), next_contact_at__lte=until
    )
    if branch is not None:
        due = due.filter(case__branch=branch)
    first: datetime | None = due.aggregate(first=Min("next_contact_at"))["first"]
    return first


def newest_check() -> CoverageCheck | None:
    """What the last nightly check found."""
    return CoverageCheck.objects.order_by("-at").first()
