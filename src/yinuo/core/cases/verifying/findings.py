"""What may be wrong with timelines and seals, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

CHUNK = 2_000


class Fault(StrEnum):
    LINE_CHANGED = "line_changed"
    LINE_MOVED = "line_moved"
    LINE_MISSING = "line_missing"
    LINK_BROKEN = "link_broken"
    TAIL_CUT = "tail_cut"
    HEAD_DIFFERS = "head_differs"
    CASE_REMOVED = "case_removed"
    SEALED_CASE_REMOVED = "sealed_case_removed"
    SEALED_LINE_MISSING = "sealed_line_missing"
    SEALED_LINE_CHANGED = "sealed_line_changed"
    SEAL_FILE_BROKEN = "seal_file_broken"
    SEAL_DIFFERS = "seal_differs"
    SEAL_CHAIN_BROKEN = "seal_chain_broken"
    SEAL_UNKNOWN = "seal_unknown"


_WORDS = {
    Fault.LINE_CHANGED: _("Case %(case)s: line %(line)s was changed after it was written."),
    Fault.LINE_MOVED: _("Case %(case)s: what stands at line %(line)s was written as line %(was)s."),
    Fault.LINE_MISSING: _("Case %(case)s: line %(line)s is missing."),
    Fault.LINK_BROKEN: _(
        "Case %(case)s: line %(line)s does not follow the line before it; one of them was replaced."
    ),
    Fault.TAIL_CUT: _(
        "Case %(case)s: the timeline ends with line %(line)s and should end with line %(last)s."
    ),
    Fault.HEAD_DIFFERS: _("Case %(case)s: the head kept on the case is not that of its last line."),
    Fault.CASE_REMOVED: _(
        "The case with the id %(case)s was removed; lines of it are still there."
    ),
    Fault.SEALED_CASE_REMOVED: _(
        "Case %(case)s was sealed on %(sealed)s and is not there any more."
    ),
    Fault.SEALED_LINE_MISSING: _(
        "Case %(case)s: line %(line)s was sealed on %(sealed)s and is missing; the end was cut off."
    ),
    Fault.SEALED_LINE_CHANGED: _(
        "Case %(case)s: line %(line)s or one before it was changed after the seal of %(sealed)s."
    ),
    Fault.SEAL_FILE_BROKEN: _("The file %(file)s of the seal of %(sealed)s: %(why)s."),
    Fault.SEAL_DIFFERS: _(
        "The file %(file)s does not add up to the root that the database has for %(sealed)s."
    ),
    Fault.SEAL_CHAIN_BROKEN: _("The seal of %(sealed)s does not follow the seal before it."),
    Fault.SEAL_UNKNOWN: _(
        "The file %(file)s has no seal in the database: it was removed there, or sealing broke off."
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; as text it is a sentence in the reader's language."""

    fault: Fault
    case: str = ""
    line: int | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return str(_WORDS[self.fault] % {"case": self.case, "line": self.line, **self.more})


Report = Callable[[Finding], None]
Progress = Callable[[int], object]
