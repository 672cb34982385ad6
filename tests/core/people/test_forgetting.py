"""Codes and answers go when their time is over; how many goes on record, and whose does not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.core.people.house import START, House, case_of, person
from yinuo.core.cases.models import Case
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM
from yinuo.core.people.commands import Forgotten, forgetting
from yinuo.core.people.models import AccessRecord, ApiAnswer, ApiClient, SignInCode
from yinuo.core.people.rulefile import PeopleRules
from yinuo.core.rulebook import queries as rulebook


@pytest.fixture
def case(house: House) -> Case:
    return case_of(person(house.north))


def issue(case: Case, at: datetime) -> None:
    people.issue_sign_in_code(case_id=case.pk, person_id=case.customer_id, by=SYSTEM, at=at)


def answer(house: House, key: str, at: datetime) -> None:
    client, _ = ApiClient.objects.get_or_create(
        name="a program", defaults={"branch": house.north, "roles": [], "created_at": START,
                                    "key_hash": b"0" * 32},
    )  # fmt: skip
    ApiAnswer.objects.create(
        client=client, key=key, request_hash=b"1" * 32, status=201, body={}, answered_at=at
    )


def test_what_is_over_goes_and_what_may_still_be_asked_for_stays(house: House, case: Case) -> None:
    rules = rulebook.rules(PeopleRules, at=START)
    spent = rules.codes.valid_for.value.after(START)
    over = spent + rules.codes.kept_for.value.elapsed() + timedelta(minutes=1)
    issue(case, START)
    issue(case, over - rules.codes.kept_for.value.elapsed())
    answer(house, "old", over - rules.answers.kept_for.value.elapsed() - timedelta(minutes=1))
    answer(house, "young", over - rules.answers.kept_for.value.elapsed())

    assert people.forget_old_ways_in(by=SYSTEM, at=over) == Forgotten(codes=1, answers=1)

    assert SignInCode.objects.get().made_at > START
    assert ApiAnswer.objects.get().key == "young"
    recorded = AccessRecord.objects.filter(case=None).order_by("pk")
    assert [(one.actor, one.what, one.count) for one in recorded] == [
        (SYSTEM.id, "forgotten:sign_in_codes", 1),
        (SYSTEM.id, "forgotten:api_answers", 1),
    ]


def test_when_nothing_is_over_nothing_is_recorded(house: House, case: Case) -> None:
    issue(case, START)
    assert people.forget_old_ways_in(by=SYSTEM, at=START) == Forgotten(codes=0, answers=0)
    assert not AccessRecord.objects.exists()


def test_a_backlog_goes_in_batches_each_with_its_record(
    house: House, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "BATCH", 2)
    for number in range(5):
        answer(house, str(number), START)
    assert people.forget_old_ways_in(by=SYSTEM, at=START + timedelta(days=400)).answers == 5
    assert list(AccessRecord.objects.order_by("pk").values_list("count", flat=True)) == [2, 2, 1]
