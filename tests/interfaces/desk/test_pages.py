"""Today, search, intake and the case page, as people use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.claims import commands as claims
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.people.models import AccessRecord
from yinuo.kit import queue

PAGES = ("/desk/", "/desk/?whose=branch", "/desk/?lane=overdue", "/desk/search?q=P-100")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_sign_in_asks_for_it(client: Client, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_today_lists_my_claim_with_its_promise_and_counts_that_are_links(desks: Desks) -> None:
    case = house.report(desks.world).case
    page = desks["agent"].get("/desk/").content.decode()
    assert case.number in page
    assert "data-promise" in page
    assert re.search(r'href="/desk/\?whose=mine&amp;lane=next_hour"[^>]*>Within the hour', page)
    other = desks["west"].get("/desk/?whose=branch").content.decode()
    assert case.number not in other


def test_a_filter_of_today_answers_with_the_list_alone(desks: Desks) -> None:
    house.report(desks.world)
    headers = {"HX-Request": "true", "HX-Target": "today"}
    part = desks["agent"].get("/desk/?whose=branch", headers=headers).content.decode()
    assert part.lstrip().startswith('<div class="stack wide" id="today">')


def test_today_costs_the_same_with_one_claim_and_with_ten(desks: Desks) -> None:
    house.report(desks.world)
    client = desks["agent"]
    client.get("/desk/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/desk/")
    for _again in range(9):
        house.report(desks.world)
    with CaptureQueriesContext(connection) as ten:
        client.get("/desk/")
    assert len(ten) == len(one)
    assert len(ten) <= 16


@pytest.mark.parametrize("words", ["P-100", "沪A12345", "沪A1", "13900000001", "0001", "样例客户"])
def test_search_finds_by_policy_plate_phone_and_name(desks: Desks, words: str) -> None:
    case = house.report(desks.world).case
    page = desks["agent"].get("/desk/search", {"q": words}).content.decode()
    assert case.number in page
    assert case.number not in desks["west"].get("/desk/search", {"q": words}).content.decode()


def test_search_finds_by_number_and_by_its_beginning(desks: Desks) -> None:
    case = house.report(desks.world).case
    for words in (case.number, case.number.lower().replace("-", ""), case.number[:8]):
        assert case.number in desks["agent"].get("/desk/search", {"q": words}).content.decode()


def test_search_takes_few_statements(desks: Desks) -> None:
    house.report(desks.world)
    client = desks["agent"]
    for words in ("P-100", "13900000001", "样例"):
        with CaptureQueriesContext(connection) as asked:
            client.get("/desk/search", {"q": words})
        assert len(asked) <= 14, words


@pytest.mark.covers("FNOL-3", "FNOL-4", "FNOL-6", "FNOL-14")
def test_the_agent_looks_the_caller_up_and_takes_the_report(desks: Desks) -> None:
    client = desks["agent"]
    found = client.get("/desk/claims/new", {"q": "13900000001"}).content.decode()
    assert "policy=P-100" in found
    page = client.get("/desk/claims/new", {"policy": "P-100"}).content.decode()
    assert "样例客户甲" in page
    assert 'name="plate"' not in page
    answer = client.post("/desk/claims/new", house.form())
    assert answer.status_code == 303, answer.content.decode()
    number = Case.objects.get().number
    assert answer["Location"] == f"/desk/claims/{number}/read-out"
    told = client.get(answer["Location"]).content.decode()
    assert number in told
    assert "agent 员工" in told
    assert "data-promise" in told


@pytest.mark.covers("FNOL-5")
def test_what_was_typed_is_kept_beside_what_is_wrong(desks: Desks) -> None:
    answer = desks["agent"].post(
        "/desk/claims/new", house.form(place="", losses__0__estimate="many", circumstances="追尾")
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "追尾" in page
    assert 'value="many"' in page
    assert 'href="#id_place"' in page
    assert "Please fill in this field." in page
    assert not Case.objects.exists()


def test_losses_are_added_and_removed_without_a_script(desks: Desks) -> None:
    client = desks["agent"]
    page = client.post("/desk/claims/new", house.form(add="losses", place="桥头")).content.decode()
    assert 'name="losses-1-kind"' in page
    assert "桥头" in page
    assert not Case.objects.exists()
    two = house.form(losses__1__kind="property", losses__1__title="护栏", remove="losses-1")
    page = client.post("/desk/claims/new", two).content.decode()
    assert 'name="losses-1-kind"' not in page


def test_a_possible_duplicate_is_shown_before_anything_is_saved(desks: Desks) -> None:
    client = desks["agent"]
    client.post("/desk/claims/new", house.form())
    first = Case.objects.get().number
    answer = client.post("/desk/claims/new", house.form(circumstances="再次来电"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert first in page
    assert 'name="confirmed_new"' in page
    assert "再次来电" in page
    assert Case.objects.count() == 1
    answer = client.post("/desk/claims/new", house.form(confirmed_new="on"))
    assert answer.status_code == 303
    assert Case.objects.count() == 2


@pytest.mark.covers("FNOL-7", "CRM-5")
def test_the_case_page_shows_who_what_next_and_is_put_on_record(desks: Desks) -> None:
    case = house.report(desks.world).case
    page = desks["agent"].get(f"/desk/claims/{case.number}").content.decode()
    assert "样例客户甲" in page
    assert "13900000001" not in page
    assert "Claim reported" in page
    assert f"/desk/claims/{case.number}/registration" in page
    assert "The customer will be told" in page
    assert AccessRecord.objects.filter(case=case, what="desk.case").exists()


def test_the_whole_phone_number_is_shown_on_record_only(desks: Desks) -> None:
    case = house.report(desks.world).case
    client = desks["agent"]
    assert client.get(f"/desk/claims/{case.number}/phone").status_code == 405
    page = client.post(f"/desk/claims/{case.number}/phone").content.decode()
    assert "13900000001" in page
    assert AccessRecord.objects.filter(case=case, what="desk.case.phone").count() == 1


@pytest.mark.parametrize("suffix", ["", "/read-out"])
def test_the_case_of_another_branch_looks_like_no_case(desks: Desks, suffix: str) -> None:
    case = house.report(desks.world).case
    west = desks["west"]
    assert west.get(f"/desk/claims/{case.number}{suffix}").status_code == 404
    assert west.get(f"/desk/claims/C26-0009999-0{suffix}").status_code == 404
    assert west.get(f"/desk/claims/nonsense{suffix}").status_code == 404


@pytest.mark.parametrize(
    ("role", "today", "intake"),
    [
        ("agent", 200, 200),
        ("team_lead", 200, 200),
        ("surveyor", 200, 403),
        ("assessor", 200, 403),
        ("cashier", 200, 403),
        ("auditor", 200, 403),
        ("operator", 200, 403),
    ],
)
def test_pages_open_for_those_whose_work_they_are(
    desks: Desks, role: str, today: int, intake: int
) -> None:
    case = house.report(desks.world).case
    client = desks[role]
    assert client.get("/desk/").status_code == today
    assert client.get("/desk/search?q=P-100").status_code == 200
    assert client.get("/desk/claims/new").status_code == intake
    case_page = client.get(f"/desk/claims/{case.number}")
    assert case_page.status_code == (404 if role == "operator" else 200)


def test_a_case_with_two_hundred_lines_is_one_page_of_few_statements(desks: Desks) -> None:
    case = house.report(desks.world).case
    agent = desks.world["agent"]
    for minute in range(200):
        at = NOW + timedelta(seconds=minute)
        cases.record(case=case, type="claim.contacted", data={}, by=agent, at=at)
    client = desks["agent"]
    client.get(f"/desk/claims/{case.number}")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(f"/desk/claims/{case.number}")
    assert answer.status_code == 200
    assert len(asked) <= 15, "\n".join(one["sql"][:160] for one in asked)
    assert "Show earlier" in answer.content.decode()


@pytest.mark.covers("FNOL-9", "WF-6")
def test_a_death_makes_a_major_claim_with_its_own_promise_of_contact(desks: Desks) -> None:
    client = desks["agent"]
    answer = client.post("/desk/claims/new", house.form(dead="1", losses__0__severity="severe"))
    told = client.get(answer["Location"]).content.decode()
    assert "Major claim" in told
    case = Case.objects.get()
    with queue.capture():
        claims.register(case=case, by=desks.world["agent"], at=NOW + timedelta(minutes=2))
        claims.dispatch(case=case, by=desks.world["agent"], at=NOW + timedelta(minutes=3))
    page = client.get(f"/desk/claims/{case.number}").content.decode()
    assert "Major claim" in page
    assert "We call you in person" in page


@pytest.mark.covers("FNOL-13")
def test_a_policy_that_had_not_begun_is_a_doubt_for_the_agent_and_no_refusal(desks: Desks) -> None:
    client = desks["agent"]
    long_ago = (NOW - timedelta(days=200)).strftime("%Y-%m-%dT%H:%M")
    answer = client.post("/desk/claims/new", house.form(accident_at=long_ago))
    assert answer.status_code == 303, answer.content.decode()
    told = client.get(answer["Location"]).content.decode()
    assert "The policy had not begun at the time of the accident" in told
    assert "For you, not to be read out" in told


def test_the_file_tells_what_was_told_at_the_sale(desks: Desks) -> None:
    case = house.report(desks.world).case
    page = desks["agent"].get(f"/desk/claims/{case.number}").content.decode()
    assert "What was told at the sale" in page
    assert "The deductible" in page
    assert "sms-1" in page


def test_the_timeline_is_filtered_by_the_address(desks: Desks) -> None:
    case = house.report(desks.world).case
    client = desks["agent"]
    page = client.get(f"/desk/claims/{case.number}?show=messages").content.decode()
    assert "Told the customer" in page
    assert "Claim reported: By phone" not in page
    for odd in ("?show=nonsense", "?before=x", "?before=1", "?before=99999999999"):
        assert client.get(f"/desk/claims/{case.number}{odd}").status_code == 200


@pytest.mark.parametrize("after", ["x", "2026-01-01T00:00:00+00:00~x", "~", "9999"])
def test_a_place_in_the_list_that_is_not_ours_begins_at_the_beginning(
    desks: Desks, after: str
) -> None:
    house.report(desks.world)
    page = desks["agent"].get("/desk/", {"lane": "next_hour", "whose": "branch", "after": after})
    assert page.status_code == 200
