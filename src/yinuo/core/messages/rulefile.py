"""The shape of messages.toml (who is told what, and when) and channels.toml (how it travels)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from yinuo.kit.rules import Conditions, LimitText, Plain, Rule, RuleFile, RuleTable

Count = Annotated[int, Field(gt=0)]
WallTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class Reason(Plain):
    """One cause for a message. The name of the rule is the reason that the message row keeps.

    ``text`` is the key of subject and body. ``when`` is tested against the data of the event and,
    for what it lacks, the facts of the telling. With ``link`` the text may point to the page of
    the case. ``service`` says that it is about a live claim, so that it is no marketing.
    """

    event: str
    to: Literal["customer", "staff"]
    text: str
    when: Conditions = ()
    link: bool = True
    service: bool = True


class MessagesRules(RuleFile):
    reasons: dict[str, Rule[Reason]]


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
    """``retry_after`` has one wait per failed try; the last one is repeated up to ``tries``."""

    tries: Rule[Count]
    retry_after: Rule[tuple[LimitText, ...]]
    stuck_after: Rule[LimitText]
    batch: Rule[Count]


class QuietRules(RuleTable):
    """``email`` is when e-mail waits; ``service_waits`` whether news of a live claim waits too."""

    email: Rule[Window]
    service_waits: Rule[bool]


class ChannelsRules(RuleFile):
    email: EmailRules
    quiet: QuietRules
