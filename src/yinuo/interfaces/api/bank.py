"""The bank's side: batches of instructions, and the answers that come back."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import File, Router, Status
from ninja.files import UploadedFile
from pydantic import Field

from yinuo.core.payments import commands as payments
from yinuo.core.payments import queries
from yinuo.core.payments.models import PaymentBatch
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now
from yinuo.interfaces.api.showing import PROBLEMS
from yinuo.interfaces.common import inputs, money_doors

router = Router(tags=["bank"])


@router.get("/batches", response={200: shapes.BatchListOut, **PROBLEMS})
def list_batches(
    request: HttpRequest,
    after: Annotated[
        inputs.Word, Field(max_length=60, description="`next` of the page before")
    ] = "",
    size: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The files for the bank, the newest first, a page at a time."""
    money_doors.require_cashier(actor_of(request))
    rows = list(queries.batches_after(after)[: size + 1])
    more = len(rows) > size
    return {
        "items": [_batch(row) for row in rows[:size]],
        "left_out": [],
        "next": rows[size - 1].message_id if more else None,
    }


@router.post("/batches", response={201: shapes.BatchListOut, **PROBLEMS})
def make_batches(request: HttpRequest) -> Status[Any]:
    """Put everything that is ready into files for the bank."""
    actor = actor_of(request)
    made, left_out = money_doors.make_batches(actor, at=now())
    return Status(201, {"items": [_batch(row) for row in made], "left_out": left_out, "next": None})


@router.post("/answers", response={200: shapes.BankAnswerOut, **PROBLEMS})
def take_answer(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Take in an answer of the bank (pain.002). The same file again changes nothing."""
    actor = actor_of(request)
    money_doors.require_cashier(actor)
    content = file.read(settings.UPLOAD_MAX_BYTES)
    row = payments.apply_answer(
        content=content, file_name=file.name or "answer.xml", by=actor, at=now()
    )
    return {"message_id": row.message_id, "findings": row.findings}


def _batch(row: PaymentBatch) -> dict[str, Any]:
    return {
        "message_id": row.message_id,
        "made_at": row.made_at,
        "count": row.count,
        "total": row.total,
        "currency": row.currency,
        "sha256": bytes(row.sha256).hex(),
    }
