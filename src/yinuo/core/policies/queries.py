"""Finding policies, and telling what they were worth at the time of an accident."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db.models import Q, QuerySet

from yinuo.core.people import queries as people
from yinuo.core.people import rules as people_rules
from yinuo.core.people.actors import Actor
from yinuo.core.policies import rules
from yinuo.core.policies.models import Cover, Disclosure, Policy
from yinuo.core.policies.rules import CoverFacts, PolicyFacts, Standing, Verification
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

PAGE = 20
"""How many policies a look-up reads at most."""


class PolicyNotFound(DomainError):
    code = "policy_not_found"
    message: ClassVar[Message] = _("There is no such policy.")
    http = 404


def visible_to(actor: Actor) -> QuerySet[Policy]:
    """Customers see what they hold or drive under, staff their subtree, operators nothing."""
    policies = Policy.objects.select_related("vehicle", "holder", "branch")
    if actor.kind == "customer":
        own = Q(holder_id=actor.person_id) | Q(drivers__person_id=actor.person_id)
        return policies.filter(own).distinct()
    if not people_rules.sees_customers(actor):
        return policies.none()
    return policies.filter(people.within(actor, "branch__path"))


def get_for(actor: Actor, number: str) -> Policy:
    """With vehicle, holder and branch. Raises PolicyNotFound, also for another branch's policy."""
    policy = visible_to(actor).filter(number=rules.normalise_number(number)).first()
    if policy is None:
        raise PolicyNotFound("policy_number")
    return policy


def search(actor: Actor, text: str, *, limit: int = PAGE) -> list[Policy]:
    """Policies whose number or plate begins with the text, the newest first.

    When more begin so than fit, it is open which are shown: the person has to type more.
    """
    number, plate = rules.normalise_number(text), rules.normalise_plate(text)
    if not plate:
        return []
    most = min(limit, PAGE)
    seen = visible_to(actor).values_list("pk", flat=True).order_by()
    # Each half can use its own index; an OR over both tables could use neither.
    by_number = seen.filter(number__startswith=number)[:most]
    by_plate = seen.filter(vehicle__plate__startswith=plate)[:most]
    found = set(by_number) | set(by_plate)
    policies = Policy.objects.select_related("vehicle", "holder", "branch").filter(pk__in=found)
    return list(policies.order_by("-starts_at", "-pk")[:most])


@dataclass(frozen=True, slots=True)
class Insured:
    """A policy with vehicle, holder and branch loaded, its covers, and how it stood then."""

    policy: Policy
    facts: PolicyFacts
    standing: Standing


def look_up(
    actor: Actor,
    *,
    at: datetime,
    number: str = "",
    plate: str = "",
    person_id: int | None = None,
) -> list[Insured]:
    """Policies by number, plate or person (as holder or driver), those in force at `at` first.

    Everything given has to fit. Two statements, whatever is found; nothing given finds nothing.
    """
    found = Q()
    if number.strip():
        found &= Q(number=rules.normalise_number(number))
    if plate.strip():
        found &= Q(vehicle__plate=rules.normalise_plate(plate))
    if person_id is not None:
        driven = Policy.objects.filter(drivers__person_id=person_id)
        found &= Q(holder_id=person_id) | Q(pk__in=driven.values("pk"))
    if not found:
        return []
    policies = visible_to(actor).filter(found).prefetch_related("covers")
    newest = policies.order_by("-starts_at", "-pk")[:PAGE]
    insured = [_insured(policy, at) for policy in newest]
    return sorted(insured, key=lambda one: one.standing is not Standing.IN_FORCE)


def in_force(
    actor: Actor,
    *,
    at: datetime,
    number: str = "",
    plate: str = "",
    person_id: int | None = None,
) -> list[Insured]:
    """As `look_up`, only those in force at that moment: a car may have two, compulsory and own."""
    found = look_up(actor, at=at, number=number, plate=plate, person_id=person_id)
    return [one for one in found if one.standing is Standing.IN_FORCE]


def verify(
    actor: Actor,
    *,
    at: datetime,
    loss_kinds: Collection[str],
    number: str = "",
    plate: str = "",
    person_id: int | None = None,
) -> tuple[list[Insured], Verification]:
    """Ours, in force at the accident, and covering such losses? What was found, and the answer."""
    found = look_up(actor, at=at, number=number, plate=plate, person_id=person_id)
    return found, rules.verify([one.facts for one in found], loss_kinds, at)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Who asks about which policy, and about what kinds of losses at which moment."""

    actor: Actor
    at: datetime
    loss_kinds: Collection[str]
    number: str = ""
    plate: str = ""


def verify_many(inquiries: Sequence[Inquiry]) -> list[tuple[list[Insured], Verification]]:
    """As `verify`, for a set: as many statements as for one."""
    if len(inquiries) == 1:
        one = inquiries[0]
        return [
            verify(
                one.actor, at=one.at, loss_kinds=one.loss_kinds, number=one.number, plate=one.plate
            )
        ]
    numbers = {rules.normalise_number(one.number) for one in inquiries if one.number.strip()}
    plates = {rules.normalise_plate(one.plate) for one in inquiries if one.plate.strip()}
    policies = Policy.objects.select_related("vehicle", "holder", "branch").prefetch_related(
        "covers", "drivers"
    )
    by_number: dict[str, list[Policy]] = defaultdict(list)
    by_plate: dict[str, list[Policy]] = defaultdict(list)
    for policy in policies.filter(number__in=numbers).order_by("-starts_at", "-pk"):
        by_number[policy.number].append(policy)
    for policy in policies.filter(vehicle__plate__in=plates).order_by("-starts_at", "-pk"):
        by_plate[policy.vehicle.plate].append(policy)
    answers = []
    for one in inquiries:
        fitting = _fitting(one, by_number, by_plate)
        insured = [_insured(policy, one.at) for policy in fitting[:PAGE]]
        insured.sort(key=lambda each: each.standing is not Standing.IN_FORCE)
        facts = [each.facts for each in insured]
        answers.append((insured, rules.verify(facts, one.loss_kinds, one.at)))
    return answers


def _fitting(
    one: Inquiry,
    by_number: Mapping[str, list[Policy]],
    by_plate: Mapping[str, list[Policy]],
) -> list[Policy]:
    """What was given has to fit, and the actor has to see it; nothing given finds nothing."""
    number, plate = rules.normalise_number(one.number), rules.normalise_plate(one.plate)
    if one.number.strip():
        found = by_number.get(number, [])
        if one.plate.strip():
            found = [policy for policy in found if policy.vehicle.plate == plate]
    else:
        found = by_plate.get(plate, []) if one.plate.strip() else []
    return [policy for policy in found if _sees(one.actor, policy)]


def _sees(actor: Actor, policy: Policy) -> bool:
    """The rule of `visible_to` for a policy that has been read."""
    if actor.kind == "customer":
        drivers = {driver.person_id for driver in policy.drivers.all()}
        return actor.person_id in {policy.holder_id, *drivers}
    return people.is_in_branch(actor, policy.branch.path)


def covers_for(policy: Policy, loss_kind: str, at: datetime) -> tuple[CoverFacts, ...]:
    """The covers of the policy that pay for such a loss at that moment, in paying order."""
    facts = facts_of(policy)
    if rules.standing(facts, at) is not Standing.IN_FORCE:
        return ()
    return rules.covers_for([facts], loss_kind)


def cover_for(policy: Policy, loss_kind: str, at: datetime) -> CoverFacts | None:
    """The first cover that pays for such a loss, or None: not covered, or not in force then."""
    return next(iter(covers_for(policy, loss_kind, at)), None)


def covers_of_car(policy: Policy, at: datetime) -> tuple[CoverFacts, ...]:
    """Every cover in force for the policy's car at that moment, the policy's own first.

    A car may have two policies with us, compulsory and commercial. One statement.
    """
    return covers_of_cars([(policy, at)])[0]


def covers_of_cars(asked: Sequence[tuple[Policy, datetime]]) -> list[tuple[CoverFacts, ...]]:
    """As `covers_of_car`, beside each. One statement for all."""
    cars = {policy.vehicle_id for policy, _at in asked}
    by_car: dict[int, list[Cover]] = defaultdict(list)
    for cover in Cover.objects.filter(policy__vehicle__in=cars).select_related("policy"):
        by_car[cover.policy.vehicle_id].append(cover)
    return [_in_paying_order(by_car[policy.vehicle_id], policy, at) for policy, at in asked]


def _in_paying_order(
    covers: Sequence[Cover], policy: Policy, at: datetime
) -> tuple[CoverFacts, ...]:
    running = [cover for cover in covers if _was_in_force(cover.policy, at)]
    found = sorted(running, key=lambda cover: (cover.policy_id != policy.pk, cover.pk))
    first = {cover.kind: cover for cover in reversed(found)}
    return tuple(_cover_facts(cover) for cover in found if first[cover.kind] is cover)


def _was_in_force(policy: Policy, at: datetime) -> bool:
    cancelled = policy.cancelled_at is not None and policy.cancelled_at <= at
    return policy.starts_at <= at < policy.ends_at and not cancelled


def told_at_sale(policy: Policy) -> list[Disclosure]:
    """What was explained at the sale, and what was not, with its proof."""
    return list(policy.disclosures.order_by("topic"))


def facts_of(policy: Policy) -> PolicyFacts:
    """Plain values for the rules; the covers cost a statement unless they were fetched before."""
    return PolicyFacts(
        id=policy.pk,
        number=policy.number,
        starts_at=policy.starts_at,
        ends_at=policy.ends_at,
        cancelled_at=policy.cancelled_at,
        currency=policy.currency,
        covers=tuple(_cover_facts(cover) for cover in policy.covers.all()),
    )


def _insured(policy: Policy, at: datetime) -> Insured:
    facts = facts_of(policy)
    return Insured(policy, facts, rules.standing(facts, at))


def _cover_facts(cover: Cover) -> CoverFacts:
    return CoverFacts(
        id=cover.pk,
        kind=cover.kind,
        loss_kinds=tuple(cover.loss_kinds),
        limit=cover.limit,
        deductible=cover.deductible,
        deductible_rate=cover.deductible_rate,
    )
