"""Every form about complaints, filled in wrongly: the page says which field and keeps the rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.areas.complaints.office import complain, handler_of, hire_officers, investigate
from tests.interfaces.common.wrong_values import Wrong, refused, right_values, wrong_values
from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import NOW, Desks
from tests.world import World
from yinuo.areas.complaints.models import Inbound
from yinuo.core.cases.models import Case
from yinuo.interfaces.common.actions import Action
from yinuo.interfaces.common.actions.complaints import COMPLAINT_ACTIONS
from yinuo.interfaces.common.inputs.complaints import SortingInput, VoiceInput
from yinuo.kit import queue

HANDS = ("officer", "team_lead", "manager", "approver", "cashier", "agent")


@pytest.fixture
def desks(db: None) -> Iterator[Desks]:
    with queue.capture():
        built = house.build()
        hire_officers(built.world, at=NOW - timedelta(days=300))
        yield built


@pytest.fixture
def case(desks: Desks) -> Case:
    """In the middle of the inquiry."""
    case = complain(desks.world, house.report(desks.world).case, at=NOW)
    investigate(desks.world, case, at=NOW)
    case.refresh_from_db()
    return case


def opener(desks: Desks, path: str) -> Client:
    """The first of the cast before whom this sheet opens."""
    for name in HANDS:
        client = desks[name]
        if client.post(path, {"seen": "x"}).status_code != 403:
            return client
    raise AssertionError(f"{path} opens before nobody")


def sheets(case: Case) -> Iterator[tuple[str, Action[Any]]]:
    for noun, action in COMPLAINT_ACTIONS.items():
        yield f"/desk/complaints/{case.number}/{noun}", action


@pytest.mark.soak
def test_each_field_of_each_sheet_of_a_complaint_refuses_what_it_is_not(
    desks: Desks, case: Case
) -> None:
    sent = 0
    for path, action in sheets(case):
        client, form = opener(desks, path), right_values(action.schema)
        for wrong in wrong_values(action.schema):
            refused(client, path, form, [wrong])
            sent += 1
    assert sent > 200


@pytest.mark.soak
def test_each_field_of_the_forms_of_a_voice_refuses_what_it_is_not(desks: Desks) -> None:
    client, voice = desks["agent"], heard(desks, "请问怎么买车险")
    for path, schema in (("/desk/voices", VoiceInput), (f"/desk/voices/{voice.pk}", SortingInput)):
        for wrong in wrong_values(schema):
            refused(client, path, right_values(schema) | {"about": ""}, [wrong])


def test_a_sheet_with_everything_wrong_names_every_field_at_once(desks: Desks, case: Case) -> None:
    for noun in ("power", "contact", "causes", "answer", "note"):
        action = COMPLAINT_ACTIONS[noun]
        first: dict[str, Wrong] = {}
        for one in wrong_values(action.schema):
            if one.name != "seen":
                first.setdefault(one.name, one)
        path = f"/desk/complaints/{case.number}/{noun}"
        refused(desks["officer"], path, right_values(action.schema), first.values())


def test_what_is_of_another_branch_or_of_nobody_is_named_and_nothing_is_written(
    desks: Desks, case: Case
) -> None:
    """The words of each are right, and so is the state; only what they point at is not."""
    insurer, client = desks.world, desks[handler_of(desks.world, case)]
    elsewhere = foreign(case, insurer)
    west = insurer.staff["west"].pk
    for noun, changes, named in (
        ("power", {"party": "999999", "kind": "lawyer"}, "party"),
        ("power-request", {"party": "999999"}, "party"),
        ("causes", {"main": "moonlight", "others": ""}, "main"),
        ("five-whys", {"prevention": "moonlight"}, "prevention"),
        ("handler", {"staff": str(west)}, "staff"),
        ("merger", {"into": elsewhere.number}, "into"),
        ("merger", {"into": "P26-0000099-1"}, "into"),
        ("description", {"product": "moonlight"}, "product"),
        ("description", {"product": "", "stage": "moonlight"}, "stage"),
        ("regulator", {"forwarded_at": "2199-01-01T10:00"}, "forwarded_at"),
        (
            "proposal",
            {"measures-0-kind": "training", "measures-0-staff": str(west)},
            "measures-0-staff",
        ),
    ):
        form = right_values(COMPLAINT_ACTIONS[noun].schema) | {"seen": ""}
        path = f"/desk/complaints/{case.number}/{noun}"
        refused(client, path, form, [Wrong(name, value) for name, value in changes.items()], named)


def test_dates_out_of_order_are_refused_with_the_words_kept(desks: Desks) -> None:
    right = {"words": "甲乙-words", "channel": "letter", "restated": "甲乙-restated"}
    for received, first in (
        ("2099-01-01T10:00", ""),
        ("2026-05-01T10:00", "2026-05-02T10:00"),
    ):
        wrong = [Wrong("received_at", received), Wrong("first_spoken_at", first)]
        refused(desks["agent"], "/desk/voices", right, wrong, "received_at")


def heard(desks: Desks, words: str) -> Inbound:
    desks["agent"].post("/desk/voices", {"words": words, "channel": "phone"})
    return Inbound.objects.latest("pk")


def foreign(case: Case, insurer: World) -> Case:
    """A complaint of the other branch."""
    other = complain(insurer, case.about, at=NOW, confirmed_new=True)
    west = insurer.west
    Case.objects.filter(pk=other.pk).update(branch=west, branch_path=west.path)
    return other


def test_what_it_is_about_stands_in_the_form_when_it_is_opened_again(
    desks: Desks, case: Case
) -> None:
    client, path = desks["officer"], f"/desk/complaints/{case.number}/description"
    given = {"product": "motor", "stage": "registered", "repair_shop": "城东汽修", "clause": ""}
    assert client.post(path, given).status_code == 303
    page = text(client.get(path))
    for found in ('value="motor" selected', 'value="registered" selected', 'value="城东汽修"'):
        assert found in page, found
