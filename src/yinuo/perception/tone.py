"""Praise and blame in a text by its words: negation, contrast, strength, irony and expectation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from yinuo.perception.lexicon import Mark, ToneNumbers
from yinuo.perception.phrases import STOPS, Phrases

QUESTION = 0.7
BARE_AFTER = 1.2
NEAR = 3
"""Characters between a word of strength, or one that comes after, and what it belongs to."""
MOST_CALM = 3.0
LOUD_BLAME = 2.0
IRONY_LEAVES = 0.2
NEGATIVE = "没不也"
"""Blame that begins so is denied already: 材料收到没有也不回."""


@dataclass(slots=True)
class Said:
    """One word of praise or blame as it stands in the text; `start` takes in its negation."""

    start: int
    end: int
    good: bool
    weight: float
    soft: bool = False


@dataclass(slots=True)
class Heard:
    """What the words of a text say: the sums, and the places they come from."""

    praise: float = 0.0
    blame: float = 0.0
    calm: float = 0.0
    softened: float = 0.0
    asks: bool = False
    said: list[Said] = field(default_factory=list)
    calm_at: list[tuple[int, int]] = field(default_factory=list)
    irony_at: list[tuple[int, int]] = field(default_factory=list)
    negations: list[tuple[int, int]] = field(default_factory=list)
    overtaken: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class _Clause:
    """What a clause has said so far about the words that are still to come."""

    turned_at: int = -1
    turned_end: int = -1
    factor: float = 1.0
    factor_end: int = -1
    overtaken_at: int = -1
    lacking: Said | None = None
    granted: bool = False


@dataclass(slots=True)
class _Listener:
    text: str
    numbers: ToneNumbers
    heard: Heard = field(default_factory=Heard)
    clause: _Clause = field(default_factory=_Clause)
    lift: float = 1.0
    ask: float = 0.0

    def take(self, start: int, end: int, mark: Mark) -> None:
        clause, heard = self.clause, self.heard
        match mark.kind:
            case "good" | "bad" | "threat":
                self._say(start, end, mark)
            case "not":
                again = clause.turned_at >= 0 and start - clause.turned_end <= 1
                clause.turned_at, clause.turned_end = (-1, -1) if again else (start, end)
                heard.negations.append((start, end))
            case "more":
                clause.factor, clause.factor_end = clause.factor * mark.weight, end
            case "less":
                self._soften(start, end, mark.weight)
            case "after":
                self._turn_back(start, end)
            case "lack":
                self._say(start, end, mark)
                clause.turned_at, clause.turned_end = start, end
                clause.lacking = heard.said[-1]
            case "pause":
                clause.turned_at = clause.turned_end = -1
            case "but":
                for said in heard.said:
                    said.weight *= self.numbers.before_but
                self.lift = self.numbers.after_but
                self.end_clause(start)
            case _:
                self._note(start, end, mark)

    def _note(self, start: int, end: int, mark: Mark) -> None:
        heard = self.heard
        match mark.kind:
            case "once":
                self.clause.overtaken_at = start
            case "though":
                self.clause.granted = True
            case "irony":
                heard.irony_at.append((start, end))
                heard.blame += mark.weight
            case "ask":
                heard.asks = True
                self.ask += mark.weight
                heard.calm_at.append((start, end))
            case "calm":
                heard.calm += mark.weight
                heard.calm_at.append((start, end))

    def _say(self, start: int, end: int, mark: Mark) -> None:
        clause, numbers = self.clause, self.numbers
        good, weight, begins, soft = mark.kind == "good", mark.weight * self.lift, start, False
        if clause.factor_end >= 0 and start - clause.factor_end <= NEAR:
            weight *= clause.factor
            soft = clause.factor < 1 and not good
        near = clause.turned_at >= 0 and start - clause.turned_end <= numbers.reach
        if near and (good or self.text[start] not in NEGATIVE):
            good, begins = not good, clause.turned_at
            # Not to complain is no praise yet.
            weight *= 0.0 if mark.kind == "threat" else numbers.turned
            if clause.lacking is not None:
                clause.lacking.weight *= 0.0 if good else 1.0
                clause.lacking = None
        if clause.overtaken_at >= 0:
            weight *= numbers.overtaken
        elif clause.granted:
            weight *= numbers.before_but
        self.heard.said.append(Said(begins, end, good, weight, soft))
        clause.turned_at = clause.turned_end = clause.factor_end = -1
        clause.factor = 1.0

    def end_clause(self, at: int) -> None:
        if self.clause.overtaken_at >= 0:
            self.heard.overtaken.append((self.clause.overtaken_at, at))
        self.clause = _Clause()

    def _soften(self, start: int, end: int, share: float) -> None:
        last = self.heard.said[-1] if self.heard.said else None
        if last and not last.good and 0 <= start - last.end <= 1 and not last.soft:
            last.weight *= share
            last.soft = True
            last.end = end
        else:
            self.clause.factor, self.clause.factor_end = share, end

    def _turn_back(self, start: int, end: int) -> None:
        last = self.heard.said[-1] if self.heard.said else None
        if last and 0 <= start - last.end <= NEAR:
            last.good, last.end = not last.good, end
        else:
            self.heard.said.append(Said(start, end, False, BARE_AFTER * self.lift))

    def finish(self, question_marks: int) -> Heard:
        heard = self.heard
        for said in heard.said:
            if said.good:
                heard.praise += said.weight
            else:
                heard.blame += said.weight
                heard.softened += said.weight if said.soft else 0.0
        if heard.irony_at:
            heard.praise *= IRONY_LEAVES
        ask = self.ask + QUESTION * bool(question_marks)
        # A question among loud blame is a reproach: 到底什么时候赔.
        heard.calm += ask * (self.numbers.both if heard.blame >= LOUD_BLAME else 1.0)
        heard.calm = min(heard.calm, MOST_CALM)
        return heard


def listen(text: str, phrases: Phrases[Mark], numbers: ToneNumbers) -> Heard:
    """The words of praise and blame of a folded text, each word read once, the longest first."""
    listener = _Listener(text, numbers)
    at = marks = 0
    while at < len(text):
        found = phrases.at(text, at)
        if found is None:
            char = text[at]
            marks += char == "?"
            if char in STOPS or char == "?":
                listener.end_clause(at)
            at += 1
            continue
        end, values = found
        listener.take(at, end, values[0])
        at = end
    listener.end_clause(len(text))
    return listener.finish(marks)


def untrue(heard: Heard, start: int, end: int, reach: int) -> bool:
    """Whether the words at this place are said not to be so: 没有压价, 色差一点都没有."""
    if any(first <= start < last for first, last in heard.overtaken):
        return True
    if any(said.good and said.start <= start < said.end for said in heard.said):
        return True
    return any(negation_end <= start <= negation_end + reach // 2 for negation_end in _ends(heard))


def _ends(heard: Heard) -> Iterator[int]:
    return (end for _start, end in heard.negations)
