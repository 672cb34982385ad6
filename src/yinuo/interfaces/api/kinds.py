"""What each kind of case shows on the API beside what all of them show."""

from __future__ import annotations

from collections.abc import Mapping

from ninja import Router

from yinuo.interfaces.api import call_backs, claims, complaints, concerns
from yinuo.interfaces.api.cases import add_routes
from yinuo.interfaces.api.documents import add_reading, add_sending
from yinuo.interfaces.api.showing import Extra
from yinuo.interfaces.common import kinds
from yinuo.interfaces.common.actions import ACTIONS
from yinuo.interfaces.common.kinds import Kind

EXTRA: Mapping[str, Extra] = {
    "call_back": call_backs.EXTRA,
    "claim": claims.EXTRA,
    "complaint": complaints.EXTRA,
    "concern": concerns.EXTRA,
}
# Addresses of a kind's own, such as the one that opens a case. They stand before the shared ones.
OWN: Mapping[str, Router] = {
    "call_back": call_backs.router,
    "claim": claims.router,
    "complaint": complaints.router,
    "concern": concerns.router,
}


def _routes(router: Router, kind: Kind, extra: Extra) -> Router:
    add_reading(router, kind)
    if kind.name == "claim":
        add_sending(router)
    return add_routes(router, kind, extra)


def routers() -> list[tuple[str, Router]]:
    """The router of each kind that has actions, by its place."""
    return [
        (
            f"/{kind.plural}",
            _routes(OWN.get(name) or Router(tags=[kind.plural]), kind, EXTRA.get(name, Extra())),
        )
        for name, kind in kinds.KINDS.items()
        if name in ACTIONS
    ]
