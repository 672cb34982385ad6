"""One-time codes by which customers come in; how many, how long and how often is in people.toml."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction

from yinuo.core.people.actors import Actor, customer_actor
from yinuo.core.people.models import Person, SignInCode
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import crypto, ids
from yinuo.kit.clock import Limit
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.logs import log

logger = log(__name__)
HOUR = Limit.parse("1 hour")


class WaitForTheCode(DomainError):
    code = "wait_for_the_code"
    message: ClassVar[Message] = _(
        "We have just sent you a code. Please wait a little before you ask for another one."
    )
    http = 429


class CodeNotGood(DomainError):
    """One refusal for wrong, spent, old and never made: a guesser learns nothing from it."""

    code = "sign_in_code_not_good"
    message: ClassVar[Message] = _(
        "This code is wrong, used or too old. Look at the newest message, or ask for a new code."
    )
    http = 422


@transaction.atomic
def issue_sign_in_code(*, case_id: int, person_id: int, by: Actor, at: datetime) -> str:
    """The code to send; only its keyed digest is kept, and only the newest code opens.

    Raises WaitForTheCode when the last one is too fresh or too many were made within the hour.
    """
    codes = rulebook.rules(PeopleRules, at=at).codes
    # Two requests at once would both see room for one more code; the person's row makes them queue.
    Person.objects.select_for_update(no_key=True).only("pk").get(pk=person_id)
    most = codes.most_per_hour.value
    made = list(
        SignInCode.objects.filter(case_id=case_id, person_id=person_id)
        .order_by("-made_at", "-pk")
        .values_list("made_at", flat=True)[:most]
    )
    if made and at < codes.wait_before_next.value.after(made[0]):
        raise WaitForTheCode
    if len(made) == most and at < HOUR.after(made[-1]):
        raise WaitForTheCode
    code = ids.new_code(codes.digits.value)
    SignInCode.objects.create(
        case_id=case_id,
        person_id=person_id,
        code_hash=_digest(case_id, person_id, code),
        made_at=at,
        expires_at=codes.valid_for.value.after(at),
        tries_left=codes.tries.value,
    )
    logger.info("sign-in code made", case_id=case_id, person=person_id, by=by.id)
    return code


def check_sign_in_code(*, case_id: int, person_id: int, code: str, at: datetime) -> Actor:
    """The customer, signed in to this case. A code opens once, and each wrong try is counted.

    Raises CodeNotGood. The count has to outlive the refusal, so this cannot run inside another
    transaction: that raises RuntimeError.
    """
    with transaction.atomic(durable=True):
        newest = (
            SignInCode.objects.select_for_update()
            .filter(case_id=case_id, person_id=person_id)
            .order_by("-made_at", "-pk")
            .first()
        )
        good = _try(newest, _digest(case_id, person_id, code.strip()), at)
    if not good:
        logger.info("sign-in code refused", case_id=case_id, person=person_id)
        raise CodeNotGood("code")
    return customer_actor(person_id=person_id, case_id=case_id)


def _try(newest: SignInCode | None, given: bytes, at: datetime) -> bool:
    kept = bytes(newest.code_hash) if newest else b""
    same = ids.same(kept.hex(), given.hex())
    open_still = (
        newest is not None
        and newest.used_at is None
        and newest.tries_left > 0
        and newest.made_at <= at < newest.expires_at
    )
    if newest is None or not open_still:
        return False
    if same:
        newest.used_at = at
    else:
        newest.tries_left -= 1
    newest.save(update_fields=["used_at", "tries_left"])
    return same


def _digest(case_id: int, person_id: int, code: str) -> bytes:
    """Bound to case and person, so that a code of one case opens no other."""
    return crypto.keyed_digest("sign_in_code", f"{case_id}:{person_id}:{code}")
