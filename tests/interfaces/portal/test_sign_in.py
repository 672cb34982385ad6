"""In without a password, and nobody learns by trying what is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from tests.interfaces.portal.visitors import (
    ENGLISH,
    PHONE,
    Answer,
    insurer_today,
    now,
    page_of,
    reported,
    visit,
)
from tests.world import World, take_policy
from yinuo import automation  # noqa: F401  registers the jobs
from yinuo.core.cases.models import Case
from yinuo.core.messages.links import case_link
from yinuo.core.people.models import SignInCode
from yinuo.kit import queue
from yinuo.kit.ids import CaseNumber
from yinuo.kit.queue import Captured


@pytest.fixture
def insurer(transactional_db: None, settings: Settings) -> World:
    """A wrong try is counted in its own transaction, so these tests commit."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return insurer_today()


@pytest.fixture
def jobs() -> Iterator[Captured]:
    with queue.capture() as captured:
        yield captured


def ask(visitor: Client, number: str, phone: str = PHONE) -> Answer:
    return visitor.post("/track/", {"number": number, "phone": phone})


def code_from(jobs: Captured) -> str:
    """What the worker would do now, and the code that stands in the mail."""
    for job in jobs.take():
        if job.task == "send_sign_in_code":
            queue.run(job, at=now())
    if not mail.outbox:
        return ""
    found = re.search(r"\b(\d{6})\b", str(mail.outbox[-1].body))
    assert found is not None
    return found.group(1)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def plain(answer: Answer) -> str:
    """The page without what differs from one request to the next."""
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", answer.content.decode())


@pytest.mark.covers("COM-4")
def test_number_phone_and_code_open_the_claim(
    insurer: World, visitor: Client, jobs: Captured
) -> None:
    case = reported(insurer)
    assert visitor.get(page_of(case)).headers["Location"] == f"/track/?number={case.number}"
    assert ask(visitor, case.number.lower()).headers["Location"] == "/track/code"
    before = visitor.session.session_key
    answer = visitor.post("/track/code", {"code": f" {code_from(jobs)} "})
    assert answer.headers["Location"] == page_of(case)
    assert visitor.session.session_key != before
    assert visitor.get(page_of(case)).status_code == 200


def test_a_wrong_phone_and_a_wrong_number_look_like_right_ones(
    insurer: World, jobs: Captured
) -> None:
    case = reported(insurer)
    jobs.take()
    unknown = str(CaseNumber("C", 2026, 999_999))
    pages = []
    for number, phone in ((case.number, PHONE), (case.number, "13900000009"), (unknown, PHONE)):
        stranger = Client(headers=ENGLISH)
        answer = ask(stranger, number, phone)
        assert answer.headers["Location"] == "/track/code"
        asked = plain(stranger.get("/track/code"))
        refused = stranger.post("/track/code", {"code": "000000"})
        page = f"{asked}{refused.status_code}{plain(refused)}".replace(number, "N")
        pages.append((len(jobs.take()), page))
    assert pages[0] == pages[1] == pages[2]


def test_a_code_works_once(insurer: World, visitor: Client, jobs: Captured) -> None:
    case = reported(insurer)
    ask(visitor, case.number)
    code = code_from(jobs)
    other = Client(headers=ENGLISH)
    ask(other, case.number)
    assert visitor.post("/track/code", {"code": code}).status_code == 303
    assert other.post("/track/code", {"code": code}).status_code == 422
    assert other.get(page_of(case)).headers["Location"].startswith("/track/")


def test_five_wrong_tries_spend_the_code(insurer: World, visitor: Client, jobs: Captured) -> None:
    case = reported(insurer)
    ask(visitor, case.number)
    code = code_from(jobs)
    for _ in range(5):
        assert visitor.post("/track/code", {"code": wrong(code)}).status_code == 422
    answer = visitor.post("/track/code", {"code": code})
    assert answer.status_code == 422
    assert "wrong, used or too old" in answer.content.decode()


@pytest.mark.parametrize("given", ["", " ", "123456789012345", "abcdef", "１２３４５６", "'; --"])
def test_what_is_no_code_is_refused(insurer: World, visitor: Client, given: str) -> None:
    ask(visitor, reported(insurer).number)
    assert visitor.post("/track/code", {"code": given}).status_code == 422


def test_an_old_code_opens_nothing(insurer: World, visitor: Client, jobs: Captured) -> None:
    case = reported(insurer)
    ask(visitor, case.number)
    code = code_from(jobs)
    SignInCode.objects.update(expires_at=now() - timedelta(seconds=1))
    assert visitor.post("/track/code", {"code": code}).status_code == 422


def test_impatience_sends_no_second_code(insurer: World, visitor: Client, jobs: Captured) -> None:
    case = reported(insurer)
    for _ in range(3):
        assert ask(visitor, case.number).status_code == 303
    code_from(jobs)
    assert len(mail.outbox) == 1


def test_whoever_tries_on_and_on_is_told_to_wait(
    insurer: World, visitor: Client, settings: Settings, jobs: Captured
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "code": (2, 600)}
    number = reported(insurer).number
    assert [ask(visitor, number).status_code for _ in range(3)] == [303, 303, 429]


def test_many_addresses_cannot_try_one_case_together(
    insurer: World, visitor: Client, settings: Settings, jobs: Captured
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "code": (2, 600)}
    number = reported(insurer).number
    for last in range(3):
        form = {"number": number, "phone": PHONE}
        answer = Client().post("/track/", form, REMOTE_ADDR=f"10.0.0.{last}")
        assert answer.status_code == 303
    asked = [job.arguments["case_id"] for job in jobs.take() if job.task == "send_sign_in_code"]
    assert asked[-1] == 0


def test_a_link_opens_its_claim_only_and_for_its_time(
    insurer: World, visitor: Client, settings: Settings
) -> None:
    case = reported(insurer)
    old = case_link(case_id=case.pk, person_id=case.customer_id, at=now() - timedelta(days=31))
    answer = visitor.get(old[old.index("/track/") :])
    assert answer.status_code == 410
    assert "no longer valid" in answer.content.decode()
    assert visitor.get("/track/open/nonsense").status_code == 404
    assert visitor.get("/track/open/" + "x" * 3000).status_code == 404
    assert visitor.get(page_of(case)).status_code == 303
    foreign = case_link(case_id=case.pk, person_id=case.customer_id + 999, at=now())
    assert visitor.get(foreign[foreign.index("/track/") :]).status_code == 404


def test_a_changed_link_opens_nothing(insurer: World, visitor: Client) -> None:
    case = reported(insurer)
    link = case_link(case_id=case.pk, person_id=case.customer_id, at=now())
    path = link[link.index("/track/") :]
    assert visitor.get(path[:-2] + ("AA" if path[-2:] != "AA" else "BB")).status_code == 404


def test_anothers_claim_and_no_claim_look_the_same(insurer: World, visitor: Client) -> None:
    mine = reported(insurer)
    take_policy(number="P-200", plate="沪B22222", at=now())
    theirs = reported(insurer, policy_number="P-200")
    assert theirs.customer_id != mine.customer_id
    visit(visitor, mine)
    unknown = str(CaseNumber("C", 2026, 999_999))
    refused = visitor.get(page_of(theirs))
    nothing = visitor.get(f"/claims/{unknown}")
    assert refused.status_code == nothing.status_code == 404
    assert plain(refused).replace(theirs.number, "N") == plain(nothing).replace(unknown, "N")
    for tail in ("/papers", "/account", "/question", "/withdrawal"):
        assert visitor.get(page_of(theirs, tail)).status_code == 404
        assert visitor.post(page_of(theirs, tail), {"reason": "x"}).status_code == 404
    assert Case.objects.get(pk=theirs.pk).state == "reported"


def test_a_visit_to_one_claim_does_not_show_the_customers_other_one(
    insurer: World, visitor: Client
) -> None:
    one = reported(insurer)
    other = reported(insurer, accident_at=now() - timedelta(days=9))
    visit(visitor, one)
    assert visitor.get(page_of(other)).status_code == 404


def test_a_visit_ends_by_itself_and_by_signing_out(insurer: World, visitor: Client) -> None:
    case = reported(insurer)
    visit(visitor, case)
    assert visitor.get(page_of(case)).status_code == 200
    assert visitor.post("/track/leave").status_code == 303
    assert visitor.get(page_of(case)).status_code == 303
    visit(visitor, case)
    session = visitor.session
    person, case_id, _until = session["portal_visit"]
    session["portal_visit"] = [person, case_id, (now() - timedelta(seconds=1)).isoformat()]
    session.save()
    assert visitor.get(page_of(case)).status_code == 303


def test_signing_out_at_the_portal_leaves_the_desk_open(insurer: World, visitor: Client) -> None:
    visitor.force_login(insurer.staff["agent"])
    case = reported(insurer)
    visit(visitor, case)
    visitor.post("/track/leave")
    assert visitor.get("/").headers["Location"] == "/desk/"


def test_somebody_without_an_address_is_told_nothing_special(
    insurer: World, visitor: Client, jobs: Captured
) -> None:
    case = reported(insurer)
    type(insurer.holder).objects.filter(pk=insurer.holder.pk).update(email="")
    assert ask(visitor, case.number).headers["Location"] == "/track/code"
    assert code_from(jobs) == ""
    assert "Or call us" in visitor.get("/track/code").content.decode()
