"""What is asked next, what an answer may be, and what the answers ask of us. Pure.

Answers are kept as they were given: question → score, code, codes, words, or None for a question
that was shown and passed over. Branches follow the answers: one that is changed later takes the
answers behind it along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from yinuo.areas.call_backs.questionnaire_rulefile import (
    ANSWER,
    SATISFIED,
    Line,
    Place,
    Question,
    QuestionnairesRules,
    Script,
    Sign,
)
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.rules import holds
from yinuo.perception.reading import Reading
from yinuo.perception.reading import read as read_words

Answer = int | str | list[str] | None
Answers = Mapping[str, Answer]
Facts = Mapping[str, object]
Reason = Literal["low_score", "named_problem", "open_question", "threat"]
Read = Callable[[str], Reading]

REASONS: tuple[Reason, ...] = ("low_score", "named_problem", "open_question", "threat")


class AnswerRefused(DomainError):
    """`field` names the question."""

    code = "answer_refused"
    message: ClassVar[Message] = _("Choose one of the answers that are offered.")
    http = 422


class AnswerMissing(AnswerRefused):
    code = "answer_missing"
    message: ClassVar[Message] = _("This question needs an answer.")


class ScoreOffScale(AnswerRefused):
    code = "score_off_scale"
    message: ClassVar[Message] = _("Choose a number from %(low)d to %(high)d.")


class TooManyWords(AnswerRefused):
    code = "too_many_words"
    message: ClassVar[Message] = _("Say it in %(most)d characters or fewer; there are %(given)d.")


class QuestionUnknown(DomainError):
    """Also for a question that this customer is not asked."""

    code = "question_unknown"
    message: ClassVar[Message] = _("There is no such question here.")
    http = 404


class QuestionnaireUnknown(DomainError):
    code = "questionnaire_unknown"
    message: ClassVar[Message] = _("There is no questionnaire %(name)s, version %(version)s.")


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """One version of one questionnaire."""

    name: str
    version: int
    questions: tuple[Question, ...]

    def question(self, id_: str) -> Question:
        """Raises QuestionUnknown."""
        for question in self.questions:
            if question.id == id_:
                return question
        raise QuestionUnknown("question")


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of how many questions are behind; `of` may still change with the answers."""

    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The three scores as they were given, None where they were not."""

    csat: int | None
    nps: int | None
    ces: int | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What finished answers ask of us. `satisfied` is None when nothing was said about it."""

    reasons: tuple[Reason, ...]
    suggestion: bool
    complaint: bool
    satisfied: bool | None


@dataclass(frozen=True, slots=True)
class ChosenScript:
    name: str
    script: Script

    @property
    def key(self) -> str:
        """Name and version, as attempts keep it."""
        return f"{self.name}/{self.script.version}"


# Which questions -------------------------------------------------------------------------------


def questionnaire(
    rules: QuestionnairesRules, name: str, version: int | None = None
) -> Questionnaire:
    """The newest version, or the one under which answers were given. Raises
    QuestionnaireUnknown.
    """
    rule = rules.questionnaires.get(name)
    for one in reversed(rule.value.versions if rule else ()):
        if version is None or one.version == version:
            return Questionnaire(name, one.version, one.questions)
    raise QuestionnaireUnknown("questionnaire", name=name, version=version or "–")


def asked_again(rules: QuestionnairesRules, name: str) -> Questionnaire:
    """What the next round asks after this questionnaire; where nothing else is said, the same."""
    return questionnaire(rules, rules.choice.again.value.get(name, name))


def asked(given: Questionnaire, answers: Answers, facts: Facts) -> list[Question]:
    """The questions of this customer as far as the answers tell, in their order.

    A branch that hangs on a question not yet answered is not asked yet.
    """
    known: dict[str, object] = dict(facts)
    found = []
    for question in given.questions:
        if holds(question.when, known):
            found.append(question)
            known[ANSWER + question.id] = answers.get(question.id)
    return found


def next_question(given: Questionnaire, answers: Answers, facts: Facts) -> Question | None:
    """The first question that is asked and neither answered nor passed over."""
    for question in asked(given, answers, facts):
        if question.id not in answers:
            return question
    return None


def before(given: Questionnaire, id_: str, answers: Answers, facts: Facts) -> Question | None:
    """The question that was shown before this one; None at the beginning."""
    ids = asked(given, answers, facts)
    for place, question in enumerate(ids):
        if question.id == id_:
            return ids[place - 1] if place else None
    raise QuestionUnknown("question")


def progress(given: Questionnaire, answers: Answers, facts: Facts) -> Progress:
    shown = asked(given, answers, facts)
    return Progress(sum(question.id in answers for question in shown), len(shown))


def kept(given: Questionnaire, answers: Answers, facts: Facts) -> dict[str, Answer]:
    """The answers without those of branches that were left again."""
    shown = {question.id for question in asked(given, answers, facts)}
    return {id_: answer for id_, answer in answers.items() if id_ in shown}


def is_complete(given: Questionnaire, answers: Answers, facts: Facts) -> bool:
    """Whether every required question has an answer, asked or not asked the rest."""
    return all(
        answers.get(question.id) is not None
        for question in asked(given, answers, facts)
        if question.required
    )


# One answer ------------------------------------------------------------------------------------


def check(question: Question, raw: str | int | Sequence[str] | None) -> Answer:
    """The answer as it is kept; nothing at all passes an optional question over.

    Raises AnswerMissing, ScoreOffScale, TooManyWords or AnswerRefused, each naming the question.
    """
    given = [raw] if isinstance(raw, (str, int)) else list(raw or ())
    words = [text for one in given if (text := str(one).strip())]
    if not words:
        if question.required:
            raise AnswerMissing(question.id)
        return None
    if question.kind == "many":
        return _choices(question, words)
    if len(words) > 1:
        raise AnswerRefused(question.id)
    if question.kind == "one":
        return _choices(question, words)[0]
    if question.kind == "text":
        return _words(question, words[0])
    return _score(question, words[0])


def _score(question: Question, text: str) -> int:
    scale = question.scale or range(0)
    # More digits than any scale has are refused before they are read as a number.
    if not (text.isascii() and text.isdigit() and len(text) < 4) or int(text) not in scale:
        raise ScoreOffScale(question.id, low=scale[0], high=scale[-1])
    return int(text)


def _choices(question: Question, codes: Sequence[str]) -> list[str]:
    known = [option.code for option in question.options]
    if any(code not in known for code in codes):
        raise AnswerRefused(question.id)
    return [code for code in known if code in codes]


def _words(question: Question, text: str) -> str:
    most = question.most or 0
    if len(text) > most:
        raise TooManyWords(question.id, most=most, given=len(text))
    if "\x00" in text:
        raise AnswerRefused(question.id)
    return text


# What the answers say --------------------------------------------------------------------------


def scores(given: Questionnaire, answers: Answers) -> Scores:
    """The overall satisfaction, the recommendation and the ease, if they were asked."""

    def first(kind: str) -> int | None:
        for question in given.questions:
            overall = kind != "csat" or question.dimension == "overall"
            answer = answers.get(question.id)
            if question.kind == kind and overall and isinstance(answer, int):
                return answer
        return None

    return Scores(first("csat"), first("nps"), first("ces"))


def dimensions(given: Questionnaire, answers: Answers) -> dict[str, int]:
    """The satisfaction with each quality that was asked about."""
    found: dict[str, int] = {}
    for question in given.questions:
        answer = answers.get(question.id)
        if question.kind == "csat" and question.dimension and isinstance(answer, int):
            found[question.dimension] = answer
    return found


def outcome(
    given: Questionnaire, answers: Answers, facts: Facts, *, read: Read = read_words
) -> Outcome:
    """What somebody has to do after these answers. Words are read in any of the languages."""
    held = kept(given, answers, facts)
    low = any(_is_low(question, held.get(question.id)) for question in given.questions)
    signs = set(_signs(given, held))
    readings = [read(text) for text in _texts(given, held)]
    signs |= {sign for reading in readings for sign in _heard(reading)}
    threat = any(reading.urgency == "high" for reading in readings)
    found = {
        "low_score": low,
        "named_problem": bool(signs & {"named_problem", "unsolved"}),
        "open_question": "open_question" in signs,
        "threat": threat,
    }
    reasons = tuple(reason for reason in REASONS if found[reason])
    return Outcome(
        reasons, "suggestion" in signs, "complaint" in signs, _satisfied(given, held, signs, low)
    )


def asks_for_concern(
    given: Questionnaire, answers: Answers, facts: Facts, *, read: Read = read_words
) -> tuple[Reason, ...]:
    """Why these answers open a concern; empty when they do not."""
    return outcome(given, answers, facts, read=read).reasons


def _is_low(question: Question, answer: Answer) -> bool:
    top = question.concern_up_to
    return top is not None and isinstance(answer, int) and answer <= top


def _signs(given: Questionnaire, held: Answers) -> Iterator[Sign]:
    for question in given.questions:
        answer = held.get(question.id)
        if answer is None:
            continue
        if question.sign is not None:
            yield question.sign
        chosen = answer if isinstance(answer, list) else [answer]
        for option in question.options:
            if option.sign is not None and option.code in chosen:
                yield option.sign


def _texts(given: Questionnaire, held: Answers) -> Iterator[str]:
    for question in given.questions:
        answer = held.get(question.id)
        if question.kind == "text" and isinstance(answer, str):
            yield answer


def _heard(reading: Reading) -> Iterator[Sign]:
    """An unhappy sentence names a problem wherever it was written; so does an angry question."""
    if reading.sentiment == "neg":
        yield "named_problem"
    if reading.sentiment != "pos" and reading.text.rstrip().endswith(("?", "？")):
        yield "open_question"


def _satisfied(given: Questionnaire, held: Answers, signs: set[Sign], low: bool) -> bool | None:
    score = scores(given, held).csat
    if "unsolved" in signs or low:
        return False
    return None if score is None else score in SATISFIED


def heard(given: Questionnaire, answers: Answers, *, read: Read = read_words) -> dict[str, str]:
    """The facts tone and urgency, from the newest words; nothing before anything was written."""
    texts = list(_texts(given, answers))
    if not texts:
        return {}
    reading = read(texts[-1])
    return {"tone": reading.sentiment, "urgency": reading.urgency}


# What the caller says --------------------------------------------------------------------------


def script_for(rules: QuestionnairesRules, facts: Facts) -> ChosenScript:
    """The script for this customer group and kind of case."""
    name = rules.choice.script.value.of(facts)
    return ChosenScript(name, rules.scripts[name].value)


def competences_for(rules: QuestionnairesRules, facts: Facts) -> frozenset[str]:
    """What somebody must be trained for to make this call, beside calling at all."""
    needed = rules.choice.competences.value
    return frozenset(case.kind for case in needed if holds(case.when, facts))


def script_named(rules: QuestionnairesRules, name: str) -> ChosenScript | None:
    """The script of a name as attempts keep it, with or without its version."""
    plain = name.partition("/")[0]
    rule = rules.scripts.get(plain)
    return ChosenScript(plain, rule.value) if rule else None


def lines(script: Script, place: Place, answers: Answers, facts: Facts) -> list[Line]:
    """What to say, or to listen for, at this place of the talk."""
    known = {**facts, **{ANSWER + id_: answer for id_, answer in answers.items()}}
    return [line for line in script.lines if line.place == place and holds(line.when, known)]
