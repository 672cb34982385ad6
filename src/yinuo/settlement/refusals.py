"""Why an accident cannot be settled: a code, the place in the input, and what stood there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

RefusalCode = Literal[
    "not_json",
    "not_an_object",
    "not_a_list",
    "unknown_key",
    "missing",
    "not_text",
    "not_an_amount",
    "negative",
    "absurd",
    "not_a_ratio",
    "not_a_count",
    "not_true_or_false",
    "not_a_choice",
    "not_a_date",
    "time_without_zone",
    "no_limits_then",
    "two_full",
    "ratios_above_one",
    "rates_above_one",
    "duplicate_id",
    "unknown_vehicle",
    "unknown_owner",
    "unknown_loss",
    "two_losses_of_one_car",
    "two_drivers",
    "dates_out_of_order",
    "role_does_not_fit",
    "either_or",
    "not_in_this_text",
    "part_above_whole",
    "no_depreciation_rate",
    "value_unknown",
    "no_vehicles",
    "too_many",
    "ratio_without_duty",
    "duplicate_key",
    "too_long",
]


class Refusal(Exception):
    """An accident that cannot be settled. `where` is the path in the input, such as
    "vehicles[0].duty_ratio"; `found` is what stood there, shortened."""

    def __init__(self, code: RefusalCode, where: str, found: object = "") -> None:
        super().__init__(code, where, found)
        self.code = code
        self.where = where
        # What holds others may hold them so deep that it cannot be written down.
        self.found = "…" if isinstance(found, list | tuple | Mapping) else str(found)[:60]
