"""The figures of call-backs, counted by hand on a small insurer; each opens its own cases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import world
from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import HAPPY
from tests.world import NOW, World
from yinuo.areas.call_backs.models import Attempt, CallBack, Response
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases.models import Case
from yinuo.core.people.models import Branch
from yinuo.overview import call_back_figures as figures
from yinuo.overview.call_back_figures import Period

LATER = NOW + timedelta(days=10)
PERIOD = Period(NOW - timedelta(days=30), NOW + timedelta(days=9), LATER)


@pytest.fixture
def insurer(db: None) -> World:
    return world.build()


def _case(insurer: World, kind: str, at: datetime, branch: Branch | None, **given: Any) -> Case:
    branch = branch or insurer.east
    count = Case.objects.count()
    return Case.objects.create(
        number=f"{'B' if kind == 'call_back' else 'N'}26-{count:07d}-0",
        kind=kind, workflow_version=1, state="completed", care="regular",
        customer=insurer.holder, branch=branch, branch_path=branch.path,
        opened_at=at, closed_at=at + timedelta(days=4), state_since_at=at,
        **given,
    )  # fmt: skip


def _one(
    insurer: World,
    *,
    at: datetime = NOW,
    branch: Branch | None = None,
    first: float | None = 1,
    reached: float | None = None,
    answered: float | None = 30,
    answers: dict[str, Any] | None = None,
    concern: float | None = None,
    outcome: str = "confirmed",
    **given: Any,
) -> CallBack:
    """One call-back; times in hours after the case ended, None for what never happened."""

    def after(hours: float | None) -> datetime | None:
        return None if hours is None else at + timedelta(hours=hours)

    case = _case(insurer, "call_back", at, branch)
    row = CallBack.objects.create(
        case=case, followed=case, person=insurer.holder, occasion="paid", programme_version=1,
        strategy="regular", questionnaire="after_claim", questionnaire_version=1,
        language="zh-hans", first_contact_at=after(first), reached_at=after(reached),
        answered_at=after(answered), **given,
    )  # fmt: skip
    if answered is not None:
        said = answers or {}
        Response.objects.create(
            call_back=row, round=1, questionnaire="after_claim", version=1, language="zh-hans",
            channel="portal", by="customer:1", started_at=at, finished_at=after(answered),
            answers=said, csat=said.get("satisfied"), nps=said.get("recommend"),
            ces=said.get("easy"),
        )  # fmt: skip
    if concern is not None:
        opened = _case(insurer, "concern", at, branch)
        Concern.objects.create(
            case=opened, door="call_back", source_case=case, urgency="normal",
            first_spoken_at=at, solved_at=after(concern) if concern > 0 else None,
            outcome=outcome if concern > 0 else "", solved_by="staff:1",
            confirmed_at=after(concern + 1) if outcome == "confirmed" and concern > 0 else None,
            confirmed_by="customer:1" if outcome == "confirmed" and concern > 0 else "",
        )  # fmt: skip
    return row


def _total(insurer: World, who: str = "manager") -> dict[str, tuple[int, int]]:
    found = figures.overview(insurer[who], PERIOD).total
    return {code: (one.measure.hits, one.measure.n) for code, one in found.items()}


def test_coverage_counts_attempted_reached_and_answered_apart(insurer: World) -> None:
    _one(insurer, first=23, answered=71)
    _one(insurer, first=25, answered=73)
    _one(insurer, first=1, reached=50, answered=None)
    _one(insurer, first=None, answered=None)
    found = _total(insurer)
    assert found["attempted_first"] == (2, 4)
    assert found["attempted_last"] == (3, 4)
    assert found["reached_last"] == (2, 4)
    assert found["answered_first"] == (0, 4)
    assert found["answered_last"] == (1, 4)


def test_a_case_whose_window_is_still_open_is_not_looked_at_yet(insurer: World) -> None:
    _one(insurer, first=None, answered=None)
    early = Period(PERIOD.since, PERIOD.until, NOW + timedelta(hours=30))
    found = figures.overview(insurer["manager"], early).total
    assert found["attempted_first"].measure.n == 1
    assert found["attempted_last"].measure.n == 0


def test_what_was_said_is_counted_by_its_definition(insurer: World) -> None:
    given = ((5, 10, 7), (4, 9, 5), (3, 8, 4), (2, 6, 1), (1, 0, 3))
    for csat, nps, ces in given:
        _one(insurer, answers={"satisfied": csat, "recommend": nps, "easy": ces})
    _one(insurer, answers={"satisfied": None})
    found = _total(insurer)
    assert found["satisfied"] == (2, 5)
    assert found["ces"] == (2, 5)
    assert found["nps"] == (0, 5)


def test_each_quality_is_counted_among_those_who_were_asked_about_it(insurer: World) -> None:
    _one(insurer, answers={"was_warm": 5, "respect": 4})
    _one(insurer, answers={"was_warm": 3, "respect": None})
    _one(insurer, answers={"sum_explained": 4})
    found = _total(insurer)
    assert found["warm"] == (1, 2)
    assert found["respect"] == (1, 1)
    assert found["transparent"] == (1, 1)
    assert found["professional"] == (0, 0)


def test_concerns_are_found_solved_and_solved_in_time(insurer: World) -> None:
    _one(insurer, answers={"satisfied": 1}, concern=40)
    _one(insurer, answers={"satisfied": 1}, concern=60)
    _one(insurer, answers={"satisfied": 2}, concern=-1)
    _one(insurer, answers={"satisfied": 5})
    found = _total(insurer)
    assert found["concerned"] == (3, 4)
    assert found["solved"] == (2, 3)
    assert found["solved_in_time"] == (1, 3)


@pytest.mark.parametrize("outcome", ["", "reviewed", "complaint"])
def test_a_promised_solution_counts_only_when_the_customer_says_that_it_helped(
    insurer: World, outcome: str
) -> None:
    _one(insurer, answers={"satisfied": 1}, concern=40, outcome=outcome)
    found = _total(insurer)
    assert (found["solved"], found["solved_in_time"]) == ((0, 1), (0, 1))


@pytest.mark.parametrize("group", ["script", "channel"])
def test_concerns_are_grouped_by_the_answers_that_they_came_from(
    insurer: World, group: figures.Group
) -> None:
    _one(insurer, answers={"satisfied": 1}, concern=40, outcome="confirmed")
    found = figures.overview(insurer["manager"], PERIOD, group)
    (line,) = [one for one in found.groups if "solved" in one.results]
    assert line.key == {"script": "", "channel": "portal"}[group]
    (behind,) = figures.cases_behind(
        insurer["manager"], PERIOD, "solved", hit=True, group=group, key=line.key
    )
    assert behind.kind == "concern"


def test_a_solution_of_today_waits_like_every_other_concern_of_today(insurer: World) -> None:
    _one(insurer, at=LATER - timedelta(hours=5), answers={"satisfied": 1}, concern=1)
    early = Period(PERIOD.since, LATER, LATER)
    found = figures.overview(insurer["manager"], early).total
    assert found["solved"].measure.n == 0


def test_rounds_to_satisfaction_are_counted_over_those_who_became_content(insurer: World) -> None:
    _one(insurer, satisfied=True, round=1)
    _one(insurer, satisfied=True, round=3)
    _one(insurer, satisfied=False, round=3)
    found = figures.overview(insurer["manager"], PERIOD)
    assert (found.rounds.mean, found.rounds.n) == (2, 2)
    assert found.total["content_at_once"].measure.hits == 1
    assert found.total["content_at_last"].measure.hits == 2


def test_a_target_is_proven_missed_or_neither_and_too_few_say_nothing(insurer: World) -> None:
    def verdict(code: str) -> str | None:
        return figures.overview(insurer["manager"], PERIOD).total[code].verdict

    for _ in range(29):
        _one(insurer, answers={"satisfied": 5})
    assert verdict("satisfied") == "too_few"
    _one(insurer, answers={"satisfied": 5})
    assert verdict("satisfied") == "proven"
    for _ in range(15):
        _one(insurer, answers={"satisfied": 1})
    assert verdict("satisfied") == "missed"
    for _ in range(40):
        _one(insurer, answers={"satisfied": 5})
    assert verdict("satisfied") == "not_proven"
    assert verdict("nps") is None


def test_every_figure_opens_exactly_the_cases_that_it_counts(insurer: World) -> None:
    for number, csat in enumerate((5, 4, 2, 1, None)):
        _one(insurer, first=number * 10, answers={"satisfied": csat}, concern=number * 20 + 1)
    _one(insurer, answered=None, first=None)
    manager = insurer["manager"]
    total = figures.overview(manager, PERIOD).total
    for code, result in total.items():
        hits = figures.cases_behind(manager, PERIOD, code, hit=True)
        misses = figures.cases_behind(manager, PERIOD, code, hit=False)
        counted = figures.cases_behind(manager, PERIOD, code, hit=None)
        if result.figure.minus is None:
            assert len(hits) == result.measure.hits, code
        assert len(hits) + len(misses) == len(counted) == result.measure.n, code
    assert figures.cases_behind(manager, PERIOD, "beauty", hit=None) == []


def test_groups_add_up_to_the_whole(insurer: World) -> None:
    for branch in (insurer.east, insurer.east, insurer.west):
        row = _one(insurer, branch=branch, answers={"satisfied": 5})
        Attempt.objects.create(
            call_back=row, number=1, round=1, channel="call", by="staff:1", at=NOW,
            staff=insurer.staff["agent"], ended_at=NOW, outcome="reached",
        )  # fmt: skip
    manager = insurer["manager"]
    for group in figures.GROUPS[1:]:
        found = figures.overview(manager, PERIOD, group)
        lines = [line for line in found.groups if "satisfied" in line.results]
        assert sum(line.results["satisfied"].measure.n for line in lines) == 3, group
        for line in lines:
            cases = figures.cases_behind(
                manager, PERIOD, "satisfied", hit=True, group=group, key=line.key
            )
            assert len(cases) == line.results["satisfied"].measure.hits, group
    names = [line.key for line in figures.overview(manager, PERIOD, "branch").groups]
    assert names == ["东区分公司", "西区分公司"]
    (agent,) = figures.overview(manager, PERIOD, "agent").groups
    assert agent.key == insurer.staff["agent"].name


def test_a_branch_sees_its_own_figures_and_an_operator_none(insurer: World) -> None:
    _one(insurer, branch=insurer.east)
    _one(insurer, branch=insurer.west)
    assert _total(insurer)["answered_last"][1] == 2
    assert _total(insurer, "team_lead")["answered_last"][1] == 1
    operator = insurer["operator"]
    assert figures.overview(operator, PERIOD).total["answered_last"].measure.n == 0
    assert figures.cases_behind(operator, PERIOD, "answered_last", hit=None) == []


def test_what_customers_really_said_is_in_the_figures(insurer: World) -> None:
    ask = asking.Asking(insurer, asking.open_one(insurer, at=NOW), NOW)
    quality = ("was_professional", "was_efficient", "was_transparent", "was_warm")
    for question, raw in {**HAPPY, quality[ask.case.pk % 4]: "4"}.items():
        ask.answer(question, raw)
    asking.finish(ask)
    found = _total(insurer, "team_lead")
    assert found["satisfied"] == (1, 1)
    assert found["answered_first"] == (1, 1)
    assert found["respect"] == (1, 1)
    assert found["content_at_once"] == (1, 1)
