"""The whole way of a claim through the API, and every action that a program may take on it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.core.documents import samples
from tests.interfaces.api.callers import ACCOUNT, LINES, House, accident, done, refused, sheet
from yinuo import automation
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.payments import queries as payments
from yinuo.core.payments.bank.stand_in import answer_to
from yinuo.core.payments.models import PayeeAccount, Payment, PaymentBatch
from yinuo.interfaces.common import actions
from yinuo.kit import queue


def by_hand(house: House, number: str, noun: str, who: str, given: dict[str, Any]) -> None:
    """The same action of the same table, taken by a member of staff: a program is nobody's
    surveyor, decides nothing and is no second pair of eyes.
    """
    action = actions.CLAIM_ACTIONS[noun]
    case = Case.objects.get(number=number)
    action.run(house.world[who], case, action.schema.model_validate(given), datetime.now(UTC))


def act(house: House, case: str, noun: str, role: str, /, **given: Any) -> Any:
    return done(house[role].post(f"/claims/{case}/{noun}", given))


def carry_to_survey(house: House, **changes: Any) -> str:
    number = house.report(**changes)
    act(house, number, "registration", "agent", reserves={"1": "5000.00"})
    act(house, number, "dispatch", "agent", surveyor=house.world.staff["surveyor"].pk)
    return number


def carry_to_assessment(house: House, **changes: Any) -> str:
    number = carry_to_survey(house, **changes)
    by_hand(house, number, "no-interest", "surveyor", {})
    act(house, number, "contact", "agent")
    by_hand(house, number, "arrival", "surveyor", {"latitude": 31.24, "longitude": 121.47})
    by_hand(house, number, "survey", "surveyor", sheet())
    act(house, number, "assessment", "assessor", loss=1, lines=LINES, repair_shop="示例修理厂")
    return number


def carry_to_decision(house: House, **changes: Any) -> str:
    number = carry_to_assessment(house, **changes)
    act(house, number, "account", "agent", **ACCOUNT)
    act(house, number, "papers-completion", "agent")
    act(house, number, "calculation", "calculator", loss=1)
    act(house, number, "review", "reviewer", loss=1)
    act(house, number, "approval", "approver", loss=1)
    by_hand(house, number, "decision", "approver", {"loss": 1})
    return number


def bank_answers(house: House, *, reason: str = "") -> Any:
    """What the bank says of the newest batch, sent in through the API."""
    batch = PaymentBatch.objects.order_by("-pk")[0]
    content = answer_to(
        payments.batch_file(batch), at=datetime.now(UTC), decide=lambda _account: reason
    )
    file = SimpleUploadedFile("answer.xml", content, "application/xml")
    return done(house["cashier"].send("/bank/answers", {"file": file}))


def run_reactions(event_type: str) -> None:
    """What the worker would do about the newest line of this type."""
    event = Event.objects.filter(type=event_type).order_by("-pk")[0]
    with queue.capture() as jobs:
        automation.react(event_ids=[event.pk], at=datetime.now(UTC))
        for job in jobs.take():
            if job.task == "react":
                queue.run(job, at=datetime.now(UTC))


@pytest.mark.covers(
    "WF-1", "FNOL-5", "FNOL-13", "SUR-1", "LOSS-1", "ADJ-2", "ADJ-4", "ADJ-14", "PAY-1", "PAY-2"
)
def test_a_claim_goes_from_report_to_money_through_the_api(house: House) -> None:
    number = carry_to_decision(house)
    assert act(house, number, "payment-instruction", "cashier", loss=1)["state"] == "paid"
    made = done(house["cashier"].post("/bank/batches"), 201)
    assert (made["items"][0]["count"], made["items"][0]["total"]) == (1, "3500.00")
    assert done(house["cashier"].get("/bank/batches"))["items"] == made["items"]
    assert bank_answers(house)["findings"] == []
    run_reactions("payment.arrived")
    assert Case.objects.get(number=number).state in ("arrived", "closed")
    if Case.objects.get(number=number).state == "arrived":
        assert act(house, number, "closing", "agent")["state"] == "closed"
    shown = done(house["agent"].get(f"/claims/{number}"))
    assert shown["losses"][0]["stage"] == "arrived"
    assert shown["closed_at"]


@pytest.mark.covers("PAY-3", "PAY-4")
def test_a_returned_payment_is_corrected_with_four_eyes_and_paid_again(house: House) -> None:
    number = carry_to_decision(house)
    act(house, number, "payment-instruction", "cashier", loss=1)
    done(house["cashier"].post("/bank/batches"), 201)
    bank_answers(house, reason="AC04")
    run_reactions("payment.returned")
    assert Case.objects.get(number=number).state == "returned"
    act(house, number, "account", "agent", **{**ACCOUNT, "number": "6222020000000000018"})
    proposed = PayeeAccount.objects.order_by("-pk")[0].pk
    own = house["agent"].post(f"/claims/{number}/account-confirmation", {"account": proposed})
    refused(own, 403)
    other = house["cashier"].post(f"/claims/{number}/account-confirmation", {"account": proposed})
    refused(other, 403, "account_needs_second_person")
    by_hand(house, number, "account-confirmation", "cashier", {"account": proposed})
    assert Case.objects.get(number=number).state == "decided"
    act(house, number, "payment-instruction", "cashier", loss=1)
    done(house["cashier"].post("/bank/batches"), 201)
    bank_answers(house)
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["arrived", "returned"]


@pytest.mark.covers("SUR-2")
def test_a_program_is_nobodys_surveyor_and_decides_nothing(house: House) -> None:
    number = carry_to_survey(house)
    surveyor = house["surveyor"]
    for noun, given in (
        ("no-interest", {}),
        ("arrival", {}),
        ("survey", sheet()),
        ("survey-and-assessment", {**sheet(), "assessments": [{"loss": 1, "lines": LINES}]}),
    ):
        refused(surveyor.post(f"/claims/{number}/{noun}", given), 403)
    decided = house["approver"].post(f"/claims/{number}/decision", {"loss": 1})
    refused(decided, 403, "only_a_person")


def test_survey_and_assessment_can_be_one_step_for_who_holds_both_roles(house: House) -> None:
    number = carry_to_survey(house)
    house.world.staff["surveyor"].roles = ["surveyor", "assessor"]
    house.world.staff["surveyor"].save()
    by_hand(house, number, "no-interest", "surveyor", {})
    both = {**sheet(), "assessments": [{"loss": 1, "lines": LINES}]}
    by_hand(house, number, "survey-and-assessment", "surveyor", both)
    assert done(house["agent"].get(f"/claims/{number}"))["state"] == "assessed"


@pytest.mark.covers("SUR-5")
def test_another_surveyor_is_sent_and_promises_keep_their_times(house: House) -> None:
    number = carry_to_survey(house)
    before = done(house["agent"].get(f"/claims/{number}"))["promises"]
    answer = house["team_lead"].post(f"/claims/{number}/redispatch", {})
    refused(answer, 409, "nobody_can_go")
    second = house.world.staff["assessor"]
    refused(
        house["team_lead"].post(f"/claims/{number}/redispatch", {"surveyor": second.pk}),
        422,
        "cannot_be_sent",
    )
    after = done(house["agent"].get(f"/claims/{number}"))["promises"]
    assert [one["due_at"] for one in before] == [one["due_at"] for one in after]


@pytest.mark.covers("LOSS-1", "LOSS-6")
def test_an_assessment_is_made_again_and_calculated_sums_can_be_sent_back(house: House) -> None:
    number = carry_to_assessment(house)
    again = [{**LINES[0], "approved": "3000.00", "reason": ""}, LINES[1]]
    act(house, number, "reassessment", "assessor", loss=1, lines=again)
    act(house, number, "papers-completion", "agent")
    act(house, number, "calculation", "calculator", loss=1)
    back = act(house, number, "review-return", "reviewer", loss=1, reason="工时偏高")
    assert back["losses"][0]["stage"] == "documented"
    act(house, number, "calculation", "calculator", loss=1)
    act(house, number, "review", "reviewer", loss=1)
    back = act(house, number, "approval-return", "approver", loss=1, reason="缺少照片")
    assert back["losses"][0]["stage"] == "documented"


@pytest.mark.covers("ADJ-16")
def test_a_refusal_carries_reasons_and_clauses_and_a_person_decides_it(house: House) -> None:
    number = carry_to_assessment(house)
    wrong = {"loss": 1, "reasons": [{"reason": "不属于保险责任", "clause": ""}]}
    problem = refused(house["calculator"].post(f"/claims/{number}/refusal-proposal", wrong), 422)
    assert problem["errors"][0]["field"] == "reasons.0.clause"
    wrong = {"loss": 1, "reasons": [{"reason": "不属于保险责任", "clause": "特别约定第七条"}]}
    problem = refused(house["calculator"].post(f"/claims/{number}/refusal-proposal", wrong), 422)
    assert problem["errors"][0]["field"] == "reasons.0.plain"
    plain = "开车的人没有驾驶证时出的事，我们不赔。"
    reasons = [{"reason": "不属于保险责任", "own_clause": "特别约定第七条", "plain": plain}]
    act(house, number, "refusal-proposal", "calculator", loss=1, reasons=reasons)
    act(house, number, "review", "reviewer", loss=1)
    done(house["manager"].post(f"/claims/{number}/approval", {"loss": 1}))
    by_hand(house, number, "decision", "manager", {"loss": 1})
    assert Case.objects.get(number=number).state == "refused"


@pytest.mark.covers("ADJ-3")
def test_papers_are_asked_for_sent_in_and_judged(house: House) -> None:
    number = carry_to_assessment(house)
    wanted = [{"kind": "driving_licence", "why": "核对驾驶资格"}]
    act(house, number, "papers-request", "agent", wanted=wanted)
    again = house["agent"].post(
        f"/claims/{number}/papers-request",
        {"wanted": [{"kind": "vehicle_licence", "why": "核对车辆"}]},
    )
    refused(again, 409, "papers_asked_before")
    refused(house["agent"].post(f"/claims/{number}/papers-completion", {}), 409, "papers_missing")
    file = SimpleUploadedFile("licence.jpg", samples.picture(), "image/jpeg")
    form = {"file": file, "kind": "driving_licence", "taken_at": "2026-03-02T15:30:00+08:00"}
    sent = done(house["agent"].send(f"/claims/{number}/documents", form), 201)
    listed = done(house["agent"].get(f"/claims/{number}/documents"))["items"]
    assert [one["id"] for one in listed] == [sent["id"]]
    fetched = house["agent"].get(f"/claims/{number}/documents/{sent['id']}/file")
    assert fetched.status_code == 200
    assert b"".join(fetched.streaming_content)[:2] == b"\xff\xd8"
    judgement = {"document": sent["id"], "accepted": True}
    act(house, number, "papers-judgement", "agent", judgements=[judgement])
    assert act(house, number, "papers-completion", "agent")["state"] == "documented"


@pytest.mark.covers("COM-3")
def test_reserve_handler_delay_note_and_withdrawal(house: House) -> None:
    number = house.report()
    changed = act(house, number, "registration", "agent")
    assert changed["losses"][0]["reserve"]
    shown = act(house, number, "reserve", "agent", loss=1, reserve="6200.50")
    assert shown["losses"][0]["reserve"] == "6200.50"
    lead = house.world.staff["team_lead"]
    assert act(house, number, "handler", "team_lead", staff=lead.pk)["handler"] == lead.name
    new_at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    act(house, number, "delay-notice", "agent", reason="配件未到", new_at=new_at)
    act(house, number, "note", "agent", body="客户希望下午联系")
    assert Note.objects.filter(kind="internal").count() == 1
    assert act(house, number, "withdrawal", "agent", reason="自行修复")["state"] == "withdrawn"
    refused(house["agent"].post(f"/claims/{number}/withdrawal", {"reason": "再撤"}), 409)


@pytest.mark.covers("FNOL-9")
def test_possible_duplicates_are_shown_before_reporting_and_refused_unless_confirmed(
    house: House,
) -> None:
    number = house.report()
    given = accident()
    query = {"accident_at": given["accident_at"], "plate": "沪A12345"}
    shown = done(house["agent"].get("/claims/duplicates", **query))
    assert [one["number"] for one in shown["items"]] == [number]
    refused(house["agent"].post("/claims", given), 409)
    assert done(house["agent"].post("/claims", {**given, "confirmed_new": True}), 201)
    assert Case.objects.count() == 2


def test_every_action_has_an_address_and_is_offered_only_when_possible(house: House) -> None:
    number = house.report()
    offered = done(house["agent"].get(f"/claims/{number}"))["actions"]
    assert "registration" in {one["noun"] for one in offered}
    assert "dispatch" not in {one["noun"] for one in offered}
    for noun in actions.CLAIM_ACTIONS:
        answer = house["auditor"].post(f"/claims/{number}/{noun}", {})
        assert answer.status_code in (403, 404, 409, 422), (noun, answer.content.decode())
    assert Case.objects.get().state == "reported"


def test_the_timeline_is_read_in_pages_with_its_hashes(house: House) -> None:
    number = house.report()
    lines = done(house["agent"].get(f"/claims/{number}/timeline"))
    assert lines["items"][-1]["type"] == "claim.reported"
    assert len(lines["items"][-1]["hash"]) == 64
    newest = lines["items"][0]["seq"]
    older = done(house["agent"].get(f"/claims/{number}/timeline", before=str(newest)))
    assert [one["seq"] for one in older["items"]] == [
        one["seq"] for one in lines["items"] if one["seq"] < newest
    ]


def test_claims_and_policies_are_looked_up(house: House) -> None:
    number = house.report()
    listed = done(house["agent"].get("/claims", state="reported"))
    assert [one["number"] for one in listed["items"]] == [number]
    assert done(house["agent"].get("/claims", after=number))["items"] == []
    found = done(house["agent"].get("/policies", plate="沪A12345"))["items"]
    assert [one["number"] for one in found] == ["P-100"]
    assert "13900000001" not in json.dumps(found)


def test_an_advance_and_the_acceptance_of_the_decision_are_recorded_through_the_api(
    house: House,
) -> None:
    number = carry_to_assessment(house)
    too_much = house["calculator"].post(f"/claims/{number}/advance", {"loss": 1, "amount": "9e9"})
    assert refused(too_much, 422)
    act(house, number, "advance", "calculator", loss=1, amount="1000.00")
    nobody = house["calculator"].post(f"/claims/{number}/advance-approval", {"loss": 1})
    refused(nobody, 403)
    act(house, number, "advance-approval", "approver", loss=1)
    act(house, number, "account", "agent", **ACCOUNT)
    act(house, number, "advance-payment", "cashier", loss=1)
    act(house, number, "papers-completion", "agent")
    act(house, number, "calculation", "calculator", loss=1)
    act(house, number, "review", "reviewer", loss=1)
    act(house, number, "approval", "approver", loss=1)
    by_hand(house, number, "decision", "approver", {"loss": 1})
    act(house, number, "acceptance", "agent", loss=1)
    again = house["agent"].post(f"/claims/{number}/acceptance", {"loss": 1})
    refused(again, 409)
    act(house, number, "payment-instruction", "cashier", loss=1)
    amounts = [str(one.amount) for one in Payment.objects.order_by("pk")]
    assert amounts == ["1000.00", "2500.00"]
