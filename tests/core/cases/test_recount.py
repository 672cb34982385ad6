"""A year of the calendar is published: what was counted without it is settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from tests.core.cases import trial
from tests.core.cases.trial import Office
from yinuo import automation
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import stopping
from yinuo.core.cases.models import Promise
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.rulebook import commands as revising
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.models import RuleRevision
from yinuo.kit import queue
from yinuo.kit.calendar_rules import CalendarRules

# Tuesday 27 April 2032, a year that no notice covers: five working days reach past 1 May.
BEFORE = datetime(2032, 4, 27, 2, 0, tzinfo=UTC)
PUBLISHED = datetime(2032, 4, 28, 2, 0, tzinfo=UTC)
YEAR = {
    "rest": [{"name": "劳动节", "first": "2032-04-28", "last": "2032-05-05"}],
    "work": ["2032-05-08"],
}
RULE = "claims.assessment"  # 3 working days


@pytest.fixture
def published(db: None) -> Iterator[None]:
    RuleRevision.objects.create(
        key="calendar.years.2032",
        number=1,
        value=YEAR,
        why="the notice for 2032",
        by="staff:1",
        made_at=PUBLISHED,
        in_force_from=PUBLISHED,
    )
    yield
    rulebook.forget()


def open_promise(office: Office) -> Promise:
    case = office.open(BEFORE)
    cases.promise(case=case, rule=RULE, by=SYSTEM, at=BEFORE)
    return trial.promise(case, RULE)


def test_a_promise_over_an_unpublished_year_is_provisional_and_then_counted_again(
    office: Office, request: pytest.FixtureRequest
) -> None:
    made = open_promise(office)
    assert made.provisional
    request.getfixturevalue("published")

    changed = cases.recount_provisional(year=2032, at=PUBLISHED)

    assert changed == 1
    settled = Promise.objects.get(pk=made.pk)
    assert settled.due_at > made.due_at
    line = trial.last(made.case)
    assert (line.type, line.data["rule"], line.data["moved"]) == ("promise.recounted", RULE, True)
    assert datetime.fromisoformat(line.data["was"]) == made.due_at
    assert datetime.fromisoformat(line.data["due"]) == settled.due_at
    assert trial.chain_holds(made.case)


def test_nothing_is_settled_before_the_year_is_published(office: Office) -> None:
    made = open_promise(office)
    rulebook.rules(CalendarRules, at=PUBLISHED)
    with CaptureQueriesContext(connection) as asked:
        assert cases.recount_published(at=PUBLISHED) == 0
    assert len(asked) <= 2
    assert Promise.objects.get(pk=made.pk).provisional


def test_whatever_year_was_published_its_promises_are_settled_once(
    office: Office, request: pytest.FixtureRequest
) -> None:
    made = open_promise(office)
    request.getfixturevalue("published")
    assert cases.recount_published(at=PUBLISHED) == 1
    settled = Promise.objects.get(pk=made.pk)
    assert not settled.provisional
    assert settled.due_at > made.due_at
    assert cases.recount_published(at=PUBLISHED) == 0


def test_a_year_that_a_manager_enters_is_settled_when_it_comes_into_force(
    office: Office,
) -> None:
    made = open_promise(office)
    manager = Actor(id="staff:1", kind="staff", roles=frozenset({"manager"}))
    with queue.capture() as jobs:
        revising.revise_rule(
            key="calendar.years.2032", value=YEAR, why="the notice for 2032", by=manager,
            at=BEFORE, in_force_from=PUBLISHED,
        )  # fmt: skip
    [job] = jobs.take()
    assert job.at == PUBLISHED
    assert job.task == "rule_came_into_force"
    automation.rule_came_into_force(at=PUBLISHED, **job.arguments)
    assert not Promise.objects.get(pk=made.pk).provisional
    rulebook.forget()


def test_much_of_it_is_shared_out_and_what_a_killed_hand_left_is_found_again(
    office: Office, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = office.open_many(5, BEFORE)
    for case in opened:
        cases.promise(case=case, rule=RULE, by=SYSTEM, at=BEFORE)
    monkeypatch.setattr(stopping, "STRETCH", 2)
    monkeypatch.setattr(stopping, "BATCH", 1)
    assert cases.stretches_to_recount(at=PUBLISHED) == []
    request.getfixturevalue("published")
    with queue.capture() as captured:
        automation.rule_came_into_force(key="calendar.years.2032", at=PUBLISHED)
    jobs = captured.take()
    assert [job.task for job in jobs] == ["recount_stretch"] * 3
    with connection.cursor() as cursor:
        cursor.execute(DIES_AT % opened[1].pk)
    with pytest.raises(DatabaseError):
        automation.recount_stretch(at=PUBLISHED, **jobs[0].arguments)
    settled = Promise.objects.filter(rule=RULE, provisional=False)
    assert [one.case_id for one in settled] == [opened[0].pk]
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER dies ON cases_promise")
    for job in (*jobs, jobs[0]):
        automation.recount_stretch(at=PUBLISHED, **job.arguments)
    for case in opened:
        assert trial.types(case).count("promise.recounted") == 1
        assert trial.chain_holds(case)
    assert cases.stretches_to_recount(at=PUBLISHED) == []


DIES_AT = """
CREATE FUNCTION pg_temp.dies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN IF NEW.case_id = %s THEN RAISE EXCEPTION 'killed'; END IF; RETURN NEW; END $$;
CREATE TRIGGER dies BEFORE UPDATE ON cases_promise FOR EACH ROW EXECUTE FUNCTION pg_temp.dies()
"""


def test_a_miss_that_the_publication_shows_to_be_none_is_taken_back(
    office: Office, request: pytest.FixtureRequest
) -> None:
    made = open_promise(office)
    missed_at = datetime(2032, 5, 4, 2, 0, tzinfo=UTC)
    while cases.sweep(at=missed_at).promises:
        pass
    assert Promise.objects.get(pk=made.pk).missed_at is not None
    request.getfixturevalue("published")

    cases.recount_provisional(year=2032, at=missed_at)

    assert Promise.objects.get(pk=made.pk).missed_at is None
    end = datetime(2032, 6, 1, tzinfo=UTC)
    while cases.sweep(at=end).promises:
        pass
    assert Promise.objects.get(pk=made.pk).missed_at is not None


def test_without_anything_published_nothing_changes(office: Office) -> None:
    made = open_promise(office)
    lines = trial.types(made.case)

    assert cases.recount_provisional(year=2032, at=PUBLISHED) == 0

    assert trial.types(made.case) == lines


def test_ended_promises_and_later_years_stay_as_they_are(office: Office, published: None) -> None:
    kept = open_promise(office)
    cases.keep(case=kept.case, rule=RULE, by=SYSTEM, at=BEFORE)
    before = Promise.objects.get(pk=kept.pk)

    assert cases.recount_provisional(year=2032, at=PUBLISHED) == 0
    assert Promise.objects.get(pk=kept.pk).due_at == before.due_at


def test_a_batch_costs_as_many_statements_as_one_promise(
    office: Office, request: pytest.FixtureRequest
) -> None:
    for case in office.open_many(30, BEFORE):
        cases.promise(case=case, rule=RULE, by=SYSTEM, at=BEFORE)
    request.getfixturevalue("published")

    with CaptureQueriesContext(connection) as many:
        changed = cases.recount_provisional(year=2032, at=PUBLISHED)

    assert changed == 30
    assert len(many) <= 16, [query["sql"][:60] for query in many.captured_queries]


def test_the_calendar_rules_are_read_as_they_are_in_force(published: None) -> None:
    assert "2032" not in rulebook.rules(CalendarRules, at=BEFORE).years
    assert "2032" in rulebook.rules(CalendarRules, at=PUBLISHED).years
