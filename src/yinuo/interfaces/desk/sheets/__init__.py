"""The sheets of each kind of case by the noun in their address.

An action without a sheet of its own gets one from its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yinuo.interfaces.common.actions import Action
from yinuo.interfaces.desk.sheets import (
    advances,
    assessing,
    complaints,
    concerns,
    ending,
    opening,
    papers,
    paying,
    settling,
    shared,
    surveying,
)
from yinuo.interfaces.desk.sheets.claim_frame import ClaimDesk
from yinuo.interfaces.desk.sheets.frame import Desk, Sheet
from yinuo.interfaces.desk.sheets.plain import plain_sheet

SHEETS: Mapping[str, Mapping[str, Sheet[Any]]] = {
    "claim": {
        **opening.SHEETS,
        **surveying.SHEETS,
        **assessing.SHEETS,
        **papers.SHEETS,
        **settling.SHEETS,
        **advances.SHEETS,
        **paying.SHEETS,
        **ending.SHEETS,
    },
    "concern": concerns.SHEETS,
    "complaint": complaints.SHEETS,
}
DESKS: Mapping[str, type[Desk]] = {"claim": ClaimDesk}
"""What the sheets of a kind are built on, where it is more than the frame."""


def sheet_of(kind: str, action: Action[Any]) -> Sheet[Any]:
    """The kind's own sheet, else the one that all kinds share, else one from the schema."""
    own = SHEETS.get(kind, {}).get(action.noun)
    return own or shared.SHEETS.get(action.noun) or plain_sheet(action)
