"""Calls that a second person checks: the lot, the sheet, and who may give points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from hypothesis import given
from hypothesis import strategies as st

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking
from yinuo import automation
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs import quality, queries
from yinuo.areas.call_backs.commands import AlreadyChecked, NoSuchCall, OwnCall
from yinuo.areas.call_backs.models import Attempt, QualityCheck, QualityDraw
from yinuo.areas.call_backs.quality import PointsRefused
from yinuo.areas.call_backs.rulefile import CallBacksRules, QualityLine, QualitySheet
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.rules import NotForYou
from yinuo.core.rulebook import queries as rulebook
from yinuo.kit import queue

SHEET = QualitySheet(
    version=1,
    lines=(
        QualityLine(code="polite", text="quality.respect", most=10),
        QualityLine(code="identity", text="quality.identity", most=10, needed=True),
    ),
)
CALLS = {1: list(range(100)), 2: [100], 3: []}


def test_of_each_caller_a_share_is_drawn_and_at_least_one() -> None:
    found = quality.drawn(CALLS, share=Decimal("0.05"), least=1, seed="a")
    assert len([one for one in found if one < 100]) == 5
    assert 100 in found


@given(st.text(min_size=1, max_size=20))
def test_the_same_seed_draws_the_same_calls_again(seed: str) -> None:
    once, again = (quality.drawn(CALLS, share=Decimal("0.1"), least=1, seed=seed) for _ in "12")
    assert once == again


def test_another_seed_draws_other_calls_and_every_call_may_be_drawn() -> None:
    """A call of a hundred at five a draw is missed by 200 draws once in 28,000."""
    drawn = {
        call
        for n in range(200)
        for call in quality.drawn({1: range(100)}, share=Decimal("0.05"), least=1, seed=str(n))
    }
    assert len(drawn) >= 99


@pytest.mark.parametrize(
    ("points", "total", "passed"),
    [
        ({"polite": 10, "identity": 10}, 100, True),
        ({"polite": 6, "identity": 10}, 80, True),
        ({"polite": 5, "identity": 10}, 75, False),
        ({"polite": 10, "identity": 0}, 50, False),
    ],
)
def test_points_are_a_share_of_all_points(
    points: Mapping[str, int], total: int, passed: bool
) -> None:
    scored = quality.score(SHEET, points, passed_from=80)
    assert (scored.total, scored.passed) == (total, passed)


def test_a_line_that_must_not_fail_fails_the_call() -> None:
    assert not quality.score(SHEET, {"polite": 10, "identity": 0}, passed_from=50).passed


@pytest.mark.parametrize(
    "points", [{}, {"polite": 10}, {"polite": 11, "identity": 1}, {"polite": -1, "identity": 1}]
)
def test_every_line_needs_points_that_it_gives(points: Mapping[str, int]) -> None:
    with pytest.raises(PointsRefused) as refused:
        quality.score(SHEET, points, passed_from=80)
    assert refused.value.field in {"polite", "identity"}


# With people -------------------------------------------------------------------------------------


@pytest.fixture
def ask(db: None) -> Asking:
    """One customer was reached and one was not."""
    ask = asking.build()
    other = asking.open_one(ask.world, at=ask.at, policy="P-200")
    with queue.capture():
        ask.call()
        call_backs.record_attempt(case=ask.case, outcome="reached", by=ask.agent, at=ask.at)
        call_backs.start_call(case=other, by=ask.agent, at=ask.at)
        call_backs.record_attempt(case=other, outcome="no_answer", by=ask.agent, at=ask.at)
    return ask


def _drawn(ask: Asking) -> QualityCheck:
    with queue.capture():
        automation.draw_quality_checks(at=ask.at + timedelta(days=1))
    return QualityCheck.objects.select_related("draw").get()


def _full(ask: Asking) -> dict[str, int]:
    sheet = rulebook.rules(CallBacksRules, at=ask.at).quality.sheet.value
    return {line.code: line.most for line in sheet.lines}


@pytest.mark.covers("CB-24")
def test_the_night_draws_from_the_talks_of_yesterday_once(ask: Asking) -> None:
    check = _drawn(ask)
    assert check.attempt.call_back_id == ask.case.pk
    assert (check.draw.calls, check.draw.drawn_on) == (1, localdate(ask.at))
    assert len(check.draw.seed) == 32
    assert call_backs.draw_checks(by=SYSTEM, at=ask.at + timedelta(days=1, hours=1)) is None
    assert call_backs.draw_checks(by=SYSTEM, at=ask.at + timedelta(days=2)) is not None
    assert (QualityDraw.objects.count(), QualityCheck.objects.count()) == (2, 1)
    with pytest.raises(NotForYou):
        call_backs.draw_checks(by=ask.world["manager"], at=ask.at + timedelta(days=3))


def test_nobody_gives_points_to_an_own_call_and_nobody_twice(ask: Asking) -> None:
    check, at = _drawn(ask), ask.at + timedelta(days=1)
    given = {"check": check, "points": _full(ask), "words": "清楚、有礼", "at": at}
    for role in ("agent", "surveyor", "west", "auditor"):
        with pytest.raises(NotForYou):
            call_backs.score_call(by=ask.world[role], **given)  # type: ignore[arg-type]
    QualityCheck.objects.update(staff=ask.world.staff["team_lead"])
    with pytest.raises(OwnCall):
        call_backs.score_call(by=ask.world["team_lead"], **given)  # type: ignore[arg-type]
    QualityCheck.objects.update(staff=ask.world.staff["agent"])
    done = call_backs.score_call(by=ask.world["team_lead"], **given)  # type: ignore[arg-type]
    assert (done.total, done.passed) == (100, True)
    with pytest.raises(AlreadyChecked):
        call_backs.score_call(by=ask.world["manager"], **given)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic():
        QualityCheck.objects.update(reviewer=ask.world.staff["agent"])


def test_a_caller_sees_own_points_and_no_other_persons(ask: Asking) -> None:
    check, at = _drawn(ask), ask.at + timedelta(days=1)
    assert not queries.quality_checks_visible_to(ask.agent)
    assert queries.quality_checks_visible_to(ask.world["team_lead"]).get() == check
    call_backs.score_call(
        check=check, points=_full(ask), words="好", by=ask.world["manager"], at=at
    )
    assert queries.quality_checks_visible_to(ask.agent).get().total == 100
    for role in ("west", "surveyor", "operator"):
        assert not queries.quality_checks_visible_to(ask.world[role]), role


def test_a_recording_is_a_reference_with_a_day_until_which_it_is_kept(ask: Asking) -> None:
    talk = Attempt.objects.get(call_back=ask.case.pk)
    given = {"case": ask.case, "reference": " REC-2026/07 ", "by": ask.agent, "at": ask.at}
    with queue.capture():
        with pytest.raises(NoSuchCall):
            call_backs.note_recording(number=9, **given)  # type: ignore[arg-type]
        with pytest.raises(NotForYou):
            call_backs.note_recording(
                case=ask.case, number=1, reference="x", by=ask.world["surveyor"], at=ask.at
            )
        call_backs.note_recording(number=talk.number, **given)  # type: ignore[arg-type]
    talk.refresh_from_db()
    assert talk.recording == "REC-2026/07"
    # The sixth year ends with the day of the call: the reference goes on the day after.
    later = ask.at + timedelta(days=1)
    assert talk.recording_until_on == date(later.year + 6, later.month, later.day)
    assert call_backs.forget_recordings(at=ask.at + timedelta(days=6 * 365)) == 0
    assert call_backs.forget_recordings(at=ask.at + timedelta(days=6 * 366)) == 1
    talk.refresh_from_db()
    assert talk.recording == ""
