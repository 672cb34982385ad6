"""The shape of rules/cn_motor/claims.toml: what the rules of a claim may say.

Pure. The values, their reasons and their sources stand in the TOML file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Literal, Self, cast, get_args

from pydantic import Field, model_validator

from yinuo.kit.rules import (
    Conditions,
    LimitText,
    Plain,
    PromiseRule,
    Rule,
    RuleFile,
    RuleTable,
    holds,
)
from yinuo.settlement.rulefile import DutyShares

ClaimClass = Literal["small", "regular", "major", "special"]
LossKind = Literal["own_vehicle", "other_vehicle", "property", "injury"]
Severity = Literal["light", "medium", "severe", "total"]
Mode = Literal["remote", "on_site"]
Topic = Literal["safety", "police", "scene", "papers"]

# Every fact that a condition in claims.toml may test, with what its value is.
FACTS: Mapping[str, str] = {
    "dead": "number of people",
    "injured": "number of people hurt, the seriously hurt included",
    "seriously_injured": "number of people",
    "estimate": "estimated loss of the whole claim, in the currency of the policy",
    "loss_kinds": "list of own_vehicle, other_vehicle, property, injury",
    "vehicle_damage_only": "true when neither a person nor other property was hurt",
    "cause": "collision, single_car, scratch, glass, theft, fire, flood, falling_object, "
    "vandalism or other",
    "liability_clear": "true when the facts and who is at fault are clear",
    "vulnerable": "true when the customer needs special care",
    "drivable": "true when the car can move by itself",
    "in_town": "true when the accident happened in a town",
    "at_scene": "true when the caller is still at the scene",
    "on_highway": "true on an expressway",
    "other_vehicles": "number of motor vehicles involved beside the insured one",
    "party_left": "true when another party left the scene",
    "drink_or_drugs": "true when drink or drugs are suspected",
    "licence_in_doubt": "true when a driver has no licence or a wrong one",
    "plate_in_doubt": "true when a car has no plate or a forged one",
    "coach_overloaded": "true when a school bus or coach seems overloaded or too fast",
    "intent_suspected": "true when somebody seems to have acted on purpose",
    "mark_missing": "true when a car shows no inspection or insurance mark",
    "third_party_at_fault": "true when somebody else has to answer for the own car's damage",
    "disability": "true when a lasting disability is likely",
    "rescue_cost": "true when towing or rescue was paid for",
    "holder_is_company": "true when the insured is a company",
    "agent": "true when somebody acts for the insured",
}


class Case(Plain):
    """Something that holds under conditions; all of them must hold."""

    when: Conditions = ()

    @model_validator(mode="after")
    def _tests_facts_of_a_claim(self) -> Self:
        unknown = [test.fact for test in self.when if test.fact not in FACTS]
        if unknown:
            raise ValueError(
                f"{', '.join(unknown)} is no fact of a claim; see FACTS in rulefile.py"
            )
        return self


class ClassCase(Case):
    klass: ClaimClass = Field(alias="class")


class ClaimClasses(Plain):
    """The first case that holds decides; otherwise the claim is of class `otherwise`."""

    first_of: tuple[ClassCase, ...]
    otherwise: ClaimClass

    def of(self, facts: Mapping[str, object]) -> ClaimClass:
        for case in self.first_of:
            if holds(case.when, facts):
                return case.klass
        return self.otherwise


class ModeCase(Case):
    mode: Mode


class Triage(Plain):
    """On site or remote: the first case that holds decides."""

    first_of: tuple[ModeCase, ...]
    otherwise: Mode

    def of(self, facts: Mapping[str, object]) -> Mode:
        for case in self.first_of:
            if holds(case.when, facts):
                return case.mode
        return self.otherwise


class SkillCase(Case):
    skill: str


class GuidanceCase(Case):
    topic: Topic
    text: str = Field(description="a key of texts/<language>/guidance.toml")


class PaperCase(Case):
    kind: str = Field(description="a kind of documents.toml")
    required: bool = Field(description="true: asked always; false: asked if the conditions hold")

    @model_validator(mode="after")
    def _optional_means_conditional(self) -> Self:
        if self.required == bool(self.when):
            raise ValueError("a required paper has no conditions, any other paper has some")
        return self


class AuthorityLine(Plain):
    """Up to which amount a role may approve, for each class of claim; "any" has no limit."""

    role: Literal["reviewer", "approver", "team_lead", "manager"]
    up_to: dict[ClaimClass, Decimal | Literal["any"]]
    refusals: bool


class Authority(Plain):
    """Who may approve what."""

    lines: tuple[AuthorityLine, ...]

    def allows(self, roles: Iterable[str], klass: str, amount: Decimal) -> bool:
        """Whether somebody with these roles may approve this amount in a claim of this class."""
        held = set(roles)
        return any(
            line.role in held and _within(amount, line.up_to.get(_klass(klass)))
            for line in self.lines
        )

    def allows_refusal(self, roles: Iterable[str]) -> bool:
        held = set(roles)
        return any(line.role in held and line.refusals for line in self.lines)

    def roles_for(self, klass: str, amount: Decimal) -> tuple[str, ...]:
        """The roles that may approve this amount, the lowest first."""
        return tuple(
            line.role for line in self.lines if _within(amount, line.up_to.get(_klass(klass)))
        )

    def roles_for_refusal(self, klass: str) -> tuple[str, ...]:
        """The roles that may approve that nothing is paid, the lowest first."""
        return tuple(
            line.role for line in self.lines if line.refusals and _klass(klass) in line.up_to
        )


def _klass(klass: str) -> ClaimClass:
    """Raises ValueError for a word that is no class of claim."""
    for known in get_args(ClaimClass):
        if klass == known:
            return cast(ClaimClass, klass)
    raise ValueError(f"{klass!r} is no class of claim")


def _within(amount: Decimal, top: Decimal | Literal["any"] | None) -> bool:
    return top is not None and (top == "any" or amount <= top)


class Duplicates(Plain):
    """Two reports about the same car this close in time and place are shown as one accident."""

    within: LimitText
    km: Decimal


class DispatchWeights(Plain):
    """Parts of 100 by which the surveyors of a claim are ranked."""

    branch: int
    skill: int
    distance: int
    load: int

    @model_validator(mode="after")
    def _make_a_hundred(self) -> Self:
        if self.branch + self.skill + self.distance + self.load != 100:
            raise ValueError("the four weights make 100 together")
        return self


class ClaimPromises(RuleTable):
    acknowledge: Rule[PromiseRule]
    dispatch: Rule[PromiseRule]
    first_contact: Rule[PromiseRule]
    major_contact: Rule[PromiseRule]
    survey_arrival: Rule[PromiseRule]
    survey_report: Rule[PromiseRule]
    papers_list: Rule[PromiseRule]
    assessment: Rule[PromiseRule]
    supplement_check: Rule[PromiseRule]
    calculation: Rule[PromiseRule]
    review: Rule[PromiseRule]
    approval: Rule[PromiseRule]
    decision_ctpli: Rule[PromiseRule]
    decision: Rule[PromiseRule]
    decision_notice: Rule[PromiseRule]
    refusal_notice: Rule[PromiseRule]
    payment: Rule[PromiseRule]
    payment_own: Rule[PromiseRule]
    payment_start: Rule[PromiseRule]
    advance_check: Rule[PromiseRule]
    advance_approval: Rule[PromiseRule]
    advance_payment: Rule[PromiseRule]
    account_correction: Rule[PromiseRule]
    delay_notice: Rule[PromiseRule]
    question_answer: Rule[PromiseRule]
    objection_answer: Rule[PromiseRule]


class ClassRules(RuleTable):
    definition: Rule[ClaimClasses]


class ReportRules(RuleTable):
    duplicates: Rule[Duplicates]
    guidance: Rule[tuple[GuidanceCase, ...]]
    late_after: Rule[LimitText]

    def guidance_for(self, facts: Mapping[str, object]) -> tuple[GuidanceCase, ...]:
        """What to tell the caller, in the order of the file."""
        return tuple(case for case in self.guidance.value if holds(case.when, facts))


class DispatchRules(RuleTable):
    automatic: Rule[bool]
    weights: Rule[DispatchWeights]
    most_open_per_surveyor: Rule[int]
    furthest_km: Rule[Decimal]
    skills: Rule[tuple[SkillCase, ...]]
    mode: Rule[Triage]

    def skills_for(self, facts: Mapping[str, object]) -> frozenset[str]:
        """The kinds of competence that a surveyor of this claim needs."""
        return frozenset(case.skill for case in self.skills.value if holds(case.when, facts))


class ReserveRules(RuleTable):
    by_kind: Rule[dict[LossKind, dict[Severity, Decimal]]]


class PaperRules(RuleTable):
    own_vehicle: Rule[tuple[PaperCase, ...]]
    other_vehicle: Rule[tuple[PaperCase, ...]]
    property: Rule[tuple[PaperCase, ...]]
    injury: Rule[tuple[PaperCase, ...]]

    def asked(self, kind: str, facts: Mapping[str, object]) -> tuple[str, ...]:
        """The kinds of papers to ask for a loss of this kind, each once, in the file's order."""
        by_kind = {
            "own_vehicle": self.own_vehicle,
            "other_vehicle": self.other_vehicle,
            "property": self.property,
            "injury": self.injury,
        }
        cases = by_kind[kind].value
        return tuple(dict.fromkeys(case.kind for case in cases if holds(case.when, facts)))


class AuthorityRules(RuleTable):
    limits: Rule[Authority]
    alone_up_to: Rule[Decimal]


class AdvanceRules(RuleTable):
    """How much of a sum that is not final yet may be paid in advance."""

    of_assessed: Rule[Decimal]
    of_estimate: Rule[Decimal]


class SettlingRules(RuleTable):
    """How a claim becomes the accident that is settled."""

    products_without_compulsory: Rule[tuple[str, ...]]
    text_of_product: Rule[dict[str, Literal["2014", "2020"]]]
    causes_by_fault: Rule[tuple[str, ...]]
    uses: Rule[dict[str, Literal["family", "non_business", "taxi", "other_business"]]]
    small_bus_seats: Rule[int]
    ratios_against_non_motor: Rule[dict[str, DutyShares]]


class WayLimits(Plain):
    """How long the ways that lie outside our house take, or stay open."""

    appraisal: LimitText
    mediation: LimitText
    court: LimitText


class Peers(Plain):
    """A sum stands out when it is so many times the middle one of at least so many like it."""

    least: int = Field(gt=0)
    times: Decimal = Field(gt=1)
    within: LimitText


class LetterRules(RuleTable):
    ways: Rule[WayLimits]


class PeerRules(RuleTable):
    outlier: Rule[Peers]


class ClaimsRules(RuleFile):
    """rules/cn_motor/claims.toml"""

    promises: ClaimPromises
    classes: ClassRules
    report: ReportRules
    dispatch: DispatchRules
    reserves: ReserveRules
    papers: PaperRules
    authority: AuthorityRules
    advances: AdvanceRules
    settling: SettlingRules
    letters: LetterRules
    peers: PeerRules
