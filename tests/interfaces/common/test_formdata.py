"""Forms become the input of commands, and keep what was typed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.http import QueryDict

from yinuo.interfaces.common import formdata, inputs
from yinuo.interfaces.common.formdata import Typed

REPORT = {
    "accident_at": "2026-05-13T10:00",
    "place": "东大路 1 号",
    "cause": "collision",
    "losses-0-kind": "own_vehicle",
    "losses-0-severity": "medium",
}


def sent(**fields: str | list[str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in fields.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def report(**fields: str | list[str]) -> Typed[inputs.ReportInput]:
    return formdata.read(inputs.ReportInput, sent(**{**REPORT, **fields}))


def test_a_time_without_a_zone_is_the_insurers() -> None:
    given = report().given
    assert given is not None
    assert given.accident_at == datetime(2026, 5, 13, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["12,345.60", "¥12345.6", "１２３４５．６０", "12，345.60"])
def test_amounts_are_read_as_people_write_them(typed: str) -> None:
    given = report(**{"losses-0-estimate": typed}).given
    assert given is not None
    assert given.losses[0].estimate == Decimal("12345.60")


def test_rows_left_as_the_page_offered_them_are_dropped() -> None:
    blank = {
        "losses-1-kind": "",
        "losses-1-severity": "medium",
        "losses-1-owner-kind": "individual",
    }
    third = {"losses-2-kind": "injury", "losses-2-owner-name": "乙"}
    read = report(**blank, **third)
    assert read.given is not None
    assert [loss.kind for loss in read.given.losses] == ["own_vehicle", "injury"]
    assert read.given.losses[0].owner is None
    assert read.given.losses[1].owner is not None
    assert read.rows("losses") == 2
    assert read.values["losses-1-owner-name"] == "乙"


def test_an_error_names_the_field_of_the_row_that_is_shown_again() -> None:
    read = report(**{"losses-3-kind": "injury", "losses-3-estimate": "many"})
    assert read.given is None
    assert set(read.errors) == {"losses-1-estimate"}
    assert read.values["losses-1-estimate"] == "many"


def test_an_empty_field_is_not_given_and_a_needed_one_is_asked_for() -> None:
    read = report(place=" ", injured="", drivable="")
    assert set(read.errors) == {"place"}
    assert report(injured="", drivable="").given is not None


def test_named_values_and_ticks_are_read() -> None:
    given = report(**{"said-at_scene": "on", "said-party_left": ""}).given
    assert given is not None
    assert given.said == {"at_scene": True}
    reserves = formdata.read(inputs.RegisterInput, sent(**{"reserves-1": "500", "reserves-2": ""}))
    assert reserves.given is not None
    assert reserves.given.reserves == {1: Decimal(500)}
    losses = formdata.read(inputs.LossesInput, sent(losses=["1", "2"]))
    assert losses.given is not None
    assert losses.given.losses == [1, 2]


def test_a_button_adds_or_removes_a_row_and_reads_nothing() -> None:
    two = {**REPORT, "losses-4-kind": "property"}
    added = formdata.changed_rows(inputs.ReportInput, sent(**two, add="losses"))
    assert added is not None
    assert added.rows("losses") == 3
    removed = formdata.changed_rows(inputs.ReportInput, sent(**two, remove="losses-0"))
    assert removed is not None
    assert removed.values["losses-0-kind"] == "property"
    assert formdata.changed_rows(inputs.ReportInput, sent(**two)) is None
    for nonsense in ("losses-99", "nothing-0", "-", "place-0"):
        kept = formdata.changed_rows(inputs.ReportInput, sent(**two, remove=nonsense))
        assert kept is not None
        assert kept.rows("losses") == 2


def test_rows_inside_rows_are_added() -> None:
    first = {"assessments-0-loss": "1", "assessments-0-lines-0-name": "前保险杠"}
    name = "assessments-0-lines"
    added = formdata.changed_rows(inputs.SurveyAndAssessmentInput, sent(**first, add=name))
    assert added is not None
    assert added.rows(name) == 2


@pytest.mark.parametrize("typed", ["2026-05-13", "gestern", "2026-13-99T99:99", ""])
def test_what_is_no_time_is_refused_in_words(typed: str) -> None:
    read = report(accident_at=typed)
    assert "accident_at" in read.errors
