from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.policies.samples import BOUND, ENDS, INSIDE
from yinuo.core.policies import rules
from yinuo.core.policies.rules import CoverFacts, PolicyFacts, Reason, Standing

INSTANT = timedelta(microseconds=1)
TP = CoverFacts(3, "third_party", ("other_vehicle",), Decimal(100), Decimal(0), Decimal(0))
OWN = CoverFacts(2, "own_damage", ("own_vehicle",), Decimal(100), Decimal(5), Decimal(0))
CTPLI = CoverFacts(9, "ctpli", ("other_vehicle",), Decimal(100), Decimal(0), Decimal(0))


def policy(
    *covers: CoverFacts, number: str = "P1", cancelled_at: datetime | None = None
) -> PolicyFacts:
    return PolicyFacts(1, number, BOUND, ENDS, cancelled_at, "CNY", covers)


@pytest.mark.parametrize(
    ("at", "standing"),
    [
        (BOUND - INSTANT, Standing.NOT_YET),
        (BOUND, Standing.IN_FORCE),
        (ENDS - INSTANT, Standing.IN_FORCE),
        (ENDS, Standing.ENDED),
    ],
)
def test_the_start_is_inside_and_the_end_is_outside(at: datetime, standing: Standing) -> None:
    assert rules.standing(policy(), at) is standing


def test_a_cancelled_policy_holds_until_the_moment_it_was_cancelled() -> None:
    cut = policy(cancelled_at=INSIDE)
    assert rules.standing(cut, INSIDE - INSTANT) is Standing.IN_FORCE
    assert rules.standing(cut, INSIDE) is Standing.CANCELLED
    assert rules.standing(cut, ENDS) is Standing.CANCELLED
    never = policy(cancelled_at=BOUND - INSTANT)
    assert rules.standing(never, BOUND) is Standing.CANCELLED
    too_late = policy(cancelled_at=ENDS)
    assert rules.standing(too_late, ENDS) is Standing.ENDED


AROUND = st.timedeltas(timedelta(days=-400), timedelta(days=800)).map(lambda by: BOUND + by)


@given(AROUND, st.none() | AROUND)
def test_in_force_means_begun_not_ended_not_cancelled(
    at: datetime, cancelled_at: datetime | None
) -> None:
    expected = BOUND <= at < ENDS and (cancelled_at is None or at < cancelled_at)
    found = rules.standing(policy(cancelled_at=cancelled_at), at)
    assert (found is Standing.IN_FORCE) == expected


def test_compulsory_cover_pays_first() -> None:
    assert rules.covers_for([policy(TP, OWN), policy(CTPLI)], "other_vehicle") == (CTPLI, TP)
    assert rules.covers_for([policy(TP)], "own_vehicle") == ()


def test_a_car_we_do_not_insure_is_not_ours() -> None:
    answer = rules.verify([], ["own_vehicle"], INSIDE)
    assert not answer.ok
    assert [one.reason for one in answer.findings] == [Reason.NOT_OURS]


@pytest.mark.parametrize(
    ("at", "cancelled_at", "reason", "since_at"),
    [
        (BOUND - INSTANT, None, Reason.NOT_YET, BOUND),
        (ENDS, None, Reason.ENDED, ENDS),
        (INSIDE, INSIDE, Reason.CANCELLED, INSIDE),
    ],
)
def test_not_in_force_says_why_and_since_when(
    at: datetime, cancelled_at: datetime | None, reason: Reason, since_at: datetime
) -> None:
    answer = rules.verify([policy(OWN, cancelled_at=cancelled_at)], ["own_vehicle"], at)
    (finding,) = answer.findings
    assert (finding.reason, finding.since_at, finding.policy_number) == (reason, since_at, "P1")
    assert not answer.ok
    assert answer.covers == {"own_vehicle": ()}


def test_an_old_policy_does_not_matter_when_another_one_is_in_force() -> None:
    old = replace(policy(OWN, number="OLD"), starts_at=BOUND - timedelta(days=365), ends_at=BOUND)
    assert rules.verify([old, policy(OWN)], ["own_vehicle"], INSIDE).ok
    assert not rules.verify([old], ["own_vehicle"], INSIDE).ok


def test_each_loss_without_a_cover_is_named() -> None:
    answer = rules.verify([policy(CTPLI)], ["own_vehicle", "other_vehicle", "injury"], INSIDE)
    assert [(one.reason, one.loss_kind) for one in answer.findings] == [
        (Reason.COVER_MISSING, "injury"),
        (Reason.COVER_MISSING, "own_vehicle"),
    ]
    assert answer.covers["other_vehicle"] == (CTPLI,)
    assert not answer.ok


def test_two_policies_of_one_car_cover_together() -> None:
    answer = rules.verify([policy(CTPLI), policy(OWN)], ["own_vehicle", "other_vehicle"], INSIDE)
    assert answer.ok
    assert len(answer.in_force) == 2


@pytest.mark.parametrize(
    "written", ["京A12345", "京a·12345", "京A-12345", " 京 A 12345 ", "京Ａ１２３４５", "京A•12345"]
)
def test_a_plate_has_one_spelling(written: str) -> None:
    assert rules.normalise_plate(written) == "京A12345"
    assert rules.show_plate("京A12345") == "京A·12345"
    assert rules.show_plate("ABC123") == "ABC123"
