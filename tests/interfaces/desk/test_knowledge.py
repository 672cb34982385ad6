"""Clauses in plain words at the desk, two explanations of one, and special cases decided once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import Desks
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge.models import ClauseVersion, Disagreement, Precedent, PrecedentUse
from yinuo.core.people.models import AccessRecord


@pytest.mark.covers("KB-2")
def test_a_clause_is_found_read_in_three_languages_and_reworded_by_a_manager(desks: Desks) -> None:
    agent, manager = desks["agent"], desks["manager"]
    listed = text(agent.get("/desk/clauses?q=family"))
    assert "We never claim money back from your family" in listed
    assert "Your wife backs into your car" in listed
    assert "No clause fits" in text(agent.get("/desk/clauses?q=elephants"))
    page = text(agent.get("/desk/clauses/law_family"))
    assert "我们不向您的家人要钱" in page
    assert "Explain it anew" not in page
    words = {"language": "en", "plain": "Your family never pays us back.", "example": "Your son.",
             "why": "shorter"}  # fmt: skip
    assert agent.post("/desk/clauses/law_family", words).status_code == 422
    bad = {**words, "plain": "As per the policy not payable."}
    refused = manager.post("/desk/clauses/law_family", bad)
    assert refused.status_code == 422
    assert "says neither why" in text(refused)
    assert manager.post("/desk/clauses/law_family", words).status_code == 303
    assert ClauseVersion.objects.get().number == 1
    assert "Your family never pays us back." in text(agent.get("/desk/clauses/law_family"))
    assert agent.get("/desk/clauses/nothing").status_code == 404


def test_two_explanations_of_one_clause_are_shown_until_somebody_decides(desks: Desks) -> None:
    case = house.report(desks.world).case
    knowledge.note_uses(
        case_id=case.pk, cited={"law_family": "We always ask the family."}, language="en",
        place="letter", by=desks.world["agent"], at=datetime.now(UTC),
    )  # fmt: skip
    page = text(desks["reviewer"].get("/desk/clauses"))
    assert "Explained in two ways" in page
    row = Disagreement.objects.get()
    given = {"disagreement": row.pk, "holds": "library", "remark": "the law says so"}
    desks["agent"].post("/desk/clauses/disagreement", given)
    assert Disagreement.objects.get().settled_at is None
    desks["reviewer"].post("/desk/clauses/disagreement", given)
    assert Disagreement.objects.get().holds == "library"
    assert "Explained in two ways" not in text(desks["reviewer"].get("/desk/clauses"))


def test_cases_of_another_branch_are_neither_shown_nor_settled_beside_a_clause(
    desks: Desks,
) -> None:
    case = house.report(desks.world).case
    knowledge.note_uses(
        case_id=case.pk, cited={"law_family": "We always ask the family."}, language="en",
        place="letter", by=desks.world["agent"], at=datetime.now(UTC),
    )  # fmt: skip
    for page in ("/desk/clauses", "/desk/clauses/law_family"):
        assert case.number not in text(desks["west"].get(page))
        assert not AccessRecord.objects.filter(what__startswith="desk.clause").exists()
    for page, what in (
        ("/desk/clauses", "desk.clauses"), ("/desk/clauses/law_family", "desk.clause"),
    ):  # fmt: skip
        shown = text(desks["reviewer"].get(page))
        assert case.number in shown
        assert "We always ask the family." in shown
        assert AccessRecord.objects.get(what=what).count == 1


@pytest.mark.covers("ADJ-12")
def test_a_special_case_is_put_down_confirmed_by_another_and_found_again(desks: Desks) -> None:
    given = {"title": "Second ignition", "situation": "Engine started again in water.",
             "ruling": "Paid under the 2020 text.", "why": "It is part of the main cover now.",
             "clause": "own_damage_exclusions_2020"}  # fmt: skip
    assert desks["agent"].post("/desk/precedents", given).status_code == 422
    assert desks["reviewer"].post("/desk/precedents", {**given, "ruling": ""}).status_code == 422
    assert desks["reviewer"].post("/desk/precedents", given).status_code == 303
    row = Precedent.objects.get()
    step = {"precedent": row.pk, "step": "confirm"}
    desks["reviewer"].post("/desk/precedents/step", step)
    assert Precedent.objects.get().checked_at is None
    desks["team_lead"].post("/desk/precedents/step", step)
    assert Precedent.objects.get().checked_at is not None
    assert "Paid under the 2020 text." in text(desks["agent"].get("/desk/precedents?q=ignition"))
    case = house.report(desks.world).case
    use = {"precedent": row.pk, "case": case.number}
    desks["west"].post("/desk/precedents/use", use)
    assert not PrecedentUse.objects.exists()
    for _twice in range(2):
        assert desks["calculator"].post("/desk/precedents/use", use).status_code == 303
    assert PrecedentUse.objects.get().case_id == case.pk
    assert "followed 1 time" in text(desks["agent"].get("/desk/precedents"))
    desks["team_lead"].post(
        "/desk/precedents/step", {"precedent": row.pk, "step": "withdraw", "why": "new text"}
    )
    assert "Paid under" not in text(desks["agent"].get("/desk/precedents"))


@pytest.mark.covers("COM-15")
def test_any_reply_is_put_into_everyday_words_before_it_is_sent(desks: Desks) -> None:
    agent = desks["agent"]
    assert agent.get("/desk/wording").status_code == 200
    shown = text(agent.post("/desk/wording", {"words": "鉴于免赔额是500元，烦请知悉。"}))
    assert "因为免赔额（保单里约定由您自己承担的那一部分）是500元，请知道。" in shown
    assert "is a term of art" in shown
    empty = text(agent.post("/desk/wording", {"words": "  "}))
    assert "Nothing: it can go out." in empty
    assert agent.post("/desk/wording", {"words": "\x00<script>。" * 3000}).status_code == 200
