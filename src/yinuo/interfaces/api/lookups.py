"""What a caller looks up before reporting: policies, and claims by anything known of them."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from yinuo.core.people import commands as people
from yinuo.core.policies import queries as policies
from yinuo.core.policies.queries import Insured
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now
from yinuo.interfaces.api.showing import PROBLEMS
from yinuo.interfaces.common import inputs

router = Router(tags=["look-ups"])


@router.get("/policies", response={200: shapes.PolicyListOut, **PROBLEMS})
def find_policies(
    request: HttpRequest,
    at: inputs.Moment | None = None,
    number: Annotated[inputs.Word, Field(max_length=40)] = "",
    plate: Annotated[inputs.Word, Field(max_length=20)] = "",
) -> dict[str, Any]:
    """Policies by number or plate, with how they stood at that moment."""
    actor, moment = actor_of(request), now()
    found = policies.look_up(actor, at=at or moment, number=number, plate=plate)
    people.record_access(case_id=None, what="api.policies", by=actor, at=moment, count=len(found))
    return {"items": [_policy(one) for one in found]}


def _policy(one: Insured) -> dict[str, Any]:
    policy = one.policy
    vehicle = policy.vehicle
    return {
        "number": policy.number,
        "product": policy.product,
        "plate": vehicle.plate,
        "vehicle": f"{vehicle.make} {vehicle.model}".strip(),
        "starts_at": policy.starts_at,
        "ends_at": policy.ends_at,
        "standing": one.standing.value,
        "currency": policy.currency,
        "covers": [
            {
                "kind": cover.kind,
                "limit": cover.limit,
                "deductible": cover.deductible,
                "loss_kinds": list(cover.loss_kinds),
            }
            for cover in one.facts.covers
        ],
    }
