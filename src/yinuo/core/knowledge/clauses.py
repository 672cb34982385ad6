"""What a clause says, in plain values: its name as it is cited, its plain words, an example."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """A clause in one language. `version` 0 is the explanation of the files.

    `text` is the product text that it stands in: 2014, 2020, compulsory, law or rule.
    """

    key: str
    text: str
    name: str
    article: str
    plain: str
    example: str
    source: str
    version: int
    language: str

    @property
    def label(self) -> str:
        """As it is cited: the name, and the article where it is known."""
        if not self.article:
            return self.name
        if self.language == "en":
            return f"{self.name}, art. {number_of(self.article)}"
        return f"{self.name}{self._printed}"

    @property
    def _printed(self) -> str:
        """The article in the script of the language; the rules have it as the law prints it."""
        return self.article.replace("条", "條") if self.language == "zh-hant" else self.article

    @property
    def mentions(self) -> tuple[str, ...]:
        """How a letter may name it: in full, or by its article alone."""
        if not self.article:
            return (self.name,)
        number = number_of(self.article)
        return (
            self.label,
            self._printed,
            f"art. {number}",
            f"article {number}",
            f"clause {number}",
        )

    def is_named_in(self, text: str) -> bool:
        """Whether a text names it in full, however it sets names; a law without its country too."""
        return _at_home(self.label) in _bare(text)

    def is_named_by(self, text: str) -> bool:
        """Whether a text is its name and nothing else."""
        return _at_home(self.label) == _at_home(text)


def _at_home(name: str) -> str:
    """The words alone, without the country that a law names itself after."""
    bare = _bare(name)
    for country in ("中华人民共和国", "中華人民共和國", "ofchina"):
        bare = bare.replace(country, "")
    return bare


def _bare(text: str) -> str:
    """The words alone, for comparing: no spaces, no marks around names, one case."""
    return _SETTING.sub("", text).casefold().replace("(", "（").replace(")", "）")


_SETTING = re.compile(r"[\s《》「」『』“”\"]")
_DIGITS = {"零": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100}


def number_of(article: str) -> str:
    """第二十四条 is 24; an article that is written otherwise stays as it is."""
    total = digit = 0
    for char in article.removeprefix("第").removesuffix("条").removesuffix("條"):
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _STEPS:
            total += (digit or 1) * _STEPS[char]
            digit = 0
        else:
            return article
    return str(total + digit)
