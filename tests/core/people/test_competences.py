"""Trainings with their dates: granted by a manager, ended early, never made longer."""

from __future__ import annotations

from datetime import date

import pytest

from tests.core.people.house import START, House, later, staff
from yinuo.core.people import commands as people
from yinuo.core.people import queries, rules
from yinuo.core.people.models import Competence, Staff


def _grant(house: House, colleague: Staff, **given: object) -> Competence:
    values: dict[str, object] = {
        "kind": "call_back",
        "valid_from_on": date(2026, 1, 1),
        "by": house.by_manager,
        **given,
    }
    return people.grant_competence(staff=colleague, at=START, **values)  # type: ignore[arg-type]


def test_a_record_tells_who_granted_it_and_when(house: House) -> None:
    record = _grant(house, staff(house.north, "agent"))
    assert (record.by, record.at) == (house.by_manager.id, START)


def test_work_ends_with_the_day_on_which_the_training_ends(house: House) -> None:
    agent = staff(house.north, "agent")
    record = _grant(house, agent)
    assert queries.competences_of(agent.pk, START) == {"call_back"}
    ended = people.end_competence(
        competence=record, on=date(2026, 3, 3), by=house.by_north_manager, at=START
    )
    assert (ended.ended_by, ended.ended_at) == (house.by_north_manager.id, START)
    assert queries.competences_of(agent.pk, later("30 days")) == frozenset()
    assert not queries.has_competence(agent.pk, "call_back", later("30 days"))


def test_a_record_made_by_mistake_can_be_ended_before_it_began(house: House) -> None:
    agent = staff(house.north, "agent")
    record = _grant(house, agent)
    people.end_competence(competence=record, on=date(2025, 12, 31), by=house.by_manager, at=START)
    assert queries.competences_of(agent.pk, START) == frozenset()


def test_a_training_is_not_made_longer_without_a_new_proof(house: House) -> None:
    record = _grant(house, staff(house.north, "agent"), valid_until_on=date(2026, 6, 30))
    for day in (date(2026, 6, 30), date(2027, 6, 30)):
        with pytest.raises(people.CompetenceNotShorter) as refusal:
            people.end_competence(competence=record, on=day, by=house.by_manager, at=START)
        assert refusal.value.field == "valid_until_on"


def test_only_a_manager_of_the_branch_ends_it_and_nobody_their_own(house: House) -> None:
    south = _grant(house, staff(house.south, "agent"))
    for stranger in (house.by_north_manager, house.by_agent):
        with pytest.raises(rules.NotForYou):
            people.end_competence(competence=south, on=date(2026, 2, 1), by=stranger, at=START)
    own = Competence.objects.create(
        staff=house.manager, kind="call_back", valid_from_on=date(2026, 1, 1)
    )
    with pytest.raises(people.NotYourOwnRoles):
        people.end_competence(competence=own, on=date(2026, 2, 1), by=house.by_manager, at=START)


def test_the_records_of_another_branch_are_not_there(house: House) -> None:
    _grant(house, staff(house.south, "agent"))
    here = _grant(house, staff(house.north, "agent"))
    assert list(queries.competences_visible_to(house.by_north_manager)) == [here]
    assert queries.competences_visible_to(house.by_manager).count() == 2
