"""Calling before a complaint comes, and the list of what customers were not told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests import world
from tests.interfaces.desk.house import NOW, Desks
from tests.world import report_of
from yinuo import automation
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import rules
from yinuo.areas.claims.models import EarlyWarning
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Note
from yinuo.core.messages.models import Message

LONG_AGO = NOW - timedelta(days=9)


@pytest.fixture
def desks(db: None) -> Desks:
    return Desks(world.build(at=LONG_AGO))


@pytest.fixture
def quiet(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A claim of nine days ago that nobody touched, warned of this morning."""
    monkeypatch.setattr(rules, "is_held_out", lambda lot, share: False)
    report = report_of(accident_at=LONG_AGO - timedelta(hours=1))
    case = claims.report(
        report=report, door="phone", confirmed_new=True, by=desks.world["agent"], at=LONG_AGO
    ).case
    while cases.sweep(at=NOW).promises:
        pass
    automation.warn_before_complaints(at=NOW - timedelta(minutes=5))
    return case


@pytest.mark.covers("CMP-24", "CMP-25")
def test_the_list_names_the_signs_and_the_call_is_recorded(desks: Desks, quiet: Case) -> None:
    page = desks["agent"].get("/desk/warnings").content.decode()
    assert quiet.number in page
    assert "Nothing told to the customer for days" in page
    sheet = f"/desk/claims/{quiet.number}/early-contact"
    assert sheet in page
    shown = desks["agent"].get(sheet).content.decode()
    assert "Begin with an apology for the silence" in shown
    answer = desks["agent"].post(sheet, {"said": "已致歉并约好查勘"})
    assert answer.status_code == 303
    assert EarlyWarning.objects.get().contacted_at is not None
    assert Note.objects.get(case=quiet, kind="minutes").body == "已致歉并约好查勘"
    assert quiet.number not in desks["agent"].get("/desk/warnings").content.decode()


def test_a_call_without_words_is_refused_by_name(desks: Desks, quiet: Case) -> None:
    sheet = f"/desk/claims/{quiet.number}/early-contact"
    answer = desks["agent"].post(sheet, {"said": ""})
    assert answer.status_code == 422
    assert EarlyWarning.objects.get().contacted_at is None


def test_another_branch_sees_neither_the_warning_nor_the_silence(desks: Desks, quiet: Case) -> None:
    assert quiet.number not in desks["west"].get("/desk/warnings").content.decode()
    assert quiet.number not in desks["west"].get("/desk/silence").content.decode()


@pytest.mark.covers("COM-10")
def test_what_no_message_has_told_stands_on_the_list_of_silence(desks: Desks, quiet: Case) -> None:
    claims.register(case=quiet, by=desks.world["agent"], at=NOW - timedelta(minutes=3))
    Message.objects.filter(case=quiet, event__type="claim.registered").update(
        status=Message.Status.NOT_SENT
    )
    page = desks["agent"].get("/desk/silence?order=untold").content.decode()
    assert quiet.number in page
    assert "Registered" in page


def test_too_few_cases_are_not_compared(desks: Desks, quiet: Case) -> None:
    page = desks["team_lead"].get("/desk/warnings/effect").content.decode()
    assert "too few cases" in page
    assert 'effect?days=90" aria-current="true"' in page
    assert desks["agent"].get("/desk/warnings/effect").status_code == 403
