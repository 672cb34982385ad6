"""Trainings through the desk: who sees them, who grants them, what ends soon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.interfaces.desk.house import Desks
from yinuo.core.people import queries
from yinuo.core.people.models import Competence

NOW = datetime.now(UTC)
PATH = "/desk/people/training"


def _given(desks: Desks, **changes: str) -> dict[str, str]:
    return {
        "staff": str(desks.world.staff["agent"].pk),
        "kind": "call_back",
        "valid_from_on": f"{NOW:%Y}-01-01",
        "valid_until_on": "",
        "reference": "Course 7, 92 of 100",
        **changes,
    }


def _day(days: int) -> str:
    return f"{NOW + timedelta(days=days):%Y-%m-%d}"


@pytest.mark.covers("CB-10", "HR-26")
def test_a_manager_puts_a_training_on_record_and_it_gives_work(desks: Desks) -> None:
    agent = desks.world.staff["agent"]
    answer = desks["manager"].post(PATH, _given(desks, kind="call_back_complex"))
    assert (answer.status_code, answer["Location"]) == (302, PATH)
    assert "call_back_complex" in queries.competences_of(agent.pk, NOW)
    text = desks["team_lead"].get(PATH).content.decode()
    assert "Call-backs after serious accidents and refusals" in text
    assert "Course 7, 92 of 100" in text


@pytest.mark.covers("CB-10")
def test_what_ends_soon_is_marked_and_what_is_over_gives_no_work(desks: Desks) -> None:
    manager = desks["manager"]
    manager.post(PATH, _given(desks, valid_until_on=_day(10)))
    assert "ends soon" in manager.get(PATH).content.decode()
    manager.post(PATH, _given(desks, kind="complaint", valid_until_on=_day(-2)))
    text = manager.get(f"{PATH}?kind=complaint").content.decode()
    assert "over: no such work" in text
    assert "ends soon" not in text


@pytest.mark.covers("CB-10")
def test_a_training_is_ended_before_its_time_and_never_made_longer(desks: Desks) -> None:
    manager = desks["manager"]
    manager.post(PATH, _given(desks, valid_until_on=_day(300)))
    record = Competence.objects.get(kind="call_back")
    page = f"{PATH}/{record.pk}"
    assert "End it before its time" in manager.get(page).content.decode()
    longer = manager.post(page, {"valid_until_on": _day(400)})
    assert longer.status_code == 422
    assert "grant it again" in longer.content.decode()
    assert manager.post(page, {"valid_until_on": _day(-3)}).status_code == 302
    assert "call_back" not in queries.competences_of(record.staff_id, NOW)


def test_nobody_but_a_manager_puts_one_on_record(desks: Desks) -> None:
    assert desks["agent"].get(PATH).status_code == 403
    lead = desks["team_lead"]
    assert "Put a training on record" not in lead.get(PATH).content.decode()
    assert lead.post(PATH, _given(desks)).status_code == 422
    assert not Competence.objects.filter(kind="call_back").exists()


def test_a_manager_does_not_train_themself(desks: Desks) -> None:
    own = _given(desks, staff=str(desks.world.staff["manager"].pk))
    assert desks["manager"].post(PATH, own).status_code == 422


@pytest.mark.parametrize(
    "changes",
    [
        {"staff": "999999"},
        {"staff": "x"},
        {"kind": ""},
        {"valid_from_on": "yesterday"},
        {"valid_until_on": "2001-01-01"},
        {"reference": "x" * 61},
    ],
)
def test_what_does_not_fit_comes_back_with_what_was_typed(
    desks: Desks, changes: dict[str, str]
) -> None:
    answer = desks["manager"].post(PATH, _given(desks, **changes))
    assert answer.status_code in (404, 422)
    assert not Competence.objects.filter(kind="call_back").exists()


def test_a_record_of_another_branch_is_not_there(desks: Desks) -> None:
    west = desks.world.staff["west"]
    record = Competence.objects.create(staff=west, kind="call_back", valid_from_on=NOW.date())
    assert desks["team_lead"].get(f"{PATH}/{record.pk}").status_code == 404
    assert desks["manager"].get(f"{PATH}/{record.pk}").status_code == 200
