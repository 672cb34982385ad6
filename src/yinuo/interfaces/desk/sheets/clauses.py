"""The clauses of the library that a person cites, as a sheet offers them."""

from __future__ import annotations

from django.utils.text import Truncator
from django.utils.translation import get_language

from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.clauses import Explained
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common.fields import Option
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk

_SHOWN = 28
"""So much of its plain words stands beside a clause that has a number only."""


def clause_options(desk: ClaimDesk) -> tuple[Option, ...]:
    """The clauses that this policy knows by their keys, those of its own text first."""
    text = _text_of(desk)
    other = {"2014": "2020", "2020": "2014"}[text]
    language = get_language() or "en"
    found = [
        one for one in knowledge.clauses(None, language, at=desk.at).values() if one.text != other
    ]
    own = [one for one in found if one.text == text]
    return tuple(map(_option, [*own, *(one for one in found if one.text != text)]))


def clause_names(desk: ClaimDesk) -> tuple[Option, ...]:
    """The clauses of the policy's own text by their names, for a line that has room for a name."""
    text = _text_of(desk)
    found = knowledge.clauses(None, knowledge.WRITTEN, at=desk.at).values()
    return tuple(Option(one.label, "") for one in found if one.text == text)


def _text_of(desk: ClaimDesk) -> str:
    texts = rulebook.rules(ClaimsRules, at=desk.at).settling.text_of_product.value
    return texts.get(desk.claim.policy.product, "2020")


def _option(one: Explained) -> Option:
    if one.article:
        article = one.label.removeprefix(one.name).strip(" ,")
        said = Truncator(one.plain).chars(_SHOWN)
        return Option(one.key, f"{article} · {said}", group=one.name)
    mark = "：" if "：" in one.name else ": "
    book, _mark, rest = one.name.partition(mark)
    return Option(one.key, rest or book, group=book)
