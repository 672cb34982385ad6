"""Customers and other outside people: registering one or thousands, and keeping them right."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from yinuo.core.people import rules
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch, Person
from yinuo.core.people.queries import PersonNotFound
from yinuo.core.people.rules import NewPerson, PersonChanges
from yinuo.kit import crypto
from yinuo.kit.bulk import among, array_text, copy_rows, next_ids
from yinuo.kit.crypto import Secret
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

SET_LIMIT = 10_000


class NotAnEmail(DomainError):
    code = "not_an_email"
    message: ClassVar[Message] = _("This is not an e-mail address. It looks like name@example.com.")
    http = 422


class BranchUnknown(DomainError):
    code = "branch_unknown"
    message: ClassVar[Message] = _("There is no such branch.")
    http = 422


class TooManyPeople(DomainError):
    code = "too_many_people"
    message: ClassVar[Message] = _("At most %(limit)s people can be registered at once.")
    http = 422


@dataclass(frozen=True, slots=True)
class CleanPerson:
    """A person whose every field has passed its check, ready to be stored."""

    person: NewPerson
    home_branch_id: int


def clean_email(email: str, *, field: str = "email") -> str:
    """Empty is allowed. Raises NotAnEmail."""
    address = email.strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError as error:
        raise NotAnEmail(field) from error
    if len(address) > 254:
        raise NotAnEmail(field)
    return address


def clean_phone(phone: str, *, field: str = "phone") -> str:
    return rules.check_phone(crypto.normalise(Secret.PHONE, phone), field=field) if phone else ""


def clean_id_number(number: str, *, field: str = "id_number") -> str:
    if not number:
        return ""
    return rules.check_id_number(crypto.normalise(Secret.ID_NUMBER, number), field=field)


def clean_person(
    new: NewPerson, *, home_branch_id: int | None = None, external_key: str = ""
) -> CleanPerson:
    """The person with every field in its one spelling. Raises what is wrong with the first bad one.

    `home_branch_id` and `external_key` are used where the person has none.
    """
    branch_id = new.home_branch_id or home_branch_id
    if branch_id is None:
        raise BranchUnknown("home_branch")
    choice, text = rules.check_choice, rules.clean_text
    for topic in new.opted_out:
        choice(topic, rules.OPT_OUTS, field="opted_out")
    cleaned = NewPerson(
        name=text(new.name, field="name", most=80),
        home_branch_id=branch_id,
        kind=choice(new.kind, rules.PERSON_KINDS, field="kind"),
        phone=clean_phone(new.phone),
        id_number=clean_id_number(new.id_number),
        email=clean_email(new.email),
        language=choice(new.language, rules.LANGUAGES, field="language"),
        channel=choice(new.channel, rules.CHANNELS, field="channel"),
        do_not_disturb=rules.clean_quiet_hours(new.do_not_disturb),
        opted_out=tuple(sorted(set(new.opted_out))),
        vulnerability=text(new.vulnerability, field="vulnerability", most=80, required=False),
        external_key=text(
            new.external_key or external_key, field="external_key", most=80, required=False
        ),
    )
    return CleanPerson(cleaned, branch_id)


def register_many(people: Sequence[NewPerson], *, by: Actor, at: datetime) -> list[int]:
    """The ids of the people, in the order given; a known `external_key` gives the known person.

    A known person is left as it is: what the customer has told us since counts for more than a
    file that is read again. Raises the first refusal, BranchUnknown and TooManyPeople.
    """
    return store_many([clean_person(person) for person in people], by=by, at=at)


def store_many(people: Sequence[CleanPerson], *, by: Actor, at: datetime) -> list[int]:
    """`register_many` for those who cleaned the people themselves, as an import does."""
    if len(people) > SET_LIMIT:
        raise TooManyPeople(limit=SET_LIMIT)
    if not people:
        return []
    _check_branches({one.home_branch_id for one in people}, by)
    # Who has no key of their own is told apart by the place in the set.
    keys = [one.person.external_key or f"\0{place}" for place, one in enumerate(people)]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        known = _known(cursor, {one.person.external_key for one in people} - {""})
        fresh = {key: one for key, one in zip(keys, people, strict=True) if key not in known}
        ids = known | dict(zip(fresh, _add(cursor, list(fresh.values()), at), strict=True))
    return [ids[key] for key in keys]


def register_person(*, person: NewPerson, by: Actor, at: datetime) -> Person:
    """One person; see `register_many`."""
    (person_id,) = register_many([person], by=by, at=at)
    return Person.objects.get(pk=person_id)


def queue_for(person_ids: Collection[int]) -> None:
    """Whoever does the same to one of these people at this moment waits until our transaction ends,
    so that of two only one finds that nobody has done it yet."""
    rows = Person.objects.filter(among("pk", person_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


@transaction.atomic
def update_person(*, person_id: int, changes: PersonChanges, by: Actor, at: datetime) -> Person:
    """Change what is given. Customers change only themselves, and not what we noted about them.

    Raises PersonNotFound, also for a person of a branch that the actor does not see.
    """
    person = (
        Person.objects.select_related("home_branch")
        .select_for_update(of=("self",))
        .filter(pk=person_id)
        .first()
    )
    if person is None or not _may_change(person, by):
        raise PersonNotFound
    if by.kind == "customer" and changes.vulnerability is not None:
        raise rules.NotForYou("vulnerability")
    _apply(person, changes)
    person.save()
    return person


def _may_change(person: Person, by: Actor) -> bool:
    if by.kind == "customer":
        return by.person_id == person.pk
    return rules.sees_customers(by) and rules.in_subtree(by, person.home_branch.path)


def _apply(person: Person, changes: PersonChanges) -> None:
    if changes.name is not None:
        person.name = rules.clean_text(changes.name, field="name", most=80)
    if changes.phone is not None:
        person.phone = clean_phone(changes.phone)
        person.phone_index = crypto.blind_index(Secret.PHONE, person.phone)
        person.phone_last4_index = crypto.last_four_index(Secret.PHONE, person.phone)
    if changes.id_number is not None:
        person.id_number = clean_id_number(changes.id_number)
        person.id_number_index = crypto.blind_index(Secret.ID_NUMBER, person.id_number)
    if changes.email is not None:
        person.email = clean_email(changes.email)
    if changes.language is not None:
        person.language = rules.check_choice(changes.language, rules.LANGUAGES, field="language")
    if changes.channel is not None:
        person.channel = rules.check_choice(changes.channel, rules.CHANNELS, field="channel")
    if changes.do_not_disturb is not None:
        person.do_not_disturb = rules.clean_quiet_hours(changes.do_not_disturb)
    if changes.opted_out is not None:
        for topic in changes.opted_out:
            rules.check_choice(topic, rules.OPT_OUTS, field="opted_out")
        person.opted_out = sorted(set(changes.opted_out))
    if changes.vulnerability is not None:
        person.vulnerability = rules.clean_text(
            changes.vulnerability, field="vulnerability", most=80, required=False
        )
    if changes.needs is not None:
        person.needs = rules.clean_text(changes.needs, field="needs", most=400, required=False)


def _check_branches(branch_ids: set[int], by: Actor) -> None:
    """Staff and machines register people in their own branches; others where the case is."""
    if by.kind in ("system", "customer") or branch_ids == {by.branch_id}:
        if by.kind in ("staff", "client") and not rules.sees_customers(by):
            raise rules.NotForYou
        return
    if not rules.sees_customers(by):
        raise rules.NotForYou
    paths = Branch.objects.filter(pk__in=branch_ids).values_list("path", flat=True)
    reached = [path for path in paths if rules.in_subtree(by, path)]
    if len(reached) != len(branch_ids):
        raise BranchUnknown("home_branch")


def _known(cursor: CursorWrapper, keys: set[str]) -> dict[str, int]:
    if not keys:
        return {}
    # Whoever looks up keys in order to add the missing ones does it alone, so none is added twice.
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('yinuo.people.keys', 0))")
    cursor.execute(
        "SELECT external_key, id FROM people_person WHERE external_key = ANY(%s)",
        [array_text(keys)],
    )
    return dict(cursor.fetchall())


_COLUMNS = (
    "kind", "name", "phone", "phone_index", "phone_last4_index", "id_number", "id_number_index",
    "email", "language", "channel", "do_not_disturb", "opted_out", "vulnerability",
    "home_branch_id", "external_key", "created_at",
)  # fmt: skip
_INSERT = """
INSERT INTO people_person
    (kind, name, phone, phone_index, phone_last4_index, id_number, id_number_index, email,
     language, channel, do_not_disturb, opted_out, vulnerability, home_branch_id, external_key,
     created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
RETURNING id
"""


def _add(cursor: CursorWrapper, people: Sequence[CleanPerson], at: datetime) -> list[int]:
    if len(people) == 1:
        cursor.execute(_INSERT, _row(people[0], at))
        return [row[0] for row in cursor.fetchall()]
    ids = next_ids(cursor, "people_person", len(people)) if people else []
    rows = ((person_id, *_row(one, at)) for person_id, one in zip(ids, people, strict=True))
    if ids:
        copy_rows(cursor, "people_person", ("id", *_COLUMNS), rows)
    return ids


def _row(clean: CleanPerson, at: datetime) -> tuple[Any, ...]:
    one = clean.person
    return (
        one.kind,
        one.name,
        crypto.encrypt(one.phone),
        crypto.blind_index(Secret.PHONE, one.phone),
        crypto.last_four_index(Secret.PHONE, one.phone),
        crypto.encrypt(one.id_number),
        crypto.blind_index(Secret.ID_NUMBER, one.id_number),
        one.email,
        one.language,
        one.channel,
        one.do_not_disturb,
        array_text(one.opted_out),
        one.vulnerability,
        clean.home_branch_id,
        one.external_key or None,
        at,
    )
