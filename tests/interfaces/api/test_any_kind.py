"""What every kind of case has on the API, asked of a kind that follows a claim up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.interfaces.api import callers
from tests.interfaces.api.callers import House, done, refused
from yinuo.core.cases.models import Case, Event, Note
from yinuo.core.payments.models import PaymentBatch
from yinuo.interfaces.common.actions import ACTIONS
from yinuo.kit import queue

WORDS = "定损太低,不够修车"


@pytest.fixture(autouse=True)
def no_worker() -> Iterator[None]:
    with queue.capture():
        yield


@pytest.fixture
def house(db: None) -> House:
    return callers.build()


def raise_concern(house: House, number: str) -> str:
    """A concern about a claim, told to a colleague; the number of the new case."""
    done(house["agent"].post(f"/claims/{number}/concern", {"words": WORDS}))
    return Case.objects.filter(kind="concern").latest("pk").number


@pytest.mark.covers("FB-5")
def test_a_case_that_follows_a_claim_up_is_listed_read_and_moved_like_a_claim(
    house: House,
) -> None:
    claim = house.report()
    concern = raise_concern(house, claim)
    agent = house["agent"]
    (line,) = done(agent.get("/concerns"))["items"]
    assert (line["number"], line["about"]) == (concern, claim)
    assert line["href"] == f"/api/concerns/{concern}"
    shown = done(agent.get(f"/concerns/{concern}"))
    assert shown["about"] == claim
    offered = {one["noun"]: one["href"] for one in shown["actions"]}
    assert offered["answer"] == f"/api/concerns/{concern}/answer"
    # Nobody gave it to the assessor: what would be refused is not offered.
    others = done(house["assessor"].get(f"/concerns/{concern}"))["actions"]
    assert "answer" not in {one["noun"] for one in others}
    refused(house["assessor"].post(f"/concerns/{concern}/answer", {"words": "好"}), 403)
    moved = done(agent.post(f"/concerns/{concern}/answer", {"words": "我们再看一遍定损。"}))
    assert moved["revision"] > shown["revision"]
    lines = done(agent.get(f"/concerns/{concern}/timeline"))["items"]
    assert lines[-1]["type"] == "concern.opened"
    notes = done(agent.get(f"/concerns/{concern}/notes"))["items"]
    assert WORDS in [note["body"] for note in notes]


def test_a_number_is_found_only_under_the_word_of_its_kind(house: House) -> None:
    claim = house.report()
    concern = raise_concern(house, claim)
    refused(house["agent"].get(f"/claims/{concern}"), 404, "case_not_found")
    refused(house["agent"].get(f"/concerns/{claim}"), 404, "case_not_found")
    refused(house["agent"].post(f"/concerns/{claim}/note", {"body": "?"}), 404)
    assert house["agent"].get(f"/dreams/{claim}").status_code == 404


def test_a_repeated_request_writes_once_whatever_the_kind(house: House) -> None:
    concern = raise_concern(house, house.report())
    path, agent = f"/concerns/{concern}/note", house["agent"]
    first = done(agent.post(path, {"body": "客户下午有空"}, Idempotency_Key="k-1"))
    assert done(agent.post(path, {"body": "客户下午有空"}, Idempotency_Key="k-1")) == first
    assert Note.objects.filter(body="客户下午有空").count() == 1
    other = agent.post(path, {"body": "另一句"}, Idempotency_Key="k-1")
    assert other.status_code in (409, 422)


def test_a_refused_action_leaves_the_case_as_it_was(house: House) -> None:
    concern = raise_concern(house, house.report())
    before = Event.objects.count()
    refused(house["agent"].post(f"/concerns/{concern}/answer", {"words": " "}), 422)
    refused(house["agent"].post(f"/concerns/{concern}/answer", {"word": "?"}), 422)
    refused(house["cashier"].post(f"/concerns/{concern}/answer", {"words": "好"}), 403)
    stale = {"words": "好", "seen": 99}
    refused(house["agent"].post(f"/concerns/{concern}/answer", stale), 409, "changed_meanwhile")
    assert Event.objects.count() == before


def test_another_branch_finds_nothing_of_any_kind(house: House) -> None:
    concern = raise_concern(house, house.report())
    west = house.hire("west", house.world.west, "agent", "team_lead")
    assert done(west.get("/concerns"))["items"] == []
    for tail in ("", "/timeline", "/notes"):
        refused(west.get(f"/concerns/{concern}{tail}"), 404)
    refused(west.post(f"/concerns/{concern}/note", {"body": "?"}), 404)


def test_pages_follow_each_other_in_as_many_statements_for_each(house: House) -> None:
    numbers = [raise_concern(house, house.report(confirmed_new=True)) for _ in range(5)]
    agent, seen, after, costs = house["agent"], [], "", []
    agent.get("/concerns", size="2")
    for _page in range(3):
        with CaptureQueriesContext(connection) as asked:
            page = done(agent.get("/concerns", size="2", after=after))
        costs.append(len(asked))
        seen += [line["number"] for line in page["items"]]
        after = page["next"] or ""
    assert seen == numbers[::-1]
    assert page["next"] is None
    assert max(costs[1:]) <= costs[0] + 1


@pytest.mark.parametrize("kind", sorted(ACTIONS))
def test_a_number_that_cannot_be_one_is_told_so(house: House, kind: str) -> None:
    plural = {"call_back": "call-backs"}.get(kind, f"{kind}s")
    refused(house["agent"].get(f"/{plural}/nonsense"), 422, "not_a_case_number")


def test_files_for_the_bank_come_a_page_at_a_time(house: House) -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    for serial in range(3):
        PaymentBatch.objects.create(
            message_id=f"FILE-{serial}", made_at=at + timedelta(days=serial), made_by="system:0",
            content=b"", sha256=bytes(32), count=1, total=1, currency="CNY",
        )  # fmt: skip
    cashier = house["cashier"]
    first = done(cashier.get("/bank/batches", size="2"))
    assert [one["message_id"] for one in first["items"]] == ["FILE-2", "FILE-1"]
    rest = done(cashier.get("/bank/batches", size="2", after=first["next"]))
    assert [one["message_id"] for one in rest["items"]] == ["FILE-0"]
    assert rest["next"] is None
