"""Calls that a second person checks, through the desk and the API."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.areas.call_backs import asking
from tests.areas.call_backs.asking import Asking
from tests.interfaces.api.callers import House, done, refused
from tests.interfaces.desk.house import NOW
from tests.interfaces.desk.test_bench import browser
from yinuo import automation
from yinuo.areas.call_backs import commands as call_backs
from yinuo.areas.call_backs.models import Attempt, QualityCheck
from yinuo.core.people.models import AccessRecord
from yinuo.core.rulebook import commands as rulebook
from yinuo.kit import queue

QUALITY = "/desk/call-backs/quality"
POINTS = {
    "opening": "10",
    "identity": "15",
    "listening": "12",
    "clear_words": "15",
    "respect": "15",
    "written_down": "15",
    "next_step": "10",
}


@pytest.fixture
def ask(db: None) -> Asking:
    """A talk of yesterday that the lot of the night fell on."""
    ask = asking.build(at=NOW - timedelta(days=1))
    asking.at_any_hour(ask.world, at=ask.at)
    with queue.capture():
        ask.call()
        call_backs.record_attempt(case=ask.case, outcome="reached", by=ask.agent, at=ask.at)
        automation.draw_quality_checks(at=NOW)
    return ask


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def _page() -> str:
    return f"{QUALITY}/{QualityCheck.objects.get().pk}"


@pytest.mark.covers("CB-24", "CB-31")
def test_a_drawn_call_is_scored_by_a_leader_and_read_by_its_caller(ask: Asking) -> None:
    lead, agent = browser(ask, "team_lead"), browser(ask)
    waiting = _text(lead, f"{QUALITY}?which=waiting")
    assert f"Call 1 in {ask.case.number}" in waiting
    assert QualityCheck.objects.get().draw.seed in waiting
    # Before it is scored its caller does not know which call was drawn.
    assert ask.case.number not in _text(agent, QUALITY)
    assert agent.get(_page()).status_code == 404
    sheet = _text(lead, _page())
    for said in ("Makes sure who is there", "at 0 the call does not pass", "no reference yet"):
        assert said in sheet
    sent = {**POINTS, "words": "Let her finish next time", "reference": "REC-77"}
    with queue.capture():
        assert lead.post(_page(), sent).status_code == 302
    read = _text(agent, _page())
    for said in ("92 of 100", "12 / 20", "Let her finish next time", "REC-77", "kept until"):
        assert said in read
    assert "Score this call" not in read
    shown = _text(agent, QUALITY)
    assert "1 of 1" in shown
    assert "The newest lots" not in shown
    assert AccessRecord.objects.filter(what="desk.call_backs.quality.check").exists()


@pytest.mark.covers("CB-31")
def test_the_figure_has_n_and_interval_and_opens_the_calls_of_its_caller(ask: Asking) -> None:
    rulebook.revise_rule(
        key="call_back_figures.shown.least", value=1, why="A very small house.", source="test",
        in_force_from=NOW, by=ask.world["manager"], at=NOW,
    )  # fmt: skip
    lead = browser(ask, "team_lead")
    with queue.capture():
        lead.post(_page(), {**POINTS, "identity": "0", "words": "Asked nothing"})
    shown = _text(lead, QUALITY)
    assert "0.0 to 79.3" in shown
    assert "77.0 %" in shown
    own = re.search(rf'href="({QUALITY}\?caller=\d+)"', shown)
    assert own
    assert f"Call 1 in {ask.case.number}" in _text(lead, own[1])
    assert ask.case.number not in _text(lead, f"{QUALITY}?caller=999999")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"opening": "11"}, "Give points from 0 to 10."),
        ({"opening": ""}, "Give points from 0 to 10."),
        ({"opening": "-1"}, "Give points from 0 to 10."),
        ({"words": " "}, "What the caller should know"),
    ],
)
def test_a_sheet_that_is_not_whole_is_refused_and_keeps_what_was_typed(
    ask: Asking, changes: dict[str, str], said: str
) -> None:
    lead = browser(ask, "team_lead")
    sent = {**POINTS, "words": "Good", "reference": "REC-1", **changes}
    answer = lead.post(_page(), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text
    assert 'value="REC-1"' in text
    assert QualityCheck.objects.get().total is None
    assert Attempt.objects.get().recording == ""


def test_who_may_not_check_does_not(ask: Asking) -> None:
    sent = {**POINTS, "words": "Good"}
    for role in ("agent", "west"):
        assert browser(ask, role).post(_page(), sent).status_code == 404, role
    assert browser(ask, "auditor").post(_page(), sent).status_code == 403
    assert browser(ask, "surveyor").get(QUALITY).status_code == 403
    QualityCheck.objects.update(staff=ask.world.staff["team_lead"])
    lead = browser(ask, "team_lead")
    assert "somebody else checks it" in _text(lead, _page())
    assert lead.post(_page(), sent).status_code == 403
    assert QualityCheck.objects.get().total is None


@pytest.mark.covers("CB-31")
def test_the_telephone_system_tells_where_it_keeps_a_recording(ask: Asking) -> None:
    program = House(ask.world)["agent"]
    given = {"number": ask.case.number, "call": 1, "reference": "pbx/2026/0001"}
    kept = done(program.post("/call-backs/recordings", given), 201)
    assert kept["until"] > f"{NOW + timedelta(days=5 * 365):%Y-%m-%d}"
    assert Attempt.objects.get().recording == "pbx/2026/0001"
    refused(program.post("/call-backs/recordings", {**given, "call": 7}), 404)
    page = _text(browser(ask, "team_lead"), f"/desk/call-backs/{ask.case.number}")
    assert "Recording of contact 1 is kept until" in page
