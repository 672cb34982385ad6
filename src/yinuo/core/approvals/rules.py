"""Who may check whom."""

from __future__ import annotations

from decimal import Decimal


def may_check_alone(amount: Decimal, alone_up_to: Decimal) -> bool:
    """Whether a rule lets the maker of a sum confirm it, because it is small enough."""
    return amount <= alone_up_to and alone_up_to > 0
