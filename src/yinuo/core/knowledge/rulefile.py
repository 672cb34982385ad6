"""The shape of knowledge.toml: the clauses that we cite, and how plain our words have to be."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from yinuo.kit.rules import Plain, Rule, RuleFile, RuleTable, Sentence

Purpose = Literal[
    "refusal", "part_payment", "decision", "complaint_answer", "concern_answer", "reply"
]
ProductText = Literal["2014", "2020", "compulsory", "law", "rule"]
Script = Literal["chinese", "latin"]
Positive = Annotated[float, Field(gt=0)]


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]


class Clause(Plain):
    """A clause that steps and letters cite. ``cites`` are rules of the settlement steps.

    What it says in plain words, and an example, stand in texts/<language>/clauses.toml.
    """

    text: ProductText
    name: dict[str, str]
    article: str = Field(default="", description="as printed, such as 第十九条; empty: not known")
    cites: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_a_name_in_each_language(self) -> Self:
        missing = {"zh-hans", "zh-hant", "en"} - self.name.keys()
        if missing:
            raise ValueError(f"the name lacks {', '.join(sorted(missing))}")
        return self


class Readable(Plain):
    """Chinese is counted in characters, English in words; a number counts as one.

    ``most_*`` is refused when it is passed; up to ``easy_*`` a text gets full marks.
    """

    most_sentence: int
    most_clause: int
    easy_sentence: Positive
    easy_clause: Positive
    easy_stiff: Positive = Field(description="stiff words in a hundred characters or words")
    least_score: int = Field(ge=0, le=100)


class Readability(Plain):
    chinese: Readable
    latin: Readable


class Marks(Plain):
    """Patterns by script, against the text in lower case, narrow and Simplified."""

    chinese: tuple[Pattern, ...]
    latin: tuple[Pattern, ...]


class Term(Plain):
    """The spellings of a term of art; texts/<language>/terms.toml says it in everyday words."""

    chinese: tuple[str, ...]
    latin: tuple[str, ...]


class WordingRules(RuleTable):
    readability: Rule[Readability]
    bare_formulas: Rule[Marks]
    names_clause: Rule[Marks]
    gives_reason: Rule[Marks]
    explains: Rule[Marks]
    stiff: Rule[dict[Script, dict[str, str]]]
    needs: Rule[dict[Purpose, tuple[Literal["reason", "clause"], ...]]]
    refuses: Rule[tuple[Sentence, ...]]


class LibraryRules(RuleTable):
    same_words: Rule[Annotated[float, Field(gt=0, le=1)]]
    explains_clause: Rule[Marks]


class KnowledgeRules(RuleFile):
    """rules/cn_motor/knowledge.toml"""

    wording: WordingRules
    library: LibraryRules
    terms: dict[str, Rule[Term]]
    clauses: dict[str, Rule[Clause]]
