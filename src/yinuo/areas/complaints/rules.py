"""Decisions about complaints: plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from yinuo.areas.complaints.rulefile import Cause, CausesRules, Heard, HeatRules, InboundRules
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import CaseNumber
from yinuo.perception.folding import fold
from yinuo.perception.reading import Reading

KINDS: tuple[Heard, ...] = (
    "question",
    "report",
    "concern",
    "complaint",
    "violation",
    "petition",
    "withdrawal",
)
CHANNELS = (
    "phone",
    "portal",
    "web_form",
    "email",
    "visit",
    "letter",
    "wechat",
    "regulator",
    "media",
)
PRODUCTS = ("motor", "property", "liability", "life", "health", "other")
MEASURES = (
    "apology",
    "explanation",
    "recalculation",
    "compensation",
    "resurvey",
    "training",
)
UPHELD = ("yes", "partly", "no")
# What complaints are divided by: closed claims, premium in 100 m, policies in force.
MEASURES_OF_COMPLAINING = ("per_thousand_claims", "per_hundred_million", "per_ten_thousand")


def needs_power(role: str) -> bool:
    """Whoever speaks for another; those who represent a group complain themselves."""
    return role in ("agent", "heir")


def power_stands(role: str, shown: bool, until_on: date | None, *, on: date) -> bool:
    """Whether somebody may hear of the case and be taken at their word on this day."""
    return not needs_power(role) or (shown and (until_on is None or until_on >= on))


def voice_number(pk: int, received_at: datetime) -> str:
    """What a voice is called on the phone before there is a case: V26-0000012-5."""
    return str(CaseNumber("V", received_at.year, pk))


def voice_of(number: str) -> int | None:
    """The row of such a number, None for anything else."""
    try:
        read = CaseNumber.parse(number)
    except DomainError:
        return None
    return read.sequence if read.prefix == "V" else None


@dataclass(frozen=True, slots=True)
class Sign:
    """What speaks for something: a code, and the place in the words that it was read from."""

    code: str
    start: int = 0
    end: int = 0

    def as_row(self) -> dict[str, object]:
        return {"code": self.code, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Suggested:
    kind: Heard
    why: tuple[Sign, ...]
    heated: bool


def sort_voice(
    text: str, reading: Reading, words: InboundRules, *, channel: str, heat: HeatRules
) -> Suggested:
    """What a voice probably is; a person decides. What the regulator forwards is a complaint.

    A withdrawal is read first, for it ends the same day; a complaint goes before a question,
    because a right that is asserted must not be answered like an enquiry.
    """
    heated = is_heated(reading, heat)
    folded = fold(text)
    tables: tuple[tuple[Heard, Iterable[str]], ...] = (
        ("withdrawal", words.withdrawal_words.value),
        ("violation", words.violation_words.value),
        ("petition", words.petition_words.value),
        ("complaint", words.complaint_words.value),
        ("report", words.report_words.value),
        ("question", words.question_words.value),
    )
    for kind, known in tables:
        signs = tuple(_signs(folded, kind, known))
        if signs and not (kind == "question" and reading.sentiment == "neg"):
            return Suggested(kind, signs, heated)
    if channel in ("regulator", "media"):
        return Suggested("complaint", (Sign(f"channel:{channel}"),), heated)
    spans = tuple(Sign(f"says:{one.says}", one.start, one.end) for one in reading.spans[:5])
    if reading.sentiment == "neg" or reading.causes:
        return Suggested("complaint" if heated else "concern", spans, heated)
    return Suggested("question", spans, heated)


def _signs(folded: str, kind: str, known: Iterable[str]) -> Iterable[Sign]:
    for word in known:
        start = folded.find(fold(word))
        if start >= 0:
            yield Sign(f"word:{kind}", start, start + len(word))


LEARNED = "learned"


def is_heated(reading: Reading, heat: HeatRules) -> bool:
    """Whether the words hold one of the alarms of the rule, a threat or a danger.

    What no word says and only the trained part hears counts in the tones of the rule.
    """
    found = {span.says.removeprefix("alarm:") for span in reading.spans if "alarm:" in span.says}
    if reading.sentiment not in heat.learned_in_tones.value:
        found.discard(LEARNED)
    return bool(found.intersection(heat.alarms.value))


@dataclass(frozen=True, slots=True)
class SuggestedCause:
    code: str
    points: int
    why: tuple[Sign, ...]


def suggest_causes(
    tree: CausesRules, text: str, branches: Sequence[str], evidence: Collection[str]
) -> list[SuggestedCause]:
    """The likeliest causes, the best first, each with what it rests on. A person names them.

    `branches` are the causes that perception read, best first; `evidence` codes of the record.
    """
    folded = fold(text)
    weights = tree.suggesting
    found = []
    for code, cause in tree.leaves():
        branch = tree.path(code)[0]
        words = list(_signs(folded, branch, cause.words))
        record = [Sign(f"record:{one}") for one in cause.evidence if one in evidence]
        read = [Sign(f"read:{branch}")] if branch in branches else []
        points = (
            weights.word_points.value * len(words)
            + weights.record_points.value * len(record)
            + weights.branch_points.value * len(read)
        )
        if points and (words or record):
            found.append(SuggestedCause(code, points, (*words, *record, *read)))
    found += _branches_alone(tree, branches, found)
    return sorted(found, key=lambda one: -one.points)[: weights.most_causes.value]


def _branches_alone(
    tree: CausesRules, branches: Sequence[str], found: Sequence[SuggestedCause]
) -> list[SuggestedCause]:
    """A branch that was read, when no cause under it has a sign of its own."""
    covered = {tree.path(one.code)[0] for one in found}
    points = tree.suggesting.branch_points.value
    return [
        SuggestedCause(branch, points, (Sign(f"read:{branch}"),))
        for branch in branches
        if branch in tree.tree and branch not in covered
    ]


def playbook_of(tree: CausesRules, main: str) -> tuple[str, ...]:
    """Keys of texts `playbooks`, in order, for the main cause. Raises KeyError."""
    cause: Cause = tree.tree[main].value
    return tree.playbooks[cause.playbook].value.steps


def is_untimely(told_at: datetime | None, due_at: datetime | None) -> bool:
    return told_at is not None and due_at is not None and told_at >= due_at


def response_of(upheld: str, kinds: Collection[str]) -> str:
    """What the answer comes to, in the words of the record that others read too."""
    if "compensation" in kinds:
        return "closed_with_monetary_relief"
    if upheld == "no":
        return "closed_rejected"
    if set(kinds) - {"explanation"}:
        return "closed_with_non_monetary_relief"
    return "closed_with_explanation"
