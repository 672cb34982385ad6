"""How a customer stands to us: what is counted, and when somebody may leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import world
from tests.areas.call_backs import asking
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case
from yinuo.core.policies.models import Policy
from yinuo.overview.relation import Relation, relation_of


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def claim(insurer: World) -> Case:
    return claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case


def standing(insurer: World, name: str = "agent") -> Relation:
    return relation_of(insurer[name], insurer.holder, at=NOW)


@pytest.mark.django_db
def test_a_first_policy_makes_a_new_customer_and_two_years_a_loyal_one(insurer: World) -> None:
    assert (standing(insurer).standing, standing(insurer).in_force) == ("new", 1)
    Policy.objects.update(starts_at=NOW - timedelta(days=731))
    assert standing(insurer).standing == "loyal"


@pytest.mark.django_db
def test_something_unsolved_puts_the_relation_at_risk_and_its_solution_mends_it(
    insurer: World,
) -> None:
    case = concerns.open_concern(
        about=claim(insurer),
        reasons=["said_to_us"],
        words="没人联系我",
        by=insurer["agent"],
        at=NOW,
    )
    assert standing(insurer).standing == "at_risk"
    concerns.solve(case=case, words="今天打了电话", by=insurer["agent"], at=NOW)
    concerns.confirm(case=case, by=insurer["customer"], at=NOW)
    found = standing(insurer)
    assert (found.standing, found.concerns, found.concerns_solved) == ("new", 1, 1)
    assert found.kept > 0


@pytest.mark.django_db
def test_an_unhappy_answer_puts_it_at_risk_whatever_else_went_well() -> None:
    ask = asking.build()
    for question, raw in {**asking.HAPPY, "satisfied": "2"}.items():
        ask.answer(question, raw)
    asking.finish(ask)
    found = relation_of(ask.agent, ask.case.customer, at=NOW)
    assert (found.score, found.standing) == (2, "at_risk")


@pytest.mark.django_db
def test_who_has_no_policy_in_force_has_left_us(insurer: World) -> None:
    Policy.objects.update(starts_at=NOW - timedelta(days=500), ends_at=NOW - timedelta(days=1))
    assert standing(insurer).standing == "lost"


@pytest.mark.django_db
def test_a_renewal_that_is_near_is_said(insurer: World) -> None:
    assert not standing(insurer).renewal_near
    Policy.objects.update(ends_at=NOW + timedelta(days=59))
    assert standing(insurer).renewal_near


@pytest.mark.django_db
def test_another_branch_counts_nothing_of_it(insurer: World) -> None:
    claim(insurer)
    assert standing(insurer).claims == 1
    assert (standing(insurer, "west").claims, standing(insurer, "west").standing) == (0, "none")
