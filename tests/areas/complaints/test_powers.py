"""Whoever complains for another and never shows a power: it ends, and goes on when one comes."""

from __future__ import annotations

from functools import partial

import pytest

from tests.areas.complaints.office import complain, day, handler_of
from tests.world import World
from yinuo.areas.complaints import commands as complaints
from yinuo.areas.complaints.commands import NewParty, Power
from yinuo.areas.complaints.commands.common import WordsMissing
from yinuo.areas.complaints.commands.ending import PowerNotAsked, PowerTimeRuns, SomebodySpeaks
from yinuo.core.cases.commands import NotYourRole, StepNotAllowed
from yinuo.core.cases.models import Case, Promise
from yinuo.core.messages.models import Message


def state(case: Case) -> str:
    case.refresh_from_db()
    return case.state


def test_without_a_power_it_ends_after_the_time_for_it_and_a_late_power_lets_it_go_on(
    insurer: World, claim: Case
) -> None:
    case = complain(insurer, claim, at=day(1), parties=(NewParty("agent", "李四"),))
    officer, party = insurer[handler_of(insurer, case)], case.complaint.parties.get().pk
    end = partial(complaints.end_without_power, case=case, reason="一直没有收到授权书", by=officer)
    with pytest.raises(PowerNotAsked):
        end(at=day(1.1))
    complaints.ask_power(case=case, party=party, by=officer, at=day(1.1))
    with pytest.raises(PowerTimeRuns):
        end(at=day(5))
    with pytest.raises(WordsMissing):
        end(reason=" ", at=day(9))
    with pytest.raises(NotYourRole):
        end(by=insurer["surveyor"], at=day(9))
    end(at=day(9))
    assert state(case) == "powerless"
    case.refresh_from_db()
    assert case.closed_at == day(9)
    assert not Promise.objects.filter(case=case, kept_at=None, withdrawn_at=None).exists()
    told = Message.objects.get(case=case, reason="complaint_powerless", channel="inbox")
    assert "李四" in told.body
    assert "一直没有收到授权书" in told.body

    with pytest.raises(StepNotAllowed):
        complaints.check_power(
            case=case, party=party, power=Power("lawyer"), by=officer, at=day(12)
        )
    opened = complaints.take_up_again(
        case=case, party=party, power=Power("lawyer"), by=officer, at=day(12)
    )
    assert state(case) == "powerless"
    again = opened.complaint
    assert (again.follows_id, again.words) == (case.pk, case.complaint.words)
    answer = Promise.objects.get(case=opened, rule="complaints.answer")
    assert answer.started_at == day(12)
    speaker = again.parties.get()
    assert (speaker.name, speaker.power_kind) == ("李四", "lawyer")
    assert speaker.power_checked_at == day(12)
    with pytest.raises(SomebodySpeaks):
        complaints.take_up_again(
            case=case, party=party, power=Power("lawyer"), by=officer, at=day(13)
        )
    told = Message.objects.get(case=case, reason="complaint_taken_up_again", channel="inbox")
    assert opened.number in told.body
    with pytest.raises(SomebodySpeaks):
        complaints.end_without_power(case=opened, reason="不办", by=officer, at=day(30))


def test_whoever_complains_themselves_is_never_ended_for_want_of_a_power(
    insurer: World, claim: Case
) -> None:
    both = (NewParty("complainant", "样例客户甲"), NewParty("agent", "李四"))
    for parties in ((), both):
        case = complain(insurer, claim, at=day(1), parties=parties, confirmed_new=True)
        officer = insurer[handler_of(insurer, case)]
        with pytest.raises(SomebodySpeaks):
            complaints.end_without_power(case=case, reason="不办", by=officer, at=day(30))
        assert state(case) == "received"
