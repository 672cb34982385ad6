"""A case that lies open before somebody at the desk: for its page, and for a sheet about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yinuo.core.cases.models import Case, Event
from yinuo.core.documents.queries import Line
from yinuo.core.people.actors import Actor
from yinuo.overview.casefile import CaseFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Who sits before which case. `row` is what the kind keeps about it, `parts` what it is made
    of, for a claim its losses.
    """

    actor: Actor
    at: datetime
    language: str
    case: Case
    row: Any = None
    parts: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPage(Opened):
    """The case with everything that its page shows. `names` are those of colleagues by actor id,
    `own` what the kind read for its own sections.
    """

    file: CaseFile
    events: Sequence[Event] = ()
    papers: Sequence[Line] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    own: Any = None
