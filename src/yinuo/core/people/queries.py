"""Who acts, who may be seen, who can do the work, and who is told when it is late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils.timezone import localdate

from yinuo.core.people import rules
from yinuo.core.people.actors import Actor, client_actor, staff_actor
from yinuo.core.people.models import Branch, Competence, Person, Staff
from yinuo.kit import crypto, ids
from yinuo.kit.crypto import Secret
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

PAGE = 20
"""How many people a look-up shows at most; whoever sees so many has to say more."""


class PersonNotFound(DomainError):
    code = "person_not_found"
    message: ClassVar[Message] = _("There is no such person.")
    http = 404


class StaffNotFound(DomainError):
    code = "staff_not_found"
    message: ClassVar[Message] = _("There is no such colleague.")
    http = 404


class BranchNotFound(DomainError):
    code = "branch_not_found"
    message: ClassVar[Message] = _("There is no such branch.")
    http = 404


class KeyUnknown(DomainError):
    code = "key_unknown"
    message: ClassVar[Message] = _("This key opens nothing. Ask a manager for a new one.")
    http = 401


class AccountClosed(DomainError):
    code = "account_closed"
    message: ClassVar[Message] = _("This account is closed. Ask a manager of your branch.")
    http = 403


# Actors --------------------------------------------------------------------------------------


def actor_of_staff(user: Staff) -> Actor:
    """At most one statement, none if the branch came with the user. Raises AccountClosed."""
    if not user.is_active:
        raise AccountClosed
    return staff_actor(
        staff_id=user.pk,
        roles=user.roles,
        branch_id=user.branch_id,
        branch_path=user.branch.path,
    )


# Written out because each request of a machine begins with it.
_CLIENT = """
SELECT c.id, c.roles, c.branch_id, b.path
FROM people_apiclient c JOIN people_branch b ON b.id = c.branch_id
WHERE c.key_hash = %s AND c.is_active
"""


def actor_of_client(key: str) -> Actor:
    """The machine that holds this key, in one statement. Raises KeyUnknown, also when closed."""
    with connection.cursor() as cursor:
        cursor.execute(_CLIENT, [bytes.fromhex(ids.fingerprint(key))])
        row = cursor.fetchone()
    if row is None:
        raise KeyUnknown
    client_id, roles, branch_id, path = row
    return client_actor(client_id=client_id, roles=roles, branch_id=branch_id, branch_path=path)


# Branches ------------------------------------------------------------------------------------


def is_in_branch(actor: Actor, branch_path: str) -> bool:
    """Whether something of this branch may be shown to the actor."""
    return rules.sees_customers(actor) and rules.in_subtree(actor, branch_path)


def within(actor: Actor, path_field: str) -> Q:
    """The filter that keeps rows of the actor's own subtree; `path_field` names their path."""
    if rules.sees_everything(actor):
        return Q()
    if not actor.branch_path:
        return Q(pk__in=[])
    return Q(**{f"{path_field}__startswith": actor.branch_path})


def subtree(branch_path: str) -> QuerySet[Branch]:
    """The branch and everything below it, parents before children."""
    return Branch.objects.filter(path__startswith=branch_path).order_by("path")


def branches_of(actor: Actor) -> QuerySet[Branch]:
    return Branch.objects.filter(within(actor, "path")).order_by("path")


def has_every_branch(actor: Actor) -> bool:
    """Whether there is no branch outside what the actor sees, as at the only head office."""
    if rules.sees_everything(actor):
        return True
    return (
        rules.is_root(actor.branch_path)
        and not Branch.objects.exclude(path__startswith=actor.branch_path).exists()
    )


def branch_for(actor: Actor, branch_id: int) -> Branch:
    """Raises BranchNotFound, also for a branch outside the actor's subtree."""
    branch = branches_of(actor).filter(pk=branch_id).first()
    if branch is None:
        raise BranchNotFound("branch")
    return branch


# People --------------------------------------------------------------------------------------


def people_visible_to(actor: Actor) -> QuerySet[Person]:
    """Customers see themselves, staff the people of their subtree, operators nobody."""
    if actor.person_id is not None:
        return Person.objects.filter(pk=actor.person_id)
    if not rules.sees_customers(actor):
        return Person.objects.none()
    return Person.objects.filter(within(actor, "home_branch__path"))


def person_for(actor: Actor, person_id: int) -> Person:
    """Raises PersonNotFound, also for a person of another branch."""
    person = people_visible_to(actor).filter(pk=person_id).first()
    if person is None:
        raise PersonNotFound("person")
    return person


def find_people(
    actor: Actor, *, phone: str = "", last_four: str = "", name: str = "", limit: int = PAGE
) -> list[Person]:
    """People by whole phone, last four of the phone, or beginning of the name; all that is given
    has to fit. Nothing given finds nobody.
    """
    found = Q()
    if phone:
        found &= Q(phone_index=crypto.blind_index(Secret.PHONE, phone))
    if last_four:
        found &= Q(phone_last4_index=crypto.last_four_index(Secret.PHONE, last_four))
    if name.strip():
        found &= Q(name__startswith=name.strip())
    if not found:
        return []
    return list(people_visible_to(actor).filter(found).order_by("name", "pk")[: min(limit, PAGE)])


def person_with_phone(person_ids: Collection[int], phone: str) -> Person | None:
    """Which of these people has that phone: the check before a sign-in code is sent.

    All of them are read and compared, so that the time tells nothing about who is there.
    """
    wanted = crypto.blind_index(Secret.PHONE, phone) or b""
    match = None
    for person in Person.objects.filter(pk__in=person_ids).order_by("pk"):
        same = ids.same(bytes(person.phone_index or b"-").hex(), wanted.hex())
        match = person if same and match is None else match
    return match


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as shown: phone and ID number masked, because a screen is seen by many."""

    id: int
    name: str
    kind: str
    phone: str
    id_number: str
    email: str
    language: str
    channel: str
    do_not_disturb: str
    opted_out: tuple[str, ...]
    vulnerability: str


def card(person: Person) -> PersonCard:
    return PersonCard(
        id=person.pk,
        name=person.name,
        kind=person.kind,
        phone=crypto.mask_phone(person.phone),
        id_number=crypto.mask_id(person.id_number),
        email=masked_email(person.email),
        language=person.language,
        channel=person.channel,
        do_not_disturb=person.do_not_disturb,
        opted_out=tuple(person.opted_out),
        vulnerability=person.vulnerability,
    )


def masked_email(email: str) -> str:
    """w***@example.com: the first letter and the house, enough to recognise one's own."""
    name, at_sign, house = email.partition("@")
    return f"{name[:1]}***@{house}" if at_sign else ""


# Staff ---------------------------------------------------------------------------------------


def staff_visible_to(actor: Actor) -> QuerySet[Staff]:
    """Colleagues of the actor's subtree; operators see them too, for they are no customers."""
    if actor.kind == "customer":
        return Staff.objects.none()
    return Staff.objects.filter(within(actor, "branch__path")).select_related("branch")


def staff_for(actor: Actor, staff_id: int) -> Staff:
    """Raises StaffNotFound, also for a colleague outside the actor's subtree."""
    staff = staff_visible_to(actor).filter(pk=staff_id).first()
    if staff is None:
        raise StaffNotFound("staff")
    return staff


def staff_named(username: str) -> Staff:
    """For the terminal, where the operator names who acts. Raises StaffNotFound."""
    staff = Staff.objects.select_related("branch").filter(username=username.lower()).first()
    if staff is None:
        raise StaffNotFound("username")
    return staff


def staff_with(
    role: str, branch_path: str, at: datetime, *, skill: str = "", on_duty: bool = True
) -> list[Staff]:
    """Who may do this work for a case of this branch, the nearest branch first.

    They are active people of the branch or of a branch above it, because only they see the case;
    with `skill`, only those whose competence of that kind is valid on the day.
    """
    found = Staff.objects.filter(
        is_active=True, roles__contains=[role], branch__path__in=list(rules.upwards(branch_path))
    )
    if on_duty:
        found = found.filter(on_duty=True)
    if skill:
        found = found.filter(Exists(_valid_competences(skill, at).filter(staff=OuterRef("pk"))))
    return list(found.select_related("branch").order_by(-Length("branch__path"), "pk"))


# Written out because every report asks it: one row comes back, however many people a branch has.
_IN_TURN = """
SELECT * FROM (
    SELECT s.*, count(*) OVER () AS of_all,
        row_number() OVER (ORDER BY length(b.path) DESC, s.id) - 1 AS place
    FROM people_staff s JOIN people_branch b ON b.id = s.branch_id
    WHERE s.is_active AND s.on_duty AND s.roles @> ARRAY[%(role)s]::varchar[]
      AND b.path = ANY(%(paths)s)
) found
ORDER BY found.id IS NOT DISTINCT FROM %(prefer)s DESC, place = %(turn)s %% of_all DESC
LIMIT 1
"""


def one_in_turn(role: str, branch_path: str, *, turn: int, prefer: int | None) -> Staff | None:
    """Of those on duty who may do this work, `prefer` if among them, else the one whose turn it is.

    The same people in the same order as `staff_with`; `turn` may be any number.
    """
    values = {
        "role": role,
        "paths": list(rules.upwards(branch_path)),
        "prefer": prefer,
        "turn": turn,
    }
    return next(iter(Staff.objects.raw(_IN_TURN, values)), None)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is in a branch: `prefer` if among them, else by any number that turns on."""

    branch_path: str
    turn: int
    prefer: int | None


def each_in_turn(role: str, asked: Sequence[Turn], at: datetime) -> list[Staff | None]:
    """As `one_in_turn`, for a set: one statement for each branch."""
    pools: dict[str, list[Staff]] = {}
    often = Counter(one.branch_path for one in asked)
    found: list[Staff | None] = []
    for one in asked:
        if often[one.branch_path] == 1:
            path, turn = one.branch_path, one.turn
            found.append(one_in_turn(role, path, turn=turn, prefer=one.prefer))
            continue
        if one.branch_path not in pools:
            pools[one.branch_path] = staff_with(role, one.branch_path, at)
        pool = pools[one.branch_path]
        preferred = next((staff for staff in pool if staff.pk == one.prefer), None)
        found.append(preferred or (pool[one.turn % len(pool)] if pool else None))
    return found


def has_competence(staff_id: int, kind: str, at: datetime) -> bool:
    return _valid_competences(kind, at).filter(staff_id=staff_id).exists()


def competences_of(staff_id: int, at: datetime) -> frozenset[str]:
    """The kinds of work for which this person is trained today."""
    found = Competence.objects.filter(_valid_on(localdate(at)), staff_id=staff_id)
    return frozenset(found.values_list("kind", flat=True))


def competences_visible_to(actor: Actor) -> QuerySet[Competence]:
    """The records of colleagues whom the actor sees, by person, the newest first."""
    return (
        Competence.objects.filter(staff__in=staff_visible_to(actor))
        .select_related("staff__branch")
        .order_by("staff__branch__path", "staff__name", "staff_id", "kind", "-valid_from_on")
    )


def _valid_on(day: date) -> Q:
    return Q(valid_from_on__lte=day) & (Q(valid_until_on__isnull=True) | Q(valid_until_on__gte=day))


def _valid_competences(kind: str, at: datetime) -> QuerySet[Competence]:
    return Competence.objects.filter(_valid_on(localdate(at)), kind=kind)


@dataclass(slots=True)
class Leads:
    """Whom to tell when a promise breaks: those of the nearest branch, upwards, who hold a role.

    What it has read it keeps, so make one for each transaction: then any number of cases costs one
    statement for each role. People on duty go before people who are not.
    """

    _by_role: dict[str, tuple[dict[str, list[Staff]], dict[str, list[Staff]]]] = field(
        default_factory=dict
    )

    def of(self, branch_path: str, role: str) -> list[Staff]:
        """Empty when nobody up to the root holds the role."""
        if role not in self._by_role:
            self._by_role[role] = _holders_by_path(role)
        on_duty, all_of_them = self._by_role[role]
        return rules.nearest(branch_path, on_duty) or rules.nearest(branch_path, all_of_them) or []


def leads_of(branch_path: str, role: str) -> list[Staff]:
    """One look-up; for many cases in one transaction keep a `Leads`."""
    return Leads().of(branch_path, role)


def _holders_by_path(role: str) -> tuple[dict[str, list[Staff]], dict[str, list[Staff]]]:
    on_duty: dict[str, list[Staff]] = {}
    all_of_them: dict[str, list[Staff]] = {}
    found = Staff.objects.filter(is_active=True, roles__contains=[role])
    for staff in found.select_related("branch").order_by("pk"):
        all_of_them.setdefault(staff.branch.path, []).append(staff)
        if staff.on_duty:
            on_duty.setdefault(staff.branch.path, []).append(staff)
    return on_duty, all_of_them
