"""What the record of the claim says against us: how long, how silent, and what really arrived."""

from __future__ import annotations

from datetime import timedelta

from tests.areas.complaints.office import complain, day
from tests.world import NOW, World, report_of
from yinuo.areas.claims import commands as claims
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints import queries, record
from yinuo.core.cases import commands as cases
from yinuo.core.cases.models import Case
from yinuo.core.messages.models import Message
from yinuo.overview import evidence
from yinuo.overview.evidence import Piece


def stages(insurer: World, about: Case, at: float) -> dict[str, Piece]:
    case = complain(insurer, about, at=day(at), confirmed_new=True)
    pieces = evidence.gather(queries.of_case(case), "en", at=day(at))
    return {one.subject: one for one in pieces if one.kind == "stage"}


def reported(insurer: World) -> Case:
    return claims.report(report=report_of(), door="phone", by=insurer["agent"], at=NOW).case


def test_a_stage_is_held_against_the_promise_that_was_made_for_it(insurer: World) -> None:
    claim = reported(insurer)
    claims.register(case=claim, by=insurer["agent"], at=NOW + timedelta(hours=3))
    first = stages(insurer, claim, 1)["reported"]
    promised = claim.promises.get(rule="claims.acknowledge")
    assert (first.until, first.due_at) == (NOW + timedelta(hours=3), promised.due_at)
    assert first.bad == (NOW + timedelta(hours=3) >= promised.due_at)
    assert stages(insurer, claim, 30)["registered"].bad


def test_a_stage_that_ended_in_time_does_not_speak_against_us(insurer: World) -> None:
    claim = reported(insurer)
    claims.register(case=claim, by=insurer["agent"], at=NOW + timedelta(seconds=30))
    assert not stages(insurer, claim, 1)["reported"].bad


def silent_days(claim: Case, until: float) -> int:
    return max((b - a).days for a, b in record.read(claim).silences(day(until)))


def test_what_was_held_back_told_nobody_anything(insurer: World, claim: Case) -> None:
    officer = insurer["agent"]
    cases.tell_delay(case=claim, reason="还要三天", new_at=day(9), by=officer, at=day(6))
    assert silent_days(claim, 8) == 5
    told = Message.objects.filter(case=claim, written_at=day(6))
    assert told.exists()
    told.update(status=Message.Status.NOT_SENT)
    assert silent_days(claim, 8) == 7


def test_an_answer_to_a_question_ends_the_silence(insurer: World, claim: Case) -> None:
    cases.write_note(
        case=claim,
        body="明天付款",
        kind="answer",
        by=insurer["agent"],
        at=day(4),
        for_customer=True,
    )
    assert silent_days(claim, 8) == 4


def test_the_words_of_a_joined_complaint_are_read_with_the_other(
    insurer: World, claim: Case
) -> None:
    first = complain(insurer, claim, at=day(1))
    second = complain(insurer, claim, at=day(2), words="还没有人回电", confirmed_new=True)
    complaints.merge(case=second, into=first, by=insurer["team_lead"], at=day(3))
    assert "还没有人回电" in queries.words_of(queries.of_case(first))
