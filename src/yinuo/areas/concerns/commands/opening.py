"""How a concern begins: from an answer, from words, or because somebody takes it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yinuo.areas.concerns import rules
from yinuo.areas.concerns.commands.common import (
    Locked,
    WordsMissing,
    check_known,
    locked,
    rules_at,
    said,
)
from yinuo.areas.concerns.models import Concern
from yinuo.areas.concerns.rulefile import ConcernsRules, OwnerChoice
from yinuo.areas.concerns.rules import Weighed
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move, Opening
from yinuo.core.cases.models import Case, Note
from yinuo.core.knowledge import reader
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Staff
from yinuo.kit.errors import DomainError

DOORS = ("call_back", "words", "portal", "desk", "api")
URGENT = ("concerns.urgent_contact",)


class ReasonMissing(DomainError):
    code = "concern_reason_missing"
    message = _("Say what brought this concern about.")
    http = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class NewConcern:
    """A concern about a case. What was said stands in `words`, or in `note` if it is kept already.

    `source_case` is where it was said, if that is another case; `source_event` the event that a
    reaction saw, so that seeing it twice opens nothing twice. `separate` keeps it apart from a
    concern about the same case that is still open. Causes and urgency are read in the words where
    nobody gave them.
    """

    about: Case
    reasons: Sequence[str]
    words: str = ""
    note: Note | None = None
    source_case: Case | None = None
    causes: Sequence[str] = ()
    urgency: str = ""
    door: str = "desk"
    first_spoken_at: datetime | None = None
    source_event: int | None = None
    separate: bool = False


@dataclass(slots=True)
class _Owners:
    """Who looks after concerns; what was read is kept, a set of concerns asks once a branch."""

    choice: OwnerChoice
    at: datetime
    known: dict[tuple[str, str], list[Staff]] = field(default_factory=dict)

    def of(self, about: Case, *, apart: bool) -> Staff | None:
        roles = (self.choice.apart_role, self.choice.role) if apart else (self.choice.role,)
        for role in roles:
            able = self._with(role, about.branch_path)
            if apart:
                able = [one for one in able if one.pk != about.handler_id]
            else:
                able = [one for one in able if one.pk == about.handler_id] or able
            if able:
                return able[about.pk % len(able)]
        return None

    def _with(self, role: str, path: str) -> list[Staff]:
        if (role, path) not in self.known:
            self.known[role, path] = people.staff_with(role, path, self.at)
        return self.known[role, path]


def open_concern(
    *,
    about: Case,
    reasons: Sequence[str],
    words: str = "",
    note: Note | None = None,
    source_case: Case | None = None,
    causes: Sequence[str] = (),
    urgency: str = "",
    door: str = "desk",
    first_spoken_at: datetime | None = None,
    source_event: int | None = None,
    separate: bool = False,
    by: Actor,
    at: datetime,
) -> Case:
    """Open one concern, or add the words to the one about the same case that is still open.

    Raises ReasonMissing, WordUnknown, WordsMissing (a person says what it is about), NotYourRole.
    """
    new = NewConcern(
        about=about,
        reasons=reasons,
        words=words,
        note=note,
        source_case=source_case,
        causes=causes,
        urgency=urgency,
        door=door,
        first_spoken_at=first_spoken_at,
        source_event=source_event,
        separate=separate,
    )
    return open_many([new], by=by, at=at)[0]


def open_many(concerns: Sequence[NewConcern], *, by: Actor, at: datetime) -> list[Case]:
    """Open the concerns, at most one for each case; the case of each, in the given order."""
    rule = rules_at(at)
    for new in concerns:
        _check(new, rule, by)
    with cases.transaction():
        abouts = {_subject(new).pk for new in concerns}
        locked_abouts = cases.lock_many(abouts) if abouts else {}
        made = _made_before(concerns)
        running = _running(abouts)
        fresh: list[NewConcern] = []
        for new in concerns:
            about_id = _subject(new).pk
            if new.source_event in made or (about_id in running and not new.separate):
                continue
            fresh.append(new)
            running.setdefault(about_id, None)
        opened = _open(fresh, rule, locked_abouts, by, at)
        found = []
        for new in concerns:
            case = made.get(new.source_event) or opened.get(id(new))
            if case is None:
                about_id = _subject(new).pk
                case = running[about_id] or next(
                    opened[id(one)] for one in fresh if _subject(one).pk == about_id
                )
                add(case, new, rule, by=by, at=at)
            found.append(case)
    return found


def hear_again(
    *,
    case: Case,
    words: str,
    reasons: Sequence[str] = ("said_to_us",),
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Add what the customer says to a concern that is open. Raises WordsMissing."""
    rule = rules_at(at)
    with cases.transaction():
        held = locked(case, seen=seen)
        new = NewConcern(about=held.case, reasons=reasons, words=words)
        _check(new, rule, by)
        add(held.case, new, rule, by=by, at=at)


def add(case: Case, new: NewConcern, rule: ConcernsRules, *, by: Actor, at: datetime) -> None:
    """Inside the caller's command: the words join the concern; a solution that waited for the
    customer's yes is not one.
    """
    held = locked(case)
    weighed = _weigh(new, rule)
    note = said(held.case, new.words, by=by, at=at) if new.words else new.note
    concern = held.concern
    urgent = rules.is_urgent(weighed.urgency) and not rules.is_urgent(concern.urgency)
    concern.reasons = rules.joined(concern.reasons, new.reasons)
    concern.causes = rules.joined(concern.causes, weighed.causes)
    concern.urgency = rules.more_urgent(concern.urgency, weighed.urgency)
    concern.first_spoken_at = min(concern.first_spoken_at, _spoken_at(new, at))
    concern.save(update_fields=["reasons", "causes", "urgency", "first_spoken_at"])
    data = {
        "reasons": list(new.reasons),
        "urgency": concern.urgency,
        "note": note.pk if note else None,
        "source": new.source_case.pk if new.source_case else None,
    }
    if held.case.state == "solved":
        reopen_as_unsolved(held, data, by=by, at=at)
        return
    also = URGENT if urgent else ()
    cases.advance(Move(held.case, "hear_again", data=data, also_makes=also), by=by, at=at)


def reopen_as_unsolved(
    held: Locked, data: Mapping[str, object], *, by: Actor, at: datetime
) -> None:
    """Inside the caller's command: back to work, with new times and one round more."""
    concern = held.concern
    concern.round += 1
    concern.save(update_fields=["round"])
    data = {**data, "round": concern.round}
    cases.advance(Move(held.case, "reopen", data=data), by=by, at=at)


def _check(new: NewConcern, rule: ConcernsRules, by: Actor) -> None:
    if not new.reasons:
        raise ReasonMissing("reasons")
    check_known("reasons", tuple(new.reasons), rule.opening.reasons.value)
    check_known("causes", tuple(new.causes), rules.KNOWN_CAUSES)
    check_known("urgency", (new.urgency,) if new.urgency else (), rules.KNOWN_URGENCIES)
    check_known("door", (new.door,), DOORS)
    if by.kind != "system" and not new.words.strip() and new.note is None:
        raise WordsMissing("words")


def _subject(new: NewConcern) -> Case:
    """What it is about: a word about a follow-up is about the case that it follows."""
    return new.about.about or new.about


def _source(new: NewConcern) -> Case | None:
    if new.source_case is not None:
        return new.source_case
    return new.about if new.about.about_id is not None else None


def _made_before(concerns: Sequence[NewConcern]) -> dict[int | None, Case]:
    events = [new.source_event for new in concerns if new.source_event is not None]
    if not events:
        return {}
    rows = Concern.objects.filter(source_event__in=events).select_related("case")
    return {row.source_event: row.case for row in rows}


def _running(abouts: set[int]) -> dict[int, Case | None]:
    """The oldest open concern about each of these cases."""
    rows = Case.objects.filter(kind="concern", about__in=abouts, closed_at__isnull=True)
    found: dict[int, Case | None] = {}
    for row in rows.order_by("-pk"):
        assert row.about_id is not None
        found[row.about_id] = row
    return found


def _open(
    concerns: Sequence[NewConcern],
    rule: ConcernsRules,
    abouts: dict[int, Case],
    by: Actor,
    at: datetime,
) -> dict[int, Case]:
    owners = _Owners(rule.owner.choice.value, at)
    weighed = [_weigh(new, rule) for new in concerns]
    openings = [
        _opening(new, one, abouts[_subject(new).pk], owners)
        for new, one in zip(concerns, weighed, strict=True)
    ]
    opened = cases.open_many(openings, by=by, at=at) if openings else []
    rows = []
    for new, one, case in zip(concerns, weighed, opened, strict=True):
        note = said(case, new.words, by=by, at=at) if new.words else new.note
        rows.append(_row(new, one, case, note, owners.choice, at))
    Concern.objects.bulk_create(rows)
    return {id(new): case for new, case in zip(concerns, opened, strict=True)}


def _opening(new: NewConcern, weighed: Weighed, about: Case, owners: _Owners) -> Opening:
    apart = owners.choice.keeps_apart(weighed.causes)
    source = _source(new)
    return Opening(
        kind="concern",
        step="open",
        customer=about.customer,
        branch=about.branch,
        handler=owners.of(about, apart=apart),
        care=about.care,
        about=about,
        data={
            "door": new.door,
            "reasons": list(new.reasons),
            "causes": list(weighed.causes),
            "urgency": weighed.urgency,
            "note": new.note.pk if new.note else None,
            "source": source.pk if source else None,
        },
        also_makes=URGENT if rules.is_urgent(weighed.urgency) else (),
    )


def _row(
    new: NewConcern,
    weighed: Weighed,
    case: Case,
    note: Note | None,
    choice: OwnerChoice,
    at: datetime,
) -> Concern:
    return Concern(
        case=case,
        door=new.door,
        source_case=_source(new),
        source_event=new.source_event,
        words=note,
        reasons=list(dict.fromkeys(new.reasons)),
        causes=list(weighed.causes),
        urgency=weighed.urgency,
        apart=choice.keeps_apart(weighed.causes),
        first_spoken_at=_spoken_at(new, at),
    )


def _spoken_at(new: NewConcern, at: datetime) -> datetime:
    known = [new.first_spoken_at, new.note.at if new.note else None]
    return min((one for one in known if one is not None), default=at)


def _weigh(new: NewConcern, rule: ConcernsRules) -> Weighed:
    words = new.words or (new.note.body if new.note else "")
    return rules.weigh(
        reader.read_words(words) if words.strip() else None,
        reasons=new.reasons,
        causes=new.causes,
        urgency=new.urgency,
        rule=rule.opening,
    )
