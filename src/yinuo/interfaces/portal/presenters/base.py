"""What a kind of case tells its customer; every answer has one that fits all kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.core.cases.models import Case
from yinuo.interfaces.common.actions import Possible
from yinuo.interfaces.common.present import Fact, Link, TimelineKind
from yinuo.interfaces.portal.door import Visit
from yinuo.interfaces.portal.sentences import Milestone


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One part of the page: words, facts, or a template of the kind's own with `values`."""

    title: str
    text: str = ""
    facts: Sequence[Fact] = ()
    template: str = ""
    values: Mapping[str, object] = field(default_factory=dict)


SHARED: Mapping[str, Milestone] = {
    "document.received": Milestone(gettext_noop("Paper received"), TimelineKind.DOCUMENT),
    "document.accepted": Milestone(gettext_noop("Paper accepted"), TimelineKind.DOCUMENT),
    "document.rejected": Milestone(gettext_noop("Paper could not be used"), TimelineKind.DOCUMENT),
}
DONE = gettext_noop("Thank you. It is with us.")


class CustomerPage:
    """The page of a kind. A kind says what differs and registers itself in `presenters`."""

    next_steps: ClassVar[Mapping[str, str]] = {}
    """State → key of the text that says where it is and what comes next."""
    milestones: ClassVar[Mapping[str, Milestone]] = {}
    """Event → what the customer reads of it; what is not named is not told."""
    labels: ClassVar[Mapping[str, str]] = {
        "concern": gettext_noop("Something is not right"),
        "complaint": gettext_noop("Complain"),
    }
    """Noun of an action → msgid of what its button says to the customer."""
    done: ClassVar[Mapping[str, str]] = {
        "concern": gettext_noop(
            "Thank you for telling us. You find it below, with who looks after it."
        )
    }
    """Noun of an action → msgid of what is said when it was taken."""
    not_asked: ClassVar[Mapping[str, frozenset[str]]] = {
        "concern": frozenset({"causes", "urgency", "separate"}),
        "complaint": frozenset({"channel"}),
    }
    """Noun of an action → fields that only colleagues fill in."""

    def is_shown(self, case: Case) -> bool:
        """Whether the customer is shown that there is such a case, in the list of its kin."""
        return True

    def load(self, visit: Visit) -> Any:
        """What the kind keeps about the case."""
        return None

    def subject(self, visit: Visit, row: Any) -> str:
        """What it is about, under the title."""
        return ""

    def action(self, visit: Visit, row: Any) -> Link | None:
        """The one thing that the customer is asked to do now."""
        return None

    def is_offered(self, visit: Visit, row: Any, one: Possible) -> bool:
        """Whether the button leads anywhere now."""
        return True

    def sections(self, visit: Visit, row: Any) -> Sequence[Section]:
        """What stands between the next step and the promises."""
        return ()

    def told(self) -> Mapping[str, Milestone]:
        return {**SHARED, **self.milestones}

    def label(self, one: Possible) -> str:
        return _(self.labels[one.noun]) if one.noun in self.labels else one.label

    def thanks(self, noun: str) -> str:
        return _(self.done.get(noun, DONE))
