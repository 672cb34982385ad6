"""One sentence of the desk's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from yinuo.interfaces.common.present import TimelineKind


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is a msgid; it may use every plain value of the event's data by its name.

    `words` turns the codes of a value into words: the name of the value, then code and msgid.
    """

    text: str
    kind: TimelineKind = TimelineKind.EVENT
    tone: str = ""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
