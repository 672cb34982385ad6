from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.core.people import rules
from yinuo.core.people.actors import SYSTEM, Actor, customer_actor, staff_actor


def staff_at(path: str, *roles: str) -> Actor:
    return staff_actor(staff_id=1, roles=list(roles), branch_id=1, branch_path=path)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("21:00-09:00", "21:00-09:00"),
        ("9:00 – 21:00", "09:00-21:00"),
        ("２１：００－０９：００", "21:00-09:00"),
        ("22:00至7:30", "22:00-07:30"),
    ],
)
def test_hours_of_silence_are_kept_in_one_spelling(written: str, kept: str) -> None:
    assert rules.clean_quiet_hours(written) == kept


@pytest.mark.parametrize("written", ["24:00-09:00", "21:00", "evening", "9:00-09:00", "1-2"])
def test_hours_of_silence_that_mean_nothing_are_refused(written: str) -> None:
    with pytest.raises(rules.NotQuietHours) as refusal:
        rules.clean_quiet_hours(written)
    assert refusal.value.field == "do_not_disturb"


@pytest.mark.parametrize("phone", ["13800001234", "01088886666", "+85291234567", "4008001234", ""])
def test_phones_that_can_be_dialled_are_taken(phone: str) -> None:
    assert rules.check_phone(phone) == phone


@pytest.mark.parametrize("phone", ["1380000123", "138000012345", "12", "ABC1234567", "+1", "13A"])
def test_phones_with_a_digit_too_few_or_too_many_are_refused(phone: str) -> None:
    with pytest.raises(rules.NotAPhone):
        rules.check_phone(phone)


def test_an_id_number_with_one_wrong_digit_is_noticed() -> None:
    good = "11010519491231002X"
    assert rules.check_id_number(good) == good
    for place in range(17):
        digit = str((int(good[place]) + 1) % 8 + 1)
        wrong = good[:place] + digit + good[place + 1 :]
        if wrong != good:
            with pytest.raises(rules.NotAnIdNumber):
                rules.check_id_number(wrong)


@pytest.mark.parametrize("number", ["E12345678", "91350100M000100Y43", "913501000001001043", ""])
def test_passports_and_company_codes_are_taken_as_they_are(number: str) -> None:
    assert rules.check_id_number(number) == number


def test_text_loses_stray_spaces_but_never_hides_what_cannot_be_seen() -> None:
    assert rules.clean_text("  王  小明\n", field="name", most=80) == "王 小明"
    with pytest.raises(rules.NotPlainText):
        rules.clean_text("王\x00小明", field="name", most=80)
    with pytest.raises(rules.Missing):
        rules.clean_text(" \t ", field="name", most=80)
    with pytest.raises(rules.TooLong) as refusal:
        rules.clean_text("x" * 81, field="name", most=80)
    assert refusal.value.params == {"most": 80, "count": 81}


def test_roles_are_known_ones_once_each() -> None:
    assert rules.check_roles(["manager", "agent", "agent"]) == ["agent", "manager"]
    with pytest.raises(rules.NotOneOf) as refusal:
        rules.check_roles(["agent", "boss"])
    assert refusal.value.params["given"] == "boss"
    with pytest.raises(rules.Missing):
        rules.check_roles([])
    for pseudo in ("customer", "system"):
        with pytest.raises(rules.NotOneOf):
            rules.check_roles([pseudo])


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
def test_going_upwards_ends_at_the_root_and_every_step_covers_the_start(ids: list[int]) -> None:
    path = "".join(f"{one}." for one in ids)
    steps = list(rules.upwards(path))
    assert len(steps) == len(ids)
    assert steps[0] == path
    assert rules.is_root(steps[-1])
    assert all(path.startswith(step) for step in steps)


def test_a_branch_does_not_see_the_branch_whose_number_begins_like_its_own() -> None:
    agent = staff_at("1.4.", "agent")
    assert rules.in_subtree(agent, "1.4.")
    assert rules.in_subtree(agent, "1.4.9.")
    assert not rules.in_subtree(agent, "1.40.")
    assert not rules.in_subtree(agent, "1.")


def test_auditors_and_managers_of_the_head_office_see_everything_other_trees_too() -> None:
    for role in ("auditor", "manager"):
        assert rules.in_subtree(staff_at("1.", role), "2.7.")
        assert not rules.in_subtree(staff_at("1.4.", role), "1.5.")
    assert not rules.in_subtree(staff_at("1.", "agent"), "2.7.")


def test_an_operator_sees_no_customer_and_a_customer_has_no_branch() -> None:
    assert not rules.sees_customers(staff_at("1.", "operator"))
    assert rules.sees_customers(staff_at("1.", "operator", "agent"))
    assert not rules.sees_customers(customer_actor(person_id=3))
    assert not rules.in_subtree(customer_actor(person_id=3), "1.")
    assert rules.sees_customers(SYSTEM)


def test_a_competence_holds_on_its_first_and_its_last_day() -> None:
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    assert rules.competence_holds(first, last, first)
    assert rules.competence_holds(first, last, last)
    assert not rules.competence_holds(first, last, date(2026, 4, 1))
    assert not rules.competence_holds(first, last, date(2026, 2, 28))
    assert rules.competence_holds(first, None, date(2096, 1, 1))
