"""Rows that were read together are what the ORM reads one set at a time."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from tests import world
from tests.world import NOW, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims.models import Claim, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case, Event, Note, Promise
from yinuo.core.people.models import Person, Staff
from yinuo.core.policies.models import Policy
from yinuo.kit import queue, together
from yinuo.kit.together import Rows


@pytest.fixture
def case(db: None) -> Case:
    insurer = world.build(at=NOW)
    with queue.capture():
        found = claims.report(
            report=report_of(), door="phone", confirmed_new=True, by=insurer["agent"], at=NOW
        ).case
        for words in ('"引号" \\ 换行\n', "第二句"):
            cases.write_note(case=found, body=words, kind="internal", by=insurer["agent"], at=NOW)
    return found


def test_every_field_of_every_row_is_the_same_in_the_same_order(case: Case) -> None:
    models: tuple[Any, ...] = (Claim, Loss, Case, Event, Note, Promise, Person, Staff, Policy)
    sets = [model.objects.order_by("-pk") for model in models]
    wanted = [Rows[Any](one) for one in sets]
    with CaptureQueriesContext(connection) as asked:
        together.read(*wanted)
    assert len(asked) == 1
    for rows, one in zip(wanted, sets, strict=True):
        expected = list(one)
        assert expected
        assert [_fields(row) for row in rows.rows] == [_fields(row) for row in expected]


def _fields(row: object) -> dict[str, object]:
    kept = {name: value for name, value in vars(row).items() if name != "_state"}
    return {
        name: bytes(value) if isinstance(value, memoryview) else value
        for name, value in kept.items()
    }


def test_a_set_that_can_hold_nothing_is_empty_and_the_others_are_read(case: Case) -> None:
    nothing, notes = Rows(Note.objects.none()), Rows(Note.objects.order_by("pk")[:1])
    together.read(nothing, notes)
    assert (nothing.rows, nothing.first) == ([], None)
    assert notes.first == Note.objects.earliest("pk")
    together.read(Rows(Note.objects.none()))


def test_a_row_that_was_read_so_can_be_saved(case: Case) -> None:
    found = Rows(Case.objects.filter(pk=case.pk))
    together.read(found)
    held = found.rows[0]
    held.care = "major"
    held.save(update_fields=["care"])
    assert Case.objects.get(pk=case.pk).care == "major"


def test_what_is_no_whole_row_of_one_table_is_refused() -> None:
    for wanted in (
        Case.objects.select_related("customer"),
        Case.objects.only("number"),
        Case.objects.annotate(lines=Count("events")),
    ):
        with pytest.raises(ValueError, match="whole rows"):
            Rows(wanted)
