"""Read one text of a customer: tone, causes, urgency, and the words that each rests on.

`read(text).as_json()` has these fields, in this order:

sentiment   "pos", "neu" or "neg"
causes      what the customer is unhappy about, best first, at most three; empty for praise
            without a fault in it
urgency     "high": threat, accusation or danger, a person calls today; "normal": needs an answer
            in its turn; "low": nothing waits
confidence  0 to 1, the share of the sentiment that was chosen
person      true when a person should read the text before anything is decided on it
spans       places in the text as given: start, end (after the last character), text, and says:
            "good", "bad", "irony", "calm", a cause, "learned", or "alarm:<name>" ("alarm:learned"
            for the trained part)

The words of the lexicons speak first; the trained part adds what they have no word for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yinuo.perception.folding import fold
from yinuo.perception.learned import ALARM, COLUMNS, Opinion, Weights, read_weights, shares
from yinuo.perception.lexicon import (
    CAUSES,
    TONES,
    Alarm,
    Cause,
    Decision,
    Lexicon,
    Sign,
    Signal,
    Tone,
    Urgency,
    UrgencyNumbers,
    lexicon,
)
from yinuo.perception.tone import Heard, listen, untrue

DECISIVE = 3.0
FURTHER = 0.4
"""Share of a further word for a cause that is already named."""
SHOWN = 3
SPOKEN_OF = frozenset({"regulator", "press", "court"})
"""What a calm text may also just speak of."""
NEVER_DENIED = frozenset({"crowd"})


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    text: str
    sentiment: Tone
    causes: tuple[Cause, ...]
    urgency: Urgency
    confidence: float
    person: bool
    spans: tuple[Span, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "sentiment": self.sentiment,
            "causes": list(self.causes),
            "urgency": self.urgency,
            "confidence": round(self.confidence, 3),
            "person": self.person,
            "spans": [
                {
                    "start": span.start,
                    "end": span.end,
                    "text": self.text[span.start : span.end],
                    "says": span.says,
                }
                for span in self.spans
            ],
        }


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    sign: Sign | Alarm


def read(text: str, weights: Weights | None = None) -> Reading:
    """Read a text of any length in Simplified or Traditional Chinese or English."""
    words = lexicon()
    learned = weights or read_weights()
    folded = fold(text)
    decision = words.decision
    heard = listen(folded, words.tone, decision.tone)
    found = _signs(folded, words, heard)
    opinion = learned.opinion(folded)
    tones = shares(_tone_points(_signals(heard, found, opinion, decision), decision))
    empty = not any(char.isalnum() for char in text)
    sentiment = "neu" if empty else _choose(tones, heard, decision)
    confidence = 1.0 if empty else tones[TONES.index(sentiment)]
    ranked = _rank(found, opinion, decision)
    quiet = sentiment == "neu" and (heard.calm > 0 or tones[0] >= tones[2])
    # "Too slow, but friendly" is praise; what was too slow is still told to whoever reads it.
    mixed = sentiment == "pos" and heard.blame > 0
    wordless = empty or (sentiment == "pos" and not mixed)
    causes = () if wordless else _told(ranked, quiet, decision)
    urgency = _urgency(found, sentiment, causes, heard, opinion, decision.urgency)
    spans = [*_tone_spans(heard, "neu" if mixed else sentiment), *_sign_spans(found, causes)]
    if urgency == "high" and opinion.alarm >= decision.urgency.learned:
        column = COLUMNS.index(ALARM)
        spans += [Span(*at, "alarm:learned") for at in learned.relied_on(opinion, column, SHOWN)]
    if not spans and not empty:
        column = COLUMNS.index(causes[0] if causes else sentiment)
        spans = [Span(*at, "learned") for at in learned.relied_on(opinion, column, SHOWN)]
    unexplained = sentiment == "neg" and not causes
    return Reading(
        text,
        sentiment,
        causes,
        urgency,
        confidence,
        confidence < decision.person.below
        or unexplained
        or mixed
        or len(text) > decision.person.longest,
        tuple(sorted(set(spans), key=lambda span: (span.start, span.end, span.says))),
    )


def _signs(text: str, words: Lexicon, heard: Heard) -> list[_Found]:
    """Every sign of a cause and every alarm, but what the text says is not so."""
    found = []
    reach = words.decision.tone.reach
    for start in range(len(text)):
        hit = words.signs.at(text, start)
        if hit is None:
            continue
        end, signs = hit
        denied = untrue(heard, start, end, reach)
        found += [_Found(start, end, sign) for sign in signs if not denied or _stands(sign)]
    return found


def _stands(sign: Sign | Alarm) -> bool:
    """Whether a word is heard though the text denies it: 大不了同归于尽."""
    return isinstance(sign, Alarm) and sign.name in NEVER_DENIED


def tone_signals(text: str, weights: Weights) -> dict[Signal, float]:
    """What is weighed for the tone of a folded text, by name."""
    words = lexicon()
    heard = listen(text, words.tone, words.decision.tone)
    found = _signs(text, words, heard)
    return _signals(heard, found, weights.opinion(text), words.decision)


def _signals(
    heard: Heard, found: Sequence[_Found], opinion: Opinion, decision: Decision
) -> dict[Signal, float]:
    harm = any(isinstance(one.sign, Sign) and one.sign.harm for one in found)
    threat = any(isinstance(one.sign, Alarm) and one.sign.level == "high" for one in found)
    doubt = heard.softened > 0 or (heard.asks and heard.blame < decision.tone.loud)
    praise, blame, neither = opinion.tones[0], opinion.tones[2], opinion.tones[1]
    return {
        "learned_pos": praise,
        "learned_neu": neither,
        "learned_neg": blame,
        "praise": _bounded(heard.praise),
        "blame": _bounded(heard.blame),
        "calm": _bounded(heard.calm),
        "softened": _bounded(heard.softened),
        "both": _bounded(min(heard.praise, heard.blame)),
        "asks": float(heard.asks),
        "irony": float(bool(heard.irony_at)),
        "harm": float(harm),
        "harm_doubted": float(harm and doubt),
        "threat": float(threat),
        "threat_doubted": float(threat and doubt),
        "praised": float(heard.praise > 0),
        "blamed": float(heard.blame > 0),
        "alarm": opinion.alarm,
        "start": 1.0,
    }


def _tone_points(signals: Mapping[Signal, float], decision: Decision) -> tuple[float, float, float]:
    """Points of praise, neither and blame, on the scale of natural logarithms."""
    praise = neither = blame = 0.0
    for name, (for_praise, for_neither, for_blame) in decision.points.items():
        value = signals[name]
        if value:
            praise += for_praise * value
            neither += for_neither * value
            blame += for_blame * value
    return praise, neither, blame


def _bounded(sum_of_words: float) -> float:
    """A second and third word add less than the first."""
    return 2 * math.tanh(sum_of_words / 2.5)


def _choose(tones: Sequence[float], heard: Heard, decision: Decision) -> Tone:
    """The likeliest tone; praise is believed only without irony and when blame is far from it."""
    praise, calm, blame = tones
    numbers = decision.tone
    if praise > max(calm, blame) and not heard.irony_at:
        needs = numbers.praise_needs if heard.praise else numbers.unsaid_needs
        if praise >= needs and blame <= numbers.most_blame:
            return "pos"
    return "neg" if blame > calm else "neu"


def _rank(
    found: Sequence[_Found], opinion: Opinion, decision: Decision
) -> list[tuple[float, Cause]]:
    """Causes with their points, best first. A second word for the same cause adds a share."""
    weights: dict[Cause, list[float]] = {}
    for one in found:
        if isinstance(one.sign, Sign):
            weights.setdefault(one.sign.cause, []).append(one.sign.weight)
    learned = shares(opinion.causes)
    ranked = []
    for cause, share in zip(CAUSES, learned, strict=True):
        said = sorted(weights.get(cause, ()), reverse=True)
        told = sum(weight * FURTHER**place for place, weight in enumerate(said))
        ranked.append((told + decision.causes.learned * share, cause))
    return sorted(ranked, key=lambda one: (-one[0], one[1]))


def _told(
    ranked: Sequence[tuple[float, Cause]], quiet: bool, decision: Decision
) -> tuple[Cause, ...]:
    numbers = decision.causes
    least = numbers.told_calmly if quiet else numbers.told
    best = ranked[0][0]
    if best < least:
        return ()
    least = max(numbers.told, numbers.second * best)
    return tuple(cause for points, cause in ranked[: numbers.most] if points >= least)


def _urgency(
    found: Sequence[_Found],
    sentiment: Tone,
    causes: Sequence[Cause],
    heard: Heard,
    opinion: Opinion,
    numbers: UrgencyNumbers,
) -> Urgency:
    alarm = opinion.alarm
    alarms = [one.sign for one in found if isinstance(one.sign, Alarm)]
    threats = {sign.name for sign in alarms if sign.level == "high"}
    if sentiment != "neg" and alarm < numbers.calm:
        # To be a lawyer, or to ask where one complains, is no threat.
        threats -= SPOKEN_OF
    likely = shares(opinion.causes)[CAUSES.index("misconduct")] >= numbers.accused
    accused = "misconduct" in causes and any(
        isinstance(one.sign, Sign)
        and one.sign.cause == "misconduct"
        and (likely or one.sign.weight >= DECISIVE)
        for one in found
    )
    accused = accused or (likely and sentiment == "neg" and causes[:1] == ("misconduct",))
    needs = numbers.learned if sentiment == "neg" else numbers.learned_calmly
    if threats or accused or alarm >= needs:
        return "high"
    waits = bool(alarms) or sentiment == "neg" or (sentiment == "neu" and heard.asks)
    return "normal" if waits else "low"


def _tone_spans(heard: Heard, sentiment: Tone) -> Iterator[Span]:
    """The words on the side that was chosen; for a neutral text both sides and the calm words."""
    for said in heard.said:
        if said.good and sentiment != "neg":
            yield Span(said.start, said.end, "good")
        if not said.good and sentiment != "pos":
            yield Span(said.start, said.end, "bad")
    if sentiment == "neg":
        yield from (Span(*at, "irony") for at in heard.irony_at)
    if sentiment == "neu":
        yield from (Span(*at, "calm") for at in heard.calm_at)


def _sign_spans(found: Sequence[_Found], causes: Sequence[Cause]) -> Iterator[Span]:
    for one in found:
        if isinstance(one.sign, Alarm):
            yield Span(one.start, one.end, f"alarm:{one.sign.name}")
        elif one.sign.cause in causes:
            yield Span(one.start, one.end, one.sign.cause)
