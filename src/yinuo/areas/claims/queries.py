"""How others read claims. Objects come only through `get_for`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects
from django.utils import timezone

from yinuo.areas.claims import rules
from yinuo.areas.claims.models import (
    AccidentFacts,
    Assessment,
    Calculation,
    Claim,
    Decision,
    Loss,
    Survey,
)
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.areas.claims.rules import Spot, StageTime, Surveyor, distance_km
from yinuo.areas.claims.settling import ClaimFacts, CoverTerms, LossFacts
from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.cases.workflow import subject_of
from yinuo.core.documents import queries as documents
from yinuo.core.documents.models import Document
from yinuo.core.documents.rules import Slot
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.core.policies import queries as policies
from yinuo.core.policies.models import Cover, Policy, PolicyDriver
from yinuo.core.policies.rules import COMPULSORY
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit.bulk import among, columns
from yinuo.kit.clock import Limit

# What begins to run with the first receipt of claim and papers (保险法 arts 23, 25).
CLOCKS_OF_FIRST_PAPERS = ("claims.decision", "claims.advance_check")


def get_for(actor: Actor, number: str) -> Claim:
    """The claim with everything that its page shows. Raises cases.queries.NotFound."""
    return of_case(cases.get_for(actor, number, kind="claim"))


def of_case(case: Case) -> Claim:
    """The claim of a case that the actor was let into, with policy and losses."""
    claim = (
        Claim.objects.select_related("policy__vehicle", "policy__holder")
        .prefetch_related(
            Prefetch("losses", Loss.objects.select_related("owner").order_by("ordinal"))
        )
        .get(pk=case.pk)
    )
    claim.case = case
    return claim


def of_cases(found: Iterable[Case]) -> list[Claim]:
    """The claims among these cases, without what hangs on them. One statement."""
    return list(Claim.objects.filter(pk__in=[case.pk for case in found]))


def visible_to(actor: Actor) -> QuerySet[Claim]:
    """The claims of the cases that the actor may see."""
    return Claim.objects.filter(case__in=cases.visible_to(actor))


def running_survey(claim: Claim) -> Survey | None:
    return (
        claim.surveys.filter(completed_at__isnull=True, replaced_at__isnull=True)
        .select_related("surveyor")
        .first()
    )


def assessments(claim: Claim) -> list[Assessment]:
    """Every version of every loss, the newest first, with its lines."""
    return list(
        Assessment.objects.filter(loss__claim=claim)
        .select_related("loss")
        .prefetch_related("lines")
        .order_by("loss__ordinal", "-version")
    )


def calculations(claim: Claim) -> list[Calculation]:
    return list(
        Calculation.objects.filter(loss__claim=claim)
        .select_related("loss")
        .order_by("loss__ordinal", "-version")
    )


def decisions(claim: Claim) -> list[Decision]:
    """What was decided about each loss, the newest of each first, with sum and assessed lines."""
    return list(
        Decision.objects.filter(loss__claim=claim)
        .select_related("loss", "calculation__assessment")
        .prefetch_related("calculation__assessment__lines")
        .order_by("loss__ordinal", "-decided_at")
    )


_NEAR = """
SELECT v.place, c.case_id
FROM unnest(%s::text[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    WITH ORDINALITY AS v(plate, policy_id, since, until, place)
CROSS JOIN LATERAL (
    SELECT c.case_id, c.accident_at FROM claims_claim c JOIN cases_case k ON k.id = c.case_id
    WHERE {which} AND c.accident_at BETWEEN v.since AND v.until AND k.state <> 'withdrawn'
    ORDER BY c.accident_at DESC LIMIT 20
) c
"""
_NEAR_BY_PLATE = _NEAR.format(which="c.plate = v.plate")
_NEAR_BY_POLICY = _NEAR.format(which="c.policy_id = v.policy_id")


@dataclass(frozen=True, slots=True)
class Near:
    """The car by plate, or by policy when there is no plate, and when the accident was."""

    plate: str
    policy_id: int
    at: datetime
    within: Limit


def near_many(asked: Sequence[Near]) -> list[list[Claim]]:
    """Beside each the claims about the same car close in time, the newest accident first.

    Every report asks and hardly one finds, so the question is small and the claims come after it.
    """
    found: list[list[int]] = [[] for _ in asked]
    for statement, by_plate in ((_NEAR_BY_PLATE, True), (_NEAR_BY_POLICY, False)):
        places = [place for place, one in enumerate(asked) if bool(one.plate) is by_plate]
        if places:
            with connection.cursor() as cursor:
                cursor.execute(statement, columns(_span(asked[place]) for place in places))
                for place, pk in cursor.fetchall():
                    found[places[place - 1]].append(pk)
    wanted = {pk for each in found for pk in each}
    if not wanted:
        return [[] for _ in asked]
    claims = Claim.objects.select_related("case").in_bulk(wanted)
    return [
        sorted((claims[pk] for pk in each), key=lambda claim: claim.accident_at, reverse=True)
        for each in found
    ]


def _span(one: Near) -> tuple[str, int, datetime, datetime]:
    around = one.within.elapsed()
    return one.plate, one.policy_id, one.at - around, one.at + around


def spot_of(claim: Claim) -> Spot:
    return Spot(claim.accident_at, claim.latitude, claim.longitude, claim.place)


def facts_of(claim: Claim) -> dict[str, object]:
    """The facts that conditions of the rules test, as they were last known."""
    facts: dict[str, object] = dict(claim.facts)
    estimate = facts.get("estimate")
    if isinstance(estimate, str):
        facts["estimate"] = Decimal(estimate)
    return facts


def guidance_for(claim: Claim, at: datetime) -> tuple[str, ...]:
    """Keys of the texts that the caller is told at the end, in the order in which they are said."""
    rule = rulebook.rules(ClaimsRules, at=at).report
    return tuple(one.text for one in rule.guidance_for(facts_of(claim)))


@dataclass(slots=True)
class Crew:
    """The surveyors on duty, with what they carry; `send` adds to it."""

    _rows: list[Staff]
    _running: dict[int, int]
    _drivers: Mapping[int, Sequence[str]]
    _holders: Mapping[int, str]

    def staff(self, staff_id: int) -> Staff:
        return next(row for row in self._rows if row.pk == staff_id)

    def send(self, staff_id: int) -> None:
        """One more claim is on the way to this person."""
        self._running[staff_id] = self._running.get(staff_id, 0) + 1

    def for_claim(self, claim: Claim, *, at: datetime) -> list[Surveyor]:
        """Those in the branch and its parents and siblings, with load and conflicts."""
        root = claim.case.branch_path.split(".")[0] + "."
        today = timezone.localtime(at).date()
        involved = self._involved(claim)
        return [
            Surveyor(
                staff_id=row.pk,
                name=row.name,
                same_branch=row.branch_id == claim.case.branch_id,
                skills=_skills(row, today),
                km=distance_km(row.latitude, row.longitude, claim.latitude, claim.longitude),
                running=self._running.get(row.pk, 0),
                conflict=row.name in involved,
            )
            for row in self._rows
            if row.branch.path.startswith(root)
        ]

    def _involved(self, claim: Claim) -> frozenset[str]:
        """Everybody with an interest: customer, policyholder, drivers, owners of the losses."""
        names: Iterable[str | None] = (
            claim.case.customer.name,
            self._holders[claim.policy_id],
            claim.driver_name,
            claim.reporter_name,
            *self._drivers.get(claim.policy_id, ()),
            *(loss.owner.name for loss in claim.losses.all() if loss.owner is not None),
        )
        return frozenset(name for name in names if name)


def crew_for(claims: Sequence[Claim]) -> Crew:
    """Surveyors on duty for any of these claims. As many statements for a set as for one."""
    rows = Staff.objects.filter(is_active=True, on_duty=True, roles__contains=["surveyor"])
    running = Survey.objects.filter(completed_at__isnull=True, replaced_at__isnull=True)
    loads = running.values_list("surveyor").annotate(Count("pk"))
    policies = {claim.policy_id for claim in claims}
    drivers: dict[int, list[str]] = defaultdict(list)
    named = PolicyDriver.objects.filter(policy__in=policies)
    for policy_id, name in named.values_list("policy_id", "person__name"):
        drivers[policy_id].append(name)
    holders = Policy.objects.filter(pk__in=policies).values_list("pk", "holder__name")
    prefetch_related_objects(claims, Prefetch("losses", Loss.objects.select_related("owner")))
    found = rows.select_related("branch").prefetch_related("competences").order_by("pk")
    return Crew(list(found), dict(loads), drivers, dict(holders))


def surveyors_for(claim: Claim, case: Case, *, at: datetime) -> list[Surveyor]:
    """Surveyors on duty in the branch and its parents and siblings, with load and conflicts."""
    return crew_for([claim]).for_claim(claim, at=at)


def _skills(surveyor: Staff, today: date) -> frozenset[str]:
    return frozenset(
        c.kind
        for c in surveyor.competences.all()
        if c.valid_from_on <= today and (c.valid_until_on is None or c.valid_until_on >= today)
    )


def was_late(claim: Claim) -> bool:
    """Whether any promise to the customer was broken on the way."""
    return bool(late_ones([claim]))


def late_ones(claims: Sequence[Claim]) -> frozenset[int]:
    """Those of the claims in which a promise to the customer was broken."""
    broken = Promise.objects.filter(
        case__in=[claim.pk for claim in claims], missed_at__isnull=False, audience="customer"
    )
    return frozenset(broken.values_list("case_id", flat=True))


def asked_twice(claim: Claim) -> bool:
    """Whether papers were asked for a second time."""
    return bool(asked_twice_ones([claim]))


def asked_twice_ones(claims: Sequence[Claim]) -> frozenset[int]:
    """Those of the claims in which papers were asked for a second time."""
    again = Document.objects.filter(case__in=[claim.pk for claim in claims], request_round__gt=1)
    return frozenset(again.values_list("case_id", flat=True))


def dispatches_by_itself(at: datetime) -> bool:
    """Whether a registered claim goes to the best surveyor without a person choosing."""
    return rulebook.rules(ClaimsRules, at=at).dispatch.automatic.value


def need_delay_notice(events: Sequence[Event]) -> list[Event]:
    """Those of the warnings that are the last before a claim breaks a promise to its customer."""
    rows = Promise.objects.filter(
        case__in={event.case_id for event in events},
        case__kind="claim",
        rule__in={event.data["rule"] for event in events},
        audience=Promise.Audience.CUSTOMER,
    ).order_by("round")
    last: dict[tuple[int, str, str], str] = {}
    for case_id, rule, subject, checks in rows.values_list("case_id", "rule", "subject", "checks"):
        shares = [check[2] for check in checks if check[1] == "warn"]
        last[case_id, rule, subject] = shares[-1] if shares else ""
    return [
        event
        for event in events
        if last.get((event.case_id, event.data["rule"], event.data["subject"]))
        == event.data["share"]
    ]


def needs_delay_notice(event: Event) -> bool:
    """Whether this warning is the last one before a promise to the customer breaks."""
    return bool(need_delay_notice([event]))


OCCASIONS: Mapping[str, str] = {
    "arrived": "paid",
    "closed": "paid",
    "zero": "zero",
    "refused": "refused",
    "withdrawn": "withdrawn",
}
"""The states in which every loss has ended, and what the customer is asked about then."""


def is_over(case: Case) -> bool:
    """Whether every loss has ended: money arrived, or the customer was told that none comes."""
    return case.state in OCCASIONS


def is_ready_to_close(case: Case) -> bool:
    """The closing checklist: every loss has ended, the money of one has arrived, and somebody asks
    the customer how it was, or it is on record why nobody does."""
    return case.pk in ready_to_close([case.pk])


def ready_to_close(case_ids: Collection[int]) -> frozenset[int]:
    """As `is_ready_to_close`, for a set."""
    rows = Claim.objects.filter(among("pk", case_ids), case__state="arrived")
    rows = rows.exclude(follow_up="")
    return frozenset(rows.values_list("pk", flat=True))


def without_follow_up(case_ids: Collection[int]) -> frozenset[int]:
    """Those of the cases that are claims for which nothing was noted of what follows."""
    rows = Claim.objects.filter(pk__in=case_ids, follow_up="")
    return frozenset(rows.values_list("pk", flat=True))


def facts_of_endings(case_ids: Collection[int]) -> dict[int, dict[str, object]]:
    """What happened to these claims, as far as it decides whether and how the customer is asked.

    Four statements for any number.
    """
    late = Promise.objects.filter(
        among("case", case_ids), missed_at__isnull=False, audience=Promise.Audience.CUSTOMER
    )
    twice = Document.objects.filter(among("case", case_ids), request_round__gt=1)
    false = Survey.objects.filter(among("claim", case_ids), authenticity="false")
    were_late = set(late.values_list("case", flat=True))
    were_asked_twice = set(twice.values_list("case", flat=True))
    seem_false = set(false.values_list("claim", flat=True))
    outcomes: dict[int, set[str]] = {}
    losses = Loss.objects.filter(among("claim", case_ids))
    for claim_id, outcome in losses.values_list("claim", "outcome"):
        outcomes.setdefault(claim_id, set()).add(outcome)
    claims = Claim.objects.filter(among("pk", case_ids))
    return {
        pk: {
            "dead": dead,
            "injured": injured,
            "seriously_injured": facts.get("seriously_injured", 0),
            "vulnerable": bool(facts.get("vulnerable")),
            "fraud_suspected": pk in seem_false,
            "late": pk in were_late,
            "asked_twice": pk in were_asked_twice,
            "part_paid": bool(outcomes.get(pk, set()) & {"part", "refuse"}),
        }
        for pk, dead, injured, facts in claims.values_list("pk", "dead", "injured", "facts")
    }


def paper_names(kinds: Sequence[str], language: str, at: datetime) -> list[str]:
    return [documents.name_of(kind, language, at=at) for kind in kinds]


def asked_and_missing(case: Case) -> list[Document]:
    """Papers that were asked for, and have neither come nor been waived."""
    return all_asked_and_missing([case.pk]).get(case.pk, [])


def all_asked_and_missing(case_ids: Collection[int]) -> dict[int, list[Document]]:
    """As `asked_and_missing`, by case; a case that waits for nothing is left out."""
    missing: dict[int, list[Document]] = defaultdict(list)
    for row in Document.objects.filter(case__in=case_ids, status=Document.Status.ASKED):
        missing[row.case_id].append(row)
    return missing


def papers_needed(claim: Claim, at: datetime) -> tuple[Slot, ...]:
    """What the rules ask for each open loss of this claim, each paper once."""
    rule = rulebook.rules(ClaimsRules, at=at).papers
    facts = facts_of(claim)
    slots = [
        Slot(kind, "")
        for loss in claim.losses.all()
        if loss.ended_at is None
        for kind in rule.asked(loss.kind, facts)
    ]
    return tuple(dict.fromkeys(slots))


def with_compulsory_cover(claims: Sequence[Claim]) -> frozenset[int]:
    """Those of the claims whose policy has the compulsory cover."""
    policies = {claim.policy_id for claim in claims}
    covers = Cover.objects.filter(policy__in=policies, kind=COMPULSORY)
    having = set(covers.values_list("policy_id", flat=True))
    return frozenset(claim.pk for claim in claims if claim.policy_id in having)


# In compulsory cover five days from the papers, beside the thirty (交强险条例 art 29).
CLOCKS_OF_COMPULSORY_COVER = ("claims.decision_ctpli",)


def stage_times(
    case: Case, losses: Sequence[Loss], events: Sequence[Event]
) -> tuple[StageTime, ...]:
    """How long each loss was at each stage, from the steps of the timeline, which nobody can
    rewrite.
    """
    workflow = cases.workflow_of(case)
    if workflow.parts is None:
        return ()
    moves: list[tuple[datetime, str, Sequence[str]]] = []
    for event in sorted(events, key=lambda one: one.seq):
        step = workflow.parts.step(str(event.data.get("step", "")))
        if event.seq == 1:
            moves.append((event.at, workflow.parts.initial, ()))
        elif step is not None and step.target is not None:
            moves.append((event.at, step.target, event.data.get("parts", ())))
    subjects = [subject_of(loss) for loss in losses]
    return rules.stage_times(moves, subjects, workflow.parts.initial)


def product_and_stage(case: Case) -> dict[str, str]:
    """What was insured, and where the claim stood: for what is learned from it."""
    claim = Claim.objects.filter(pk=case.pk).select_related("policy").first()
    return {"product": claim.policy.product, "stage": case.state} if claim is not None else {}


# What the sum is made of -----------------------------------------------------------------------

_LEFT_OUT = ("refused", "withdrawn")


def entered_facts(claim: Claim) -> Mapping[str, object]:
    """What a person entered about the accident, in the words of accident_format.md."""
    row = AccidentFacts.objects.filter(pk=claim.pk).first()
    return row.facts if row else {}


def accident_facts(
    claim: Claim,
    losses: Sequence[Loss],
    *,
    assessments: Mapping[int, Assessment] | None = None,
    entered: Mapping[str, object] | None = None,
) -> ClaimFacts:
    """What the claim knows about its accident; a loss that is not assessed counts as estimated.

    `assessments` (by loss) and `entered` may be given by whoever has them already.
    """
    if assessments is None:
        assessments = newest_assessments(losses)
    given = None if entered is None else {claim.pk: entered}
    return accident_facts_many([(claim, losses)], assessments, entered=given)[claim.pk]


def accident_facts_many(
    asked: Sequence[tuple[Claim, Sequence[Loss]]],
    assessments: Mapping[int, Assessment],
    *,
    entered: Mapping[int, Mapping[str, object]] | None = None,
) -> dict[int, ClaimFacts]:
    """As `accident_facts`, by claim. As many statements for a set as for one."""
    claims = [claim for claim, _losses in asked]
    prefetch_related_objects(claims, "policy__vehicle")
    covers = policies.covers_of_cars([(claim.policy, claim.accident_at) for claim in claims])
    liabilities = _liabilities(claims)
    if entered is None:
        rows = AccidentFacts.objects.filter(pk__in=[claim.pk for claim in claims])
        entered = {row.pk: row.facts for row in rows}
    return {
        claim.pk: ClaimFacts(
            number=claim.case.number,
            accident_at=claim.accident_at,
            product=claim.policy.product,
            use=claim.policy.vehicle.use,
            seats=claim.policy.vehicle.seats,
            cause=claim.cause,
            liability=liabilities.get(claim.pk, ""),
            place=claim.place,
            others=claim.other_vehicles,
            covers=tuple(
                CoverTerms(cover.kind, cover.limit, cover.deductible, cover.deductible_rate)
                for cover in its_covers
            ),
            losses=tuple(
                _loss_facts(claim, loss, assessments.get(loss.pk))
                for loss in losses
                if loss.stage not in _LEFT_OUT
            ),
            entered=entered.get(claim.pk, {}),
        )
        for (claim, losses), its_covers in zip(asked, covers, strict=True)
    }


def accepted(case: Case) -> dict[int, datetime]:
    """When the newest decision on a loss was accepted, by the number of the loss."""
    types = ("claim.decided", "claim.decision_accepted")
    return accepted_in(Event.objects.filter(case=case, type__in=types))


def accepted_in(events: Iterable[Event]) -> dict[int, datetime]:
    """The same from a timeline that is at hand."""
    found: dict[int, datetime] = {}
    for event in sorted(events, key=lambda one: one.seq):
        if event.type not in ("claim.decided", "claim.decision_accepted"):
            continue
        if event.type == "claim.decided":
            found.pop(event.data["loss"], None)
        else:
            found[event.data["loss"]] = event.at
    return found


def newest_assessments(losses: Sequence[Loss]) -> dict[int, Assessment]:
    """The newest assessment of each loss that has one. One statement."""
    rows = Assessment.objects.filter(loss__in=[loss.pk for loss in losses]).order_by("version")
    return {row.loss_id: row for row in rows}


def _loss_facts(claim: Claim, loss: Loss, assessment: Assessment | None) -> LossFacts:
    amount = assessment.approved if assessment else loss.estimate
    return LossFacts(
        ordinal=loss.ordinal,
        kind=loss.kind,
        amount=amount or Decimal(0),
        assessed=assessment is not None,
        fatal=loss.kind == "injury" and bool(claim.dead) and not claim.injured,
    )


def _liabilities(claims: Sequence[Claim]) -> dict[int, str]:
    """What the newest finished survey of each claim says."""
    rows = Survey.objects.filter(
        claim__in=[claim.pk for claim in claims], completed_at__isnull=False
    )
    return dict(rows.order_by("round").values_list("claim_id", "liability"))
