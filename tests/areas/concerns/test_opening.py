"""A concern begins once, with an owner, two promises and the words that brought it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.areas.concerns.conftest import Take, after
from tests.world import World
from yinuo.areas.concerns import commands as concerns
from yinuo.areas.concerns import queries
from yinuo.areas.concerns.commands import NewConcern
from yinuo.areas.concerns.models import Concern
from yinuo.core.cases import commands as cases
from yinuo.core.cases import queries as case_queries
from yinuo.core.cases.models import Case, Event, Promise
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.messages.models import Message
from yinuo.core.people import commands as people
from yinuo.core.people.actors import SYSTEM


def test_it_has_an_owner_two_days_and_the_customers_words(
    take_up: Take, claim: Case, insurer: World
) -> None:
    case = take_up()
    assert case.number.startswith("N")
    assert (case.state, case.about, case.handler_id) == ("opened", claim, claim.handler_id)
    due = {one.rule: one.due_at for one in Promise.objects.filter(case=case)}
    assert due["concerns.answer"] == after(60) + timedelta(hours=48)
    assert due["concerns.solution"] == after(60) + timedelta(hours=48)
    concern = Concern.objects.get(pk=case.pk)
    assert concern.words is not None
    assert concern.words.body == "赔款一直没到账,没人给我说法"
    assert set(concern.causes) & {"delay", "progress"}
    reading = knowledge.reading_of(concern.words.pk)
    assert reading is not None
    assert reading.sentiment == "neg"


def test_the_customer_is_told_who_looks_after_it_and_until_when(take_up: Take) -> None:
    case = take_up()
    letter = Message.objects.get(case=case, reason="concern_opened", channel="inbox")
    assert "agent 员工" in letter.body
    assert "5月15日" in letter.body


def test_the_timeline_holds_codes_and_never_the_words(take_up: Take) -> None:
    case = take_up("你们再不赔我就去银保监投诉")
    lines = [event.data for event in Event.objects.filter(case=case)]
    assert "银保监" not in str(lines)
    assert lines[0]["urgency"] == "high"


def test_urgent_words_ask_for_a_call_on_the_same_day(take_up: Take) -> None:
    case = take_up("你们再不赔我就去银保监投诉")
    call = Promise.objects.get(case=case, rule="concerns.urgent_contact")
    assert call.audience == "internal"
    assert call.due_at < after(60) + timedelta(hours=24)


def test_a_second_word_about_the_same_claim_joins_the_open_concern(
    take_up: Take, insurer: World
) -> None:
    first = take_up("定损金额太低,不够修车")
    again = take_up("而且打电话没人接,我要找律师", at=after(90))
    assert again == first
    concern = Concern.objects.get(pk=first.pk)
    assert concern.causes[0] == "amount"
    assert concern.urgency == "high"
    assert [note.at for note in queries.words_of(concern)] == [after(60), after(90)]
    assert Promise.objects.filter(case=first, rule="concerns.urgent_contact").count() == 1


def test_another_problem_can_be_kept_apart(take_up: Take) -> None:
    first = take_up("定损金额太低,不够修车")
    assert take_up("还有喷漆有色差", separate=True) != first


def test_words_on_a_follow_up_are_about_the_claim(take_up: Take, claim: Case) -> None:
    first = take_up()
    second = take_up("还是没人理我", about=first, separate=True)
    assert second.about == claim
    assert Concern.objects.get(pk=second.pk).source_case == first


def test_an_event_that_is_seen_twice_opens_one_concern(claim: Case) -> None:
    def hear() -> Case:
        return concerns.open_concern(
            about=claim, reasons=["low_score"], source_event=77, door="call_back",
            by=SYSTEM, at=after(60),
        )  # fmt: skip

    first = hear()
    assert hear() == first
    assert Case.objects.filter(kind="concern").count() == 1
    assert Event.objects.filter(case=first).count() == 1


def test_a_set_opens_one_for_each_case_and_adds_what_is_twice(claim: Case, insurer: World) -> None:
    many = [
        NewConcern(about=claim, reasons=["low_score"], door="call_back", source_event=1),
        NewConcern(about=claim, reasons=["named_problem"], door="call_back", source_event=2),
    ]
    first, second = concerns.open_many(many, by=SYSTEM, at=after(60))
    assert first == second
    assert Concern.objects.get().reasons == ["low_score", "named_problem"]


def test_nobody_looks_into_what_is_said_about_themselves(take_up: Take, claim: Case) -> None:
    case = take_up("你们的人态度恶劣,骂人")
    assert Concern.objects.get(pk=case.pk).apart
    assert case.handler_id is not None
    assert case.handler_id != claim.handler_id


def test_the_handler_who_is_meant_can_neither_take_nor_answer_it(
    take_up: Take, insurer: World, claim: Case
) -> None:
    case = take_up("你们的人态度恶劣,骂人")
    agent = insurer["agent"]
    assert agent.staff_id == claim.handler_id
    tries: tuple[Callable[[], None], ...] = (
        lambda: concerns.take(case=case, by=agent, at=after(70)),
        lambda: concerns.answer(case=case, words="没有的事", by=agent, at=after(70)),
        lambda: concerns.solve(case=case, words="没有的事", by=agent, at=after(70)),
        lambda: concerns.sort(
            case=case, causes=["misconduct"], urgency="low", by=agent, at=after(70)
        ),
        lambda: concerns.reassign(
            case=case, to=insurer.staff["agent"], by=insurer["team_lead"], at=after(70)
        ),
        lambda: concerns.contact(case=case, words="说没事了", by=agent, at=after(70)),
        lambda: concerns.confirm(case=case, words="说没事了", by=agent, at=after(70)),
        lambda: concerns.propose_closing(
            case=case, reason="taken_back", words="客户说算了", by=agent, at=after(70)
        ),
        lambda: concerns.review_closing(case=case, by=agent, at=after(70)),
    )
    for forbidden in tries:
        with pytest.raises(concerns.NotForThisHandler):
            forbidden()


def test_the_one_who_is_meant_does_not_get_it_even_as_the_only_team_lead(
    take_up: Take, insurer: World, claim: Case
) -> None:
    """The lead of the branch has this claim: the concern goes to an agent of the branch."""
    Case.objects.filter(pk=claim.pk).update(handler=insurer.staff["team_lead"])
    claim.refresh_from_db()
    case = take_up("你们的人态度恶劣,骂人")
    assert case.handler_id == insurer.staff["agent"].pk


def test_without_anybody_on_duty_it_is_open_all_the_same(
    take_up: Take, insurer: World, claim: Case
) -> None:
    for name in ("agent", "team_lead"):
        people.change_staff(
            staff=insurer.staff[name], on_duty=False, by=insurer["manager"], at=after(50)
        )
    case = take_up()
    assert case.handler is None
    assert Promise.objects.filter(case=case).count() == 2


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"reasons": []}, concerns.ReasonMissing),
        ({"reasons": ["boredom"]}, concerns.WordUnknown),
        ({"causes": ["weather"]}, concerns.WordUnknown),
        ({"urgency": "soonish"}, concerns.WordUnknown),
        ({"door": "window"}, concerns.WordUnknown),
        ({"words": "  \n"}, concerns.WordsMissing),
    ],
)
def test_what_does_not_say_enough_is_refused(
    take_up: Take, wrong: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        take_up(**{"words": "没人联系我", **wrong})
    assert not Case.objects.filter(kind="concern").exists()


def test_auditors_and_operators_open_none(take_up: Take, insurer: World) -> None:
    for name in ("auditor", "operator"):
        with pytest.raises(cases.NotYourRole):
            take_up(by=insurer[name])


def test_the_other_branch_does_not_see_it(take_up: Take, insurer: World) -> None:
    case = take_up()
    assert queries.get_for(insurer["agent"], case.number).case == case
    with pytest.raises(case_queries.NotFound):
        queries.get_for(insurer["west"], case.number)
