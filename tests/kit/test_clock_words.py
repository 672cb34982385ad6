"""The sentence that says why."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from tests.kit.calendars import insurer, shanghai
from yinuo.kit.clock import ClockError, Due, Extension, Limit, Pause, Unit, due, explain
from yinuo.kit.clock_words import LANGUAGES, patterns

INVOICE = Pause(shanghai(3, 10, 9), shanghai(3, 19, 15), "repair_invoice")
REASONS = {"repair_invoice": "we waited for the repair invoice"}


def _days(*pauses: Pause, days: int = 30, extensions: tuple[Extension, ...] = ()) -> Due:
    return due(
        Limit(days, Unit.DAYS),
        shanghai(3, 2, 10),
        insurer(),
        pauses=pauses,
        extensions=extensions,
    )


SENTENCES = [
    (
        _days(INVOICE),
        (
            "30 natural days from 2 March 2026, not counting that day, paused for 9 natural days "
            "(we waited for the repair invoice): due by the end of 10 April 2026."
        ),
        (
            "自2026年3月2日起30个自然日（当日不计），其间暂停9个自然日"
            "（we waited for the repair invoice），至2026年4月10日24时届满。"
        ),
    ),
    (
        _days(Pause(shanghai(3, 10, 9), None)),
        (
            "30 natural days from 2 March 2026, not counting that day: the clock has stood still "
            "since 09:00 on 10 March 2026 with 22 natural days left."
        ),
        "自2026年3月2日起30个自然日（当日不计），自2026年3月10日09:00起暂停计时，尚余22个自然日。",
    ),
    (
        _days(days=15, extensions=(Extension(Limit.parse("30 days")),)),
        (
            "15 natural days from 2 March 2026, not counting that day, extended by 30 natural days"
            ": due by the end of 16 April 2026."
        ),
        "自2026年3月2日起15个自然日（当日不计），延长30个自然日，至2026年4月16日24时届满。",
    ),
    (
        due(Limit.parse("10 minutes"), shanghai(3, 2, 23, 55), insurer()),
        "10 minutes from 23:55 on 2 March 2026: due at 00:05 on 3 March 2026.",
        "自2026年3月2日23:55起10分钟，至2026年3月3日00:05届满。",
    ),
    (
        due(Limit.parse("1 working day"), shanghai(12, 30, 9), insurer()),
        (
            "1 working day from 30 December 2026, not counting that day: due by the end of "
            "31 December 2026 (provisional, as the holidays of that time are not published yet)."
        ),
        (
            "自2026年12月30日起1个工作日（当日不计），至2026年12月31日24时届满"
            "（暂定：相关年度的放假安排尚未公布）。"
        ),
    ),
    (
        due(Limit(11, Unit.DAYS, roll_forward=True), shanghai(9, 20), insurer()),
        (
            "11 natural days from 20 September 2026, not counting that day, moved on from "
            "1 October 2026 because it is not a working day: due by the end of 8 October 2026."
        ),
        (
            "自2026年9月20日起11个自然日（当日不计），因2026年10月1日不是工作日而顺延，"
            "至2026年10月8日24时届满。"
        ),
    ),
    (
        due(
            Limit.parse("4 office hours"),
            shanghai(3, 2, 10),
            insurer(),
            pauses=[Pause(shanghai(3, 2, 11), shanghai(3, 2, 14, 30))],
        ),
        (
            "4 office hours from 10:00 on 2 March 2026, paused for 2 office hours and "
            "30 office minutes: due at 17:30 on 2 March 2026."
        ),
        (
            "自2026年3月2日10:00起4个工作小时，其间暂停2个工作小时30个工作分钟，"
            "至2026年3月2日17:30届满。"
        ),
    ),
]


@pytest.mark.parametrize(("found", "english", "chinese"), SENTENCES)
def test_a_due_time_is_explained_in_one_sentence(found: Due, english: str, chinese: str) -> None:
    assert explain(found, "en", reasons=REASONS) == english
    assert explain(found, "zh-hans", reasons=REASONS) == chinese


def test_traditional_chinese_is_written_in_traditional_characters() -> None:
    sentence = explain(_days(Pause(shanghai(3, 10, 9), None)), "zh-hant")
    assert sentence == (
        "自2026年3月2日起30個自然日（當日不計），自2026年3月10日09:00起暫停計時，尚餘22個自然日。"
    )


def test_every_unit_has_words_in_every_language() -> None:
    for language in LANGUAGES:
        assert patterns(language).keys() == patterns("en").keys()
        assert set(patterns(language)["units"]) == {unit.name.lower() for unit in Unit}
        for unit in Unit:
            for amount in (1, 2):
                sentence = explain(due(Limit(amount, unit), shanghai(3, 2), insurer()), language)
                assert not re.search(r"[{}]", sentence)


def test_only_pauses_that_counted_are_named_and_each_reason_once() -> None:
    found = _days(
        INVOICE,
        Pause(shanghai(3, 20, 9), shanghai(3, 22, 9), "repair_invoice"),
        Pause(shanghai(6, 1), shanghai(6, 9), "driving licence"),
    )
    sentence = explain(found, "en", reasons=REASONS)
    assert "paused for 11 natural days (we waited for the repair invoice)" in sentence


def test_times_are_told_in_the_insurer_s_zone_whatever_zone_they_came_in() -> None:
    utc = datetime.fromisoformat("2026-03-01T17:30:00+00:00")
    sentence = explain(due(Limit.parse("1 hour"), utc, insurer()), "en")
    assert sentence == "1 hour from 01:30 on 2 March 2026: due at 02:30 on 2 March 2026."


def test_what_is_left_of_working_days_is_told_in_whole_days() -> None:
    pause = Pause(shanghai(3, 6, 9), None)
    found = due(Limit.parse("5 working days"), shanghai(3, 2), insurer(), pauses=[pause])
    assert found.left == timedelta(days=1, hours=15)
    assert "with 1 working day left" in explain(found, "en")


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(ClockError, match="'fr'"):
        explain(_days(), "fr")
