"""A claim goes quiet and a promise breaks: somebody calls before the customer complains."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import world
from tests.interfaces.desk.filling import text
from tests.interfaces.portal.visitors import visit
from tests.stories.offices import Calendar, Office
from tests.world import NOW, World, report_of
from yinuo import automation
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import rules
from yinuo.areas.claims.commands.warning import NobodyWarned
from yinuo.areas.claims.models import EarlyWarning
from yinuo.areas.claims.warning_rulefile import SignalStep
from yinuo.areas.complaints.models import Complaint
from yinuo.core.approvals.commands import ReasonMissing
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import NotYourRole
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.people.actors import SYSTEM

NIGHT = NOW + timedelta(days=8)


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def quiet_claim(insurer: World, plate: str = "") -> Case:
    """Reported, then nobody did anything for more than a week."""
    del plate
    return claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case


def let_promises_break() -> None:
    while cases.sweep(at=NIGHT).promises:
        pass


def leave_nobody_alone(monkeypatch: pytest.MonkeyPatch, *, held_out: bool = False) -> None:
    """The lot is drawn by the case number: a test fixes it so that it does not hang on chance."""
    monkeypatch.setattr(rules, "is_held_out", lambda lot, share: held_out)


def test_a_quiet_claim_with_a_broken_promise_is_called(
    insurer: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_nobody_alone(monkeypatch)
    case = quiet_claim(insurer)
    let_promises_break()
    automation.warn_before_complaints(at=NIGHT)

    warning = EarlyWarning.objects.get(claim=case.pk)
    found = {signal: value for signal, value, _points in warning.reasons}
    assert found["silence"] == 8
    assert found["promise_missed"] >= 1
    promise = Promise.objects.get(case=case, rule="warnings.preventive_contact")
    assert promise.owner_id == case.handler_id
    assert Event.objects.filter(case=case, type="claim.warned").count() == 1

    claims.contact_early(
        case=case, said="已说明原因并约好查勘", by=insurer["agent"], at=NIGHT + timedelta(hours=4)
    )
    promise.refresh_from_db()
    warning.refresh_from_db()
    assert promise.kept_at == NIGHT + timedelta(hours=4)
    assert promise.missed_at is None
    assert warning.contacted_by == insurer["agent"].id


@pytest.mark.covers("CMP-24", "CMP-25")
def test_a_warned_claim_is_called_and_its_customer_does_not_complain(
    office: Office, calendar: Calendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_nobody_alone(monkeypatch)
    claim = office.claim
    calendar.ahead = timedelta(days=8)
    automation.sweep_promises(at=calendar.now())
    automation.warn_before_complaints(at=calendar.now())
    agent = office.desks["agent"]
    assert claim.number in text(agent.get("/desk/warnings"))
    sheet = f"/desk/claims/{claim.number}/early-contact"
    assert "Begin with an apology for the silence" in text(agent.get(sheet))
    said = {"said": "已致歉，查勘员今天下午到"}
    assert office.desks["cashier"].post(sheet, said).status_code in (403, 404)
    assert agent.post(sheet, said).status_code == 303
    assert f"{claim.number}</a>" not in text(agent.get("/desk/warnings"))
    kept = Promise.objects.get(case=claim, rule="warnings.preventive_contact")
    assert (kept.kept_at is not None, kept.missed_at) == (True, None)
    visit(office.visitor, claim)
    own = text(office.visitor.get(f"/claims/{claim.number}"))
    assert claim.number in own
    for inner in (said["said"], "before a complaint", "silence"):
        assert inner not in own
    calendar.ahead = timedelta(days=30)
    effect = text(office.desks["team_lead"].get("/desk/warnings/effect"))
    assert "Complained although called" in effect
    assert not Complaint.objects.exists()


def test_a_claim_is_not_warned_of_again_the_next_night(
    insurer: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_nobody_alone(monkeypatch)
    quiet_claim(insurer)
    let_promises_break()
    automation.warn_before_complaints(at=NIGHT)
    automation.warn_before_complaints(at=NIGHT)
    automation.warn_before_complaints(at=NIGHT + timedelta(days=1))
    assert EarlyWarning.objects.count() == 1
    automation.warn_before_complaints(at=NIGHT + timedelta(days=15))
    assert EarlyWarning.objects.count() == 2


def test_who_is_held_out_is_left_alone_and_nothing_shows_it(
    insurer: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_nobody_alone(monkeypatch, held_out=True)
    case = quiet_claim(insurer)
    let_promises_break()
    automation.warn_before_complaints(at=NIGHT)
    assert EarlyWarning.objects.get(claim=case.pk).held_out
    assert not Event.objects.filter(case=case, type="claim.warned").exists()
    assert not Promise.objects.filter(rule="warnings.preventive_contact").exists()
    with pytest.raises(NobodyWarned):
        claims.contact_early(case=case, said="来电", by=insurer["agent"], at=NIGHT)


def test_a_claim_that_goes_well_is_not_warned_of(insurer: World) -> None:
    case = quiet_claim(insurer)
    automation.warn_before_complaints(at=NOW + timedelta(hours=1))
    assert not EarlyWarning.objects.filter(claim=case.pk).exists()


def test_a_call_without_words_is_refused_and_leaves_the_promise_open(
    insurer: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave_nobody_alone(monkeypatch)
    case = quiet_claim(insurer)
    let_promises_break()
    automation.warn_before_complaints(at=NIGHT)
    with pytest.raises(ReasonMissing):
        claims.contact_early(case=case, said="  ", by=insurer["agent"], at=NIGHT)
    with pytest.raises(NotYourRole):
        claims.contact_early(case=case, said="来电", by=insurer["customer"], at=NIGHT)
    assert EarlyWarning.objects.get(claim=case.pk).contacted_at is None
    assert Promise.objects.get(rule="warnings.preventive_contact").kept_at is None


def test_one_night_costs_the_same_few_statements_for_many_claims(
    insurer: World, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: object
) -> None:
    leave_nobody_alone(monkeypatch)
    quiet_claim(insurer)
    let_promises_break()
    assert callable(django_assert_max_num_queries)
    with django_assert_max_num_queries(30):
        claims.warn(by=SYSTEM, at=NIGHT)


STEPS = (SignalStep(at_least=2, points=1), SignalStep(at_least=5, points=4))


@pytest.mark.parametrize(("value", "points"), [(1, 0), (2, 1), (4, 1), (5, 4), (400, 4)])
def test_of_the_steps_of_a_sign_the_highest_reached_counts(value: int, points: int) -> None:
    found = rules.weigh({"silence": value}, {"silence": STEPS})
    assert rules.points_of(found) == points


@given(st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, unique=True))
def test_a_lot_is_drawn_the_same_way_every_time(lots: list[int]) -> None:
    share = Decimal("0.1")
    drawn = [rules.is_held_out(str(lot), share) for lot in lots]
    assert drawn == [rules.is_held_out(str(lot), share) for lot in lots]
    assert not any(rules.is_held_out(str(lot), Decimal(0)) for lot in lots)


def test_about_the_share_that_the_rule_says_is_held_out() -> None:
    drawn = sum(rules.is_held_out(f"C26-{n:07d}", Decimal("0.1")) for n in range(20_000))
    assert 1_800 < drawn < 2_200
