"""One question as a screen shows it, to the customer and to whoever asks on the phone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.call_backs.questionnaire import Answer
from yinuo.areas.call_backs.questionnaire_rulefile import Question
from yinuo.core.rulebook import queries as rulebook

# What a number of each scale means, where it means something by itself.
_WORDS: Mapping[str, Mapping[int, str]] = {
    "csat": {
        1: gettext_noop("Very dissatisfied"),
        2: gettext_noop("Dissatisfied"),
        3: gettext_noop("Neither"),
        4: gettext_noop("Satisfied"),
        5: gettext_noop("Very satisfied"),
    },
    "ces": {1: gettext_noop("Do not agree at all"), 7: gettext_noop("Agree fully")},
    "nps": {0: gettext_noop("Not at all likely"), 10: gettext_noop("Very likely")},
}
# One key for each answer: the number itself, and t for ten, so that no key needs a second one.
_KEYS = {10: "t"}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    word: str = ""
    key: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """`low` and `high` say what the ends of a scale mean; `words` is what was written before."""

    id: str
    kind: str
    title: str
    help: str
    required: bool
    choices: tuple[Choice, ...] = ()
    low: str = ""
    high: str = ""
    words: str = ""
    most: int | None = None

    @property
    def is_scale(self) -> bool:
        return self.kind in _WORDS


def screen_of(question: Question, given: Answer, language: str, *, at: datetime) -> Screen:
    """The question in the language in which it is asked, with the answer given before."""
    text = rulebook.short_text(question.text, language, at=at)
    words = _WORDS.get(question.kind, {})
    ends = (words[min(words)], words[max(words)]) if words else ("", "")
    return Screen(
        id=question.id,
        kind=question.kind,
        title=text.title,
        help=text.why,
        required=question.required,
        choices=_choices(question, given, language, at),
        low=_(ends[0]) if ends[0] else "",
        high=_(ends[1]) if ends[1] else "",
        words=given if question.kind == "text" and isinstance(given, str) else "",
        most=question.most,
    )


def _choices(question: Question, given: Answer, language: str, at: datetime) -> tuple[Choice, ...]:
    held = {str(one) for one in (given if isinstance(given, list) else [given])}
    if question.scale is not None:
        words = _WORDS[question.kind]
        return tuple(
            Choice(
                value=str(score),
                label=str(score),
                word=_(words[score]) if score in words else "",
                key=_KEYS.get(score, str(score)),
                chosen=str(score) in held,
            )
            for score in question.scale
        )
    return tuple(
        Choice(
            value=option.code,
            label=rulebook.short_text(option.text, language, at=at).title,
            key=str(place),
            chosen=option.code in held,
        )
        for place, option in enumerate(question.options, start=1)
    )


def answer_in_words(question: Question, given: Answer, language: str, *, at: datetime) -> str:
    """An answer as a list or a summary shows it; empty when it was passed over."""
    if given is None:
        return ""
    if question.scale is not None:
        return f"{given} / {question.scale[-1]}"
    if question.kind == "text":
        return str(given)
    codes = given if isinstance(given, list) else [given]
    names = {one.code: one.text for one in question.options}
    return ", ".join(
        rulebook.short_text(names[code], language, at=at).title
        for code in codes
        if isinstance(code, str) and code in names
    )
