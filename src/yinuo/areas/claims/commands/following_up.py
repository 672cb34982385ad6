"""The last point of the closing checklist: somebody asks the customer how it was, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from yinuo.areas.claims.models import Claim
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.kit.bulk import among

CALL_BACK = "call_back"
EXCLUDED = "excluded"


def note_follow_up_many(chosen: Mapping[int, str], *, by: Actor, at: datetime) -> int:
    """Note by case what follows: "call_back" or "excluded". Up to 1,000; how many were noted now.

    Safe to run twice: what is noted stays.
    """
    with cases.transaction():
        locked = cases.lock_many(chosen)
        rows = Claim.objects.filter(among("pk", locked), follow_up="").values_list("pk", flat=True)
        new = {pk: chosen[pk] for pk in rows}
        for how in sorted(set(new.values())):
            Claim.objects.filter(among("pk", _with(new, how))).update(follow_up=how)
        lines: list[tuple[Case, str, Mapping[str, str]]] = [
            (locked[pk], "claim.follow_up_noted", {"follow_up": how})
            for pk, how in sorted(new.items())
        ]
        cases.record_many(lines, by=by, at=at)
    return len(new)


def _with(chosen: Mapping[int, str], how: str) -> Sequence[int]:
    return [pk for pk, one in chosen.items() if one == how]
