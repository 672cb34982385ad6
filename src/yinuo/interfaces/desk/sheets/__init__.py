"""The sheets of a claim by the noun in their address: one for every action of the workflow."""

from __future__ import annotations

from collections.abc import Mapping

from yinuo.interfaces.desk.sheets import (
    assessing,
    ending,
    opening,
    papers,
    paying,
    settling,
    surveying,
)
from yinuo.interfaces.desk.sheets.frame import Sheet

SHEETS: Mapping[str, Sheet] = {
    **opening.SHEETS,
    **surveying.SHEETS,
    **assessing.SHEETS,
    **papers.SHEETS,
    **settling.SHEETS,
    **paying.SHEETS,
    **ending.SHEETS,
}
