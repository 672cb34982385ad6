from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START, Office
from yinuo.areas.claims.models import Claim
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Person
from yinuo.core.policies.models import Policy, Vehicle
from yinuo.kit.crypto import Secret, blind_index, last_four_index
from yinuo.overview.search import SHOWN, Why, search

PHONE = "13900012345"


@pytest.fixture
def case(office: Office) -> Case:
    Person.objects.filter(pk=office.customer.pk).update(
        name="欧阳若澜",
        phone_index=blind_index(Secret.PHONE, PHONE),
        phone_last4_index=last_four_index(Secret.PHONE, PHONE),
    )
    return claim(office, "京A12345", "PDAA202600001")


def claim(office: Office, plate: str, policy: str) -> Case:
    made = office.open()
    vehicle = Vehicle.objects.create(plate=plate, make="大众")
    sold = Policy.objects.create(
        number=policy,
        product="motor",
        holder=office.customer,
        vehicle=vehicle,
        branch=office.branch,
        starts_at=START,
        ends_at=datetime(2027, 3, 2, tzinfo=UTC),
        premium=1,
    )
    Claim.objects.create(
        case=made,
        policy=sold,
        plate=plate,
        accident_at=START,
        accident_on=START.date(),
        reported_at=START,
        door="web",
        place="x",
        cause="collision",
    )
    return made


def found(actor: Actor, text: str) -> list[tuple[str, Why]]:
    return [(hit.case.number, hit.why) for hit in search(actor, text).hits]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("京A12345", Why.PLATE),
        ("京a·12345", Why.PLATE),
        ("京A12", Why.PLATE),
        ("pdaa202600001", Why.POLICY),
        ("PDAA2026", Why.POLICY),
        ("139 0001 2345", Why.PHONE),
        ("+86 13900012345", Why.PHONE),
        ("2345", Why.PHONE),
        ("欧阳若澜", Why.NAME),
        ("欧", Why.NAME),
        (" 欧阳 ", Why.NAME),
    ],
)
def test_a_case_is_found_by_what_people_know(
    office: Office, case: Case, text: str, why: Why
) -> None:
    assert found(office.by_agent, text) == [(case.number, why)]


def test_a_case_number_is_found_whole_or_begun_and_however_it_is_written(
    office: Office, case: Case
) -> None:
    written = case.number
    for text in (
        written,
        written.lower(),
        written.replace("-", ""),
        written.replace("-", " "),
        written[:8],
    ):
        assert found(office.by_agent, text) == [(written, Why.NUMBER)], text


@pytest.mark.parametrize("text", ["", " ", "a", "%", "_", "\\", "若澜", "京B", "13900012346", "😀"])
def test_what_fits_nothing_finds_nothing(office: Office, case: Case, text: str) -> None:
    assert found(office.by_agent, text) == []
    assert case.number


def test_another_branch_finds_nothing(office: Office, case: Case) -> None:
    stranger = Office().by_agent

    for text in (case.number, "京A12345", "PDAA202600001", PHONE, "2345", "欧阳若澜"):
        assert found(stranger, text) == [], text


def test_customers_and_operators_do_not_search(office: Office, case: Case) -> None:
    operator = trial.actor(trial.staff(office.branch, "operator"))

    for actor in (operator, office.by_customer):
        assert found(actor, case.number) == []


def test_no_more_than_a_page_is_shown_and_says_so(office: Office) -> None:
    Person.objects.filter(pk=office.customer.pk).update(name="欧阳若澜")
    opened = office.open_many(SHOWN + 1)

    answer = search(office.by_agent, "欧阳")

    assert len(answer.hits) == SHOWN
    assert answer.more
    assert answer.hits[0].case.number == opened[-1].number


def test_one_case_found_in_two_ways_is_shown_once(office: Office, case: Case) -> None:
    Policy.objects.update(number="京A1")

    assert found(office.by_agent, "京A1") == [(case.number, Why.PLATE)]
