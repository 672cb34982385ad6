"""Machines and their keys, answers kept for repeats, and the record of who read what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, connection, transaction

from yinuo.core.people import rules
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import AccessRecord, ApiAnswer, ApiClient, Branch
from yinuo.kit import ids
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.logs import log

logger = log(__name__)
PENDING = 0


class ClientNameTaken(DomainError):
    code = "client_name_taken"
    message: ClassVar[Message] = _("Another client of the API is already called %(given)s.")


class KeyUsedForAnotherRequest(DomainError):
    code = "idempotency_key_reused"
    message: ClassVar[Message] = _(
        "This idempotency key was already used for a different request. Use a new key."
    )
    http = 422


def create_api_client(
    *, name: str, roles: Iterable[str], branch: Branch, by: Actor, at: datetime
) -> tuple[ApiClient, str]:
    """The client and its key. The key is shown this once: only its fingerprint is kept."""
    if not rules.may_manage(by, branch.path):
        raise rules.NotForYou
    key = ids.new_token()
    client = ApiClient(
        name=rules.clean_text(name, field="name", most=80),
        key_hash=bytes.fromhex(ids.fingerprint(key)),
        roles=rules.check_roles(roles),
        branch=branch,
        created_at=at,
    )
    try:
        with transaction.atomic():
            client.save(force_insert=True)
    except IntegrityError as error:
        if not ApiClient.objects.filter(name=client.name).exists():
            raise
        raise ClientNameTaken("name", given=client.name) from error
    logger.info("api client created", client=client.pk, roles=client.roles, by=by.id)
    return client, key


def close_api_client(*, client: ApiClient, by: Actor, at: datetime) -> None:
    """The key opens nothing from now on; what the client did stays on record."""
    if not rules.may_manage(by, client.branch.path):
        raise rules.NotForYou
    ApiClient.objects.filter(pk=client.pk).update(is_active=False)
    logger.info("api client closed", client=client.pk, by=by.id, command_at=at.isoformat())


def claim_idempotency_key(
    *, key: str, request_hash: bytes, by: Actor, at: datetime
) -> ApiAnswer | None:
    """None: go ahead, then `remember_answer` in the same transaction. Else: answer with this.

    A second request with the key waits here until the first has committed or rolled back, so that
    both get one answer. Raises KeyUsedForAnotherRequest. Runs only inside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an idempotency key is claimed inside the transaction of its command")
    cleaned = rules.clean_text(key, field="Idempotency-Key", most=120)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_apianswer (client_id, key, request_hash, status, body, answered_at)"
            " VALUES (%s, %s, %s, %s, 'null', %s) ON CONFLICT (client_id, key) DO NOTHING",
            [_client_id(by), cleaned, request_hash, PENDING, at],
        )
        if cursor.rowcount:
            return None
    earlier = ApiAnswer.objects.get(client_id=_client_id(by), key=cleaned)
    if bytes(earlier.request_hash) != request_hash:
        raise KeyUsedForAnotherRequest("Idempotency-Key")
    return earlier


def remember_answer(*, key: str, status: int, body: Any, by: Actor, at: datetime) -> None:
    """Keep what the request with this claimed key was answered."""
    cleaned = rules.clean_text(key, field="Idempotency-Key", most=120)
    # The column is plain JSON: times and amounts become the text that the client was sent.
    plain = _JSON.encode(body)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_apianswer SET status = %s, body = %s::jsonb, answered_at = %s"
            " WHERE client_id = %s AND key = %s AND status = %s",
            [status, plain, at, _client_id(by), cleaned, PENDING],
        )
        if cursor.rowcount != 1:
            raise RuntimeError("the idempotency key was not claimed in this transaction")


def record_access_many(
    reads: Sequence[tuple[int | None, str, int]], *, by: Actor, at: datetime
) -> None:
    """Who read or exported what: (case id or None for a list, what, how many), in one statement."""
    if not reads:
        return
    cases, whats, counts = zip(*reads, strict=True)
    # Every page writes one, so this goes without the transaction that the ORM would wrap around it.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_accessrecord (actor, case_id, what, at, count)"
            " SELECT %s, read.case_id, read.what, %s, read.count"
            " FROM unnest(%s::bigint[], %s::text[], %s::integer[]) AS read(case_id, what, count)",
            [by.id, at, list(cases), list(whats), list(counts)],
        )


def record_access(
    *, case_id: int | None, what: str, by: Actor, at: datetime, count: int = 1
) -> None:
    record_access_many([(case_id, what, count)], by=by, at=at)


def record_export(*, case_id: int, what: str, content: bytes, by: Actor, at: datetime) -> None:
    """A file of a case that was handed out: who took it, when, and the hash of its bytes."""
    AccessRecord.objects.create(
        actor=by.id, case_id=case_id, what=what, at=at, sha256=hashlib.sha256(content).digest()
    )


_JSON = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _client_id(by: Actor) -> int:
    if by.kind != "client" or by.row_id is None:
        raise RuntimeError(f"only a client of the API has idempotency keys, not {by.id}")
    return by.row_id
