"""The kinds of case as the doors speak of them: the word in an address, and the word on screen.

The letter before a number is the workflow's; everything here is found from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.kit.errors import DomainError
from yinuo.kit.ids import CaseNumber


@dataclass(frozen=True, slots=True)
class Kind:
    """`plural` stands in addresses; `label` and `own` are the msgids of its name, at the desk and
    as its customer reads it.
    """

    name: str
    plural: str
    label: str
    own: str

    @property
    def title(self) -> str:
        return _(self.label)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("claim", "claims", gettext_noop("Claim"), gettext_noop("Your claim")),
        Kind("call_back", "call-backs", gettext_noop("Call-back"), gettext_noop("Our call-back")),
        Kind("concern", "concerns", gettext_noop("Concern"), gettext_noop("Your concern")),
        Kind("complaint", "complaints", gettext_noop("Complaint"), gettext_noop("Your complaint")),
    )
}
BY_PLURAL: Mapping[str, Kind] = {kind.plural: kind for kind in KINDS.values()}


def known() -> tuple[Kind, ...]:
    """The kinds whose workflow this code can run, in the order of the table."""
    return tuple(kind for name, kind in KINDS.items() if name in WORKFLOWS.kinds())


def title(name: str) -> str:
    """The word on screen; the name itself for a kind that only a later version knows."""
    return KINDS[name].title if name in KINDS else name


def of_number(number: str) -> Kind | None:
    """The kind that the letters of a number stand for; None for what is no number of ours."""
    try:
        prefix = CaseNumber.parse(number).prefix
    except DomainError:
        return None
    return next((kind for kind in known() if WORKFLOWS.prefix(kind.name) == prefix), None)


def plural_of(number: str) -> str:
    """The word in the address of a case; a number that is none of ours is looked for as a claim."""
    kind = of_number(number)
    return kind.plural if kind else KINDS["claim"].plural
