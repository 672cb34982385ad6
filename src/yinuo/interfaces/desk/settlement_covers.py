"""The covers of a vehicle as fields: where each stands in the accident, and how it is typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.interfaces.common import labels, vehicle_words
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option

YES_NO: labels.Words = {"yes": gettext_noop("yes"), "no": gettext_noop("no")}
_TEXTS: labels.Words = {
    "2020": gettext_noop("text of 2020"),
    "2014": gettext_noop("text of 2014"),
}
_MODES: labels.Words = {
    "own_share": gettext_noop("the own share of the fault"),
    "subrogation": gettext_noop("the whole, and recover it from the others"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A field: its name, its path in the vehicle, its label, and how it is typed.

    `words` are choices; "flag" is yes or no, "rates" are parts of one with a comma between.
    """

    name: str
    path: tuple[str, ...]
    label: str
    typed: str = "money"
    words: labels.Words | None = None


_RATE_HELP = gettext_noop("As parts of one: 0.1 is ten per cent. Several with a comma between.")
_RATIO = Place("ratio", ("duty_ratio",), gettext_noop("Share it answers for, from 0 to 1"), "text")
_TEXT = Place("clause", ("clause",), gettext_noop("Policy text"), "choice", _TEXTS)
USUAL: tuple[Place, ...] = (
    Place("mode", ("own_damage", "mode"), gettext_noop("Own damage cover pays"), "choice", _MODES),
    Place("deductible", ("own_damage", "deductible"), gettext_noop("Deductible")),
)
USUAL_OF_OTHERS: tuple[Place, ...] = (
    Place("limit", ("third_party", "limit"), gettext_noop("Limit of its third-party cover")),
)
_OWN_DAMAGE: tuple[Place, ...] = (
    Place("sum", ("own_damage", "sum_insured"), gettext_noop("Own damage: sum insured")),
    Place("value", ("own_damage", "insured_value"), gettext_noop("Own damage: value insured")),
    Place(
        "own_rates",
        ("own_damage", "absolute_rates"),
        gettext_noop("Own damage: own rates"),
        "rates",
    ),
    Place(
        "own_duty_rate",
        ("own_damage", "duty_rate"),
        gettext_noop("Own damage: rate by duty (text of 2014)"),
        "text",
    ),
    Place("new_price", ("own_damage", "new_price"), gettext_noop("New price")),
    Place(
        "registered",
        ("own_damage", "first_registered_on"),
        gettext_noop("First registered (year-month-day)"),
        "text",
    ),
    Place(
        "incepted",
        ("own_damage", "incepted_on"),
        gettext_noop("Policy began (year-month-day)"),
        "text",
    ),
    Place("class", ("class",), gettext_noop("Class of vehicle"), "choice", vehicle_words.CLASSES),
    Place("use", ("use",), gettext_noop("Use"), "choice", vehicle_words.USES),
)
_LIABILITY: tuple[Place, ...] = (
    Place(
        "tpl_rates", ("third_party", "absolute_rates"), gettext_noop("Third party: own rates"),
        "rates",
    ),
    Place(
        "tpl_duty_rate",
        ("third_party", "duty_rate"),
        gettext_noop("Third party: rate by duty (text of 2014)"),
        "text",
    ),
    Place("seat_driver", ("seats", "driver"), gettext_noop("Seats: driver")),
    Place("seat_passenger", ("seats", "passenger"), gettext_noop("Seats: each passenger")),
    Place(
        "seat_count",
        ("seats", "passengers_insured"),
        gettext_noop("Seats: passengers insured"),
        "text",
    ),
    Place("seat_rates", ("seats", "absolute_rates"), gettext_noop("Seats: own rates"), "rates"),
)  # fmt: skip
_ADDONS: tuple[Place, ...] = (
    Place(
        "outside_list",
        ("addons", "outside_list_medical", "limit"),
        gettext_noop("Add-on: medicine outside the list"),
    ),
    Place("moral", ("addons", "moral_damages", "limit"), gettext_noop("Add-on: moral damages")),
    Place("scratch", ("addons", "scratch", "limit"), gettext_noop("Add-on: scratches")),
    Place(
        "scratch_used", ("addons", "scratch", "used"), gettext_noop("Add-on: scratches, used up")
    ),
    Place(
        "daily", ("addons", "repair_days", "daily"), gettext_noop("Add-on: for each day in repair")
    ),
    Place(
        "days_max",
        ("addons", "repair_days", "days_max"),
        gettext_noop("Add-on: most days in repair"),
        "text",
    ),
    Place("cargo", ("addons", "cargo", "limit"), gettext_noop("Add-on: cargo")),
    Place("wheels", ("addons", "wheels", "limit"), gettext_noop("Add-on: wheels")),
    Place(
        "equipment", ("addons", "new_equipment", "limit"), gettext_noop("Add-on: added equipment")
    ),
    Place(
        "holiday", ("addons", "holiday_double"), gettext_noop("Add-on: double on holidays"), "flag"
    ),
    Place(
        "rider_own",
        ("addons", "no_deductible", "own_damage"),
        gettext_noop("Rider without deductible: own damage"),
        "flag",
    ),
    Place(
        "rider_tpl",
        ("addons", "no_deductible", "third_party"),
        gettext_noop("Rider without deductible: third party"),
        "flag",
    ),
    Place(
        "rider_seats",
        ("addons", "no_deductible", "seats"),
        gettext_noop("Rider without deductible: seats"),
        "flag",
    ),
)
_TRAILER = Place(
    "exempt", ("ctpli", "exempt"), gettext_noop("Trailer without compulsory cover"), "flag"
)
_LIMITS: tuple[Place, ...] = (
    Place(
        "ctpli_property",
        ("ctpli", "limits", "property"),
        gettext_noop("Other compulsory limit: property"),
    ),
    Place(
        "ctpli_medical",
        ("ctpli", "limits", "medical"),
        gettext_noop("Other compulsory limit: medical"),
    ),
    Place(
        "ctpli_death", ("ctpli", "limits", "death"), gettext_noop("Other compulsory limit: death")
    ),
)
_LIMIT = Place("limit", ("third_party", "limit"), gettext_noop("Limit of its third-party cover"))
MORE: tuple[Place, ...] = (
    _RATIO, _TEXT, _LIMIT, *_OWN_DAMAGE, *_LIABILITY, *_ADDONS, *_LIMITS,
)  # fmt: skip
MORE_OF_OTHERS: tuple[Place, ...] = (
    _RATIO, _TEXT, *USUAL, *_OWN_DAMAGE, *_LIABILITY, *_ADDONS, _TRAILER, *_LIMITS,
)  # fmt: skip
EVERY: tuple[Place, ...] = tuple({one.name: one for one in (*MORE, *MORE_OF_OTHERS)}.values())


def fields(
    letter: str, places: tuple[Place, ...], values: Mapping[str, str]
) -> Iterator[FieldState]:
    """The fields of a vehicle with what stands in them."""
    for place in places:
        name = f"{letter}-{place.name}"
        words = YES_NO if place.typed == "flag" else place.words
        if words is not None:
            options = tuple(Option(value, labels.word(words, value)) for value in words)
            yield FieldState(
                name=name,
                label=_(place.label),
                kind=FieldKind.SELECT,
                options=(Option("", _("as known")), *options),
                value=values.get(name, ""),
            )
            continue
        yield FieldState(
            name=name,
            label=_(place.label),
            help=_(_RATE_HELP) if place.typed == "rates" else "",
            kind=FieldKind.MONEY if place.typed == "money" else FieldKind.TEXT,
            value=values.get(name, ""),
        )


def lay(row: dict[str, Any], letter: str, values: Mapping[str, str]) -> None:
    """Put what was typed where it stands; an emptied field takes its fact away."""
    stands = shown(row, letter)
    for place in EVERY:
        name = f"{letter}-{place.name}"
        typed = values.get(name)
        if typed is None or typed.strip() == stands.get(name, ""):
            continue
        if typed.strip():
            _put(row, place.path, _read(place, typed.strip()))
        else:
            _drop(row, place.path)


def shown(row: Mapping[str, Any], letter: str) -> dict[str, str]:
    """The fields that a vehicle fills."""
    found: dict[str, str] = {}
    for place in EVERY:
        value: Any = row
        for key in place.path:
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            found[f"{letter}-{place.name}"] = _said(value)
    return found


def _read(place: Place, typed: str) -> Any:
    if place.typed == "flag" and typed in YES_NO:
        return typed == "yes"
    if place.typed == "rates":
        return [one.strip() for one in typed.replace("，", ",").split(",") if one.strip()]
    return typed


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def _put(row: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        row = row.setdefault(key, {})
    row[path[-1]] = value


def _drop(row: dict[str, Any], path: tuple[str, ...]) -> None:
    """Take the fact away, and what stands empty without it."""
    inner = row.get(path[0])
    if len(path) == 1:
        row.pop(path[0], None)
    elif isinstance(inner, dict):
        _drop(inner, path[1:])
        if not inner:
            del row[path[0]]
