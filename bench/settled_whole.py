"""What must hold of every accident, counted over thousands of random ones: checked and broken.

Accidents and invariants are those of the tests. Here none is made smaller and none stops the
others, so that each figure is a count; the accidents are the same in every run.
"""

from __future__ import annotations

import copy
import random
import sys
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from bench.measured import Measured, tell
from tests.settlement import test_invariants as invariants
from tests.settlement.accidents import Json, accidents

SEED = 20_260_513
ACCIDENTS = 3_000
MORE = (1, 50, 2_500, 100_000)
INVARIANTS: dict[str, Any] = {
    "no payer pays above its limit": invariants.test_no_payer_pays_above_its_limit,
    "no loss is paid above itself": invariants.test_no_loss_is_paid_above_itself,
    "what payers pay is what payees and recoveries get": (
        invariants.test_what_payers_pay_is_what_payees_and_recoveries_get
    ),
    "the order of vehicles and losses does not matter": (
        invariants.test_the_order_of_the_input_does_not_matter
    ),
    "a greater loss never brings its owner less": (
        invariants.test_a_greater_loss_never_brings_its_owner_less
    ),
    "compulsory cover is used up before a loss goes short": (
        invariants.test_a_limit_is_left_beside_an_unpaid_loss_only_where_a_rule_keeps_it
    ),
    "printed cells add up": invariants.test_printed_cells_add_up,
    "subrogation leaves the insured no worse off": (
        invariants.test_subrogation_leaves_the_insured_no_worse_off
    ),
}


def more_of(name: str, chance: random.Random) -> tuple[Any, ...]:
    """What an invariant wants besides the accident."""
    if name.startswith("the order"):
        return (chance,)
    if name.startswith("a greater loss"):
        return (chance.randrange(11), chance.choice(MORE))
    return ()


_BROKEN = (AssertionError, ArithmeticError, LookupError, TypeError, ValueError)


def broken_by(accident: Json, chance: random.Random) -> list[str]:
    """The invariants that do not hold of this accident; one that cannot be settled breaks them."""
    found = []
    for name, invariant in INVARIANTS.items():
        given_to_it = copy.deepcopy(accident)
        try:
            invariant.hypothesis.inner_test(given_to_it, *more_of(name, chance))
        except _BROKEN:
            found.append(name)
    return found


def count(accidents_wanted: int) -> tuple[int, Counter[str]]:
    """How many accidents were checked, and how often each invariant was broken."""
    chance = random.Random(SEED)
    broken: Counter[str] = Counter()
    checked = 0

    @seed(SEED)
    @settings(
        max_examples=accidents_wanted,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(accidents())
    def check(accident: Json) -> None:
        nonlocal checked
        checked += 1
        broken.update(broken_by(accident, chance))

    check()
    return checked, broken


def main() -> int:
    began = time.perf_counter()
    checked, broken = count(ACCIDENTS)
    took = time.perf_counter() - began
    rows = [
        Measured(
            f"random accidents settled: {name}",
            "0 broken",
            f"{broken[name]} of {checked:,} broken",
            not broken[name] and checked >= ACCIDENTS,
        )
        for name in INVARIANTS
    ]
    beside = Measured("beside it: all of these together", "", f"{took:.0f} s", None)
    return tell([*rows, beside])


if __name__ == "__main__":
    sys.exit(main())
