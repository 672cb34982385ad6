"""What the last release left runs under this code, and what it still writes is still taken."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.interfaces.api.callers import ACCOUNT, LINES, House, done, sheet
from tests.interfaces.api.test_journey import act, by_hand
from tests.make import FROZEN_KEYS
from tests.upgrade import state
from tests.upgrade.conftest import Upgrade
from tests.upgrade.state import Frozen
from tests.world import World
from yinuo import automation
from yinuo.core.cases import verifying
from yinuo.core.cases.models import Case, Promise
from yinuo.core.payments.bank.exchange import ExchangeDirectory
from yinuo.core.payments.bank.stand_in import answer_outbox
from yinuo.core.payments.models import Payment
from yinuo.core.people.models import Branch, Staff
from yinuo.core.policies.models import Policy
from yinuo.interfaces.cli.main import yinuo
from yinuo.interfaces.common import upgrades
from yinuo.kit import queue

# The last of them waits for the order to pay; "paid" waits for the bank.
ORDER = (
    "reported",
    "registered",
    "dispatched",
    "surveyed",
    "assessed",
    "documented",
    "calculated",
    "reviewed",
    "approved",
    "decided",
)
# One process restores and migrates the frozen state for all of them.
pytestmark = pytest.mark.xdist_group("upgrade")


def house_of_old() -> House:
    """The people of the frozen story, and programs hired today."""
    staff = {member.username: member for member in Staff.objects.select_related("branch")}
    branches = {branch.code: branch for branch in Branch.objects.all()}
    policy = Policy.objects.select_related("holder").order_by("pk")[0]
    world = World(
        branches["HQ"], branches["EAST"], branches["WEST"], staff, policy, policy.holder
    )  # fmt: skip
    return House(world)


def doctor() -> str:
    return CliRunner().invoke(yinuo, ["--lang", "en", "doctor", "--lang", "en"]).output


def findings() -> list[object]:
    found: list[object] = []
    verifying.verify(report=found.append)
    return found


def work_off_the_queue(household: Path) -> None:
    """Our worker, in a process of its own, on the jobs that the old code left."""
    environment = {**os.environ, **FROZEN_KEYS, "YINUO_FILES": str(household)}
    command = [sys.executable, "-m", "yinuo.interfaces.cli.main", "worker", "--until-empty"]
    subprocess.run(command, check=True, env=environment, timeout=60)


def failed_jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select task_name from procrastinate_jobs where status = 'failed'")
        return [name for (name,) in cursor.fetchall()]


def finish(house: House, number: str, stopped: str) -> None:
    """Everything that is still to do for this claim up to the order to pay, through the doors."""
    left = ORDER[ORDER.index(stopped) :]

    def step(before: str, noun: str, role: str, **given: Any) -> None:
        if before in left:
            act(house, number, noun, role, **given)

    step("reported", "registration", "agent", reserves={"1": "5000.00"})
    step("registered", "dispatch", "agent", surveyor=house.world.staff["surveyor"].pk)
    if "dispatched" in left:
        by_hand(house, number, "no-interest", "surveyor", {})
        by_hand(house, number, "survey", "surveyor", sheet())
    step("surveyed", "assessment", "assessor", loss=1, lines=LINES)
    if "assessed" in left:
        act(house, number, "account", "agent", **ACCOUNT)
        act(house, number, "papers-completion", "agent")
    step("documented", "calculation", "calculator", loss=1)
    step("calculated", "review", "reviewer", loss=1)
    step("reviewed", "approval", "approver", loss=1)
    if "approved" in left:
        by_hand(house, number, "decision", "approver", {"loss": 1})
    act(house, number, "payment-instruction", "cashier", loss=1)


def money_arrives() -> None:
    """The bank answers what the old code sent it and what ours does; our reactions close."""
    with queue.capture() as jobs:
        automation.exchange_with_bank(at=datetime.now(UTC))
        answer_outbox(ExchangeDirectory(settings.BANK_EXCHANGE), at=datetime.now(UTC))
        automation.exchange_with_bank(at=datetime.now(UTC))
        while reactions := [job for job in jobs.take() if job.task == "react"]:
            for job in reactions:
                queue.run(job, at=datetime.now(UTC))


def test_until_the_migrations_have_run_doctor_and_readyz_say_so(
    frozen: Frozen, old_database: str, client: Client
) -> None:
    new = sorted(set(state.migrations()) - set(frozen.migrations))
    waiting = upgrades.waiting()
    assert sorted(".".join(node) for node in (*waiting.before, *waiting.after)) == new
    answer = client.get("/readyz")
    if waiting.before:
        assert (answer.status_code, answer.json()["missing"]) == (503, "migrations")
        assert f"{len(waiting.before)} migrations wait" in doctor()
        assert "Make a backup, then run `yinuo migrate`." in doctor()
    else:
        assert answer.status_code == 200


def test_migrating_says_ready_and_leaves_every_old_row_as_it_was(
    upgrade: Upgrade, upgraded_database: str, client: Client
) -> None:
    assert upgrade.exit_code == 0, upgrade.output
    assert client.get("/readyz").status_code == 200
    assert "migrations wait" not in doctor()
    assert upgrade.columns <= upgrade.columns_after, "the old version reads what is gone"
    assert upgrade.rows_after == upgrade.rows_before
    assert findings() == []


def test_what_the_old_version_writes_the_new_schema_takes(
    frozen: Frozen, new_database: str
) -> None:
    state.run(new_database, frozen.sql["rows"])
    assert Case.objects.count() == len(frozen.cases)
    assert findings() == []


def go_to_the_end(frozen: Frozen, household: Path, begun: tuple[str, ...]) -> None:
    promised = dict(Promise.objects.values_list("pk", "started_at"))
    work_off_the_queue(household)
    assert failed_jobs() == []
    assert Case.objects.get(number=frozen.cases["registered"]).state == "dispatched"
    house = house_of_old()
    for stopped in begun:
        by_now = "dispatched" if stopped == "registered" else stopped
        finish(house, frozen.cases[stopped], by_now)
    money_arrives()

    ended = [frozen.cases[stopped] for stopped in (*begun, "paid")]
    for number in ended:
        shown = done(house["agent"].get(f"/claims/{number}"))
        assert (shown["state"], shown["losses"][0]["stage"]) == ("closed", "arrived"), number
    assert Payment.objects.filter(status="arrived").count() == len(ended)
    assert dict(Promise.objects.filter(pk__in=promised).values_list("pk", "started_at")) == promised
    left = Promise.objects.filter(case__number__in=ended, kept_at=None, withdrawn_at=None)
    assert not left.exists()
    assert findings() == []


def test_claims_begun_under_the_old_state_go_to_their_end_under_this_code(
    frozen: Frozen, upgraded_database: str, household: Path
) -> None:
    go_to_the_end(frozen, household, ("registered", "assessed", "approved"))


@pytest.mark.soak
def test_claims_left_at_every_point_of_the_way_go_to_their_end_under_this_code(
    frozen: Frozen,
    upgraded_database: str,
    household: Path,
    record_property: Callable[[str, object], None],
) -> None:
    go_to_the_end(frozen, household, ORDER)
    record_property("claims", len(ORDER) + 1)
    record_property("begun under", frozen.revision)
