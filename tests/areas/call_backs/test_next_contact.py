"""When the next contact comes: quiet hours, calling hours, holidays and moved days of rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yinuo.areas.call_backs import rules
from yinuo.areas.call_backs.rulefile import CallBacksRules, Strategy
from yinuo.areas.call_backs.rules import CALL, END, MESSAGE, Contact, House, Next, Wishes
from yinuo.core.messages.rulefile import ChannelsRules
from yinuo.core.rulebook import registry
from yinuo.kit.calendar_rules import CalendarRules, build_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANY = Wishes(can_call=True)


@cache
def programme() -> CallBacksRules:
    found = registry.load().rules["call_backs"]
    assert isinstance(found, CallBacksRules)
    return found


@cache
def house() -> House:
    files = registry.load().rules
    channels, calendar = files["channels"], files["calendar"]
    assert isinstance(channels, ChannelsRules)
    assert isinstance(calendar, CalendarRules)
    return House(
        programme().calling,
        channels.quiet,
        build_calendar("office", calendar),
        programme().promises.first_contact.value.limit,
    )


def strategy(name: str = "regular") -> Strategy:
    return programme().strategies[name].value  # type: ignore[index]


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def shown(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")


def planned(
    contacts: list[Contact], at: str, *, name: str = "regular", wishes: Wishes = ANY
) -> tuple[str, str]:
    found = rules.next_contact(strategy(name), contacts, wishes, house(), not_before_at=local(at))
    return found.channel, shown(found.at)


def letter(at: str) -> Contact:
    return Contact(MESSAGE, local(at), "sent")


def call(at: str, outcome: str = "no_answer", next_at: str = "") -> Contact:
    return Contact(CALL, local(at), outcome, local(next_at) if next_at else None)


@pytest.mark.parametrize(
    ("ended", "wish", "leaves"),
    [
        ("05-13 10:00", "", "05-13 10:00"),
        ("05-13 20:59", "", "05-13 20:59"),
        ("05-13 21:00", "", "05-14 09:00"),
        ("05-13 23:59", "", "05-14 09:00"),
        ("05-14 00:00", "", "05-14 09:00"),
        ("05-14 08:59", "", "05-14 09:00"),
        ("05-14 09:00", "", "05-14 09:00"),
        ("05-13 12:30", "12:00-14:00", "05-13 14:00"),
        ("05-13 23:30", "12:00-14:00", "05-13 23:30"),
        ("05-13 20:00", "19:30-10:30", "05-14 10:30"),
        ("12-31 22:00", "", "01-01 09:00"),
    ],
)
def test_a_letter_waits_for_the_end_of_the_quiet_hours(ended: str, wish: str, leaves: str) -> None:
    wishes = Wishes(can_call=True, do_not_disturb=wish)
    assert planned([], ended, wishes=wishes) == (MESSAGE, leaves)


@pytest.mark.parametrize(
    ("ready", "wish", "rings"),
    [
        ("05-13 10:00", "", "05-13 10:00"),
        ("05-13 08:59", "", "05-13 09:00"),
        ("05-13 12:00", "", "05-13 14:00"),
        ("05-13 13:00", "", "05-13 14:00"),
        ("05-13 19:59", "", "05-13 19:59"),
        ("05-13 20:00", "", "05-14 09:00"),
        ("05-13 23:59", "", "05-14 09:00"),
        ("05-14 00:00", "", "05-14 09:00"),
        ("05-13 10:00", "09:00-15:00", "05-13 15:00"),
        ("05-13 19:00", "18:00-10:00", "05-14 10:00"),
        ("05-13 11:30", "11:00-12:00", "05-13 14:00"),
        # A Saturday and a Sunday are days like others for a call.
        ("05-16 10:00", "", "05-16 10:00"),
        ("05-17 21:00", "", "05-18 09:00"),
        # 调休: a weekend day that is worked instead of a holiday.
        ("02-14 15:00", "", "02-14 15:00"),
        ("02-28 10:00", "", "02-28 10:00"),
        # Spring Festival, 15 to 23 February, with the weekends and moved days of rest inside.
        ("02-14 20:00", "", "02-24 09:00"),
        ("02-16 10:00", "", "02-24 09:00"),
        ("02-22 10:00", "", "02-24 09:00"),
        ("02-23 19:59", "", "02-24 09:00"),
        # National Day, with the days of rest that the notice moved there.
        ("09-30 20:00", "", "10-08 09:00"),
        ("10-01 00:00", "", "10-08 09:00"),
        ("05-05 12:00", "", "05-06 09:00"),
        ("12-31 20:00", "", "01-02 09:00"),
    ],
)
def test_a_call_keeps_to_calling_hours_calling_days_and_the_customers_wish(
    ready: str, wish: str, rings: str
) -> None:
    wishes = Wishes(can_call=True, do_not_disturb=wish)
    assert planned([letter(ready)], ready, name="major", wishes=wishes) == (CALL, rings)


@pytest.mark.parametrize("name", ["major", "after_complaint"])
@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        ("05-13 10:00", (CALL, "05-13 10:00")),
        ("05-13 20:00", (CALL, "05-14 09:00")),
        # The evening before a holiday of one day, two days, a week; and inside of one.
        ("12-31 20:00", (MESSAGE, "12-31 20:00")),
        ("09-30 20:00", (MESSAGE, "09-30 20:00")),
        ("10-01 23:00", (MESSAGE, "10-02 09:00")),
        ("02-16 10:00", (MESSAGE, "02-16 10:00")),
        ("10-07 09:00", (CALL, "10-08 09:00")),
        ("10-07 08:59", (MESSAGE, "10-07 09:00")),
    ],
)
def test_who_is_rung_first_is_written_to_when_a_holiday_forbids_the_call_for_a_day(
    name: str, ended: str, expected: tuple[str, str]
) -> None:
    assert planned([], ended, name=name) == expected


@pytest.mark.parametrize(
    ("contacts", "at", "name", "expected"),
    [
        # The letter first; the call follows within the same day's hours or the next morning's.
        ([letter("05-13 10:00")], "05-13 10:00", "regular", (CALL, "05-14 09:00")),
        ([letter("05-13 16:00")], "05-13 16:00", "regular", (CALL, "05-14 14:00")),
        ([letter("05-13 10:00")], "05-13 10:00", "special", (CALL, "05-13 14:00")),
        # Calls: three hours apart, two a day, four a round; then the round ends half a day later.
        (
            [letter("05-13 10:00"), call("05-14 09:10")],
            "05-14 09:10",
            "regular",
            (CALL, "05-14 14:00"),
        ),
        (
            [letter("05-13 10:00"), call("05-14 09:10"), call("05-14 14:05", "busy")],
            "05-14 14:05",
            "regular",
            (CALL, "05-15 09:00"),
        ),
        (
            [
                letter("05-13 10:00"),
                call("05-14 09:10"),
                call("05-14 14:05"),
                call("05-15 09:05"),
                call("05-15 14:05"),
            ],
            "05-15 14:05",
            "regular",
            (END, "05-16 02:05"),
        ),
        # A big loss is rung first; the letter follows the first call that nobody answered.
        ([call("05-13 10:00")], "05-13 10:01", "major", (MESSAGE, "05-13 10:01")),
        (
            [call("05-13 10:00"), letter("05-13 10:01")],
            "05-13 10:01",
            "major",
            (CALL, "05-13 14:00"),
        ),
        # A wrong number is not rung twice.
        (
            [letter("05-13 10:00"), call("05-14 09:10", "wrong_number")],
            "05-14 09:10",
            "regular",
            (END, "05-14 21:10"),
        ),
        ([call("05-13 10:00", "wrong_number")], "05-13 10:01", "major", (MESSAGE, "05-13 10:01")),
        # Who names a time is called then, even after four calls, but at no unearthly hour.
        (
            [
                call("05-13 09:00"),
                call("05-13 14:00"),
                call("05-14 09:00"),
                call("05-14 14:00", "later", "05-14 18:30"),
            ],
            "05-14 14:01",
            "major",
            (CALL, "05-14 18:30"),
        ),
        (
            [call("05-13 09:00", "later", "05-13 22:00")],
            "05-13 09:01",
            "major",
            (CALL, "05-14 09:00"),
        ),
        # Those who are only written to are not called.
        ([letter("05-13 10:00")], "05-13 10:00", "periodic", (END, "05-20 10:00")),
    ],
)
def test_each_contact_leads_to_the_next_step(
    contacts: list[Contact], at: str, name: str, expected: tuple[str, str]
) -> None:
    assert planned(contacts, at, name=name) == expected


@pytest.mark.parametrize(
    ("wishes", "written"),
    [
        (Wishes(can_call=False), "05-13 10:00"),
        (Wishes(can_call=True, do_not_disturb="08:00-21:00"), "05-13 21:00"),
    ],
)
def test_who_cannot_be_called_is_written_to_and_then_left_alone(
    wishes: Wishes, written: str
) -> None:
    assert planned([], "05-13 10:00", name="major", wishes=wishes) == (MESSAGE, written)
    after = planned([letter("05-13 21:30")], "05-13 21:30", name="major", wishes=wishes)
    assert after == (END, "05-14 09:30")


@pytest.mark.parametrize(
    ("at", "may"),
    [
        ("05-13 10:00", True),
        ("05-13 12:30", False),
        ("05-13 20:00", False),
        ("02-17 10:00", False),
        ("02-14 10:00", True),
    ],
)
def test_a_person_may_ring_before_the_plan_says_so_but_never_at_a_forbidden_hour(
    at: str, may: bool
) -> None:
    found = rules.next_call(strategy(), [], ANY, house(), at=local(at))
    assert (found == local(at)) is may


def test_a_call_by_hand_keeps_to_the_number_of_calls_too() -> None:
    twice = [call("05-13 09:00"), call("05-13 14:00")]
    assert rules.next_call(strategy(), twice, ANY, house(), at=local("05-13 18:00")) == local(
        "05-14 09:00"
    )
    often = [*twice, call("05-14 09:00"), call("05-14 14:00")]
    assert rules.next_call(strategy(), often, ANY, house(), at=local("05-20 18:00")) is None
    assert rules.next_call(strategy("periodic"), [], ANY, house(), at=local("05-20 18:00")) is None


MOMENTS = st.datetimes(
    min_value=datetime(2025, 12, 20),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2026, 10, 20),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=st.just(UTC),
)
WINDOWS = st.one_of(
    st.just(""),
    st.tuples(st.integers(0, 47), st.integers(0, 47))
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: "-".join(f"{half // 2:02d}:{half % 2 * 30:02d}" for half in pair)),
)
OUTCOMES = st.sampled_from(("no_answer", "busy", "abandoned", "wrong_number", "reached"))


def walk(name: str, start: datetime, wishes: Wishes, outcomes: list[str]) -> list[Contact]:
    """A whole round in which everything is done the moment it is planned."""
    contacts: list[Contact] = []
    now = start
    for outcome in outcomes:
        following = rules.next_contact(strategy(name), contacts, wishes, house(), not_before_at=now)
        if following.channel == END:
            break
        result = "sent" if following.channel == MESSAGE else outcome
        contacts.append(Contact(following.channel, following.at, result))
        now = following.at + timedelta(seconds=40)
    return contacts


def is_in(window: str, at: datetime) -> bool:
    if not window:
        return False
    opens, closes = window.split("-")
    now = at.astimezone(SHANGHAI).strftime("%H:%M")
    return opens <= now < closes if opens < closes else now >= opens or now < closes


@given(
    st.sampled_from(("regular", "major", "special", "after_complaint", "periodic")),
    MOMENTS,
    WINDOWS,
    st.booleans(),
    st.lists(OUTCOMES, min_size=10, max_size=10),
)
def test_no_round_ever_disturbs(
    name: str, start: datetime, window: str, can_call: bool, outcomes: list[str]
) -> None:
    wishes = Wishes(can_call, window)
    contacts = walk(name, start, wishes, outcomes)
    calls = [one for one in contacts if one.channel == CALL]
    assert len(contacts) < len(outcomes), "every round comes to its end"
    assert len(contacts) - len(calls) <= 1
    assert len(calls) <= 4
    assert can_call or not calls
    for one in contacts:
        at = one.at.astimezone(SHANGHAI)
        assert one.at >= start
        assert not is_in(window, at)
        if one.channel == CALL:
            assert 9 <= at.hour < 12 or 14 <= at.hour < 20
            assert not house().calendar.is_holiday(at.date())
        elif not window:
            assert 9 <= at.hour < 21
    for earlier, later in pairwise(calls):
        assert later.at - earlier.at >= timedelta(hours=3)
    days: dict[date, int] = {}
    for one in calls:
        day = one.at.astimezone(SHANGHAI).date()
        days[day] = days.get(day, 0) + 1
    assert all(count <= 2 for count in days.values())


@given(MOMENTS, st.sampled_from(("regular", "major", "special", "after_complaint", "periodic")))
def test_everybody_hears_from_us_within_a_day_whatever_day_it_is(
    start: datetime, name: str
) -> None:
    found = rules.next_contact(strategy(name), [], ANY, house(), not_before_at=start)
    assert timedelta(0) <= found.at - start <= timedelta(hours=24)


@given(MOMENTS, WINDOWS)
def test_planning_again_at_the_planned_moment_changes_nothing(start: datetime, wish: str) -> None:
    wishes = Wishes(True, wish)
    for name in ("regular", "major"):
        first = rules.next_contact(strategy(name), [], wishes, house(), not_before_at=start)
        again = rules.next_contact(strategy(name), [], wishes, house(), not_before_at=first.at)
        # A letter instead of a late call may find the call within a day when its own time comes.
        in_time = again.channel == CALL and again.at - first.at <= timedelta(hours=24)
        instead = name == "major" and first.channel == MESSAGE and in_time
        assert instead or again == Next(first.channel, first.at)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"occasion": "paid", "care": "regular"}, "regular"),
        ({"occasion": "paid", "care": "small"}, "regular"),
        ({"occasion": "paid", "care": "major"}, "major"),
        ({"occasion": "paid", "care": "special"}, "special"),
        ({"occasion": "refused", "care": "regular"}, "special"),
        ({"occasion": "zero", "care": "small"}, "special"),
        ({"occasion": "refused", "care": "major"}, "major"),
        ({"occasion": "withdrawn", "care": "regular"}, "regular"),
        ({"occasion": "paid", "care": "regular", "injured": 1}, "special"),
        ({"occasion": "periodic", "care": "major"}, "periodic"),
        ({"occasion": "after_complaint", "care": "small"}, "after_complaint"),
    ],
)
def test_each_group_of_cases_has_its_strategy(facts: dict[str, object], expected: str) -> None:
    assert rules.strategy_for(programme(), facts)[0] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ""),
        ({"opted_out": True, "dead": 1}, "opted_out"),
        ({"dead": 1}, "death"),
        ({"seriously_injured": 1}, "severe_injury"),
        ({"fraud_suspected": True}, "fraud"),
        ({"in_litigation": True}, "litigation"),
        ({"open_complaint": True}, "open_complaint"),
        ({"asked_lately": True, "occasion": "paid"}, "cool_down"),
        ({"asked_lately": True, "occasion": "after_complaint"}, ""),
        ({"in_sample": False}, "not_in_sample"),
        ({"in_sample": True, "opted_out": False, "dead": 0}, ""),
    ],
)
def test_the_first_reason_against_asking_is_the_one_on_record(
    facts: dict[str, object], expected: str
) -> None:
    assert rules.exclusion_for(programme(), facts) == expected


@pytest.mark.parametrize(
    ("csat", "reasons", "round_", "expected"),
    [
        (5, (), 1, "complete"),
        (4, (), 1, "complete"),
        (None, (), 1, "complete"),
        (4, ("open_question",), 1, "complete"),
        (3, (), 1, "next_round"),
        (5, ("named_problem",), 1, "next_round"),
        (5, ("threat",), 2, "next_round"),
        (1, ("low_score",), 3, "end_unsatisfied"),
        (5, (), 3, "complete"),
    ],
)
def test_the_loop_goes_on_until_the_customer_is_content_and_is_bounded(
    csat: int | None, reasons: tuple[str, ...], round_: int, expected: str
) -> None:
    satisfied = rules.is_satisfied(csat, reasons, programme())
    assert rules.after_answer(satisfied=satisfied, round_=round_, strategy=strategy()) == expected


def test_the_lot_falls_the_same_way_for_the_same_case_and_takes_its_share() -> None:
    share = strategy("periodic").sample
    numbers = [f"C26-{serial:07d}-0" for serial in range(10_000)]
    drawn = [number for number in numbers if rules.in_sample(number, share)]
    assert drawn == [number for number in numbers if rules.in_sample(number, share)]
    assert abs(len(drawn) - 2_000) < 160
    assert all(rules.in_sample(number, strategy().sample) for number in numbers[:100])
