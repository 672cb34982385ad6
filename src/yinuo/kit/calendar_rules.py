"""The rule file of a calendar, and the calendar that is built from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import AfterValidator, Field, model_validator

from yinuo.kit.calendar import (
    Calendar,
    OfficeHours,
    Period,
    Periods,
    RollFrom,
    YearTable,
)
from yinuo.kit.rules import Plain, Rule, RuleFile, RuleTable, check, read

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is not a time zone: write one like 'Asia/Shanghai'") from error
    return name


PeriodTexts = tuple[tuple[str, str], ...]


class WeekHours(Plain):
    """Opening periods such as [["09:00", "12:00"], ["13:00", "18:00"]]; an empty list is closed."""

    monday: PeriodTexts
    tuesday: PeriodTexts
    wednesday: PeriodTexts
    thursday: PeriodTexts
    friday: PeriodTexts
    saturday: PeriodTexts
    sunday: PeriodTexts
    working_weekend: PeriodTexts
    holiday: PeriodTexts

    @model_validator(mode="after")
    def _periods_are_in_order(self) -> WeekHours:
        self.office_hours()
        return self

    def office_hours(self) -> OfficeHours:
        week = (
            self.monday,
            self.tuesday,
            self.wednesday,
            self.thursday,
            self.friday,
            self.saturday,
            self.sunday,
        )
        return OfficeHours(
            week=tuple(_periods(day) for day in week),
            working_weekend=_periods(self.working_weekend),
            holiday=_periods(self.holiday),
        )


class Coverage(Plain):
    """The years that the calendar knows, both included."""

    first_year: int = Field(ge=1950, le=2099)
    last_year: int = Field(ge=1950, le=2099)

    @model_validator(mode="after")
    def _runs_forward(self) -> Coverage:
        if self.last_year < self.first_year:
            raise ValueError("last_year lies before first_year")
        return self


class Festival(Plain):
    """Days off in a row, both ends included, weekends among them too."""

    name: str
    first: date
    last: date

    @model_validator(mode="after")
    def _runs_forward(self) -> Festival:
        if self.last < self.first:
            raise ValueError(f"{self.name}: 'last' lies before 'first'")
        return self

    def days(self) -> Iterable[date]:
        for offset in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=offset)


class Year(Plain):
    """A year as published: its festivals, and the weekend days that are worked (调休)."""

    rest: tuple[Festival, ...]
    work: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _no_day_is_both(self) -> Year:
        self.table()
        return self

    def table(self) -> YearTable:
        return YearTable(
            rest={day: festival.name for festival in self.rest for day in festival.days()},
            work=frozenset(self.work),
        )


class OfficeTable(RuleTable):
    zone: Rule[Annotated[str, AfterValidator(_known_zone)]]
    hours: Rule[WeekHours]
    weekend: Rule[tuple[Weekday, ...]]
    roll_forward_from: Rule[RollFrom]
    coverage: Rule[Coverage]
    unsettled_tail_days: Rule[Annotated[int, Field(ge=0, le=31)]]
    statutory_days_of: Rule[str]


class CalendarRules(RuleFile):
    """calendar.toml: when the office is open, and which days are worked, year by year."""

    office: OfficeTable
    years: dict[str, Rule[Year]]

    @model_validator(mode="after")
    def _years_are_years(self) -> CalendarRules:
        wrong = [key for key in self.years if not (key.isdecimal() and len(key) == 4)]
        if wrong:
            raise ValueError(f"[years.{wrong[0]}] is not a year: write it like [years.2026]")
        return self


def statutory_days(country: str, years: Iterable[int]) -> Mapping[date, str]:
    """The statutory holidays of a country, by the `holidays` package.

    Days off by law, observed ones included, without the working weekends that only a notice sets.
    """
    return dict(holidays.country_holidays(country, years=list(years)).items())


def build_calendar(name: str, rules: CalendarRules) -> Calendar:
    """The calendar of a rule file. Years without a table get statutory days and are provisional."""
    office = rules.office
    coverage = office.coverage.value
    tables = {int(year): rule.value.table() for year, rule in rules.years.items()}
    covered = range(coverage.first_year, coverage.last_year + 1)
    return Calendar(
        name=name,
        zone=ZoneInfo(office.zone.value),
        hours=office.hours.value.office_hours(),
        weekend=frozenset(_WEEKDAYS.index(day) for day in office.weekend.value),
        years=tables,
        statutory=statutory_days(
            office.statutory_days_of.value,
            (year for year in covered if year not in tables),
        ),
        first_year=coverage.first_year,
        last_year=coverage.last_year,
        unsettled_tail_days=office.unsettled_tail_days.value,
        roll_from=office.roll_forward_from.value,
    )


def read_calendar(path: Path) -> Calendar:
    """The calendar of a TOML file, named after its folder. Raises RuleError."""
    rules = check(str(path), CalendarRules, read(path))
    assert isinstance(rules, CalendarRules)
    return build_calendar(path.parent.name, rules)


def _periods(texts: PeriodTexts) -> Periods:
    return tuple(Period.parse(opens, closes) for opens, closes in texts)
