"""Who complains, who speaks for them, and what shows that they may.

Nobody is turned away for want of a power: the complaint is taken in, the power is asked for once,
and until it is there nothing of the case is told to them and nothing taken on their word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from yinuo.areas.complaints.commands.common import (
    Held,
    by_a_person,
    locked,
    one_of,
    rules_at,
    take,
    written,
)
from yinuo.areas.complaints.models import Complaint, Party
from yinuo.areas.complaints.rules import needs_power, power_stands
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.documents.models import Document
from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.kit.errors import DomainError

ROLES = ("complainant", "agent", "heir", "representative")
PAPER = "power_of_attorney"
POWER = "complaints.power"
PAUSE = "power"


class TooManyRepresentatives(DomainError):
    code = "too_many_representatives"
    message = _("A group talks through at most %(most)s representatives; these are %(count)s.")
    http = 422


class NoSuchParty(DomainError):
    code = "no_such_party"
    message = _("Complaint %(number)s names nobody like that.")
    http = 404


class PowerMissing(DomainError):
    code = "power_missing"
    message = _(
        "%(name)s has shown no power: nothing of the case is told to them or taken on their word."
    )
    http = 403


class NoPowerNeeded(DomainError):
    code = "no_power_needed"
    message = _("%(name)s needs no power, or has shown it.")


class PowerAskedAlready(DomainError):
    code = "power_asked_already"
    message = _("The power of %(name)s was asked for already. It is asked for once.")


class PowerHeld(DomainError):
    code = "power_held"
    message = _("A power is among the papers of %(number)s: look at it before you ask for one.")


class PowerRunOut(DomainError):
    code = "power_run_out"
    message = _("This power was valid until %(until)s.")
    http = 422


@dataclass(frozen=True, slots=True)
class NewParty:
    """`role` is complainant, agent, heir or representative."""

    role: str
    name: str
    phone: str = ""
    person: Person | None = None
    power_seen: bool = False


@dataclass(frozen=True, slots=True)
class Power:
    """What was shown: a kind of the rule for the role, its paper, and until when it holds."""

    kind: str
    document: Document | None = None
    until_on: date | None = None


def name_parties(
    *,
    case: Case,
    parties: Sequence[NewParty],
    group_size: int | None = None,
    face_to_face: bool = False,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Say who complains and who speaks for them, all of them; a power that was shown stays.

    From so many people on as the rule says, face to face, it is a major complaint.
    Raises TooManyRepresentatives.
    """
    with cases.transaction():
        held = locked(case, seen=seen)
        complaint = held.complaint
        check_parties(parties, at)
        _name(complaint, parties, by, at)
        complaint.group_size = group_size or complaint.group_size
        complaint.face_to_face = face_to_face or complaint.face_to_face
        complaint.save(update_fields=["group_size", "face_to_face"])
        major = is_major(complaint.group_size, complaint.face_to_face, at)
        was_major = held.case.care == "major"
        data: dict[str, Any] = {"group": complaint.group_size, "parties": len(parties)}
        if major and not was_major:
            data |= alarm(held.case.branch_path)
        take(held, "name_parties", by=by, at=at, data=data, care="major" if major else None)


def _name(complaint: Complaint, parties: Sequence[NewParty], by: Actor, at: datetime) -> None:
    known = {(one.role, one.name): one for one in complaint.parties.all()}
    for new in parties:
        fresh = party_row(complaint, new, by, at)
        old = known.pop((fresh.role, fresh.name), None)
        if old is None:
            fresh.save()
            continue
        old.phone, old.person = fresh.phone or old.phone, fresh.person or old.person
        if fresh.power_seen and not old.power_seen:
            old.power_seen, old.power_checked_by = True, fresh.power_checked_by
            old.power_checked_at = fresh.power_checked_at
        old.save()
    complaint.parties.filter(pk__in=[one.pk for one in known.values()]).delete()


def check_parties(parties: Sequence[NewParty], at: datetime) -> None:
    """Raises TooManyRepresentatives and NotKnown."""
    most = rules_at(at).groups.most_representatives.value
    speakers = sum(one.role == "representative" for one in parties)
    if speakers > most:
        raise TooManyRepresentatives("parties", most=most, count=speakers)
    for one in parties:
        one_of(one.role, ROLES, "parties")


def party_row(complaint: Complaint, one: NewParty, by: Actor, at: datetime) -> Party:
    return Party(
        complaint=complaint,
        role=one.role,
        person=one.person,
        name=written(one.name, "parties"),
        phone=one.phone,
        power_seen=one.power_seen,
        power_checked_by=by.id if one.power_seen else "",
        power_checked_at=at if one.power_seen else None,
    )


def is_major(group_size: int, face_to_face: bool, at: datetime) -> bool:
    return face_to_face and group_size >= rules_at(at).groups.major_from.value


def alarm(branch_path: str) -> dict[str, Any]:
    """Who is told of a major complaint at once: the leads and the managers of the branch."""
    leads = people.Leads()
    staff = {one.pk for role in ("team_lead", "manager") for one in leads.of(branch_path, role)}
    return {"major": True, "staff": sorted(staff)}


# Powers ----------------------------------------------------------------------------------------


def ask_power(
    *, case: Case, party: int, words: str = "", by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Ask once for the power of somebody who speaks for another. The complaint goes on; a clock
    stands still from this notice only where its rule says so, by the reason `power`.

    Raises NoPowerNeeded, PowerAskedAlready, and PowerHeld where we have the paper.
    """
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = _party(held, party)
        if speaks(row, at):
            raise NoPowerNeeded("party", name=row.name)
        if row.power_asked_at is not None:
            raise PowerAskedAlready("party", name=row.name)
        _refuse_what_we_hold(held)
        row.power_asked_at = at
        row.save(update_fields=["power_asked_at"])
        stops = cases.pause(case=held.case, reason=PAUSE, by=by, at=at)
        facts = {"name": row.name, "words": words.strip(), "stops": bool(stops)}
        take(held, "ask_power", by=by, at=at, data={"party": row.pk}, facts=facts)


def _refuse_what_we_hold(held: Held) -> None:
    lies = Document.objects.filter(
        Q(case=held.case) | Q(case=held.case.about_id),
        kind=PAPER,
        status__in=[Document.Status.RECEIVED, Document.Status.ACCEPTED],
    )
    found = lies.select_related("case").first()
    if found is not None:
        raise PowerHeld("party", number=found.case.number)


def check_power(
    *, case: Case, party: int, power: Power, by: Actor, at: datetime, seen: int | None = None
) -> None:
    """Keep what somebody showed, and who looked at it. Raises NoPowerNeeded, NotKnown for a kind
    that is none for the role, and PowerRunOut.
    """
    by_a_person(by)
    with cases.transaction():
        held = locked(case, seen=seen)
        row = keep_power(held, party, power, by, at)
        take(held, "check_power", by=by, at=at, data={"party": row.pk, "kind": power.kind})
        if all(speaks(one, at) for one in held.complaint.parties.all()):
            cases.keep(case=held.case, rule=POWER, by=by, at=at)
            cases.resume(case=held.case, reason=PAUSE, by=by, at=at)


def keep_power(held: Held, party: int, power: Power, by: Actor, at: datetime) -> Party:
    """The row of who showed it; raises as `check_power` does."""
    row = _party(held, party)
    if not needs_power(row.role):
        raise NoPowerNeeded("party", name=row.name)
    one_of(power.kind, rules_at(at).powers.kinds.value[row.role], "kind")
    if power.until_on is not None and power.until_on < timezone.localtime(at).date():
        raise PowerRunOut("until_on", until=power.until_on)
    row.power_seen, row.power_kind = True, power.kind
    row.power, row.power_until_on = power.document, power.until_on
    row.power_checked_by, row.power_checked_at = by.id, at
    row.save()
    return row


def require_speaker(held: Held, party: int | None, at: datetime) -> None:
    """Whoever is told, or on whose word we act, may speak: the complainant, or with a power that
    stands. Raises NoSuchParty and PowerMissing.
    """
    if party is None:
        return
    row = _party(held, party)
    if not speaks(row, at):
        raise PowerMissing("party", name=row.name)


def _party(held: Held, pk: int) -> Party:
    found = held.complaint.parties.filter(pk=pk).first()
    if found is None:
        raise NoSuchParty("party", number=held.case.number)
    return found


def speaks(row: Party, at: datetime) -> bool:
    on = timezone.localtime(at).date()
    return power_stands(row.role, row.power_seen, row.power_until_on, on=on)
