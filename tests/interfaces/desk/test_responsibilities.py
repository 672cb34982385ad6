"""The responsibility matrix, and what the claims department does with a concern."""

from __future__ import annotations

import re

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.house import NOW, Desks
from yinuo.areas.concerns import commands as concerns
from yinuo.core.cases.models import Case
from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.interfaces.common import actions
from yinuo.kit import queue
from yinuo.overview.responsibilities import matrices

PAGE = "/desk/responsibilities"
KINDS = ("call_back", "concern", "complaint", "claim")


@pytest.mark.covers("HR-15")
@pytest.mark.parametrize("kind", KINDS)
def test_every_step_that_people_take_has_doers_and_one_who_answers_for_it(
    desks: Desks, kind: str
) -> None:
    shown = desks["agent"].get(f"{PAGE}?kind={kind}").content.decode()
    tables = matrices(kind, at=NOW)
    steps = 0
    for table in tables:
        for duty in table.duties:
            steps += 1
            letters = "".join(duty.by.values())
            assert letters.count("A") <= 1, duty.step
            assert ("A" in letters) == ("R" in letters) or duty.alone, duty.step
            assert letters or duty.alone or duty.step, duty.step
    assert shown.count("<tr>") == steps + len(tables)
    # On a phone every step folds, with the roles of each letter inside.
    assert shown.count('<details class="folding">') == steps


def test_the_letters_follow_the_workflow_and_the_rules(desks: Desks) -> None:
    (table,) = matrices("concern", at=NOW)
    duties = {duty.step: duty for duty in table.duties}
    who = {step.name: step.who for step in WORKFLOWS.current("concern").case.steps}
    for name, duty in duties.items():
        doing = {role for role, letters in duty.by.items() if "R" in letters}
        assert doing == {role for role in who[name] if role not in ("customer", "system")}, name
    assert duties["review_closing"].by["manager"].startswith("R")
    assert "C" in duties["answer"].by["cashier"]


@pytest.mark.covers("HR-15", "HR-16", "HR-18")
def test_the_page_names_departments_and_what_each_is_there_for(desks: Desks) -> None:
    text = desks["surveyor"].get(PAGE).content.decode()
    for said in ("Customer relations", "Claims department", "Service centre", "Plans the programme",
                 "accountable: owns the promise", "R A"):  # fmt: skip
        assert said in text, said
    assert re.search(r"Customer relations</dt>\s*<dd>[^<]*<small[^>]*>Team lead · Manager", text)
    odd = desks["agent"].get(f"{PAGE}?kind=x")
    assert odd.status_code == 200


def offered(desks: Desks, role: str, case: Case) -> set[str]:
    """The nouns of what this person may do; a program sees them as `actions`."""
    return {one.noun for one in actions.possible(desks.world[role], case)}


@pytest.mark.covers("HR-17")
def test_the_claims_department_reads_the_case_and_answers_for_it(desks: Desks) -> None:
    """A leader gives a concern about the sum to the assessor, who speaks with the customer."""
    claim = house.report(desks.world).case
    with queue.capture():
        case = concerns.open_concern(
            about=claim, reasons=["said_to_us"], words="定损太低,不够修车",
            by=desks.world["agent"], at=NOW,
        )  # fmt: skip
    page, assessor = f"/desk/concerns/{case.number}", desks["assessor"]
    given = {"staff": str(desks.world.staff["assessor"].pk)}
    # What would be refused is not offered, and the API says the same.
    assert f"{case.number}/answer" not in assessor.get(page).content.decode()
    assert "answer" not in offered(desks, "assessor", case)
    assert "answer" in offered(desks, "agent", case)
    too_early = assessor.post(f"{page}/answer", {"words": "按修理厂清单重新核了一遍"})
    assert too_early.status_code == 403
    assert "A team lead can give it to you" in too_early.content.decode()
    assert assessor.post(f"{page}/handler", given).status_code == 403
    assert desks["team_lead"].post(f"{page}/handler", given).status_code == 303
    shown = assessor.get(page).content.decode()
    assert "定损太低" in shown
    assert f"{case.number}/answer" in shown
    assert "answer" in offered(desks, "assessor", Case.objects.get(pk=case.pk))
    assert claim.number in shown
    assert claim.number in assessor.get(f"/desk/claims/{claim.number}").content.decode()
    assert assessor.post(f"{page}/answer", {"words": "按修理厂清单重新核了一遍"}).status_code == 303
    assert assessor.post(f"{page}/solution", {"words": "补付 300 元"}).status_code == 303
    # Closing without the customer's yes stays with two others.
    assert assessor.post(f"{page}/closing", {}).status_code in (403, 409, 422)
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.state, fresh.handler) == ("solved", desks.world.staff["assessor"])
