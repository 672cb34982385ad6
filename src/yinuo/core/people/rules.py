"""Decisions about people: what a good name, phone or role is, and who may see which branch."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, TypeVar

from yinuo.core.people.actors import STAFF_ROLES, Actor
from yinuo.kit.errors import DomainError, Message, translated
from yinuo.kit.errors import gettext_noop as _

LANGUAGES = ("zh-hans", "zh-hant", "en")
CHANNELS = ("inbox", "email")
OPT_OUTS = ("email", "calls", "surveys", "marketing")
PERSON_KINDS = ("individual", "company")
ROLE_NAMES: Mapping[str, str] = {
    "agent": _("Agent"),
    "surveyor": _("Surveyor"),
    "assessor": _("Assessor"),
    "calculator": _("Calculator"),
    "reviewer": _("Reviewer"),
    "approver": _("Approver"),
    "cashier": _("Cashier"),
    "team_lead": _("Team lead"),
    "manager": _("Manager"),
    "handler": _("Handler"),
    "complaint_officer": _("Complaint officer"),
    "auditor": _("Auditor"),
    "operator": _("Operator"),
}

_OVERSEERS = frozenset({"auditor", "manager"})
_NO_CUSTOMER_DATA = frozenset({"operator"})
_STEPS_OF_ID = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST_OF_ID = "10X98765432"
_QUIET = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

T = TypeVar("T")


class NotForYou(DomainError):
    code = "not_for_you"
    message: ClassVar[Message] = _("Your role does not allow this.")
    http = 403


class Missing(DomainError):
    code = "missing"
    message: ClassVar[Message] = _("Fill this in.")
    http = 422


class TooLong(DomainError):
    code = "too_long"
    message: ClassVar[Message] = _("Write at most %(most)s characters; these are %(count)s.")
    http = 422


class NotPlainText(DomainError):
    code = "not_plain_text"
    message: ClassVar[Message] = _("This holds characters that cannot be seen. Type it again.")
    http = 422


class NotAPhone(DomainError):
    code = "not_a_phone"
    message: ClassVar[Message] = _(
        "This is not a telephone number. A mobile number has 11 digits; "
        "write a number from abroad with + and the country code."
    )
    http = 422


class NotAnIdNumber(DomainError):
    code = "not_an_id_number"
    message: ClassVar[Message] = _(
        "This ID number does not check out: one character is wrong or two are swapped."
    )
    http = 422


class NotQuietHours(DomainError):
    code = "not_quiet_hours"
    message: ClassVar[Message] = _("Write the hours of silence like 21:00-09:00.")
    http = 422


class NotOneOf(DomainError):
    code = "not_one_of"
    message: ClassVar[Message] = _("“%(given)s” is not possible here. Choose one of: %(choices)s.")
    http = 422


class EndsBeforeItStarts(DomainError):
    code = "ends_before_it_starts"
    message: ClassVar[Message] = _("The end lies before the start.")
    http = 422


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to register. With `external_key` the same key registers nobody twice.

    `home_branch_id` may be left out only where the caller fills it in, as an import does.
    """

    name: str
    home_branch_id: int | None = None
    kind: str = "individual"
    phone: str = ""
    id_number: str = ""
    email: str = ""
    language: str = "zh-hans"
    channel: str = "email"
    do_not_disturb: str = ""
    opted_out: tuple[str, ...] = ()
    vulnerability: str = ""
    external_key: str = ""


@dataclass(frozen=True, slots=True)
class PersonChanges:
    """What to change about a person; None leaves it as it is, an empty text clears it."""

    name: str | None = None
    phone: str | None = None
    id_number: str | None = None
    email: str | None = None
    language: str | None = None
    channel: str | None = None
    do_not_disturb: str | None = None
    opted_out: tuple[str, ...] | None = None
    vulnerability: str | None = None
    needs: str | None = None


# Text ----------------------------------------------------------------------------------------


def clean_text(text: str, *, field: str, most: int, required: bool = True) -> str:
    """One line without stray spaces. Raises Missing, TooLong or NotPlainText."""
    if text.isascii() and text.isalnum() and len(text) <= most:
        return text
    line = " ".join(text.split())
    if _UNSEEN.search(line):
        raise NotPlainText(field)
    if required and not line:
        raise Missing(field)
    if len(line) > most:
        raise TooLong(field, most=most, count=len(line))
    return line


def check_choice(value: str, choices: tuple[str, ...], *, field: str) -> str:
    if value not in choices:
        raise NotOneOf(field, given=value[:40], choices=", ".join(choices))
    return value


def check_phone(phone: str, *, field: str = "phone") -> str:
    """The normalised number itself; empty is allowed. Raises NotAPhone."""
    if phone and not re.fullmatch(r"\+[0-9]{7,15}|1[0-9]{10}|[02-9][0-9]{6,14}", phone):
        raise NotAPhone(field)
    return phone


def check_id_number(number: str, *, field: str = "id_number") -> str:
    """The normalised number itself; empty is allowed.

    A resident's number of 18 characters must have the check character of GB 11643-1999, so that
    one wrong digit is noticed; passports and company codes are taken as they are.
    """
    if not number:
        return number
    if not 5 <= len(number) <= 30:
        raise NotAnIdNumber(field)
    if re.fullmatch(r"[1-8][0-9]{16}[0-9X]", number):
        total = sum(
            int(digit) * step for digit, step in zip(number[:17], _STEPS_OF_ID, strict=True)
        )
        if _LAST_OF_ID[total % 11] != number[17]:
            raise NotAnIdNumber(field)
    return number


def clean_quiet_hours(text: str, *, field: str = "do_not_disturb") -> str:
    """`9:00 – 21:00` becomes `09:00-21:00`; empty is allowed. Raises NotQuietHours."""
    compact = re.sub(r"[–—~至到]", "-", unicodedata.normalize("NFKC", text)).replace(" ", "")
    if not compact:
        return ""
    found = _QUIET.fullmatch(compact)
    if found is None or (int(found[1]), found[2]) == (int(found[3]), found[4]):
        raise NotQuietHours(field)
    return f"{int(found[1]):02d}:{found[2]}-{int(found[3]):02d}:{found[4]}"


# Roles and branches --------------------------------------------------------------------------


def check_roles(roles: Iterable[str], *, field: str = "roles") -> list[str]:
    """The roles once each, in the house's order. Raises Missing or NotOneOf."""
    given = set(roles)
    if not given:
        raise Missing(field)
    for role in sorted(given - set(STAFF_ROLES)):
        raise NotOneOf(field, given=role[:40], choices=", ".join(STAFF_ROLES))
    return [role for role in STAFF_ROLES if role in given]


@dataclass(frozen=True, slots=True)
class NamesOfRoles:
    """Roles inside a refusal, named in the reader's language when it is shown."""

    roles: tuple[str, ...]

    def __str__(self) -> str:
        return " / ".join(translated(ROLE_NAMES.get(role, role)) for role in self.roles)


def names_of_roles(roles: Iterable[str]) -> NamesOfRoles:
    return NamesOfRoles(tuple(roles))


def child_path(parent_path: str, branch_id: int) -> str:
    """`1.4.` and 9 give `1.4.9.`; the last dot keeps `1.4.` from covering `1.40.`."""
    return f"{parent_path}{branch_id}."


def upwards(path: str) -> Iterator[str]:
    """The branch itself, then each branch above it: `1.4.9.`, `1.4.`, `1.`."""
    ids = path.split(".")[:-1]
    for length in range(len(ids), 0, -1):
        yield ".".join(ids[:length]) + "."


def is_root(path: str) -> bool:
    return path.count(".") == 1


def sees_everything(actor: Actor) -> bool:
    """The house itself, and auditors and managers at the head office."""
    if actor.kind == "system":
        return True
    return is_root(actor.branch_path) and bool(actor.roles & _OVERSEERS)


def sees_customers(actor: Actor) -> bool:
    """Whether the actor may see data of customers at all; an operator only runs the machines."""
    if actor.kind == "system":
        return True
    return actor.kind in ("staff", "client") and bool(actor.roles - _NO_CUSTOMER_DATA)


def in_subtree(actor: Actor, branch_path: str) -> bool:
    """Whether the branch is the actor's own or below it; role does not matter here."""
    if sees_everything(actor):
        return True
    return bool(actor.branch_path) and branch_path.startswith(actor.branch_path)


def may_manage(actor: Actor, branch_path: str) -> bool:
    """Who may hire, change roles and give keys: a manager, in the own branch and below."""
    if actor.kind == "system":
        return True
    return "manager" in actor.roles and in_subtree(actor, branch_path)


def nearest(path: str, by_path: Mapping[str, T]) -> T | None:
    """What the branch itself has, else the nearest branch above it that has something."""
    for step in upwards(path):
        if step in by_path:
            return by_path[step]
    return None


def competence_holds(valid_from_on: date, valid_until_on: date | None, day: date) -> bool:
    """Both days included; without an end it holds on."""
    return valid_from_on <= day and (valid_until_on is None or day <= valid_until_on)
