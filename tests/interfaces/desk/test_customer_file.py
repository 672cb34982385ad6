"""The customer's file and the waiting times, through the desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests import world
from tests.world import World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.claims import queries as claim_queries
from yinuo.core.people.models import AccessRecord, Person
from yinuo.kit import queue


@pytest.fixture
def insurer(db: None) -> World:
    return world.build(at=datetime.now(UTC))


def sign_in(insurer: World, name: str) -> Client:
    client = Client()
    client.force_login(insurer.staff[name])
    return client


def claim_of(insurer: World) -> claims.Reported:
    now = datetime.now(UTC)
    report = report_of(accident_at=now - timedelta(hours=3))
    with queue.capture():
        reported = claims.report(
            report=report, door="phone", by=insurer["agent"], at=now - timedelta(hours=2)
        )
        claims.register(
            case=reported.case, by=insurer["agent"], at=now - timedelta(hours=2, minutes=-5)
        )
    return reported


@pytest.mark.covers("G-6", "CRM-1", "CRM-5")
def test_the_file_shows_sale_claim_and_what_was_written_on_one_line(insurer: World) -> None:
    number = claim_of(insurer).case.number
    page = sign_in(insurer, "agent").get(f"/desk/customers/{insurer.holder.pk}")
    text = page.content.decode()
    assert page.status_code == 200
    assert number in text
    assert "P-100" in text
    assert "13900000001" not in text
    assert AccessRecord.objects.filter(what=f"customer:{insurer.holder.pk}").exists()


def test_another_branch_sees_no_such_customer(insurer: World) -> None:
    client = sign_in(insurer, "west")
    assert client.get(f"/desk/customers/{insurer.holder.pk}").status_code == 404


@pytest.mark.covers("CRM-1")
def test_wishes_are_kept_and_a_wrong_hour_is_refused_with_what_was_typed(insurer: World) -> None:
    client, address = sign_in(insurer, "agent"), f"/desk/customers/{insurer.holder.pk}"
    wishes = {"language": "en", "channel": "inbox", "needs": "请用短信联系"}
    refused = client.post(address, {**wishes, "do_not_disturb": "late"})
    assert refused.status_code == 422
    assert "请用短信联系" in refused.content.decode()
    assert client.post(address, wishes).status_code == 302
    person = Person.objects.get(pk=insurer.holder.pk)
    assert (person.language, person.channel, person.needs) == ("en", "inbox", "请用短信联系")


@pytest.mark.covers("FNOL-14", "ADJ-15")
def test_waiting_times_are_shown_by_door_and_stage(insurer: World) -> None:
    reported = claim_of(insurer)
    page = sign_in(insurer, "team_lead").get("/desk/waiting?days=365")
    assert page.status_code == 200
    assert 'waiting?days=365" aria-current="true"' in page.content.decode()
    assert "5" in page.content.decode()
    claim = claim_queries.get_for(insurer["agent"], reported.case.number)
    case = claim.case
    times = claim_queries.stage_times(case, list(claim.losses.all()), list(case.events.all()))
    assert [one.stage for one in times] == ["reported", "registered"]
    first = times[0]
    assert first.until is not None
    assert first.until - first.since == timedelta(minutes=5)


def test_waiting_times_are_not_for_everybody(insurer: World) -> None:
    assert sign_in(insurer, "agent").get("/desk/waiting").status_code == 403
