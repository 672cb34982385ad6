"""Two people on one claim: one wins, the other is told and keeps what was typed, at every sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.test import Client

from tests.architecture.examples import example_of
from tests.interfaces.api.callers import House
from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import Desks
from tests.interfaces.desk.test_settlement import approved
from yinuo.areas.claims import commands as claims
from yinuo.core.cases.models import Case, Event
from yinuo.core.documents.models import Document
from yinuo.core.payments import commands as payments
from yinuo.core.payments.rules import AccountDetails
from yinuo.core.people.actors import STAFF_ROLES
from yinuo.core.people.models import Staff
from yinuo.interfaces.common.actions import CLAIM_ACTIONS
from yinuo.kit import queue

# What is said adds to what others said, another case is opened beside this one, and a surveyor
# reports what only he does: nobody's work is overwritten.
TAKES_NOTHING_AWAY = {
    "no-interest", "contact", "arrival", "sum-question", "sum-objection", "sum-answer", "note",
    "concern", "complaint",
}  # fmt: skip
NOT_BY_A_MACHINE = {"decision"}
ON_A_PAGE_OF_ITS_OWN = {"accident-facts"}
WORDS = "我看到的和您写的不一样，请再核对一次。"
NOUNS = sorted(CLAIM_ACTIONS.keys() - TAKES_NOTHING_AWAY)
FEW = ["assessment", "review-return"]


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


def filled(noun: str, desks: Desks, case: Case) -> dict[str, Any]:
    """The least that the sheet takes, with words of a person wherever it takes words."""
    given: dict[str, Any] = _worded(example_of(CLAIM_ACTIONS[noun].schema))
    if noun == "handler":
        given["staff"] = desks.world.staff["agent"].pk
    if noun in ("account-confirmation", "account-declining"):
        details = AccountDetails(
            "individual", case.customer.name, "6222020000000000000", "样例银行"
        )
        given["account"] = payments.propose_account(
            case=case, person=case.customer, details=details, by=desks.world["agent"],
            at=house.NOW,
        ).pk  # fmt: skip
    if noun == "refusal-proposal":
        given["reasons"] = [{"reason": WORDS, "clause": "own_damage_exclusions_2020"}]
    return given


def _worded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _worded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_worded(one) for one in value]
    return WORDS if value == "x" else value


def as_form(given: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        rows = value if isinstance(value, list) else []
        if isinstance(value, dict):
            yield from as_form(value, f"{prefix}{name}-")
        elif rows and isinstance(rows[0], dict):
            for index, row in enumerate(rows):
                yield from as_form(row, f"{prefix}{name}-{index}-")
        else:
            for one in rows or [value]:
                yield f"{prefix}{name}", str(one)


def everybody(desks: Desks) -> Client:
    """One who holds every role: what is refused here is not refused for the role."""
    Staff.objects.filter(username="manager").update(roles=list(STAFF_ROLES))
    desks.world.staff["manager"].refresh_from_db()
    return desks["manager"]


@pytest.mark.parametrize("nouns", [FEW, pytest.param(NOUNS, marks=pytest.mark.soak)])
def test_whoever_comes_second_is_told_at_every_sheet_and_keeps_what_was_typed(
    desks: Desks, nouns: list[str]
) -> None:
    case = house.report(desks.world).case
    typed = {noun: filled(noun, desks, case) for noun in nouns}
    case.refresh_from_db()
    seen = case.revision
    claims.register(case=case, by=desks.world["agent"], at=house.NOW)
    before = Event.objects.filter(case=case).count()
    late = everybody(desks)
    program = House(desks.world).hire("all", desks.world.east, *STAFF_ROLES)
    wrong: dict[str, object] = {}
    for noun, given in typed.items():
        if noun not in ON_A_PAGE_OF_ITS_OWN:
            form = dict(as_form(given), seen=str(seen))
            answer = late.post(f"/desk/claims/{case.number}/{noun}", form)
            page = text(answer)
            kept = WORDS in page or WORDS not in form.values()
            if (answer.status_code, "Somebody else changed" in page, kept) != (409, True, True):
                wrong[f"desk {noun}"] = answer.status_code, kept
        if noun not in NOT_BY_A_MACHINE:
            asked = program.post(f"/claims/{case.number}/{noun}", {**given, "seen": seen})
            if asked.json().get("code") != "changed_meanwhile":
                wrong[f"api {noun}"] = asked.json()
    assert wrong == {}
    assert Event.objects.filter(case=case).count() == before


def test_the_letter_is_not_sent_by_one_who_did_not_see_the_decision(desks: Desks) -> None:
    case = approved(desks)
    path = f"/desk/claims/{case.number}/letters/1"
    case.refresh_from_db()
    seen = f'name="seen" value="{case.revision}"'
    assert seen in text(desks["team_lead"].get(path))
    claims.decide(case=case, loss=1, by=desks.world["team_lead"], at=house.NOW)
    words = "您申请的金额我们全部认可，请放心。"
    late = desks["calculator"].post(path, {"keep": "1", "words": words, "seen": case.revision})
    assert late.status_code == 409
    assert words in text(late)
    assert seen not in text(late)
    assert Document.objects.filter(kind="decision_letter").count() == 1
