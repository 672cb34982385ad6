"""How others read claims. Objects come only through `get_for`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet
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
from yinuo.core.policies.rules import COMPULSORY
from yinuo.core.rulebook import queries as rulebook
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


@dataclass(frozen=True, slots=True)
class Page:
    """`next` is the number to go on after, None on the last page."""

    items: list[Claim]
    next: str | None


def page(actor: Actor, *, state: str = "", after: str = "", size: int) -> Page:
    """Claims, the newest first. `after` is the number at which the page before ended."""
    rows = visible_to(actor).select_related("case").order_by("-case_id")
    if state:
        rows = rows.filter(case__state=state)
    if after:
        rows = rows.filter(case_id__lt=cases.get_for(actor, after, kind="claim").pk)
    found = list(rows[: size + 1])
    more = len(found) > size
    return Page(found[:size], found[size - 1].case.number if more else None)


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
SELECT c.case_id FROM claims_claim c JOIN cases_case k ON k.id = c.case_id
WHERE {which} AND c.accident_at BETWEEN %(from)s AND %(until)s AND k.state <> 'withdrawn'
ORDER BY c.accident_at DESC LIMIT 20
"""
_NEAR_BY_PLATE = _NEAR.format(which="c.plate = %(plate)s")
_NEAR_BY_POLICY = _NEAR.format(which="c.policy_id = %(policy)s")


def near(*, plate: str, policy_id: int | None, at: datetime, within: Limit) -> list[Claim]:
    """Claims about the same car (by plate, or by policy when there is none) close in time.

    Every report asks and hardly one finds, so the question is small and the claims come after it.
    """
    span = within.elapsed()
    values = {"plate": plate, "policy": policy_id, "from": at - span, "until": at + span}
    with connection.cursor() as cursor:
        cursor.execute(_NEAR_BY_PLATE if plate else _NEAR_BY_POLICY, values)
        found = [row[0] for row in cursor.fetchall()]
    if not found:
        return []
    claims = Claim.objects.filter(pk__in=found).select_related("case")
    return list(claims.order_by("-accident_at"))


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


def surveyors_for(claim: Claim, case: Case, *, at: datetime) -> list[Surveyor]:
    """Surveyors on duty in the branch and its parents and siblings, with load and conflicts."""
    root = case.branch_path.split(".")[0] + "."
    today = timezone.localtime(at).date()
    rows = (
        Staff.objects.filter(
            is_active=True,
            on_duty=True,
            roles__contains=["surveyor"],
            branch__path__startswith=root,
        )
        .annotate(
            running=Count(
                "surveys",
                filter=Q(surveys__completed_at__isnull=True, surveys__replaced_at__isnull=True),
            )
        )
        .prefetch_related("competences")
    )
    involved = _involved(claim, case)
    return [
        Surveyor(
            staff_id=row.pk,
            name=row.name,
            same_branch=row.branch_id == case.branch_id,
            skills=frozenset(
                c.kind
                for c in row.competences.all()
                if c.valid_from_on <= today
                and (c.valid_until_on is None or c.valid_until_on >= today)
            ),
            km=distance_km(row.latitude, row.longitude, claim.latitude, claim.longitude),
            running=row.running,
            conflict=row.name in involved,
        )
        for row in rows
    ]


def _involved(claim: Claim, case: Case) -> frozenset[str]:
    """Everybody with an interest: customer, policyholder, drivers, owners of what was damaged."""
    names: Iterable[str | None] = (
        case.customer.name,
        claim.policy.holder.name,
        claim.driver_name,
        claim.reporter_name,
        *(driver.person.name for driver in claim.policy.drivers.select_related("person")),
        *(loss.owner.name for loss in claim.losses.all() if loss.owner is not None),
    )
    return frozenset(name for name in names if name)


def was_late(claim: Claim) -> bool:
    """Whether any promise to the customer was broken on the way."""
    return claim.case.promises.filter(missed_at__isnull=False, audience="customer").exists()


def asked_twice(claim: Claim) -> bool:
    """Whether papers were asked for a second time."""
    return claim.case.documents.filter(request_round__gt=1).exists()


def dispatches_by_itself(at: datetime) -> bool:
    """Whether a registered claim goes to the best surveyor without a person choosing."""
    return rulebook.rules(ClaimsRules, at=at).dispatch.automatic.value


def needs_delay_notice(event: Event) -> bool:
    """Whether this warning is the last one before a promise of a claim to its customer breaks."""
    if event.case.kind != "claim":
        return False
    promise = (
        Promise.objects.filter(
            case_id=event.case_id, rule=event.data["rule"], subject=event.data["subject"]
        )
        .order_by("-round")
        .first()
    )
    if promise is None or promise.audience != Promise.Audience.CUSTOMER:
        return False
    warnings = [row for row in promise.checks if row[1] == "warn"]
    return bool(warnings) and warnings[-1][2] == event.data["share"]


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
    return case.state == "arrived" and not Claim.objects.filter(pk=case.pk, follow_up="").exists()


def facts_of_endings(case_ids: Collection[int]) -> dict[int, dict[str, object]]:
    """What happened to these claims, as far as it decides whether and how the customer is asked.

    Four statements for any number.
    """
    late = Promise.objects.filter(
        case__in=case_ids, missed_at__isnull=False, audience=Promise.Audience.CUSTOMER
    )
    twice = Document.objects.filter(case__in=case_ids, request_round__gt=1)
    false = Survey.objects.filter(claim__in=case_ids, authenticity="false")
    were_late = set(late.values_list("case", flat=True))
    were_asked_twice = set(twice.values_list("case", flat=True))
    seem_false = set(false.values_list("claim", flat=True))
    outcomes: dict[int, set[str]] = {}
    for claim_id, outcome in Loss.objects.filter(claim__in=case_ids).values_list(
        "claim", "outcome"
    ):
        outcomes.setdefault(claim_id, set()).add(outcome)
    return {
        claim.pk: {
            "dead": claim.dead,
            "injured": claim.injured,
            "seriously_injured": claim.facts.get("seriously_injured", 0),
            "vulnerable": bool(claim.facts.get("vulnerable")),
            "fraud_suspected": claim.pk in seem_false,
            "late": claim.pk in were_late,
            "asked_twice": claim.pk in were_asked_twice,
            "part_paid": bool(outcomes.get(claim.pk, set()) & {"part", "refuse"}),
        }
        for claim in Claim.objects.filter(pk__in=case_ids).only("dead", "injured", "facts")
    }


def paper_names(kinds: Sequence[str], language: str, at: datetime) -> list[str]:
    return [documents.name_of(kind, language, at=at) for kind in kinds]


def asked_and_missing(case: Case) -> list[Document]:
    """Papers that were asked for, and have neither come nor been waived."""
    return list(Document.objects.filter(case=case, status=Document.Status.ASKED))


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


def has_compulsory_cover(claim: Claim) -> bool:
    return claim.policy.covers.filter(kind=COMPULSORY).exists()


def clocks_of_complete_papers(claim: Claim) -> tuple[str, ...]:
    """In compulsory cover five days from the papers, beside the thirty (交强险条例 art 29)."""
    return ("claims.decision_ctpli",) if has_compulsory_cover(claim) else ()


def stage_times(claim: Claim) -> tuple[StageTime, ...]:
    """How long each loss was at each stage, from the timeline, which nobody can rewrite."""
    workflow = cases.workflow_of(claim.case)
    if workflow.parts is None:
        return ()
    moves: list[tuple[datetime, str, Sequence[str]]] = []
    for event in Event.objects.filter(case=claim.case_id).order_by("seq"):
        step = workflow.parts.step(str(event.data.get("step", "")))
        if event.seq == 1:
            moves.append((event.at, workflow.parts.initial, ()))
        elif step is not None and step.target is not None:
            moves.append((event.at, step.target, event.data.get("parts", ())))
    subjects = [subject_of(loss) for loss in claim.losses.all()]
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
    counted = [loss for loss in losses if loss.stage not in _LEFT_OUT]
    vehicle = claim.policy.vehicle
    return ClaimFacts(
        number=claim.case.number,
        accident_at=claim.accident_at,
        product=claim.policy.product,
        use=vehicle.use,
        seats=vehicle.seats,
        cause=claim.cause,
        liability=_liability(claim),
        others=claim.other_vehicles,
        covers=tuple(
            CoverTerms(cover.kind, cover.limit, cover.deductible, cover.deductible_rate)
            for cover in policies.covers_of_car(claim.policy, claim.accident_at)
        ),
        losses=tuple(_loss_facts(claim, loss, assessments.get(loss.pk)) for loss in counted),
        entered=entered_facts(claim) if entered is None else entered,
    )


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


def _liability(claim: Claim) -> str:
    """What the newest finished survey says, or nothing."""
    rows = claim.surveys.filter(completed_at__isnull=False).order_by("-round")
    return str(rows.values_list("liability", flat=True).first() or "")
