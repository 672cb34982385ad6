"""The shape of messages.toml (who is told what, and when) and channels.toml (how it travels)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from yinuo.kit.clock import Limit
from yinuo.kit.clock_types import ELAPSED_UNITS
from yinuo.kit.rules import Conditions, LimitText, Plain, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]
WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
ChannelName = Literal["inbox", "email"]


def _runs_round_the_clock(limit: Limit) -> Limit:
    if limit.unit not in ELAPSED_UNITS:
        raise ValueError(f"{limit}: write minutes or hours, machines keep no office hours")
    return limit


Wait = Annotated[LimitText, AfterValidator(_runs_round_the_clock)]


class Reason(Plain):
    """One cause for a message. The name of the rule is the reason that the message row keeps.

    ``text`` is the key of subject and body. ``when`` is tested against the data of the event and,
    for what it lacks, the facts told with it. To "staff" means the people that the event names in
    ``staff``, and the handler when it names nobody. ``service`` says that the message is about a
    live claim, so that it is no marketing. ``link`` is where the customer's link leads: to the page
    of the case, or once to its questions.
    """

    event: str
    to: Literal["customer", "staff"]
    text: str
    when: Conditions = ()
    channels: tuple[ChannelName, ...] = ("inbox", "email")
    service: bool = True
    link: Literal["case", "answers"] = "case"


class MessagesRules(RuleFile):
    """rules/cn_motor/messages.toml"""

    reasons: dict[str, Rule[Reason]]

    @cached_property
    def by_event(self) -> Mapping[str, Sequence[tuple[str, Reason]]]:
        """The reasons that an event may be for, in the order of the file."""
        found: dict[str, list[tuple[str, Reason]]] = defaultdict(list)
        for name, rule in self.reasons.items():
            found[rule.value.event].append((name, rule.value))
        return dict(found)


class Window(Plain):
    """Hours of the day by the clock on the wall; ``until`` before ``from`` runs over midnight."""

    from_: WallTime = Field(alias="from")
    until: WallTime

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.from_ == self.until:
            raise ValueError("'from' and 'until' differ; a whole day of silence is an opt-out")
        return self


class EmailRules(RuleTable):
    """``retry_after`` has one wait per failed try; the last is repeated until ``tries`` are used.

    A row that has been in sending for ``stuck_after`` was left by a worker that died.
    """

    tries: Rule[Count]
    retry_after: Rule[Annotated[tuple[Wait, ...], Field(min_length=1)]]
    stuck_after: Rule[Wait]
    batch: Rule[Count]


class QuietRules(RuleTable):
    """When e-mail waits for the morning.

    ``email`` holds for everybody; news of a live claim keeps to it only if ``service_waits``.
    Hours that a customer asked for hold for such news too if ``wish_binds_service``.
    """

    email: Rule[Window]
    service_waits: Rule[bool]
    wish_binds_service: Rule[bool]


class FreeTextRules(RuleTable):
    longest: Rule[Count]


class LinkRules(RuleTable):
    """How long the link in a message opens the case page without a code."""

    case_page: Rule[Wait]


class ChannelsRules(RuleFile):
    """rules/cn_motor/channels.toml"""

    email: EmailRules
    quiet: QuietRules
    free_text: FreeTextRules
    links: LinkRules
