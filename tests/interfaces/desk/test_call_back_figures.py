"""The figures and the programme of call-backs through the desk."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import HAPPY, Asking
from tests.interfaces.desk.house import NOW
from tests.interfaces.desk.test_bench import browser, due
from tests.world import take_policy
from yinuo.areas.call_backs.models import CallBack, Measure
from yinuo.core.cases.models import Case
from yinuo.core.people.models import AccessRecord
from yinuo.core.policies.models import Policy
from yinuo.core.rulebook import commands as rulebook

FIGURES = "/desk/call-backs/figures"
PROGRAMME = "/desk/call-backs/programme"
QUALITIES = ("was_professional", "was_efficient", "was_transparent", "was_warm")


@pytest.fixture
def ask(db: None) -> Asking:
    """One call-back of five days ago, answered in the first hours with a low score."""
    ask = asking.build(at=NOW - timedelta(days=5))
    for question, raw in {**HAPPY, "satisfied": "2", QUALITIES[ask.case.pk % 4]: "4"}.items():
        ask.answer(question, raw)
    asking.finish(ask)
    return ask


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def _figure(text: str, code: str) -> str:
    found = re.search(rf'id="figure-{code}".*?</article>', text, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.covers("CB-5", "CB-29", "CB-32", "G-5", "G-7", "G-8", "G-9", "G-15")
def test_every_figure_stands_beside_its_target_with_n_and_what_it_proves(ask: Asking) -> None:
    text = _text(browser(ask, "team_lead"), FIGURES)
    coverage = _figure(text, "answered_last")
    assert "Answered within 72 hours" in coverage
    assert "1 of 1" in coverage
    assert "Target: at least 90.0 %" in coverage
    assert "too few answers" in coverage
    assert "at least 85 %" in _figure(text, "satisfied")
    for code in ("nps", "ces", "professional", "warm", "respect", "solved_in_time"):
        assert _figure(text, code), code


def test_with_fewer_answers_asked_for_the_index_and_its_interval_are_shown(ask: Asking) -> None:
    rulebook.revise_rule(
        key="call_back_figures.shown.least", value=1, why="A very small house.", source="test",
        in_force_from=NOW, by=ask.world["manager"], at=NOW,
    )  # fmt: skip
    text = _text(browser(ask, "team_lead"), FIGURES)
    assert "100.0 %" in _figure(text, "answered_last")
    assert "95-percent interval" in _figure(text, "answered_last")
    assert "not proven" in _figure(text, "answered_last")
    assert "missed" in _figure(text, "satisfied")


@pytest.mark.covers("CB-29", "CB-32")
@pytest.mark.parametrize("group", ["branch", "agent", "script", "channel", "programme"])
def test_figures_are_grouped_and_each_opens_its_cases(ask: Asking, group: str) -> None:
    lead = browser(ask, "team_lead")
    text = _text(lead, f"{FIGURES}?group={group}")
    table = text[: text.index('<div class="figures">')]
    links = re.findall(r'href="(/desk/call-backs/figures/cases\?[^"]*)"', table)
    assert links
    for link in links:
        shown = _text(lead, link.replace("&amp;", "&"))
        assert ask.case.number in shown
    assert AccessRecord.objects.filter(what="desk.call_backs.figure").exists()


@pytest.mark.covers("CB-32")
def test_every_number_of_the_page_opens_what_it_counts(ask: Asking) -> None:
    other = asking.open_one(ask.world, at=ask.at, policy="P-200")
    due(other)
    Case.objects.filter(pk=ask.case.pk).update(closed_at=NOW)
    CallBack.objects.filter(pk=ask.case.pk).update(satisfied=True, round=2)
    lead = browser(ask, "team_lead")
    text = _text(lead, FIGURES)
    codes = set(re.findall(r'id="figure-(\w+)"', text))
    for code in codes:
        shown = _figure(text, code)
        empty = re.search(r">\s*0 (of 0|answers)", shown) is not None
        assert ("figures/cases?figure=" in shown) != empty, code
    assert "2.0" in _figure(text, "rounds")
    facts = text[text.index('<dl class="facts">') :].partition("</dl>")[0]
    assert facts.count("<dd><a href=") == facts.count("<dd>")
    opened = {"rounds": ask, "by_link": ask, "waiting": other}
    for code, case in opened.items():
        shown = _text(lead, f"{FIGURES}/cases?figure={code}")
        assert (ask.case.number in shown) == (case is ask), code
        assert (other.number in shown) == (case is other), code
        assert "Those that do not" not in shown
    assert other.number not in _text(lead, f"{FIGURES}/cases?figure=by_phone")


@pytest.mark.covers("G-11")
def test_who_left_us_after_the_call_back_stands_beside_the_four_goals(ask: Asking) -> None:
    """A policy that ended a month ago and was not renewed; a renewed one is no loss."""
    long_ago = NOW - timedelta(days=60)
    Case.objects.filter(pk=ask.case.pk).update(opened_at=long_ago)
    other = asking.open_one(ask.world, at=long_ago, policy="P-200")
    ended = NOW - timedelta(days=31)
    Policy.objects.filter(holder=other.customer).update(ends_at=ended)
    Policy.objects.filter(holder=ask.case.customer).update(cancelled_at=ended)
    lead = browser(ask, "team_lead")
    assert "2 of 2" in _figure(_text(lead, FIGURES), "churned")
    renewed = take_policy(number="P-900", plate="沪B90000", at=NOW)
    Policy.objects.filter(pk=renewed.pk).update(holder=ask.case.customer)
    assert "1 of 2" in _figure(_text(lead, FIGURES), "churned")
    lost = _text(lead, f"{FIGURES}/cases?figure=churned&which=hit")
    assert other.number in lost
    assert ask.case.number not in lost
    stay = _text(lead, f"{FIGURES}/cases?figure=churned&which=miss")
    assert ask.case.number in stay
    assert "Customers lost" in _text(lead, PROGRAMME)


def test_cases_that_count_and_those_that_do_not_are_apart(ask: Asking) -> None:
    lead = browser(ask, "team_lead")
    cases = f"{FIGURES}/cases?figure=satisfied"
    assert ask.case.number in _text(lead, f"{cases}&which=miss")
    assert ask.case.number not in _text(lead, f"{cases}&which=hit")
    assert lead.get(f"{FIGURES}/cases?figure=beauty").status_code == 404
    strange = f"{FIGURES}/cases?figure=satisfied&group=branch&key=%00%27--"
    assert ask.case.number not in _text(lead, strange)


@pytest.mark.covers("CRM-2")
def test_taking_figures_away_is_put_on_record(ask: Asking) -> None:
    lead = browser(ask, "team_lead")
    answer = lead.get(f"{FIGURES}.csv?group=branch")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    row = next(one for one in rows if one["figure"] == "answered_last")
    assert (row["n"], row["hits"], row["value"], row["verdict"]) == ("1", "1", "", "too_few")
    (rounds,) = (one for one in rows if one["figure"] == "rounds")
    assert (rounds["n"], rounds["value"], rounds["verdict"]) == ("0", "", "")
    answer = lead.get(f"{FIGURES}/cases.csv?figure=satisfied&which=miss")
    text = answer.content.decode("utf-8-sig")
    assert ask.case.number in text
    assert "样例客户甲" not in text
    for what in ("desk.call_backs.figures.csv", "desk.call_backs.figure.csv"):
        assert AccessRecord.objects.filter(what=what).exists()


def test_a_group_without_a_name_is_not_taken_for_all_together(ask: Asking) -> None:
    answer = browser(ask, "team_lead").get(f"{FIGURES}.csv?group=agent")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    names = [one["Group"] for one in rows if one["figure"] == "satisfied"]
    assert names == ["All together", "Nobody on the phone"]


def test_another_branch_and_other_roles_see_no_figures_of_ours(ask: Asking) -> None:
    assert browser(ask, "agent").get(FIGURES).status_code == 403
    assert browser(ask, "operator").get(f"{FIGURES}.csv").status_code == 403
    west = ask.world.staff["west"]
    west.roles = ["team_lead"]
    west.save()
    assert "0 of 0" in _figure(_text(browser(ask, "west"), FIGURES), "answered_last")
    shown = _text(browser(ask, "west"), f"{FIGURES}/cases?figure=satisfied")
    assert ask.case.number not in shown


@pytest.mark.covers("RES-1", "RES-4")
def test_load_and_what_links_saved_are_told(ask: Asking) -> None:
    other = asking.open_one(ask.world, at=ask.at, policy="P-200")
    due(other)
    text = _text(browser(ask, "team_lead"), FIGURES)
    facts = dict(re.findall(r"<dt>([^<]*)</dt>\s*<dd[^>]*>\s*(?:<a[^>]*>)?([^<]*?)\s*<", text))
    assert facts["Calls waiting now"] == "1"
    assert facts["Trained people on duty"] == "1"
    assert facts["Calls that they can make a day"] == "240"
    assert facts["Answers by link"] == "1"
    assert facts["Hours that links saved"] == "0.1"
    assert facts["Cost that links saved"] == "¥6.00"


@pytest.mark.parametrize("query", ["?days=0", "?days=x&group=y", "?group=branch&key=%00", "?key=a"])
def test_an_odd_address_shows_the_usual_page(ask: Asking, query: str) -> None:
    assert browser(ask, "manager").get(f"{FIGURES}{query}").status_code == 200


# The programme -----------------------------------------------------------------------------------


def _measure(ask: Asking, **changes: str) -> dict[str, str]:
    return {
        "goal": "satisfied",
        "title": "Tell of delays before the customer asks",
        "steps": "List the late ones each morning\n  Call before ten  \n",
        "owner": str(ask.world.staff["agent"].pk),
        "due_on": f"{NOW + timedelta(days=30):%Y-%m-%d}",
        **changes,
    }


@pytest.mark.covers("G-12", "HR-15", "HR-16")
def test_the_programme_shows_version_goals_and_strategies(ask: Asking) -> None:
    text = _text(browser(ask), PROGRAMME)
    for said in ("In force from", "Answered within 72 hours", "Major cases", "Source document 002",
                 "Somebody died", "at most 2 a day and 4 a round, 3 hours apart"):  # fmt: skip
        assert said in text
    assert "Plan a measure" not in text


@pytest.mark.covers("G-13")
def test_a_measure_has_steps_owner_day_and_in_the_end_a_result(ask: Asking) -> None:
    lead = browser(ask, "team_lead")
    assert lead.post(PROGRAMME, _measure(ask)).status_code == 302
    row = Measure.objects.get()
    assert row.steps == "List the late ones each morning\nCall before ten"
    assert "under way" in _text(lead, PROGRAMME)
    page = f"{PROGRAMME}/measures/{row.pk}"
    owner = browser(ask)
    assert owner.post(page, {"result": ""}).status_code == 422
    given = {"result": "Complaints about silence fell by half", "worked": "on"}
    assert owner.post(page, given).status_code == 302
    assert owner.post(page, given).status_code == 422
    text = _text(lead, PROGRAMME)
    assert "it helped" in text
    assert "Complaints about silence fell by half" in text


@pytest.mark.parametrize(
    "changes",
    [{"due_on": "2020-01-01"}, {"owner": "999999"}, {"steps": "  "}, {"title": "x" * 121}],
)
def test_a_measure_that_cannot_be_is_refused(ask: Asking, changes: dict[str, str]) -> None:
    answer = browser(ask, "team_lead").post(PROGRAMME, _measure(ask, **changes))
    assert answer.status_code in (404, 422)
    assert not Measure.objects.exists()


def test_who_may_not_plan_does_not(ask: Asking) -> None:
    assert browser(ask).post(PROGRAMME, _measure(ask)).status_code == 422
    west = _measure(ask, owner=str(ask.world.staff["west"].pk))
    assert browser(ask, "team_lead").post(PROGRAMME, west).status_code in (404, 422)
    assert not Measure.objects.exists()
