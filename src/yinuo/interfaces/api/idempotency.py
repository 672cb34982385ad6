"""A repeated request with the same Idempotency-Key gets the first one's answer, once committed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Status

from yinuo.core.cases import commands as cases
from yinuo.core.people import commands as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook


def actor_of(request: HttpRequest) -> Actor:
    """The client that the key belongs to, set by ClientKey."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


def now() -> datetime:
    """The door's clock."""
    return datetime.now(UTC)


def once(
    request: HttpRequest, status: int, command: Callable[[], dict[str, Any]], *, at: datetime
) -> Status[Any]:
    """Run the command and keep its answer in the same transaction, when the caller gave a key."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        with rulebook.pinned():
            return Status(status, command())
    actor = actor_of(request)
    with cases.all_or_nothing(), rulebook.pinned():
        digest = hashlib.sha256(f"{request.path}\n".encode() + request.body).digest()
        earlier = people.claim_idempotency_key(key=key, request_hash=digest, by=actor, at=at)
        if earlier is not None:
            return Status(earlier.status, earlier.body)
        body = command()
        people.remember_answer(key=key, status=status, body=body, by=actor, at=at)
    return Status(status, body)
