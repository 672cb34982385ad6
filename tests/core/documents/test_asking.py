"""Papers are asked for once, judged with a reason, or done without; the list says what is left."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from tests.core.documents import samples
from yinuo.core.cases.models import Case, Note
from yinuo.core.documents import commands, queries, rules
from yinuo.core.documents.commands import (
    AlreadyHere,
    AskedBefore,
    Judgement,
    NothingWanted,
    NotThere,
    NotToBeJudged,
    Upload,
    Wanted,
)
from yinuo.core.documents.models import Document
from yinuo.core.documents.rules import Slot
from yinuo.core.messages.models import Message
from yinuo.core.people.rules import NotForYou

FORM = Wanted("claim_form", "It says what is claimed.")
BILL = Wanted("repair_invoice", "It shows what the repair cost.", "loss:1")


def ask(office: Office, case: Case, *wanted: Wanted, because: str = "") -> list[Document]:
    return commands.request_documents(
        case=case, wanted=wanted, by=office.by_agent, at=START, again_because=because
    )


def receive(office: Office, case: Case, kind: str, subject: str = "") -> Document:
    given = Upload(kind, "a.jpg", [samples.picture()], subject)
    return commands.receive(case=case, upload=given, by=office.by_customer, at=START)


def test_everything_is_asked_for_at_once_with_reasons(office: Office) -> None:
    case = office.open()
    rows = ask(office, case, FORM, BILL)
    assert [(r.kind, r.subject, r.status, r.request_round) for r in rows] == [
        ("claim_form", "", "asked", 1),
        ("repair_invoice", "loss:1", "asked", 1),
    ]
    event = trial.last(case)
    assert event.type == "document.requested"
    assert event.data["kinds"] == ["claim_form", "repair_invoice"]
    assert (event.data["round"], event.data["asked_twice"]) == (1, False)


def test_asking_again_needs_a_reason_and_leaves_a_mark(office: Office) -> None:
    case = office.open()
    ask(office, case, FORM)
    with pytest.raises(AskedBefore):
        ask(office, case, BILL)
    (row,) = ask(office, case, BILL, because="The garage found more damage.")
    assert row.request_round == 2
    event = trial.last(case)
    assert (event.data["round"], event.data["asked_twice"]) == (2, True)
    assert Note.objects.get(pk=event.data["note"]).body == "The garage found more damage."
    assert "garage" not in str(event.data)


def test_what_we_hold_or_have_asked_for_is_not_asked_again(office: Office) -> None:
    case = office.open()
    receive(office, case, "claim_form")
    with pytest.raises(AlreadyHere):
        ask(office, case, FORM)
    with pytest.raises(AlreadyHere):
        ask(office, case, BILL, BILL)
    assert Document.objects.count() == 1


def test_what_was_rejected_may_be_asked_again(office: Office) -> None:
    case = office.open()
    row = receive(office, case, "claim_form")
    commands.judge(
        case=case,
        document_id=row.pk,
        accepted=False,
        reason="Page 2 is missing.",
        by=office.by_agent,
        at=START,
    )
    assert ask(office, case, FORM)[0].request_round == 1


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ((), NothingWanted),
        ((Wanted("selfie", "Why not."),), rules.UnknownKind),
        ((Wanted("claim_form", " "),), rules.ReasonMissing),
    ],
)
def test_a_request_that_makes_no_sense_changes_nothing(
    office: Office, wanted: tuple[Wanted, ...], refusal: type[Exception]
) -> None:
    case = office.open()
    before = trial.types(case)
    with pytest.raises(refusal):
        ask(office, case, *wanted)
    assert not Document.objects.exists()
    assert trial.types(case) == before


def test_customers_neither_ask_nor_judge_nor_waive(office: Office) -> None:
    case = office.open()
    row = receive(office, case, "claim_form")
    customer = office.by_customer
    with pytest.raises(NotForYou):
        commands.request_documents(case=case, wanted=[BILL], by=customer, at=START)
    with pytest.raises(NotForYou):
        commands.judge(case=case, document_id=row.pk, accepted=True, by=customer, at=START)
    with pytest.raises(NotForYou):
        commands.waive(case=case, slot=Slot("identity"), reason="x", by=customer, at=START)


def test_a_set_is_judged_and_the_customer_hears_what_was_wrong(office: Office) -> None:
    case = office.open()
    good, bad = receive(office, case, "claim_form"), receive(office, case, "identity")
    commands.judge_many(
        case=case,
        judgements=[Judgement(good.pk, True), Judgement(bad.pk, False, "The number is covered.")],
        by=office.by_agent,
        at=later("1 hour"),
    )
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, good.judged_by) == ("accepted", office.by_agent.id)
    assert (bad.status, bad.rejection) == ("rejected", "The number is covered.")
    assert trial.types(case)[-2:] == ["document.accepted", "document.rejected"]
    told = Message.objects.get(reason="document_rejected", channel="inbox")
    assert "The number is covered." in told.body
    assert "被保险人身份证明" in told.body
    assert "covered" not in str(trial.last(case).data)


@pytest.mark.parametrize(
    ("accepted", "reason", "refusal"),
    [(False, "", rules.ReasonMissing), (False, "x" * 201, rules.ReasonTooLong)],
)
def test_a_rejection_says_why(
    office: Office, accepted: bool, reason: str, refusal: type[Exception]
) -> None:
    case = office.open()
    row = receive(office, case, "claim_form")
    with pytest.raises(refusal):
        commands.judge(
            case=case,
            document_id=row.pk,
            accepted=accepted,
            reason=reason,
            by=office.by_agent,
            at=START,
        )
    row.refresh_from_db()
    assert row.status == "received"


def test_only_what_came_in_and_lies_in_this_case_is_judged(office: Office) -> None:
    case, other = office.open(), office.open()
    (asked,) = ask(office, case, FORM)
    elsewhere = receive(office, other, "claim_form")
    with pytest.raises(NotToBeJudged):
        commands.judge(case=case, document_id=asked.pk, accepted=True, by=office.by_agent, at=START)
    with pytest.raises(NotThere):
        commands.judge(
            case=case, document_id=elsewhere.pk, accepted=True, by=office.by_agent, at=START
        )


def test_we_can_do_without_a_paper_whether_asked_or_not(office: Office) -> None:
    case = office.open()
    (asked,) = ask(office, case, FORM)
    slots = [Slot("claim_form"), Slot("identity")]
    commands.waive_many(
        case=case, slots=slots, reason="We have both on file.", by=office.by_agent, at=START
    )
    asked.refresh_from_db()
    assert asked.status == "waived"
    assert Document.objects.filter(kind="identity", status="waived").exists()
    assert trial.types(case)[-2:] == ["document.waived"] * 2
    assert queries.missing(listed(office, case, slots)) == ()


def listed(office: Office, case: Case, needed: list[Slot]) -> tuple[queries.Line, ...]:
    return queries.checklist(office.by_agent, case, needed, language="en", at=START)


def test_the_list_says_what_is_needed_asked_here_and_wrong(office: Office) -> None:
    case = office.open()
    needed = [Slot("identity"), Slot("claim_form"), Slot("repair_invoice", "loss:1")]
    ask(office, case, FORM, BILL)
    row = receive(office, case, "repair_invoice", "loss:1")
    commands.judge(
        case=case, document_id=row.pk, accepted=False, reason="Torn.", by=office.by_agent, at=START
    )
    receive(office, case, "scene_photos")
    lines = listed(office, case, needed)
    assert [(line.slot.kind, line.status, line.open, line.why) for line in lines] == [
        ("identity", "needed", True, ""),
        ("claim_form", "asked", True, "It says what is claimed."),
        ("repair_invoice", "rejected", True, "Torn."),
        ("scene_photos", "received", False, ""),
    ]
    assert lines[1].name == "Claim form"
    assert [line.slot.kind for line in queries.missing(lines)] == [
        "identity",
        "claim_form",
        "repair_invoice",
    ]


def test_the_list_costs_one_statement_besides_the_rulebook(office: Office) -> None:
    case = office.open()
    ask(office, case, FORM, BILL)
    with CaptureQueriesContext(connection) as run:
        listed(office, case, [Slot("identity")])
    assert len([q for q in run.captured_queries if "rulebook" not in q["sql"]]) == 1


def test_customers_do_not_see_our_own_papers(office: Office) -> None:
    case = office.open()
    row = receive(office, case, "claim_form")
    Document.objects.filter(pk=row.pk).update(for_customer=False)
    assert not queries.of_case(office.by_customer, case).exists()
    with pytest.raises(queries.DocumentNotFound):
        queries.document_for(office.by_customer, case, row.pk)
    assert queries.document_for(office.by_agent, case, row.pk) == row


def test_a_paper_of_another_case_is_not_there(office: Office) -> None:
    case, other = office.open(), office.open()
    row = receive(office, other, "claim_form")
    with pytest.raises(queries.DocumentNotFound):
        queries.document_for(office.by_agent, case, row.pk)
