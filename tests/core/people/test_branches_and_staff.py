from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate

from tests.core.people.house import START, House, actor, later, staff, statements
from yinuo.core.people import commands as people
from yinuo.core.people import queries, rules
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Branch, Competence, Staff

GOOD = "correct horse battery"


def test_the_path_of_a_branch_lists_the_way_from_the_root(house: House) -> None:
    assert house.root.path == f"{house.root.pk}."
    assert house.harbour.path == f"{house.root.pk}.{house.north.pk}.{house.harbour.pk}."
    below = queries.subtree(house.north.path)
    assert list(below) == [house.north, house.harbour]


def test_a_manager_adds_branches_below_the_own_one_only(house: House) -> None:
    def add(code: str, parent: Branch | None, by: Actor) -> Branch:
        return people.create_branch(name="New", code=code, parent=parent, by=by, at=START)

    assert add("N1", house.north, house.by_north_manager).parent == house.north
    for parent in (house.south, house.root, None):
        with pytest.raises(rules.NotForYou):
            add("N2", parent, house.by_north_manager)
    with pytest.raises(rules.NotForYou):
        add("N2", None, house.by_manager)
    with pytest.raises(rules.NotForYou):
        add("N2", house.north, house.by_agent)


def test_a_branch_code_is_given_once(house: House) -> None:
    before = Branch.objects.count()
    with pytest.raises(people.BranchCodeTaken) as refusal:
        people.create_branch(
            name="Twin", code=house.north.code, parent=house.root, by=SYSTEM, at=START
        )
    assert refusal.value.field == "code"
    assert Branch.objects.count() == before


def hire(house: House, by: Actor, username: str = "newcomer", **given: Any) -> Staff:
    values: dict[str, Any] = {
        "name": "Newcomer", "branch": house.north, "roles": ["agent"], "password": GOOD, **given
    }  # fmt: skip
    return people.hire_staff(username=username, by=by, at=START, **values)


def test_a_hired_colleague_signs_in_and_only_the_hash_is_kept(house: House) -> None:
    hired = hire(house, house.by_north_manager, username="  NewComer ")

    hired.refresh_from_db()
    assert hired.username == "newcomer"
    assert GOOD not in hired.password
    assert hired.check_password(GOOD)
    assert not hired.check_password("wrong")
    assert Staff.objects.get_by_natural_key("NEWCOMER") == hired


def test_without_a_password_nobody_signs_in(house: House) -> None:
    hired = hire(house, SYSTEM, password=None)
    assert not hired.has_usable_password()
    assert authenticate(username=hired.username, password="") is None


@pytest.mark.parametrize(
    ("given", "refusal", "field"),
    [
        ({"roles": ["agent", "wizard"]}, rules.NotOneOf, "roles"),
        ({"roles": []}, rules.Missing, "roles"),
        ({"password": "short"}, people.PasswordTooWeak, "password"),
        ({"password": "password123"}, people.PasswordTooWeak, "password"),
        ({"email": "nobody"}, people.NotAnEmail, "email"),
        ({"language": "xx"}, rules.NotOneOf, "language"),
        ({"name": " "}, rules.Missing, "name"),
        ({"username": ""}, rules.Missing, "username"),
    ],
)
def test_a_bad_entry_is_refused_with_its_field_and_nobody_is_hired(
    house: House, given: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    before = Staff.objects.count()
    with pytest.raises(refusal) as caught:
        hire(house, SYSTEM, **given)
    assert getattr(caught.value, "field", None) == field
    assert Staff.objects.count() == before


def test_two_colleagues_cannot_sign_in_under_one_name_whatever_its_case(house: House) -> None:
    hire(house, SYSTEM)
    with pytest.raises(people.UsernameTaken):
        hire(house, SYSTEM, username="NEWCOMER")


def test_only_a_manager_of_the_branch_hires(house: House) -> None:
    for by in (house.by_agent, actor(staff(house.south, "manager"))):
        with pytest.raises(rules.NotForYou):
            hire(house, by)


def test_nobody_changes_their_own_roles_but_everybody_their_own_phone(house: House) -> None:
    manager = house.north_manager
    with pytest.raises(people.NotYourOwnRoles):
        people.change_staff(staff=manager, roles=["approver"], by=actor(manager), at=START)

    changed = people.change_staff(
        staff=manager, work_phone="010-88886666", on_duty=False, by=actor(manager), at=START
    )
    assert (changed.work_phone, changed.on_duty, changed.roles) == (
        "010-88886666", False, ["manager"],
    )  # fmt: skip


def test_a_manager_cannot_send_a_colleague_where_the_manager_does_not_reach(house: House) -> None:
    by = house.by_north_manager
    moved = people.change_staff(staff=house.agent, branch=house.harbour, by=by, at=START)
    assert moved.branch == house.harbour
    with pytest.raises(rules.NotForYou):
        people.change_staff(staff=house.agent, branch=house.south, by=by, at=START)
    with pytest.raises(rules.NotForYou):
        people.change_staff(staff=house.manager, is_active=False, by=by, at=START)


def test_a_closed_account_acts_no_more(house: House) -> None:
    people.change_staff(staff=house.agent, is_active=False, by=house.by_manager, at=START)
    with pytest.raises(queries.AccountClosed):
        queries.actor_of_staff(Staff.objects.get(pk=house.agent.pk))


def test_the_actor_of_a_colleague_costs_one_statement(house: House) -> None:
    user = Staff.objects.get(pk=house.agent.pk)
    with statements(1):
        found = queries.actor_of_staff(user)
    assert found.branch_path == house.north.path
    assert found.staff_id == house.agent.pk
    loaded = Staff.objects.select_related("branch").get(pk=house.agent.pk)
    with statements(0):
        assert queries.actor_of_staff(loaded) == found


def test_colleagues_of_other_branches_look_as_if_they_were_not_there(house: House) -> None:
    assert queries.staff_for(house.by_manager, house.agent.pk) == house.agent
    other = staff(house.south, "agent")
    for stranger in (house.by_north_manager, house.by_agent):
        with pytest.raises(queries.StaffNotFound):
            queries.staff_for(stranger, other.pk)
    with pytest.raises(queries.BranchNotFound):
        queries.branch_for(house.by_agent, house.south.pk)
    assert queries.branch_for(house.by_agent, house.harbour.pk) == house.harbour


# Who may do the work -------------------------------------------------------------------------


def grant(house: House, colleague: Staff, **given: object) -> Competence:
    values: dict[str, object] = {"kind": "motor_survey", "valid_from_on": date(2026, 1, 1), **given}
    return people.grant_competence(
        staff=colleague, by=house.by_manager, at=START, **values  # type: ignore[arg-type]
    )  # fmt: skip


def test_work_goes_to_those_who_see_the_case_the_nearest_first(house: House) -> None:
    below = staff(house.harbour, "surveyor")
    here = staff(house.north, "surveyor")
    above = staff(house.root, "surveyor")
    staff(house.south, "surveyor")
    staff(house.north, "assessor")

    with statements(1):
        found = queries.staff_with("surveyor", house.north.path, START)
        assert [one.branch.path for one in found] == [house.north.path, house.root.path]
    assert found == [here, above]
    assert queries.staff_with("surveyor", house.harbour.path, START) == [below, here, above]


def test_who_is_off_duty_or_gone_gets_no_work(house: House) -> None:
    off = staff(house.north, "surveyor", on_duty=False)
    gone = staff(house.north, "surveyor")
    people.change_staff(staff=gone, is_active=False, by=SYSTEM, at=START)

    assert queries.staff_with("surveyor", house.north.path, START) == []
    assert queries.staff_with("surveyor", house.north.path, START, on_duty=False) == [off]


def test_without_a_valid_competence_there_is_no_work_of_it(house: House) -> None:
    surveyor = staff(house.north, "surveyor")

    def able(at: str) -> bool:
        moment = later(at)
        found = queries.staff_with("surveyor", house.north.path, moment, skill="motor_survey")
        assert queries.has_competence(surveyor.pk, "motor_survey", moment) == bool(found)
        return bool(found)

    assert not able("0 days")
    grant(house, surveyor, valid_until_on=date(2026, 3, 10))
    assert able("0 days")
    # The last day is a day in Shanghai: it ends at 16:00 UTC.
    assert able("205 hours")  # 10 March, 23:00
    assert not able("206 hours")  # 11 March, 00:00
    grant(house, surveyor, kind="marine_survey")
    assert not able("9 days")


def test_a_competence_that_ends_before_it_starts_is_refused(house: House) -> None:
    with pytest.raises(rules.EndsBeforeItStarts):
        grant(house, house.agent, valid_until_on=date(2025, 12, 31))
    with pytest.raises(people.NotYourOwnRoles):
        grant(house, house.manager)
    assert not Competence.objects.exists()


# Who is told when it is late -----------------------------------------------------------------


def test_the_nearest_lead_upwards_is_told(house: House) -> None:
    north_lead = staff(house.north, "team_lead")
    root_lead = staff(house.root, "team_lead")

    assert queries.leads_of(house.harbour.path, "team_lead") == [north_lead]
    assert queries.leads_of(house.south.path, "team_lead") == [root_lead]
    assert queries.leads_of(house.harbour.path, "complaint_officer") == []


def test_a_lead_on_duty_further_up_goes_before_a_nearer_one_who_is_not(house: House) -> None:
    away = staff(house.harbour, "team_lead", on_duty=False)
    assert queries.leads_of(house.harbour.path, "team_lead") == [away]
    near = staff(house.north, "team_lead")
    assert queries.leads_of(house.harbour.path, "team_lead") == [near]


def test_a_thousand_escalations_cost_one_statement_for_each_role(house: House) -> None:
    staff(house.north, "team_lead")
    leads = queries.Leads()
    with statements(2):
        for path in [house.north.path, house.harbour.path, house.south.path] * 100:
            leads.of(path, "team_lead")
            assert leads.of(path, "manager")[0].branch.path in path
