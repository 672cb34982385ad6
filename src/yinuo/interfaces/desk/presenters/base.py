"""What a kind of case tells the desk about itself; every answer has one that fits all kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from yinuo.core.cases.models import Case
from yinuo.core.documents import queries as documents
from yinuo.core.documents.queries import Line
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Fact, Table, Tag
from yinuo.interfaces.desk.opened import Opened, OpenedPage
from yinuo.interfaces.desk.rows import case_url
from yinuo.kit.money import HOME_CURRENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the file: facts, a table, words, or a template of the kind's own with `values`.

    `fold` closes it until somebody opens it; `count` stands beside the title.
    """

    title: str
    facts: Sequence[Fact] = ()
    table: Table | None = None
    text: str = ""
    template: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    fold: bool = False
    count: int | None = None


class Presenter:
    """The page of a kind. A kind says what differs and registers itself in `presenters`."""

    aside: ClassVar[frozenset[str]] = frozenset(
        {"note", "handler", "delay-notice", "concern", "complaint"}
    )
    """Nouns of steps that are open beside the way of the case; they stand under "Other steps"."""
    template: ClassVar[str] = "desk/case_sections.html"
    """Lays out the file; it is given what `context` returns."""

    elsewhere: ClassVar[frozenset[str]] = frozenset()
    """Nouns of actions with a page of their own, which are no buttons here."""

    def elsewhere_url(self, case: Case) -> str:
        """The page on which those actions stand."""
        return case_url(case.number)

    icon: ClassVar[str] = "message"
    """The drawing before what the case is about."""

    def load(self, actor: Actor, case: Case, at: datetime) -> Any:
        """What the kind keeps about the case; the actor was let into it already."""
        return None

    def parts(self, row: Any) -> tuple[Any, ...]:
        """The parts with a stage of their own, of a kind whose workflow has them."""
        return ()

    def papers(self, opened: Opened) -> Sequence[Line]:
        """The papers of the case, asked for and received."""
        return documents.checklist(
            opened.actor, opened.case, (), language=opened.language, at=opened.at
        )

    def own(self, opened: Opened) -> Any:
        """What only the sections need; read for the page and not for a sheet."""
        return None

    def subject(self, opened: Opened) -> str:
        """What the case is about, beside the customer's name: a car, a topic."""
        return ""

    def figures(self, page: OpenedPage) -> Sequence[Fact]:
        """Amounts and scores at the right of the header."""
        return ()

    def tags(self, page: OpenedPage) -> Sequence[Tag]:
        """What has to be known at first sight, after the state."""
        return ()

    def facts(self, opened: Opened) -> Mapping[str, object]:
        """What the texts of this kind may say; the same keys as its commands give."""
        return {}

    def expected(self, page: OpenedPage, one: Possible) -> Mapping[str, object]:
        """What the event of a step will hold, as far as it decides which letter is sent."""
        return {}

    def is_offered(self, page: OpenedPage, one: Possible) -> bool:
        """Whether the button leads anywhere for this person."""
        return True

    def label(self, page: OpenedPage, one: Possible) -> str:
        return one.label

    def standing(self, page: OpenedPage) -> Any:
        """What decides whose turn a step is, where the page has read it already."""
        return None

    def part_names(self, page: OpenedPage) -> Mapping[str, str]:
        """What each part is called beside its promises; none where there is only one."""
        return {}

    def sections(self, page: OpenedPage) -> Sequence[Section]:
        """The file beside the timeline."""
        return ()

    def context(self, page: OpenedPage) -> Mapping[str, object]:
        """What the template of the file is given."""
        return {"sections": self.sections(page)}

    def currency(self, opened: Opened) -> str:
        """That of the amounts in the timeline."""
        return HOME_CURRENCY
