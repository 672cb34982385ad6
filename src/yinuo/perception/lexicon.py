"""The lexicons and the numbers of the decision, read from the TOML files beside this module."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import Field

from yinuo.kit.rules import Plain, Sentence
from yinuo.perception.phrases import Phrases, split_words

FOLDER = Path(__file__).with_name("lexicon")
Tone = Literal["pos", "neu", "neg"]
TONES: tuple[Tone, ...] = ("pos", "neu", "neg")
Cause = Literal[
    "amount",
    "attitude",
    "delay",
    "denial",
    "docs",
    "fraud",
    "misconduct",
    "policy",
    "progress",
    "repair",
]
CAUSES: tuple[Cause, ...] = Cause.__args__  # type: ignore[attr-defined]
Urgency = Literal["high", "normal", "low"]
URGENCIES: tuple[Urgency, ...] = ("high", "normal", "low")
Kind = Literal[
    "good", "bad", "irony", "ask", "calm", "not", "after", "more", "less", "but", "once", "though",
    "lack", "pause", "plain", "threat",
]  # fmt: skip
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, le=10)]


class _File(Plain):
    why: Sentence
    source: Sentence


class ToneGroup(Plain):
    kind: Kind
    words: Sentence
    weight: Weight = 1.0


class ToneFile(_File):
    group: list[ToneGroup]


class CauseGroup(Plain):
    cause: Cause
    weight: Weight
    harm: bool = False
    words: Sentence


class CauseFile(_File):
    group: list[CauseGroup]


class UrgencyGroup(Plain):
    level: Literal["high", "normal"]
    name: Sentence
    words: Sentence


class UrgencyFile(_File):
    group: list[UrgencyGroup]


class ToneNumbers(Plain):
    reach: int
    turned: Share
    before_but: Share
    after_but: Weight
    overtaken: Share
    both: Share
    loud: Weight
    praise_needs: Share
    unsaid_needs: Share
    most_blame: Share


class CauseNumbers(Plain):
    learned: Weight
    told: Weight
    told_calmly: Weight
    second: Share
    most: int


class PersonNumbers(Plain):
    below: Share
    longest: int


class UrgencyNumbers(Plain):
    learned: Share
    learned_calmly: Share
    accused: Share
    calm: Share


Signal = Literal[
    "learned_pos", "learned_neu", "learned_neg", "praise", "blame", "calm", "softened", "both",
    "asks", "irony", "harm", "harm_doubted", "threat", "threat_doubted", "praised", "blamed",
    "alarm", "start",
]  # fmt: skip
SIGNALS: tuple[Signal, ...] = Signal.__args__  # type: ignore[attr-defined]


class Decision(_File):
    tone: ToneNumbers
    points: dict[Signal, tuple[float, float, float]]
    urgency: UrgencyNumbers
    causes: CauseNumbers
    person: PersonNumbers


@dataclass(frozen=True, slots=True)
class Mark:
    """What a word of the tone lexicon does."""

    kind: Kind
    weight: float


@dataclass(frozen=True, slots=True)
class Sign:
    """A word that points at a cause; harm says that it is a complaint by itself."""

    cause: Cause
    weight: float
    harm: bool


@dataclass(frozen=True, slots=True)
class Alarm:
    level: Literal["high", "normal"]
    name: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    tone: Phrases[Mark]
    signs: Phrases[Sign | Alarm]
    decision: Decision


F = TypeVar("F", bound=_File)


def _read(name: str, schema: type[F]) -> F:
    return schema.model_validate(tomllib.loads((FOLDER / name).read_text(encoding="utf-8")))


@cache
def lexicon() -> Lexicon:
    """The lexicon of this installation. A phrase of several groups belongs to the first."""
    tone = _read("tone.toml", ToneFile)
    causes = _read("causes.toml", CauseFile)
    urgency = _read("urgency.toml", UrgencyFile)
    signs: list[tuple[str, Sign | Alarm]] = [
        (word, Sign(group.cause, group.weight, group.harm))
        for group in causes.group
        for word in split_words(group.words)
    ]
    signs += [
        (word, Alarm(group.level, group.name))
        for group in urgency.group
        for word in split_words(group.words)
    ]
    marks = (
        (word, Mark(group.kind, group.weight))
        for group in tone.group
        for word in split_words(group.words)
    )
    return Lexicon(Phrases(marks), Phrases(signs), _read("decision.toml", Decision))
