"""What an improvement rests on: opinions of customers and figures, named with the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.concerns.models import Finding, Ground
from yinuo.core.cases.models import Case, Note
from yinuo.core.people.actors import Actor
from yinuo.kit.errors import DomainError

LONGEST_FIGURE = 200


class GroundsMissing(DomainError):
    code = "grounds_missing"
    message = _("Say what this rests on: a case in which it was said, or a figure and its source.")
    http = 422


@dataclass(frozen=True, slots=True)
class NewGround:
    """A case in which it was said, with the words if they are known, or a figure in words."""

    case: Case | None = None
    note: Note | None = None
    figure: str = ""


def keep_grounds(row: Finding, grounds: Sequence[NewGround], by: Actor, at: datetime) -> None:
    """Within the transaction of the command; the same ground again is one."""
    Ground.objects.bulk_create(
        [
            Ground(
                finding=row,
                case=one.case,
                note=one.note,
                figure=one.figure.strip()[:LONGEST_FIGURE],
                by=by.id,
                at=at,
            )
            for one in grounds
            if one.case is not None or one.figure.strip()
        ],
        ignore_conflicts=True,
    )


def require_grounds(row: Finding) -> None:
    """Words of the customer that were kept with it are a ground. Raises GroundsMissing."""
    if row.note_id is None and not row.grounds.exists():
        raise GroundsMissing("rests_on")
