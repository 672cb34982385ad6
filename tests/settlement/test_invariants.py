"""What holds of every accident, on exact fractions."""

from __future__ import annotations

import copy
import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.settlement.accidents import Json, accidents, amount_of, read, settled
from yinuo.settlement.accident import ITEMS
from yinuo.settlement.amounts import ZERO
from yinuo.settlement.result import Settlement

MANY = 3_000
ORDERS = st.randoms(use_true_random=False)
PLACES = st.integers(0, 10)
MORE = st.sampled_from((1, 50, 2500, 100000))
few = settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow],
)


def spent(settlement: Settlement) -> dict[tuple[str, str], Fraction]:
    """What each payer pays under each cover."""
    found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for cover, payer, _, amount in settlement.payments():
        found[cover, payer] += amount
    return found


@few
@given(accidents())
def test_no_payer_pays_above_its_limit(accident: Json) -> None:
    settlement = settled(accident)
    paid = spent(settlement)
    new = accident["accident_at"].startswith("2024")
    for vehicle in accident["vehicles"]:
        name, liable = vehicle["id"], vehicle["duty"] != "none"
        limits = (2000, 18000, 180000) if new else (2000, 10000, 110000)
        if not liable:
            limits = (100, 1800, 18000) if new else (100, 1000, 11000)
        own = vehicle["ctpli"].get("limits", {}).get("property")
        for item, limit in zip(ITEMS, limits, strict=True):
            top = own if own and item == "property" else limit
            assert paid[f"ctpli.{item}", name] <= top
        top = own or limits[0]
        assert paid["owner", name] <= top + sum(limits[1:])
        rescued = vehicle.get("own_damage", {}).get("sum_insured", 0)
        riders = settlement.sheet.addons.get(name, {}).get("no_deductible", {})
        kept = sum(riders.values(), ZERO)
        assert paid["own_damage", name] <= 2 * rescued
        assert paid["third_party", name] <= vehicle.get("third_party", {}).get("limit", 0)
        assert kept == paid["addons.no_deductible", name]
        for addon in ("moral_damages", "outside_list_medical", "cargo"):
            assert paid[f"addons.{addon}", name] <= 3000 * (addon in vehicle["addons"])
        carried = settlement.sheet.seats.get(name, {})
        assert all(amount <= 5000 for amount in carried.values())
        assert sum(carried.values(), ZERO) <= 5000


@few
@given(accidents())
def test_no_loss_is_paid_above_itself(accident: Json) -> None:
    payees = settled(accident).payees
    for loss in accident["losses"]:
        already = loss.get("received", 0)
        top = max(ZERO, amount_of(loss) - already)
        assert 0 <= payees[loss["id"]] <= top


@few
@given(accidents())
def test_what_payers_pay_is_what_payees_and_recoveries_get(accident: Json) -> None:
    settlement = settled(accident)
    paid = sum((amount for *_, amount in settlement.payments()), ZERO)
    recovered = ZERO
    for insured, debtors in settlement.sheet.recoveries.items():
        for debtor, recovery in debtors.items():
            recovered += recovery.ctpli + recovery.third_party
            due = settlement.sheet.owner_pays.get(debtor, {}).get(f"{insured}_car", ZERO)
            recovered += min(due, recovery.owner)
    assert paid == sum(settlement.payees.values(), ZERO) + recovered


@few
@given(accidents(), ORDERS)
def test_the_order_of_the_input_does_not_matter(accident: Json, random: Any) -> None:
    other = copy.deepcopy(accident)
    random.shuffle(other["vehicles"])
    random.shuffle(other["losses"])
    one, two = settled(accident).as_dict(), settled(other).as_dict()
    del one["steps"], two["steps"]
    assert one == two


@few
@given(accidents(), PLACES, MORE)
def test_a_greater_loss_never_brings_its_owner_less(accident: Json, at: int, more: int) -> None:
    losses = accident["losses"]
    if not losses:
        return
    loss = losses[at % len(losses)]
    key = {"vehicle": "repair", "person": "death_disability"}.get(loss["kind"], "amount")
    before = settled(accident).payees[loss["id"]]
    loss[key] += more
    assert settled(accident).payees[loss["id"]] >= before


@few
@given(accidents())
def test_a_limit_is_left_beside_an_unpaid_loss_only_where_a_rule_keeps_it(accident: Json) -> None:
    """Compulsory cover that may pay for a loss is used up before the loss goes short."""
    settlement = settled(accident)
    sheet, model = settlement.sheet, read(accident)
    if model.options.outside_list_in_ctpli == "none":
        people = [loss for loss in model.losses if not loss.outside_list]
    else:
        people = list(model.losses)
    for loss in people:
        if loss.kind != "person" or not loss.death:
            continue
        paid = sum((row.get(loss.id, ZERO) for row in sheet.ctpli.get("death", {}).values()), ZERO)
        paid += sum((row.get(loss.id, ZERO) for row in sheet.owner_pays.values()), ZERO)
        if paid >= loss.death + loss.moral:
            continue
        for vehicle in model.vehicles:
            if vehicle.id == loss.side or vehicle.ctpli.exempt or not vehicle.ctpli.insured:
                continue
            limits = sheet.tables.limits_on(model.accident_on)
            assert limits is not None
            top = (limits.liable if vehicle.liable else limits.not_liable)["death"]
            spent_here = sum(sheet.ctpli["death"].get(vehicle.id, {}).values(), ZERO)
            assert spent_here == top


@few
@given(accidents())
def test_printed_cells_add_up(accident: Json) -> None:
    """Payees are sums of printed cells; a printed total is the exact one, rounded."""
    settlement = settled(accident)
    printed = json.loads(json.dumps(settlement.as_dict()))
    exact = spent(settlement)
    paid = Decimal(0)
    for name, covers in printed["ctpli"].items():
        for item in ITEMS:
            row = sum(map(Decimal, covers[item].values()), Decimal(0))
            assert abs(Fraction(row) - exact[f"ctpli.{item}", name]) <= Fraction(1, 200)
            paid += row
        paid += Decimal(covers["proxy_received"])
    for row in printed["owner_pays"].values():
        paid += sum(map(Decimal, row.values()), Decimal(0))
    owners = ZERO
    for name, covers in printed["commercial"].items():
        paid += Decimal(covers["third_party_total"])
        paid += sum(map(Decimal, covers["seats"].values()), Decimal(0))
        paid += sum(map(Decimal, covers["addons"].values()), Decimal(0))
        own = covers.get("own_damage", {"payment": "0", "recovery_from": {}})
        paid += Decimal(own["payment"])
        for debtor, sources in own["recovery_from"].items():
            paid -= Decimal(sources["ctpli"]) + Decimal(sources["third_party"])
            due = Decimal(printed["owner_pays"].get(debtor, {}).get(f"{name}_car", "0"))
            paid -= min(due, Decimal(sources["owner"]))
            owners += Fraction(sources["owner"])
    assert paid == sum(map(Decimal, printed["payees"].values()), Decimal(0))
    assert owners >= 0


@few
@given(accidents())
def test_subrogation_leaves_the_insured_no_worse_off(accident: Json) -> None:
    """The owner gets at least what the own share and the others' covers would have brought."""
    plain = copy.deepcopy(accident)
    for vehicle in plain["vehicles"]:
        if "own_damage" in vehicle:
            vehicle["own_damage"]["mode"] = "own_share"
    before, after = settled(plain).payees, settled(accident).payees
    assert all(after[loss] >= amount for loss, amount in before.items())


@pytest.mark.parametrize("salvage", [0, 20000, 60000])
def test_a_total_loss_pays_the_sum_insured_less_what_is_left_of_the_car(salvage: int) -> None:
    """Past the test for a total loss more damage may bring less: the owner keeps the salvage."""
    accident: Json = {
        "id": "whole",
        "accident_at": "2024-09-10T08:30:00+08:00",
        "vehicles": [{"id": "A", "duty": "full", "own_damage": {"sum_insured": 100000}}],
        "losses": [
            {
                "id": "A_car",
                "kind": "vehicle",
                "owner": "A",
                "repair": 100001,
                "salvage": salvage,
                "total_loss": "auto",
            }
        ],
    }
    own = settled(accident).as_dict()["commercial"]["A"]["own_damage"]
    assert own["constructive_total_loss"] is True
    assert Decimal(own["payment"]) == 100000 - salvage


ALONE = (accidents(),)


@pytest.mark.soak
@pytest.mark.parametrize(
    "found",
    [
        (test_no_payer_pays_above_its_limit, ALONE),
        (test_no_loss_is_paid_above_itself, ALONE),
        (test_what_payers_pay_is_what_payees_and_recoveries_get, ALONE),
        (test_the_order_of_the_input_does_not_matter, (*ALONE, ORDERS)),
        (test_a_greater_loss_never_brings_its_owner_less, (*ALONE, PLACES, MORE)),
        (test_a_limit_is_left_beside_an_unpaid_loss_only_where_a_rule_keeps_it, ALONE),
        (test_printed_cells_add_up, ALONE),
        (test_subrogation_leaves_the_insured_no_worse_off, ALONE),
    ],
    ids=lambda found: found[0].__name__.removeprefix("test_"),
)
def test_it_holds_over_thousands_of_accidents(
    found: tuple[Any, tuple[Any, ...]], record_property: Callable[[str, object], None]
) -> None:
    invariant, of = found
    many = settings(few, max_examples=MANY)
    record_property("accidents for each", MANY)
    over: Any = given(*of)
    many(over(invariant.hypothesis.inner_test))()
