"""Decisions about a claim: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from math import asin, cos, radians, sin, sqrt

from yinuo.areas.claims.rulefile import DispatchWeights, Duplicates
from yinuo.areas.claims.warning_rulefile import SignalStep

_EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Sum:
    """What is due for a loss, and the steps that lead to it."""

    asked: Decimal
    approved: Decimal
    deductible: Decimal
    amount: Decimal
    steps: tuple[dict[str, str], ...]

    @property
    def outcome(self) -> str:
        return "pay" if self.approved == self.asked and self.amount > 0 else "part"


def less_advances(found: Sum, advanced: Decimal) -> Sum:
    """The sum that is still to be paid when a part of it was paid before; never below nothing."""
    if not advanced:
        return found
    steps = [step for step in found.steps if step["step"] != "amount"]
    left = max(found.amount - advanced, Decimal(0))
    steps.append({"step": "advanced", "value": str(-advanced)})
    steps.append({"step": "amount", "value": str(left)})
    return replace(found, amount=left, steps=tuple(steps))


@dataclass(frozen=True, slots=True)
class Spot:
    at: datetime
    latitude: float | None
    longitude: float | None
    place: str = ""


def same_accident(new: Spot, known: Spot, rule: Duplicates) -> bool:
    """Whether two reports about one car may be one accident: close in time and in place."""
    if abs(new.at - known.at) > rule.within.elapsed():
        return False
    km = distance_km(new.latitude, new.longitude, known.latitude, known.longitude)
    return km is None or km <= float(rule.km)


def distance_km(
    lat1: float | None, lon1: float | None, lat2: float | None, lon2: float | None
) -> float | None:
    """Great-circle distance in kilometres; None when a place is not known."""
    if lat1 is None or lon1 is None or lat2 is None or lon2 is None:
        return None
    a = (
        sin(radians(lat2 - lat1) / 2) ** 2
        + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(a))


@dataclass(frozen=True, slots=True)
class Surveyor:
    """What speaks for and against sending this person."""

    staff_id: int
    name: str
    same_branch: bool
    skills: frozenset[str]
    km: float | None
    running: int
    conflict: bool


@dataclass(frozen=True, slots=True)
class Ranked:
    surveyor: Surveyor
    score: float
    parts: Mapping[str, float]


def rank_surveyors(
    surveyors: Iterable[Surveyor],
    *,
    needed: frozenset[str],
    weights: DispatchWeights,
    most_running: int,
    furthest_km: float,
) -> list[Ranked]:
    """The surveyors who may go, the best first; each with the parts of its score, 0 to 100.

    Left out: a conflict of interest, a missing competence, a full load, a place too far away.
    """
    ranked = [
        _rank(one, needed, weights, most_running, furthest_km)
        for one in surveyors
        if not one.conflict
        and needed <= one.skills
        and one.running < most_running
        and (one.km is None or one.km <= furthest_km)
    ]
    return sorted(ranked, key=lambda r: (-r.score, r.surveyor.staff_id))


def _rank(
    one: Surveyor,
    needed: frozenset[str],
    weights: DispatchWeights,
    most_running: int,
    furthest_km: float,
) -> Ranked:
    near = 0.5 if one.km is None else 1 - one.km / furthest_km
    parts = {
        "branch": weights.branch * (1.0 if one.same_branch else 0.0),
        "skill": weights.skill * (len(needed) / len(one.skills) if one.skills else 0.0),
        "distance": weights.distance * near,
        "load": weights.load * (1 - one.running / most_running),
    }
    return Ranked(one, round(sum(parts.values()), 2), {k: round(v, 2) for k, v in parts.items()})


def claim_facts(
    *,
    loss_kinds: Sequence[str],
    cause: str,
    injured: int,
    seriously_injured: int,
    dead: int,
    estimate: Decimal | None,
    in_town: bool,
    drivable: bool | None,
    other_vehicles: int,
    vulnerable: bool,
    said: Mapping[str, bool],
    holder_is_company: bool = False,
) -> dict[str, object]:
    """What the conditions of the rules may test, from what is known of a claim."""
    facts: dict[str, object] = {
        "loss_kinds": list(loss_kinds),
        "vehicle_damage_only": not injured
        and not dead
        and set(loss_kinds) <= {"own_vehicle", "other_vehicle"},
        "cause": cause,
        "injured": injured,
        "seriously_injured": seriously_injured,
        "dead": dead,
        "in_town": in_town,
        "other_vehicles": other_vehicles,
        "vulnerable": vulnerable,
        "holder_is_company": holder_is_company,
        **said,
    }
    if estimate is not None:
        facts["estimate"] = estimate
    if drivable is not None:
        facts["drivable"] = drivable
    return facts


CAUSES = (
    "collision",
    "single_car",
    "scratch",
    "glass",
    "theft",
    "fire",
    "flood",
    "falling_object",
    "vandalism",
    "other",
)
LOSS_KINDS = ("own_vehicle", "other_vehicle", "property", "injury")
SEVERITIES = ("light", "medium", "severe", "total")
SAID = (
    "at_scene",
    "on_highway",
    "party_left",
    "drink_or_drugs",
    "licence_in_doubt",
    "plate_in_doubt",
    "coach_overloaded",
    "intent_suspected",
    "mark_missing",
    "third_party_at_fault",
    "disability",
    "rescue_cost",
    "liability_clear",
    "agent",
)
LIABILITIES = ("full", "main", "equal", "minor", "none")


@dataclass(frozen=True, slots=True)
class StageTime:
    """How long a loss was at a stage; `until` is None while it still is."""

    loss: str
    stage: str
    since: datetime
    until: datetime | None


def stage_times(
    moves: Iterable[tuple[datetime, str, Sequence[str]]], losses: Sequence[str], initial: str
) -> tuple[StageTime, ...]:
    """The stages of each loss in order, from the steps of the timeline.

    `moves` are (when, target stage, subjects of the losses moved), the oldest first; the first
    one opens the claim.
    """
    times: list[StageTime] = []
    standing: dict[str, tuple[str, datetime]] = {}
    for at, target, moved in moves:
        for loss in moved or losses:
            if loss in standing:
                stage, since = standing[loss]
                if stage == target:
                    continue
                times.append(StageTime(loss, stage, since, at))
            standing[loss] = (target or initial, at)
    times += [StageTime(loss, stage, since, None) for loss, (stage, since) in standing.items()]
    return tuple(sorted(times, key=lambda one: (one.loss, one.since)))


@dataclass(frozen=True, slots=True)
class Reason:
    """A sign that was found: how much of it, and the points that it counts."""

    signal: str
    value: int
    points: int


def weigh(
    found: Mapping[str, int], steps: Mapping[str, Sequence[SignalStep]]
) -> tuple[Reason, ...]:
    """The signs that count, the strongest first. Of each, the highest step reached counts."""
    reasons = []
    for signal, value in found.items():
        reached = [step.points for step in steps[signal] if value >= step.at_least]
        if reached:
            reasons.append(Reason(signal, value, max(reached)))
    return tuple(sorted(reasons, key=lambda one: (-one.points, one.signal)))


def points_of(reasons: Iterable[Reason]) -> int:
    return sum(one.points for one in reasons)


def is_held_out(lot: str, share: Decimal) -> bool:
    """Whether this lot is drawn for the group that is left alone. The same lot, the same answer."""
    drawn = int.from_bytes(sha256(lot.encode()).digest()[:8], "big")
    return drawn < share * 2**64
