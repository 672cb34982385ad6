"""The sum at the desk: step by step, what if, the letter with its findings, answers to doubts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from tests.interfaces.desk import house
from tests.interfaces.desk.filling import text
from tests.interfaces.desk.house import NOW, Desks
from tests.settlement.accidents import settled
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import letters
from yinuo.areas.claims.commands import Damage, Line, NewLoss, SurveySheet
from yinuo.areas.claims.models import AccidentFacts, Calculation, Recovery
from yinuo.areas.claims.queries import of_case
from yinuo.core.cases.models import Case, Event, Note, Promise
from yinuo.core.documents.models import Document
from yinuo.core.knowledge.models import Disagreement
from yinuo.core.people.models import AccessRecord
from yinuo.kit import queue

OWN = NewLoss("own_vehicle", estimate=Decimal(12000))
OTHER = NewLoss("other_vehicle", "对方的车", estimate=Decimal(8000))


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


def assessed(desks: Desks, *losses: NewLoss, liability: str = "full", cut: str = "") -> Case:
    insurer, at = desks.world, NOW + timedelta(minutes=1)
    given = losses or (OWN,)
    case = house.report(insurer, losses=given, other_vehicles=len(given) - 1).case
    claims.register(case=case, by=insurer["agent"], at=at)
    claims.dispatch(case=case, by=insurer["team_lead"], at=at)
    surveyor = insurer["surveyor"]
    claims.declare_no_interest(case=case, by=surveyor, at=at)
    claims.contact(case=case, by=surveyor, at=at)
    claims.arrive(case=case, by=surveyor, at=at)
    sheet = SurveySheet("consistent", liability, "前保险杠碰撞", (Damage(1, "前保险杠", "medium"),))
    claims.complete_survey(case=case, sheet=sheet, by=surveyor, at=at)
    for place, loss in enumerate(given, start=1):
        amount = loss.estimate or Decimal(0)
        agreed = amount - 1000 if cut else amount
        lines = [Line("part", "前保险杠", amount, agreed, reason=cut)]
        claims.assess(case=case, loss=place, lines=lines, by=insurer["assessor"], at=at)
    return case


def approved(desks: Desks, cut: str = "") -> Case:
    case, insurer, at = assessed(desks, cut=cut), desks.world, NOW + timedelta(minutes=2)
    claims.complete_papers(case=case, by=insurer["agent"], at=at)
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=at)
    claims.review(case=case, loss=1, by=insurer["reviewer"], at=at)
    claims.approve(case=case, loss=1, by=insurer["team_lead"], at=at)
    return case


def page_of(case: Case) -> str:
    return f"/desk/claims/{case.number}/settlement"


@pytest.mark.covers("ADJ-1", "ADJ-10", "ADJ-11")
def test_the_sum_stands_step_by_step_with_formula_figures_and_clause(desks: Desks) -> None:
    case = assessed(desks, OWN, OTHER, liability="main")
    shown = text(desks["calculator"].get(page_of(case)))
    assert "¥6,500.00" in shown
    assert "¥2,000.00" in shown
    assert "min(sum_insured, (assessed" in shown
    assert "Model clauses for motor insurance, 2020 text" in shown
    assert "covers are not entered" in shown
    assert AccessRecord.objects.filter(what="desk.settlement").exists()


@pytest.mark.covers("ADJ-1")
def test_what_if_shows_another_sum_beside_the_one_that_stands_and_keeps_nothing(
    desks: Desks,
) -> None:
    case = assessed(desks, OWN, OTHER, liability="main")
    before = Case.objects.get(pk=case.pk).head_seq
    answer = desks["calculator"].post(
        page_of(case), {"what_if": "1", "A-mode": "subrogation", "loss1-rescue": "800"}
    )
    shown = text(answer)
    assert answer.status_code == 200
    assert "nothing of it is kept" in shown
    assert "¥12,300.00" in shown
    assert "<del>¥6,500.00</del>" in shown
    assert not AccidentFacts.objects.exists()
    assert Case.objects.get(pk=case.pk).head_seq == before


def test_facts_that_are_kept_are_used_by_the_calculation(desks: Desks) -> None:
    case = assessed(desks)
    calculator = desks["calculator"]
    saved = calculator.post(page_of(case), {"save": "1", "loss1-rescue": "800"})
    assert saved.status_code == 303
    assert AccidentFacts.objects.get().facts == {"losses": {"1": {"rescue": "800"}}}
    assert 'value="800"' in text(calculator.get(page_of(case)))
    at = NOW + timedelta(minutes=3)
    claims.complete_papers(case=case, by=desks.world["agent"], at=at)
    claims.calculate(case=case, loss=1, by=desks.world["calculator"], at=at)
    assert Calculation.objects.get().amount == Decimal("12300.00")


def test_what_was_entered_elsewhere_survives_the_form_and_an_emptied_field_is_taken_away(
    desks: Desks,
) -> None:
    case = assessed(desks, OWN, OTHER, liability="main")
    seats = {"driver": "10000", "passenger": "10000"}
    entered = {
        "vehicles": {"A": {"duty_ratio": "0.6", "seats": seats}},
        "losses": {"1": {"rescue": "800", "repair_days": 3}},
        "options": {"moral_damages_first": False},
        "advances": [{"loss": "2", "payer": "A", "cover": "third_party", "paid": "10"}],
    }
    by, at = desks.world["calculator"], NOW + timedelta(minutes=2)
    claims.enter_accident(case=case, facts=entered, by=by, at=at)
    typed = {"save": "1", "loss1-rescue": "", "loss1-received": "50", "A-deductible": "300"}
    assert desks["calculator"].post(page_of(case), typed).status_code == 303
    assert AccidentFacts.objects.get().facts == {
        **entered,
        "vehicles": {"A": {"duty_ratio": "0.6", "seats": seats,
                           "own_damage": {"deductible": "300"}}},
        "losses": {"1": {"received": "50", "repair_days": 3}},
    }  # fmt: skip


def test_every_cover_and_every_switch_is_entered_at_the_desk_and_stands_there_again(
    desks: Desks,
) -> None:
    case = assessed(desks, OWN, OTHER, liability="main")
    typed = {
        "save": "1", "A-ratio": "0.6", "A-own_rates": "0.1，0.05", "A-seat_driver": "10000",
        "A-scratch": "2000", "A-scratch_used": "500", "A-daily": "100", "A-days_max": "10",
        "A-holiday": "yes", "B-clause": "2014", "B-rider_tpl": "yes", "B-insured": "no",
        "loss1-repair_days": "4", "loss1-rescue": "800", "loss1-rescued_insured": "3",
        "loss1-rescued_other": "1", "option-proxy_split": "liable_with_loss",
        "option-rate_on_capped_third_party": "no", "option-moral_damages_first": "yes",
    }  # fmt: skip
    answer = desks["calculator"].post(page_of(case), typed)
    assert answer.status_code == 303, text(answer)
    facts = AccidentFacts.objects.get().facts
    assert facts["vehicles"]["A"] == {
        "duty_ratio": "0.6",
        "own_damage": {"absolute_rates": ["0.1", "0.05"]},
        "seats": {"driver": "10000"},
        "addons": {"scratch": {"limit": "2000", "used": "500"}, "holiday_double": True,
                   "repair_days": {"daily": "100", "days_max": "10"}},
    }  # fmt: skip
    assert facts["losses"]["1"]["rescued_values"] == {"insured": "3", "other": "1"}
    assert facts["options"] == {
        "proxy_split": "liable_with_loss",
        "rate_on_capped_third_party": False,
        "moral_damages_first": True,
    }
    shown = text(desks["calculator"].get(page_of(case)))
    for value in ("0.1, 0.05", "10000", "500"):
        assert f'value="{value}"' in shown, value
    emptied = {"save": "1", **{key: "" for key in typed if key.startswith("A-")}}
    assert desks["calculator"].post(page_of(case), emptied).status_code == 303
    assert "A" not in AccidentFacts.objects.get().facts["vehicles"]


def test_facts_are_not_kept_over_those_of_somebody_who_was_faster(desks: Desks) -> None:
    case = assessed(desks)
    old = Case.objects.get(pk=case.pk).revision
    assert f'name="seen" value="{old}"' in text(desks["calculator"].get(page_of(case)))
    typed = {"save": "1", "seen": str(old), "loss1-rescue": "800"}
    assert desks["calculator"].post(page_of(case), typed).status_code == 303
    assert desks["calculator"].post(page_of(case), typed).status_code == 422


def test_a_thing_is_property_or_cargo_and_belongs_to_somebody_who_is_known(desks: Desks) -> None:
    fence, hurt = (NewLoss(kind, estimate=Decimal(900)) for kind in ("property", "injury"))
    case = assessed(desks, OWN, fence, hurt, liability="main")
    calculator, path = desks["calculator"], page_of(case)
    typed = {"save": "1", "loss2-kind": "cargo", "loss2-owner": "B"}
    assert calculator.post(path, typed).status_code == 303
    assert AccidentFacts.objects.get().facts["losses"]["2"] == {"kind": "cargo", "owner": "B"}
    shown = text(calculator.get(path))
    assert 'value="cargo" selected' in shown
    assert 'value="B" selected' in shown
    typed = {"save": "1", "loss2-kind": "", "loss2-owner": "3"}
    assert calculator.post(path, typed).status_code == 303
    assert AccidentFacts.objects.get().facts["losses"]["2"] == {"owner": "3"}
    assert calculator.post(path, {"save": "1", "loss2-owner": "outside"}).status_code == 303
    assert AccidentFacts.objects.get().facts["losses"]["2"] == {"owner": None}
    for wrong in ({"loss2-owner": "Z"}, {"loss2-kind": "ship"}):
        refused = calculator.post(path, {"save": "1", **wrong})
        assert refused.status_code == 422
        assert next(iter(wrong)).replace("loss2-", "losses[1].") in text(refused)


def test_an_injured_person_sat_somewhere_and_keeps_the_estimate_until_a_sum_is_given(
    desks: Desks,
) -> None:
    case = assessed(desks, OWN, NewLoss("injury", estimate=Decimal(5000)), liability="main")
    calculator = desks["calculator"]
    path = page_of(case)
    typed = {"save": "1", "loss2-carried": "A-driver"}
    assert calculator.post(path, typed).status_code == 303
    kept = AccidentFacts.objects.get().facts["losses"]["2"]
    assert kept == {"carried_by": "A", "role": "driver"}
    assert 'value="A-driver" selected' in text(calculator.get(path))
    assert calculator.post(path, {"save": "1", "loss2-carried": "outside"}).status_code == 303
    assert AccidentFacts.objects.get().facts["losses"]["2"] == {"carried_by": None}
    assert calculator.post(path, {"save": "1", "loss2-carried": "Z-driver"}).status_code == 422
    assert calculator.post(path, {"save": "1", "loss2-moral": "900"}).status_code == 303
    kept = AccidentFacts.objects.get().facts["losses"]["2"]
    assert kept["medical"] == kept["death_disability"] == "0"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"loss1-rescue": "-5"}, "rescue"),
        ({"loss1-rescue": "plenty"}, "rescue"),
        ({"A-duty": "half"}, "duty"),
        ({"A-deductible": "1e99"}, "deductible"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place_and_the_fields_keep_it(
    desks: Desks, typed: dict[str, str], said: str
) -> None:
    case = assessed(desks)
    for button in ("what_if", "save"):
        answer = desks["calculator"].post(page_of(case), {button: "1", **typed})
        assert answer.status_code == 422
        assert said in text(answer)
    assert not AccidentFacts.objects.exists()


def test_only_those_of_the_step_keep_facts_and_another_branch_sees_nothing(desks: Desks) -> None:
    case = assessed(desks)
    refused = desks["cashier"].post(page_of(case), {"save": "1", "loss1-rescue": "800"})
    assert refused.status_code == 422
    assert not AccidentFacts.objects.exists()
    assert desks["west"].get(page_of(case)).status_code == 404


@pytest.mark.covers("ADJ-6", "KB-6")
def test_a_part_payment_letter_names_its_clauses_and_words_of_its_own_about_one_are_found(
    desks: Desks,
) -> None:
    case = approved(desks, cut="同型号配件的市场价低")
    path, calculator = f"/desk/claims/{case.number}/letters/1", desks["calculator"]
    about = letters.subject_of(of_case(case), 1, at=NOW + timedelta(minutes=5))
    assert about is not None
    cited = letters.cited(about)
    page = text(calculator.get(path))
    for one in cited.values():
        assert one.label in page
    clause = next(iter(cited.values()))
    words = f"因为配件的市场价低，我们赔一部分。{clause.label}说的是：旧车只赔一半。"
    assert calculator.post(path, {"keep": "1", "words": words}).status_code == 303
    assert Document.objects.get(kind="decision_letter").status == "accepted"
    row = Disagreement.objects.get()
    assert (row.clause, row.use.own_words) == (clause.key, "旧车只赔一半")
    assert row.use.own_words in text(desks["reviewer"].get("/desk/clauses"))


@pytest.mark.covers("ADJ-7", "COM-15")
def test_findings_are_shown_where_the_letter_is_written_and_refuse_it(desks: Desks) -> None:
    case = approved(desks)
    path = f"/desk/claims/{case.number}/letters/1"
    calculator = desks["calculator"]
    assert "Nothing: it can go out." in text(calculator.get(path))
    bad = "依据条款不予赔付。免赔额要减去。"
    shown = text(calculator.post(path, {"check": "1", "words": bad}))
    assert '<mark class="refused"' in shown
    assert "免赔额</mark>" in shown
    refused = calculator.post(path, {"keep": "1", "words": bad})
    assert refused.status_code == 422
    assert bad in text(refused)
    assert not Document.objects.filter(kind="decision_letter").exists()
    assert not Event.objects.filter(case=case, type="claim.decided").exists()
    kept = calculator.post(path, {"keep": "1", "words": "这次事故的赔款算完了，我们全部认可。"})
    assert kept.status_code == 303
    assert Document.objects.get(kind="decision_letter").status == "accepted"
    assert Event.objects.filter(case=case, type="claim.decided").exists()
    assert "Send this letter" in text(calculator.get(path))


def test_the_decision_is_told_with_words_changed_on_its_own_sheet(desks: Desks) -> None:
    case = approved(desks)
    path = f"/desk/claims/{case.number}/decision"
    shown = text(desks["team_lead"].get(path))
    assert "这次事故" in shown
    assert f"/desk/claims/{case.number}/letters/1" in shown
    refused = desks["team_lead"].post(path, {"loss": "1", "words": "依据条款不予赔付。"})
    assert refused.status_code == 422
    assert "依据条款不予赔付。" in text(refused)
    told = desks["team_lead"].post(path, {"loss": "1", "words": "您申请的金额我们全部认可。"})
    assert told.status_code == 303
    assert Document.objects.filter(kind="decision_letter").count() == 1


@pytest.mark.covers("PAY-1")
def test_an_advance_goes_through_three_pairs_of_hands_at_the_desk(desks: Desks) -> None:
    case = assessed(desks)
    path = f"/desk/claims/{case.number}"
    assert "No advance waits" in text(desks["team_lead"].get(f"{path}/advance-approval?loss=1"))
    assert "¥10,350.00" in text(desks["calculator"].get(f"{path}/advance?loss=1"))
    typed = {"loss": "1", "amount": "10350.01"}
    refused = desks["calculator"].post(f"{path}/advance?loss=1", typed)
    assert refused.status_code == 422
    assert "10350.00" in text(refused)
    typed["amount"] = "4000"
    assert desks["calculator"].post(f"{path}/advance?loss=1", typed).status_code == 303
    # It waits on the day of who may approve it, until it is approved.
    waits = Promise.objects.get(case=case, rule="claims.advance_approval")
    approver = next(
        one
        for one in ("approver", "reviewer", "team_lead", "manager")
        if desks.world[one].staff_id == waits.owner_id
    )
    assert case.number in text(desks[approver].get("/desk/"))
    assert "¥4,000.00" in text(desks["team_lead"].get(f"{path}/advance-approval?loss=1"))
    given = {"loss": "1"}
    approval = desks["team_lead"].post(f"{path}/advance-approval?loss=1", given)
    assert approval.status_code == 303
    assert Promise.objects.get(pk=waits.pk).kept_at
    assert "¥4,000.00" in text(desks["cashier"].get(f"{path}/advance-payment?loss=1"))
    # There is no account yet: the cashier hears it, and nothing is sent.
    assert desks["cashier"].post(f"{path}/advance-payment?loss=1", given).status_code == 409
    assert "¥6,350.00" in text(desks["calculator"].get(f"{path}/advance?loss=1"))


def test_the_letter_is_downloaded_as_pdf_and_word_and_that_is_put_on_record(desks: Desks) -> None:
    case = approved(desks)
    for form, start in (("pdf", b"%PDF"), ("docx", b"PK")):
        answer = desks["calculator"].get(f"/desk/claims/{case.number}/letters/1.{form}")
        assert answer.status_code == 200
        assert answer.content.startswith(start)
        assert "attachment" in answer["Content-Disposition"]
        row = AccessRecord.objects.get(what=f"desk.letter.{form}")
        assert row.sha256
        assert bytes(row.sha256) == sha256(answer.content).digest()
        assert (row.case, row.actor) == (case, desks.world["calculator"].id)
        typed = {form: "1", "words": "我们全部认可，请放心。"}
        written = desks["calculator"].post(f"/desk/claims/{case.number}/letters/1", typed)
        assert written.content.startswith(start)
        newest = AccessRecord.objects.filter(what=row.what).latest("pk")
        assert newest.sha256
        assert bytes(newest.sha256) == sha256(written.content).digest()
    assert desks["calculator"].get(f"/desk/claims/{case.number}/letters/9").status_code == 404
    assert desks["calculator"].get(f"/desk/claims/{case.number}/letters/1.exe").status_code == 404
    assert desks["west"].get(f"/desk/claims/{case.number}/letters/1.pdf").status_code == 404


@pytest.mark.covers("ADJ-8", "LOSS-12")
def test_a_question_and_an_objection_are_answered_beside_the_sum(desks: Desks) -> None:
    case, insurer = approved(desks), desks.world
    at = NOW + timedelta(minutes=5)
    claims.decide(case=case, loss=1, by=insurer["team_lead"], at=at)
    for objection in (False, True):
        claims.ask_about_sum(
            case=case, loss=1, line="", body="为什么减了500元？", objection=objection,
            by=insurer["customer"], at=at,
        )  # fmt: skip
    assert Promise.objects.filter(case=case, rule__endswith="_answer", kept_at=None).count() == 2
    reviewer = desks["reviewer"]
    shown = text(reviewer.get(page_of(case)))
    assert "Objection" in shown
    bare = reviewer.get(f"/desk/claims/{case.number}/sum-answer")
    assert (bare.status_code, bare.headers["Location"]) == (302, page_of(case))
    for note in Note.objects.filter(thread__startswith="sum:"):
        answer = reviewer.post(
            f"/desk/claims/{case.number}/sum-answer",
            {"note": note.pk, "body": "这500元是保单里约定由您自己承担的部分。"},
        )
        assert answer.status_code == 303
    assert not Promise.objects.filter(case=case, rule__endswith="_answer", kept_at=None).exists()
    assert "Answered" in text(reviewer.get(page_of(case)))


@pytest.mark.covers("LOSS-7")
def test_a_sum_far_from_those_of_similar_damage_is_shown_to_the_reviewer(desks: Desks) -> None:
    insurer, at = desks.world, NOW + timedelta(minutes=2)
    for _similar in range(8):
        done = assessed(desks, NewLoss("own_vehicle", estimate=Decimal(3000)))
        claims.complete_papers(case=done, by=insurer["agent"], at=at)
        claims.calculate(case=done, loss=1, by=insurer["calculator"], at=at)
        claims.review(case=done, loss=1, by=insurer["reviewer"], at=at)
        claims.approve(case=done, loss=1, by=insurer["team_lead"], at=at)
        claims.decide(case=done, loss=1, by=insurer["team_lead"], at=at)
    usual = assessed(desks, NewLoss("own_vehicle", estimate=Decimal(3500)))
    shown = text(desks["reviewer"].get(page_of(usual)))
    assert "Similar losses: 8. The middle of their sums is ¥3,000.00." in shown
    assert "far from it" not in shown
    case = assessed(desks, NewLoss("own_vehicle", estimate=Decimal(12000)))
    claims.complete_papers(case=case, by=insurer["agent"], at=at)
    claims.calculate(case=case, loss=1, by=insurer["calculator"], at=at)
    assert "far from it" in text(desks["reviewer"].get(page_of(case)))
    review = text(desks["reviewer"].get(f"/desk/claims/{case.number}/review"))
    assert "far from it" in review


def test_what_others_owe_is_opened_told_and_booked_beside_the_sum(desks: Desks) -> None:
    case, insurer = assessed(desks, OWN, OTHER, liability="main"), desks.world
    cashier, at = desks["cashier"], NOW + timedelta(minutes=2)
    facts = {"vehicles": {"A": {"own_damage": {"mode": "subrogation"}}}}
    claims.enter_accident(case=case, facts=facts, by=insurer["calculator"], at=at)
    claims.complete_papers(case=case, by=insurer["agent"], at=at)
    for loss in (1, 2):
        claims.calculate(case=case, loss=loss, by=insurer["calculator"], at=at)
        claims.review(case=case, loss=loss, by=insurer["reviewer"], at=at)
        claims.approve(case=case, loss=loss, by=insurer["team_lead"], at=at)
        if loss == 1:
            claims.decide(case=case, loss=loss, by=insurer["team_lead"], at=at)
    share = [claims.Share(insurer.holder, Decimal(2000))]
    claims.decide(case=case, loss=2, shares=share, by=insurer["team_lead"], at=at)
    path = f"/desk/claims/{case.number}"
    assert cashier.post(f"{path}/recovery", {"loss": "1"}).status_code == 303
    row = Recovery.objects.get()
    told = {"recovery": row.pk, "name": "对方车主", "insurer": "他司", "how": "挂号信"}
    assert cashier.post(f"{path}/recovery-notice", told).status_code == 303
    entry = {"recovery": row.pk, "kind": "received", "amount": "9999", "remark": ""}
    assert cashier.post(f"{path}/recovery-entry", entry).status_code == 422
    assert cashier.post(f"{path}/recovery-entry", {**entry, "amount": "5000"}).status_code == 303
    row.refresh_from_db()
    assert row.ended_at is not None
    shown = text(cashier.get(page_of(case)))
    assert "What others owe us" in shown
    assert "挂号信" not in shown
    assert "对方车主" in shown


@pytest.mark.covers("ADJ-1")
def test_who_may_see_the_case_takes_the_sheet_and_works_the_sum_out_again(desks: Desks) -> None:
    case = approved(desks)
    path = f"/desk/claims/{case.number}/settlement/1.json"
    answer: Any = desks["auditor"].get(path)
    assert answer.status_code == 200
    again = settled(answer.json()).as_dict()
    kept = Calculation.objects.get()
    assert again["payees"] == (kept.sheet or {})["result"]["payees"] == {"1": "11500.00"}
    event = Event.objects.get(case=case, type="claim.calculated")
    assert answer["Digest"] == f"sha-256={event.data['sha256']}"
    assert desks["west"].get(path).status_code == 404
    assert desks["auditor"].get(path.replace("/1.json", "/2.json")).status_code == 404
