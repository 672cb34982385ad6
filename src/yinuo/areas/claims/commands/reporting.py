"""报案: a report becomes a case with a number, a handler, guidance and times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
from yinuo.core.policies.queries import Inquiry, Insured
from yinuo.core.policies.rules import Verification
from yinuo.kit.bulk import add_rows, array_text
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


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report of a set; `confirmed_new` when somebody saw the possible duplicates."""

    report: Report
    door: str
    confirmed_new: bool = False
    by: Actor | None = None
    at: datetime | None = None


def report_many(reports: Sequence[NewReport], *, by: Actor, at: datetime) -> list[Reported]:
    """Take reports. A doubt about the policy is noted for a person, it refuses nothing.

    Raises PossibleDuplicate unless `confirmed_new`, PolicyUnknown when nothing of ours is found,
    and with the name of the field what is missing or absurd. What is refused of a set names its
    policy.
    """
    for one in reports:
        with cases.naming(one.report.policy_number or one.report.plate):
            raise_problems(problems(one.report, one.at or at))
    with cases.transaction():
        takings = _found_out(reports, by, at)
        _one_at_a_time([taking.insured for taking in takings])
        # Of one car the first report is written before the second is looked at.
        first, later = _first_of_each_car(takings)
        told = dict(_take(first, by, at))
        for place, taking in later:
            told |= _take([(place, taking)], by, at)
        return [told[place] for place in range(len(reports))]


def report(
    *, report: Report, door: str, confirmed_new: bool = False, by: Actor, at: datetime
) -> Reported:
    """One report; see `report_many`."""
    return report_many([NewReport(report, door, confirmed_new)], by=by, at=at)[0]


@dataclass(frozen=True, slots=True)
class _Taking:
    """A report with what was found out about it."""

    report: Report
    door: str
    confirmed_new: bool
    insured: Insured
    verification: Verification
    by: Actor
    at: datetime


def _found_out(reports: Sequence[NewReport], by: Actor, at: datetime) -> list[_Taking]:
    found = policies.verify_many([_inquiry(one.report, one.by or by) for one in reports])
    takings = []
    for one, (insured, verification) in zip(reports, found, strict=True):
        with cases.naming(one.report.policy_number or one.report.plate):
            best = _best(one.report, insured, verification)
        who, moment = one.by or by, one.at or at
        takings.append(
            _Taking(one.report, one.door, one.confirmed_new, best, verification, who, moment)
        )
    return takings


Places = list[tuple[int, _Taking]]


def _first_of_each_car(takings: Sequence[_Taking]) -> tuple[Places, Places]:
    first: dict[str, tuple[int, _Taking]] = {}
    later: Places = []
    for place, taking in enumerate(takings):
        key = _car(taking.insured)
        if key in first:
            later.append((place, taking))
        else:
            first[key] = (place, taking)
    return list(first.values()), later


def _take(places: Places, by: Actor, at: datetime) -> dict[int, Reported]:
    takings = [taking for _place, taking in places]
    known = _duplicates([(taking.report, taking.insured, taking.at) for taking in takings])
    for taking, same in zip(takings, known, strict=True):
        with cases.naming(taking.report.policy_number or taking.report.plate):
            if not taking.confirmed_new:
                refuse_duplicates(same)
    opened = _open(takings, by, at)
    return {place: one for (place, _taking), one in zip(places, opened, strict=True)}


def duplicates(report: Report, insured: Insured, at: datetime) -> list[Claim]:
    """Claims that may be about the same accident: same car, close in time and place."""
    return _duplicates([(report, insured, at)])[0]


def _duplicates(asked: Sequence[tuple[Report, Insured, datetime]]) -> list[list[Claim]]:
    near = queries.near_many(
        [
            queries.Near(
                insured.policy.vehicle.plate,
                insured.policy.pk,
                report.accident_at,
                rules_at(at).report.duplicates.value.within,
            )
            for report, insured, at in asked
        ]
    )
    found = []
    for (report, _insured, at), claims in zip(asked, near, strict=True):
        rule = rules_at(at).report.duplicates.value
        spot = rules.Spot(report.accident_at, report.latitude, report.longitude, report.place)
        found.append([c for c in claims if rules.same_accident(spot, queries.spot_of(c), rule)])
    return found


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
    ((found, verification),) = policies.verify_many([_inquiry(report, by)])
    return duplicates(report, _best(report, found, verification), at)


def _inquiry(report: Report, by: Actor) -> Inquiry:
    return Inquiry(
        by,
        at=report.accident_at,
        loss_kinds={loss.kind for loss in report.losses},
        number=report.policy_number,
        plate=report.plate,
    )


def _best(report: Report, found: Sequence[Insured], verification: Verification) -> Insured:
    """Of what was found the policy that covers most."""
    if not found:
        raise PolicyUnknown("policy_number" if report.policy_number else "plate")
    covering = {cover.id for covers in verification.covers.values() for cover in covers}
    return max(found, key=lambda one: sum(cover.id in covering for cover in one.facts.covers))


def _car(insured: Insured) -> str:
    return insured.policy.vehicle.plate or f"policy:{insured.policy.pk}"


_WAIT = """
SELECT pg_advisory_xact_lock(key) FROM (
    SELECT DISTINCT hashtextextended(car, 0) AS key FROM unnest(%s::text[]) AS car ORDER BY key
) cars
"""


def _one_at_a_time(found: Sequence[Insured]) -> None:
    """Two reports of one car wait for each other, so that the second sees the first."""
    with connection.cursor() as cursor:
        cursor.execute(_WAIT, [array_text(map(_car, found))])


def _open(takings: Sequence[_Taking], by: Actor, at: datetime) -> list[Reported]:
    facts = [facts_of_report(taking.report, taking.insured) for taking in takings]
    claims = [_claim(taking, its) for taking, its in zip(takings, facts, strict=True)]
    guidance = [
        tuple(one.text for one in rules_at(taking.at).report.guidance_for(its))
        for taking, its in zip(takings, facts, strict=True)
    ]
    handlers = people.each_in_turn("agent", [_turn(taking) for taking in takings], at)
    openings = [
        _opening(*each) for each in zip(takings, facts, claims, guidance, handlers, strict=True)
    ]
    opened = cases.open_many(openings, by=by, at=at)
    for claim, case in zip(claims, opened, strict=True):
        claim.case = case
    add_rows(claims)
    losses = _write_losses(takings, claims)
    return [
        Reported(case, claim, its, taking.verification, said)
        for taking, case, claim, its, said in zip(
            takings, opened, claims, losses, guidance, strict=True
        )
    ]


def _opening(
    taking: _Taking,
    facts: Mapping[str, object],
    claim: Claim,
    guidance: tuple[str, ...],
    handler: Staff | None,
) -> Opening:
    rule, policy, report = rules_at(taking.at), taking.insured.policy, taking.report
    care = rule.classes.definition.value.of(facts)
    return Opening(
        kind="claim",
        step="report",
        customer=policy.holder,
        branch=policy.branch,
        handler=handler,
        care=care,
        data={
            "door": taking.door,
            "class": care,
            "losses": [loss.kind for loss in report.losses],
            "policy_doubts": [one.reason.value for one in taking.verification.findings],
            "late_report": rule.report.late_after.value.after(report.accident_at) < taking.at,
        },
        facts={**telling(claim), "guidance": guidance},
        by=taking.by,
        at=taking.at,
    )


def _claim(taking: _Taking, facts: Mapping[str, object]) -> Claim:
    report, insured = taking.report, taking.insured
    kept = {k: str(v) if isinstance(v, Decimal) else v for k, v in facts.items()}
    estimate = facts.get("estimate")
    return Claim(
        policy=insured.policy,
        plate=insured.policy.vehicle.plate,
        accident_at=report.accident_at,
        accident_on=timezone.localtime(report.accident_at).date(),
        reported_at=taking.at,
        door=taking.door,
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
        confirmed_new=taking.confirmed_new,
        external_key=report.external_key or None,
    )


def _turn(taking: _Taking) -> people.Turn:
    """The agent who took the call, else the agents of the nearest branches in turn, by policy."""
    policy = taking.insured.policy
    return people.Turn(policy.branch.path, turn=policy.pk, prefer=taking.by.staff_id)


def _write_losses(takings: Sequence[_Taking], claims: Sequence[Claim]) -> list[tuple[Loss, ...]]:
    owners = iter(_owners(takings))
    rows = [
        tuple(
            Loss(
                claim=claim,
                ordinal=index + 1,
                kind=new.kind,
                title=new.title,
                stage="reported",
                stage_since_at=taking.at,
                owner=next(owners),
                severity=new.severity,
                estimate=new.estimate,
            )
            for index, new in enumerate(taking.report.losses)
        )
        for taking, claim in zip(takings, claims, strict=True)
    ]
    add_rows([row for each in rows for row in each])
    return rows


def _owners(takings: Sequence[_Taking]) -> list[Person | None]:
    """The owner of each loss, in order. A person belongs where the policy is; who reports may be
    a customer, who registers nobody.
    """
    named = [
        (replace(new.owner, home_branch_id=taking.insured.policy.branch_id), taking.at)
        for taking in takings
        for new in taking.report.losses
        if new.owner is not None
    ]
    known: dict[int, Person] = {}
    ids: Iterator[int] = iter(())
    if named:
        found = people_commands.register_many(
            [person for person, _at in named], by=SYSTEM, at=max(at for _person, at in named)
        )
        known, ids = Person.objects.in_bulk(found), iter(found)
    return [
        known[next(ids)]
        if new.owner is not None
        else (taking.insured.policy.holder if new.kind == "own_vehicle" else None)
        for taking in takings
        for new in taking.report.losses
    ]


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
