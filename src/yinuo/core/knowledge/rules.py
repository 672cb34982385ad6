"""Is this plain? Words in, findings out: where a text refuses without saying why, uses a term of
art that nobody explained, or is harder to read than it has to be. Pure.

Chinese is measured in characters between full stops (a sentence) and between commas (a clause), a
number or a Latin word counting as one; English in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from math import prod

from yinuo.core.knowledge.rulefile import KnowledgeRules, Marks, Readable, Script
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.errors import translated
from yinuo.perception.folding import fold

_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[a-z]+")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff])[ \t\u00a0\u3000]+(?=[\u3400-\u9fff])")
_UNIT = re.compile(r"[\u3400-\u9fff]|[0-9a-z][0-9a-z.,'%-]*")
_WORD = re.compile(r"[a-z0-9][a-z0-9.,'%-]*")
_ENDS: Mapping[Script, re.Pattern[str]] = {
    "chinese": re.compile(r"[。!?;\n]+|(?<=[^0-9])\.(?=\s|$)"),
    "latin": re.compile(r"[.!?](?=[\s\"')]|$)|[;\n]+"),
}
_COMMAS: Mapping[Script, re.Pattern[str]] = {
    "chinese": re.compile(r"[,:()\u2014]|……"),
    "latin": re.compile(r",(?=\s)|[:()\u2014]"),
}

MESSAGES: Mapping[str, tuple[str, str]] = {
    "bare_formula": (
        _("“%(words)s” says neither why nor where it is written."),
        _("Say what happened, which clause speaks of it, and what the clause means."),
    ),
    "no_reason": (
        _("The text does not say why."),
        _("Say what happened and why it leads to this result: “because …”."),
    ),
    "no_clause": (
        _("The text names no clause."),
        _("Name the clause that it rests on, and say it in plain words."),
    ),
    "term": (
        _("“%(words)s” is a term of art that is not explained."),
        _("Explain it where it first stands, such as: %(plain)s"),
    ),
    "long_sentence": (
        _("A sentence of %(length)s: at most %(most)s can be read in one breath."),
        _("Make two sentences of it, one thought each."),
    ),
    "long_clause": (
        _("%(length)s without a comma: at most %(most)s."),
        _("Divide it where you would breathe."),
    ),
    "stiff": (
        _("“%(words)s” is written language."),
        _("Say “%(plain)s”."),
    ),
    "hard_to_read": (
        _("The text scores %(score)s of 100 for reading; it needs %(least)s."),
        _("Shorter sentences, fewer stiff words."),
    ),
}
"""What a finding says, and what to do about it, by its code."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is not plain, from `start` to `end` of the text. `refused`: it may not go out so."""

    code: str
    start: int
    end: int
    refused: bool
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """In the language of whoever reads it now."""
        return translated(MESSAGES[self.code][0]) % self.params

    @property
    def advice(self) -> str:
        return translated(MESSAGES[self.code][1]) % self.params


@dataclass(frozen=True, slots=True)
class WordingLimits:
    """The wording rules that hold for one script."""

    script: Script
    readable: Readable
    bare_formulas: tuple[str, ...]
    names_clause: tuple[str, ...]
    gives_reason: tuple[str, ...]
    explains: tuple[str, ...]
    stiff: Mapping[str, str]
    needs: Mapping[str, Sequence[str]]
    refuses: frozenset[str]


def limits_of(rules: KnowledgeRules, language: str) -> WordingLimits:
    """The limits for a language that we write."""
    script: Script = "latin" if language == "en" else "chinese"
    wording = rules.wording

    def of(marks: Marks) -> tuple[str, ...]:
        return marks.latin if script == "latin" else marks.chinese

    readability = wording.readability.value
    return WordingLimits(
        script=script,
        readable=readability.latin if script == "latin" else readability.chinese,
        # A letter may mix languages; an empty formula is one in each of them.
        bare_formulas=(
            *wording.bare_formulas.value.chinese,
            *wording.bare_formulas.value.latin,
        ),
        names_clause=of(wording.names_clause.value),
        gives_reason=of(wording.gives_reason.value),
        explains=of(wording.explains.value),
        stiff=wording.stiff.value.get(script, {}),
        needs={purpose: tuple(what) for purpose, what in wording.needs.value.items()},
        refuses=frozenset(wording.refuses.value),
    )


def written_in(text: str) -> str:
    """The language whose limits hold for a text: Chinese unless it has more English words."""
    folded = fold(text)
    characters = len(_HAN.findall(folded))
    return "zh-hans" if characters and characters >= len(_LETTERS.findall(folded)) else "en"


def language_for(text: str, reader: str) -> str:
    """The language a text is written in, whatever its reader speaks; Chinese in their script."""
    written = written_in(text)
    return reader if written == "zh-hans" and reader.startswith("zh") else written


@dataclass(frozen=True, slots=True)
class Span:
    start: int
    end: int
    length: int


@dataclass(frozen=True, slots=True)
class Readability:
    """How a text reads. `score` is 0 to 100; lengths in characters (English: words)."""

    sentences: int
    longest_sentence: int
    mean_sentence: float
    mean_clause: float
    stiff_per_hundred: float
    score: int


def check_wording(
    text: str, *, language: str, purpose: str, terms: Mapping[str, str], limits: WordingLimits
) -> list[Finding]:
    """Everything in the text that is not plain, in the order of its places.

    `terms` holds terms of art with their everyday words. What a purpose needs beside being plain
    (a refusal: a reason and a clause) is part of the limits.
    """
    folded, places = _squeezed(fold(text))
    if not folded.strip():
        return []
    found = [
        *_formulas(folded, limits),
        *_needs(folded, purpose, limits),
        *_unexplained(folded, terms, limits),
        *_too_long(folded, limits),
        *_stiff(folded, limits),
        *_hard(folded, limits),
    ]
    placed = (replace(one, start=places[one.start], end=places[one.end - 1] + 1) for one in found)
    return sorted(placed, key=lambda one: (one.start, one.end, one.code))


def _squeezed(folded: str) -> tuple[str, list[int]]:
    """The text without blanks between Chinese characters, and where each character stood."""
    dropped = {at for gap in _BETWEEN_HAN.finditer(folded) for at in range(*gap.span())}
    places = [at for at in range(len(folded)) if at not in dropped]
    return "".join(folded[at] for at in places), places


def readability(text: str, limits: WordingLimits) -> Readability:
    """Marks for sentence, clause and stiff words: full up to what is easy, falling beyond it."""
    folded = fold(text)
    sentences = [span.length for span in spans(folded, _ENDS[limits.script], limits.script)]
    clauses = [span.length for span in _clauses(folded, limits.script)]
    if not sentences:
        return Readability(0, 0, 0.0, 0.0, 0.0, 100)
    units = sum(sentences)
    mean, mean_clause = units / len(sentences), sum(clauses) / max(1, len(clauses))
    stiff = 100 * sum(1 for _found in _stiff(folded, limits)) / units
    easy = limits.readable
    marks = (
        min(1.0, easy.easy_sentence / mean) if mean else 1.0,
        min(1.0, easy.easy_clause / mean_clause) if mean_clause else 1.0,
        min(1.0, easy.easy_stiff / stiff) if stiff else 1.0,
    )
    score = round(100 * prod(marks))
    return Readability(len(sentences), max(sentences), mean, mean_clause, stiff, score)


def spans(folded: str, ends: re.Pattern[str], script: Script) -> Iterator[Span]:
    """The parts between two ends that hold at least one character or word."""
    start = 0
    for end in [*(match.start() for match in ends.finditer(folded)), len(folded)]:
        piece = folded[start:end]
        length = _length(piece, script)
        if length:
            lead = len(piece) - len(piece.lstrip(" \t-#*。!?;.\n"))
            yield Span(start + lead, end, length)
        start = end


def same_explanation(one: str, other: str, *, at_least: float) -> bool:
    """Whether two explanations say the same: equal, or almost, character by character."""
    first, second = _bare(one), _bare(other)
    return first == second or SequenceMatcher(None, first, second).ratio() >= at_least


def own_explanation(text: str, mentions: Sequence[str], patterns: Sequence[str]) -> str:
    """What the text says behind the first mention of a clause that it explains; "" for none."""
    folded = fold(text)
    for mention in mentions:
        for found in re.finditer(re.escape(fold(mention)) + "(?![0-9])[》>]?", folded):
            stop = re.compile(r"[。!?;\n]|\.(?=\s|$)").search(folded, found.end())
            end = stop.start() if stop else len(folded)
            for pattern in patterns:
                said = re.compile(pattern).match(folded, found.end(), end)
                if said:
                    return text[said.start(1) : said.end(1)].strip()
    return ""


def _bare(text: str) -> str:
    return "".join(_UNIT.findall(fold(text)))


def _length(piece: str, script: Script) -> int:
    pattern = _UNIT if script == "chinese" else _WORD
    return sum(1 for _found in pattern.finditer(piece))


def _clauses(folded: str, script: Script) -> Iterator[Span]:
    """Parts between commas; an enumeration with 、 is one part."""
    both = re.compile(f"{_ENDS[script].pattern}|{_COMMAS[script].pattern}")
    return spans(folded, both, script)


def _finding(limits: WordingLimits, code: str, start: int, end: int, **params: object) -> Finding:
    return Finding(code, start, end, code in limits.refuses, params)


def _search(patterns: Sequence[str], folded: str) -> re.Match[str] | None:
    for pattern in patterns:
        match = re.search(pattern, folded)
        if match:
            return match
    return None


def _formulas(folded: str, limits: WordingLimits) -> Iterator[Finding]:
    for pattern in limits.bare_formulas:
        for match in re.finditer(pattern, folded):
            yield _finding(limits, "bare_formula", match.start(), match.end(), words=match.group())


def _needs(folded: str, purpose: str, limits: WordingLimits) -> Iterator[Finding]:
    """What the purpose needs and a bare formula does not give."""
    without = folded
    for pattern in limits.bare_formulas:
        without = re.sub(pattern, lambda match: " " * len(match.group()), without)
    needed = limits.needs.get(purpose, ())
    if "reason" in needed and not _search(limits.gives_reason, without):
        yield _finding(limits, "no_reason", 0, len(folded))
    if "clause" in needed and not _search(limits.names_clause, without):
        yield _finding(limits, "no_clause", 0, len(folded))


def _unexplained(folded: str, terms: Mapping[str, str], limits: WordingLimits) -> Iterator[Finding]:
    """The first use of each term, unless the text explains it there or says its plain words.

    A longer term goes before a shorter one that stands inside it.
    """
    taken: list[tuple[int, int]] = []
    said = _bare(folded)
    for term in sorted(terms, key=len, reverse=True):
        for start in _places(folded, fold(term), limits.script):
            end = start + len(term)
            if any(begin <= start and end <= stop for begin, stop in taken):
                continue
            places = _places(folded, fold(term), limits.script)
            taken += [(place, place + len(term)) for place in places]
            if not _explained(folded, end, limits) and _bare(terms[term]) not in said:
                yield _finding(limits, "term", start, end, words=term, plain=terms[term])
            break


def _places(folded: str, term: str, script: Script) -> Iterator[int]:
    edge = r"\b" if script == "latin" else ""
    return (match.start() for match in re.finditer(f"{edge}{re.escape(term)}{edge}", folded))


def _explained(folded: str, end: int, limits: WordingLimits) -> bool:
    """Whether what follows the term, up to the end of the sentence, explains it."""
    stop = _ENDS[limits.script].search(folded, end)
    rest = folded[end : stop.start() if stop else len(folded)]
    return any(re.match(pattern, rest) for pattern in limits.explains)


def _too_long(folded: str, limits: WordingLimits) -> Iterator[Finding]:
    """Sentences and clauses beyond the limit; a clause is named only in a sentence that is not."""
    easy, script = limits.readable, limits.script
    long = [s for s in spans(folded, _ENDS[script], script) if s.length > easy.most_sentence]
    for span in long:
        yield _finding(
            limits, "long_sentence", span.start, span.end,
            length=span.length, most=easy.most_sentence,
        )  # fmt: skip
    for span in _clauses(folded, script):
        inside = any(one.start <= span.start and span.end <= one.end for one in long)
        if span.length > easy.most_clause and not inside:
            yield _finding(
                limits, "long_clause", span.start, span.end,
                length=span.length, most=easy.most_clause,
            )  # fmt: skip


def _stiff(folded: str, limits: WordingLimits) -> Iterator[Finding]:
    for word, plain in limits.stiff.items():
        for start in _places(folded, fold(word), limits.script):
            yield _finding(limits, "stiff", start, start + len(word), words=word, plain=plain)


def _hard(folded: str, limits: WordingLimits) -> Iterator[Finding]:
    read = readability(folded, limits)
    least = limits.readable.least_score
    if read.score < least:
        yield _finding(limits, "hard_to_read", 0, len(folded), score=read.score, least=least)


def everyday(
    text: str, *, terms: Mapping[str, str], limits: WordingLimits, note: Callable[[str, str], str]
) -> str:
    """The text with the first use of each unexplained term explained, and stiff words replaced."""
    folded = fold(text)
    changes = {
        finding.start: (finding.end, str(finding.params["plain"]), finding.code)
        for finding in (*_stiff(folded, limits), *_unexplained(folded, terms, limits))
    }
    built: list[str] = []
    place = 0
    for start in sorted(changes):
        end, plain, code = changes[start]
        if start < place:
            continue
        word = text[start:end]
        built += [text[place:start], note(word, plain) if code == "term" else plain]
        place = end
    return "".join([*built, text[place:]])
