"""Staff: hiring, changing roles and branch, competences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from yinuo.core.people import rules
from yinuo.core.people.actors import Actor
from yinuo.core.people.commands.persons import clean_email
from yinuo.core.people.models import Branch, Competence, Staff
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.logs import log

logger = log(__name__)


class UsernameTaken(DomainError):
    code = "username_taken"
    message: ClassVar[Message] = _("Somebody already signs in as %(given)s.")


class PasswordTooWeak(DomainError):
    code = "password_too_weak"
    message: ClassVar[Message] = "%(reasons)s"
    http = 422


class NotYourOwnRoles(DomainError):
    code = "not_your_own_roles"
    message: ClassVar[Message] = _(
        "Nobody changes their own roles, branch or access. Ask another manager."
    )
    http = 403


class CompetenceNotShorter(DomainError):
    code = "competence_not_shorter"
    message: ClassVar[Message] = _(
        "It ends on %(until)s anyway. To make it longer, grant it again with its new proof."
    )


def hire_staff(
    *,
    username: str,
    name: str,
    branch: Branch,
    roles: Iterable[str],
    by: Actor,
    at: datetime,
    password: str | None = None,
    email: str = "",
    work_phone: str = "",
    language: str = "zh-hans",
    is_demo: bool = False,
    on_duty: bool = True,
    latitude: float | None = None,
    longitude: float | None = None,
) -> Staff:
    """A colleague with a sign-in; without a password the account waits for one to be set.

    Raises NotForYou, UsernameTaken, PasswordTooWeak and the refusals of rules.clean_text,
    check_roles and check_choice.
    """
    if not rules.may_manage(by, branch.path):
        raise rules.NotForYou
    staff = Staff(
        username=rules.clean_text(username, field="username", most=60).lower(),
        name=rules.clean_text(name, field="name", most=80),
        branch=branch,
        roles=rules.check_roles(roles),
        email=clean_email(email),
        work_phone=rules.clean_text(work_phone, field="work_phone", most=40, required=False),
        language=rules.check_choice(language, rules.LANGUAGES, field="language"),
        is_demo=is_demo,
        on_duty=on_duty,
        latitude=latitude,
        longitude=longitude,
        joined_at=at,
    )
    _set_password(staff, password)
    try:
        with transaction.atomic():
            staff.save(force_insert=True)
    except IntegrityError as error:
        if not Staff.objects.filter(username=staff.username).exists():
            raise
        raise UsernameTaken("username", given=staff.username) from error
    logger.info("staff hired", staff=staff.pk, roles=staff.roles, by=by.id)
    return staff


@transaction.atomic
def change_staff(
    *,
    staff: Staff,
    by: Actor,
    at: datetime,
    name: str | None = None,
    branch: Branch | None = None,
    roles: Iterable[str] | None = None,
    is_active: bool | None = None,
    password: str | None = None,
    email: str | None = None,
    work_phone: str | None = None,
    language: str | None = None,
    on_duty: bool | None = None,
    place: tuple[float, float] | None = None,
) -> Staff:
    """Change what is given. People set their own phone, language, duty and place (latitude,
    longitude); what they may do is changed by a manager of the branch, never by themselves.
    """
    fresh = Staff.objects.select_related("branch").select_for_update(of=("self",)).get(pk=staff.pk)
    of_access = any(value is not None for value in (name, branch, roles, is_active))
    _check_may_change(fresh, by, branch, of_access=of_access)
    if name is not None:
        fresh.name = rules.clean_text(name, field="name", most=80)
    if branch is not None:
        fresh.branch = branch
    if roles is not None:
        fresh.roles = rules.check_roles(roles)
    if is_active is not None:
        fresh.is_active = is_active
    if password is not None:
        _set_password(fresh, password)
    if email is not None:
        fresh.email = clean_email(email)
    if work_phone is not None:
        fresh.work_phone = rules.clean_text(work_phone, field="work_phone", most=40, required=False)
    if language is not None:
        fresh.language = rules.check_choice(language, rules.LANGUAGES, field="language")
    if on_duty is not None:
        fresh.on_duty = on_duty
    if place is not None:
        fresh.latitude, fresh.longitude = place
    fresh.save()
    if of_access:
        logger.info(
            "staff access changed", staff=fresh.pk, roles=fresh.roles, by=by.id,
            branch=fresh.branch_id, active=fresh.is_active, command_at=at.isoformat(),
        )  # fmt: skip
    return fresh


def grant_competence(
    *,
    staff: Staff,
    kind: str,
    valid_from_on: date,
    by: Actor,
    at: datetime,
    valid_until_on: date | None = None,
    reference: str = "",
) -> Competence:
    """A qualification with its dates, both included. Raises EndsBeforeItStarts, NotForYou."""
    if not rules.may_manage(by, staff.branch.path):
        raise rules.NotForYou
    if by.staff_id == staff.pk:
        raise NotYourOwnRoles
    if valid_until_on is not None and valid_until_on < valid_from_on:
        raise rules.EndsBeforeItStarts("valid_until_on")
    competence = Competence.objects.create(
        staff=staff,
        kind=rules.clean_text(kind, field="kind", most=40),
        reference=rules.clean_text(reference, field="reference", most=60, required=False),
        valid_from_on=valid_from_on,
        valid_until_on=valid_until_on,
        by=by.id,
        at=at,
    )
    logger.info("competence granted", staff=staff.pk, by=by.id, command_at=at.isoformat())
    return competence


@transaction.atomic
def end_competence(*, competence: Competence, on: date, by: Actor, at: datetime) -> Competence:
    """`on` becomes the last day on which it is valid; the record itself stays.

    A competence is only ever made shorter: a longer one is a new grant with its own proof. Raises
    NotForYou, NotYourOwnRoles and CompetenceNotShorter.
    """
    fresh = (
        Competence.objects.select_related("staff__branch")
        .select_for_update(of=("self",))
        .get(pk=competence.pk)
    )
    if not rules.may_manage(by, fresh.staff.branch.path):
        raise rules.NotForYou
    if by.staff_id == fresh.staff_id:
        raise NotYourOwnRoles
    if fresh.valid_until_on is not None and on >= fresh.valid_until_on:
        raise CompetenceNotShorter("valid_until_on", until=fresh.valid_until_on.isoformat())
    # The last day may lie before the first: then it was never valid, as when it was a mistake.
    fresh.valid_until_on, fresh.ended_by, fresh.ended_at = on, by.id, at
    fresh.save(update_fields=["valid_until_on", "ended_by", "ended_at"])
    logger.info("competence ended", staff=fresh.staff_id, by=by.id, command_at=at.isoformat())
    return fresh


def _check_may_change(
    staff: Staff, by: Actor, new_branch: Branch | None, *, of_access: bool
) -> None:
    if by.staff_id == staff.pk:
        if of_access:
            raise NotYourOwnRoles
        return
    reaches = rules.may_manage(by, staff.branch.path)
    if not reaches or (new_branch is not None and not rules.may_manage(by, new_branch.path)):
        raise rules.NotForYou


def _set_password(staff: Staff, password: str | None) -> None:
    if password is None:
        staff.set_unusable_password()
        return
    try:
        validate_password(password, staff)
    except ValidationError as error:
        raise PasswordTooWeak("password", reasons=" ".join(error.messages)) from error
    staff.set_password(password)
