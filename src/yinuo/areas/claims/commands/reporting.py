"""报案: a report becomes a case with a number, a handler, guidance and times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries, rules
from yinuo.areas.claims.commands.common import rules_at, telling
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Opening
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people_commands
from yinuo.core.people import queries as people
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Person, Staff
from yinuo.core.people.rules import NewPerson
from yinuo.core.policies import queries as policies
from yinuo.core.policies.queries import Insured
from yinuo.core.policies.rules import Verification
from yinuo.kit.errors import DomainError, raise_problems

MOST_LOSSES = 50
MOST_COUNTED = 999


class PossibleDuplicate(DomainError):
    """`numbers` names the claims that may be about the same accident."""

    code = "possible_duplicate"
    message = _(
        "This accident may already be reported: %(numbers)s. Open that claim, "
        "or confirm that this is another accident."
    )


class PolicyUnknown(DomainError):
    code = "policy_unknown"
    message = _("No policy of ours was found for this. Check the policy number or the plate.")
    http = 422


class AccidentInFuture(DomainError):
    code = "accident_in_future"
    message = _("The accident cannot lie in the future.")
    http = 422


class FieldMissing(DomainError):
    code = "field_missing"
    message = _("Please fill in this field.")
    http = 422


class WordUnknown(DomainError):
    code = "word_unknown"
    message = _("“%(word)s” is not known here. Choose one of: %(known)s.")
    http = 422


class NumberOutOfRange(DomainError):
    code = "number_out_of_range"
    message = _("Give a number from %(least)s to %(most)s.")
    http = 422


@dataclass(frozen=True, slots=True)
class NewLoss:
    """One thing or person harmed. Without an owner it belongs to the policyholder."""

    kind: str
    title: str = ""
    severity: str = "medium"
    estimate: Decimal | None = None
    owner: NewPerson | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is asked at the first report; the rest is known from the policy.

    `said` holds the yes/no facts of `rules.SAID` that the caller told; what was not asked is left
    out. `estimate`s are in the currency of the policy.
    """

    accident_at: datetime
    place: str
    cause: str
    losses: Sequence[NewLoss]
    policy_number: str = ""
    plate: str = ""
    circumstances: str = ""
    latitude: float | None = None
    longitude: float | None = None
    in_town: bool = True
    injured: int = 0
    seriously_injured: int = 0
    dead: int = 0
    drivable: bool | None = None
    other_vehicles: int = 0
    police_called: bool | None = None
    reporter_name: str = ""
    reporter_phone: str = ""
    reporter_relation: str = ""
    driver_name: str = ""
    said: Mapping[str, bool] = field(default_factory=dict)
    external_key: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """`guidance` are keys of texts, in the order in which they are said."""

    case: Case
    claim: Claim
    losses: tuple[Loss, ...]
    verification: Verification
    guidance: tuple[str, ...]


def report(
    *, report: Report, door: str, confirmed_new: bool = False, by: Actor, at: datetime
) -> Reported:
    """Take a report. A doubt about the policy is noted for a person, it refuses nothing.

    Raises PossibleDuplicate unless `confirmed_new`, PolicyUnknown when nothing of ours is found,
    and with the name of the field what is missing or absurd.
    """
    raise_problems(problems(report, at))
    with cases.transaction():
        insured, verification = _policy(report, by)
        _one_at_a_time(insured)
        if not confirmed_new:
            refuse_duplicates(duplicates(report, insured, at))
        facts = facts_of_report(report, insured)
        return _open(report, insured, verification, facts, door, confirmed_new, by, at)


def duplicates(report: Report, insured: Insured, at: datetime) -> list[Claim]:
    """Claims that may be about the same accident: same car, close in time and place."""
    rule = rules_at(at).report.duplicates.value
    spot = rules.Spot(report.accident_at, report.latitude, report.longitude, report.place)
    found = queries.near(
        plate=insured.policy.vehicle.plate,
        policy_id=insured.policy.pk,
        at=report.accident_at,
        within=rule.within,
    )
    return [claim for claim in found if rules.same_accident(spot, queries.spot_of(claim), rule)]


def refuse_duplicates(found: Sequence[Claim]) -> None:
    if found:
        raise PossibleDuplicate(numbers=", ".join(claim.case.number for claim in found))


def facts_of_report(report: Report, insured: Insured) -> dict[str, object]:
    """What the rules may test about this report."""
    estimates = [loss.estimate for loss in report.losses if loss.estimate is not None]
    return rules.claim_facts(
        loss_kinds=[loss.kind for loss in report.losses],
        cause=report.cause,
        injured=report.injured,
        seriously_injured=report.seriously_injured,
        dead=report.dead,
        estimate=sum(estimates, Decimal(0)) if estimates else None,
        in_town=report.in_town,
        drivable=report.drivable,
        other_vehicles=report.other_vehicles,
        vulnerable=bool(insured.policy.holder.vulnerability),
        said=report.said,
        holder_is_company=insured.policy.holder.kind == "company",
    )


def find_duplicates(*, report: Report, by: Actor, at: datetime) -> list[Claim]:
    """As `duplicates`, before anything is saved. Raises PolicyUnknown."""
    insured, _verification = _policy(report, by)
    return duplicates(report, insured, at)


def _policy(report: Report, by: Actor) -> tuple[Insured, Verification]:
    found, verification = policies.verify(
        by,
        at=report.accident_at,
        loss_kinds={loss.kind for loss in report.losses},
        number=report.policy_number,
        plate=report.plate,
    )
    if not found:
        raise PolicyUnknown("policy_number" if report.policy_number else "plate")
    covering = {cover.id for covers in verification.covers.values() for cover in covers}
    best = max(found, key=lambda one: sum(cover.id in covering for cover in one.facts.covers))
    return best, verification


def _one_at_a_time(insured: Insured) -> None:
    """Two reports of one car wait for each other, so that the second sees the first."""
    key = insured.policy.vehicle.plate or f"policy:{insured.policy.pk}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _open(
    report: Report,
    insured: Insured,
    verification: Verification,
    facts: dict[str, object],
    door: str,
    confirmed_new: bool,
    by: Actor,
    at: datetime,
) -> Reported:
    rule = rules_at(at)
    policy = insured.policy
    care = rule.classes.definition.value.of(facts)
    claim = _claim(report, insured, facts, door, confirmed_new, at)
    guidance = tuple(one.text for one in rule.report.guidance_for(facts))
    doubts = [finding.reason.value for finding in verification.findings]
    case = cases.open_case(
        Opening(
            kind="claim",
            step="report",
            customer=policy.holder,
            branch=policy.branch,
            handler=_handler(insured, by),
            care=care,
            data={
                "door": door,
                "class": care,
                "losses": [loss.kind for loss in report.losses],
                "policy_doubts": doubts,
                "late_report": rule.report.late_after.value.after(report.accident_at) < at,
            },
            facts={**telling(claim), "guidance": guidance},
        ),
        by=by,
        at=at,
    )
    claim.case = case
    claim.save(force_insert=True)
    losses = _write_losses(report, claim, insured, at)
    return Reported(case, claim, losses, verification, guidance)


def _claim(
    report: Report,
    insured: Insured,
    facts: Mapping[str, object],
    door: str,
    confirmed_new: bool,
    at: datetime,
) -> Claim:
    kept = {k: str(v) if isinstance(v, Decimal) else v for k, v in facts.items()}
    estimate = facts.get("estimate")
    return Claim(
        policy=insured.policy,
        plate=insured.policy.vehicle.plate,
        accident_at=report.accident_at,
        accident_on=timezone.localtime(report.accident_at).date(),
        reported_at=at,
        door=door,
        reporter_name=report.reporter_name,
        reporter_phone=report.reporter_phone,
        reporter_relation=report.reporter_relation,
        driver_name=report.driver_name,
        place=report.place,
        in_town=report.in_town,
        latitude=report.latitude,
        longitude=report.longitude,
        cause=report.cause,
        circumstances=report.circumstances,
        police_called=report.police_called,
        injured=report.injured,
        dead=report.dead,
        drivable=report.drivable,
        other_vehicles=report.other_vehicles,
        estimate=estimate if isinstance(estimate, Decimal) else None,
        currency=insured.policy.currency,
        facts=kept,
        confirmed_new=confirmed_new,
        external_key=report.external_key or None,
    )


def _handler(insured: Insured, by: Actor) -> Staff | None:
    """The agent who took the call, else the agents of the nearest branches in turn, by policy."""
    policy = insured.policy
    return people.one_in_turn("agent", policy.branch.path, turn=policy.pk, prefer=by.staff_id)


def _write_losses(report: Report, claim: Claim, insured: Insured, at: datetime) -> tuple[Loss, ...]:
    losses = [
        Loss(
            claim=claim,
            ordinal=index + 1,
            kind=new.kind,
            title=new.title,
            stage="reported",
            stage_since_at=at,
            owner=_owner(new, insured, at),
            severity=new.severity,
            estimate=new.estimate,
        )
        for index, new in enumerate(report.losses)
    ]
    return tuple(Loss.objects.bulk_create(losses))


def _owner(new: NewLoss, insured: Insured, at: datetime) -> Person | None:
    if new.owner is None:
        return insured.policy.holder if new.kind == "own_vehicle" else None
    # The person belongs where the policy is; who reports may be a customer, who registers nobody.
    person = replace(new.owner, home_branch_id=insured.policy.branch_id)
    return people_commands.register_person(person=person, by=SYSTEM, at=at)


def problems(report: Report, at: datetime) -> list[DomainError]:
    """What is missing or absurd in a report, each with the name of its field."""
    found: list[DomainError] = []
    if report.accident_at > at:
        found.append(AccidentInFuture("accident_at"))
    if not report.policy_number.strip() and not report.plate.strip():
        found.append(FieldMissing("plate"))
    if not report.place.strip():
        found.append(FieldMissing("place"))
    if report.cause not in rules.CAUSES:
        found.append(WordUnknown("cause", word=report.cause, known=", ".join(rules.CAUSES)))
    counts = ("injured", "seriously_injured", "dead", "other_vehicles")
    found.extend(
        NumberOutOfRange(name, least=0, most=MOST_COUNTED)
        for name in counts
        if not 0 <= getattr(report, name) <= MOST_COUNTED
    )
    found.extend(
        WordUnknown(f"said.{word}", word=word, known=", ".join(rules.SAID))
        for word in report.said
        if word not in rules.SAID
    )
    return [*found, *_loss_problems(report)]


def _loss_problems(report: Report) -> list[DomainError]:
    if not report.losses:
        return [FieldMissing("losses")]
    problems: list[DomainError] = []
    if len(report.losses) > MOST_LOSSES:
        problems.append(NumberOutOfRange("losses", least=1, most=MOST_LOSSES))
    for index, loss in enumerate(report.losses[:MOST_LOSSES]):
        where = f"losses.{index}"
        if loss.kind not in rules.LOSS_KINDS:
            known = ", ".join(rules.LOSS_KINDS)
            problems.append(WordUnknown(f"{where}.kind", word=loss.kind, known=known))
        if loss.severity not in rules.SEVERITIES:
            known = ", ".join(rules.SEVERITIES)
            problems.append(WordUnknown(f"{where}.severity", word=loss.severity, known=known))
        if loss.estimate is not None and not 0 <= loss.estimate < Decimal("1e10"):
            problems.append(NumberOutOfRange(f"{where}.estimate", least=0, most=9999999999))
    return problems
