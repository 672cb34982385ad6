"""What customers do themselves: an account, a question, taking the claim back."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.interfaces.portal.visitors import now, page_of, reported, visit
from tests.world import World, take_policy
from yinuo.core.cases.models import Case, Note
from yinuo.core.payments.models import PayeeAccount

GOOD = {
    "holder_kind": "individual",
    "holder_name": "样例客户甲",
    "number": "6222 0200 0000 0000 000",
    "bank_name": "示例银行上海分行",
}


@pytest.fixture
def case(insurer: World, visitor: Client) -> Case:
    case = reported(insurer)
    visit(visitor, case)
    return case


@pytest.mark.covers("PAY-2")
def test_a_first_account_counts_at_once(case: Case, visitor: Client) -> None:
    answer = visitor.post(page_of(case, "/account"), GOOD, follow=True)
    assert "The money will go to this account." in answer.content.decode()
    account = PayeeAccount.objects.get()
    assert account.confirmed_at is not None
    assert account.proposed_by == f"customer:{case.customer_id}"
    shown = visitor.get(page_of(case, "/account")).content.decode()
    assert "ending in 0000" in shown
    assert "6222020000000000000" not in shown.replace(" ", "")


def test_a_changed_account_waits_for_a_second_person(case: Case, visitor: Client) -> None:
    visitor.post(page_of(case, "/account"), GOOD)
    other = {**GOOD, "number": "6222020000000000018"}
    answer = visitor.post(page_of(case, "/account"), other, follow=True)
    assert "A colleague confirms the changed account" in answer.content.decode()
    assert PayeeAccount.objects.filter(confirmed_at__isnull=False).count() == 1
    assert "waits for a colleague" in visitor.get(page_of(case, "/account")).content.decode()


def test_the_same_account_twice_is_one(case: Case, visitor: Client) -> None:
    for _ in range(2):
        assert visitor.post(page_of(case, "/account"), GOOD).status_code == 303
    assert PayeeAccount.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "6222020000000000001"}, "does not add up"),
        ({"number": "12"}, "digits and nothing else"),
        ({"number": "6222' OR 1=1 --"}, "digits and nothing else"),
        ({"number": "1" * 60}, "At most 40 characters"),
        ({"holder_name": "别人"}, "but the money is owed to"),
        ({"holder_name": ""}, "Please fill in this field"),
        ({"bank_name": ""}, "Please fill in this field"),
        ({"bank_code": "12a"}, "has 12 digits"),
        ({"holder_kind": "robot"}, "Choose one of"),
    ],
)
def test_a_wrong_account_is_told_beside_its_field_and_nothing_is_saved(
    case: Case, visitor: Client, changes: dict[str, str], said: str
) -> None:
    answer = visitor.post(page_of(case, "/account"), {**GOOD, **changes})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert said in text.replace("&#x27;", "'")
    kept = "bank_name" if "bank_name" not in changes else "holder_name"
    assert GOOD[kept] in text
    assert not PayeeAccount.objects.exists()


def test_nobody_enters_an_account_for_somebody_else(
    insurer: World, case: Case, visitor: Client
) -> None:
    other = take_policy(number="P-200", plate="沪B22222", at=now()).holder
    visitor.post(page_of(case, "/account"), {**GOOD, "person": str(other.pk), "loss": "99"})
    assert PayeeAccount.objects.get().person_id == case.customer_id


@pytest.mark.covers("COM-7")
def test_a_question_reaches_the_claim_once_and_stands_on_the_page(
    case: Case, visitor: Client
) -> None:
    ask = {"body": "修理厂可以自己选吗？", "for_customer": ""}
    for _ in range(2):
        assert visitor.post(page_of(case, "/question"), ask).status_code == 303
    note = Note.objects.get()
    assert (note.kind, note.for_customer) == ("question", True)
    assert "修理厂可以自己选吗？" in visitor.get(page_of(case)).content.decode()


@pytest.mark.parametrize("body", ["", "   ", "x" * 4001, "a\x00b"])
def test_an_empty_or_endless_question_is_refused(case: Case, visitor: Client, body: str) -> None:
    assert visitor.post(page_of(case, "/question"), {"body": body}).status_code == 422
    assert not Note.objects.exists()


def test_words_of_the_customer_cannot_become_markup(case: Case, visitor: Client) -> None:
    visitor.post(page_of(case, "/question"), {"body": "<script>alert(1)</script>"})
    text = visitor.get(page_of(case)).content.decode()
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text


def test_a_claim_is_taken_back_only_after_the_page_that_says_what_it_means(
    case: Case, visitor: Client
) -> None:
    asked = visitor.get(page_of(case, "/withdrawal")).content.decode()
    assert "nothing is paid for this accident" in asked
    assert Case.objects.get(pk=case.pk).state == "reported"
    assert visitor.post(page_of(case, "/withdrawal"), {"reason": " "}).status_code == 422
    answer = visitor.post(page_of(case, "/withdrawal"), {"reason": "对方已赔"}, follow=True)
    assert "You took the claim back" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).state == "withdrawn"
    assert visitor.post(page_of(case, "/withdrawal"), {"reason": "again"}).status_code == 303


def test_forms_from_elsewhere_are_refused(case: Case, insurer: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    visit(strict, case)
    assert strict.post(page_of(case, "/withdrawal"), {"reason": "x"}).status_code == 403
    assert strict.post("/track/leave").status_code == 403


@pytest.mark.parametrize("tail", ["/account", "/question", "/withdrawal", "/papers", "/messages"])
def test_strangers_are_sent_to_sign_in(insurer: World, tail: str) -> None:
    case = reported(insurer)
    answer = Client().post(page_of(case, tail), {"reason": "x", "body": "x"})
    assert answer.headers["Location"].startswith("/track/")
    assert Case.objects.get(pk=case.pk).state == "reported"
