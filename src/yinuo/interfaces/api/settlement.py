"""The sum of any accident, worked out and kept nowhere: the same settle() as everywhere."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router

from yinuo.areas.claims.commands import AccidentRefused
from yinuo.areas.claims.commands.settling import tables_at
from yinuo.interfaces.api.idempotency import actor_of, now
from yinuo.interfaces.api.showing import PROBLEMS
from yinuo.settlement.reading import parse, read_accident
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.settling import settle
from yinuo.settlement.words import sayer

router = Router(tags=["settlement"])
_ACCIDENT = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "title": "Accident",
                    "description": "One accident in the words of `yinuo settle`; amounts exact.",
                }
            }
        },
    }
}


@router.post("/preview", response={200: dict[str, Any], **PROBLEMS}, openapi_extra=_ACCIDENT)
def preview(
    request: HttpRequest, say: Literal["zh-hans", "zh-hant", "en"] | None = None
) -> dict[str, Any]:
    """Settle one accident under the rules of now; with `say` each step has its sentences."""
    actor_of(request)
    tables = tables_at(now())
    try:
        # Read from the bytes, so that no amount passes through binary floating point.
        accident = read_accident(parse(request.body), tables)
        return settle(accident, tables).as_dict(sayer(say) if say else None)
    except Refusal as refusal:
        raise AccidentRefused(refusal, refusal.where or None) from refusal
