"""What a person may add to the accident of a claim: fields out, facts for the calculation in.

An empty field adds nothing: what the claim knows stays as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from yinuo.areas.claims.models import Loss
from yinuo.areas.claims.settling import OWN
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, Option
from yinuo.interfaces.desk import settlement_covers as covers

DUTIES: labels.Words = {
    "full": gettext_noop("full"),
    "main": gettext_noop("main"),
    "equal": gettext_noop("equal"),
    "minor": gettext_noop("minor"),
    "none": gettext_noop("none"),
}
INSURED: labels.Words = {"no": gettext_noop("has no compulsory cover")}
WHOLE: labels.Words = {
    "auto": gettext_noop("test for a total loss"),
    "yes": gettext_noop("total loss"),
}
CHOICES: Mapping[str, labels.Words] = {
    "property_method": {
        "mutual_rule": gettext_noop("mutual rule with the proxy"),
        "limit_proportional": gettext_noop("by limits"),
    },
    "proxy_split": {
        "all_liable": gettext_noop("among all liable cars"),
        "liable_with_loss": gettext_noop("among liable cars that were damaged"),
    },
    "rate_on_capped_third_party": covers.YES_NO,
    "moral_damages_first": covers.YES_NO,
    "deductible_order": {
        "deductible_then_rate": gettext_noop("deductible, then rate"),
        "rate_then_deductible": gettext_noop("rate, then deductible"),
    },
    "outside_list_in_ctpli": {
        "none": gettext_noop("not in the compulsory limit"),
        "first": gettext_noop("first in the compulsory limit"),
        "pro_rata": gettext_noop("in proportion in the compulsory limit"),
    },
}
_OPTION_LABELS: labels.Words = {
    "property_method": gettext_noop("Property between cars"),
    "proxy_split": gettext_noop("The proxy is divided"),
    "rate_on_capped_third_party": gettext_noop("Rates also on a liability sum at its limit"),
    "moral_damages_first": gettext_noop("Moral damages first in the compulsory item"),
    "deductible_order": gettext_noop("Order of deductible and rate"),
    "outside_list_in_ctpli": gettext_noop("Medicine outside the list"),
}
_CAR_SUMS: labels.Words = {
    "rescue": gettext_noop("Towing and rescue"),
    "received": gettext_noop("Received from others already"),
    "salvage": gettext_noop("Value left with the owner"),
    "scratch": gettext_noop("Of it scratches"),
    "wheels": gettext_noop("Of it wheels alone"),
}
_INJURY_SUMS: labels.Words = {
    "medical": gettext_noop("Medical cost"),
    "outside_list_medical": gettext_noop("of it outside the social-insurance list"),
    "death_disability": gettext_noop("Death and disability"),
    "moral": gettext_noop("Moral damages"),
}


_RESCUED: labels.Words = {
    "rescued_insured": gettext_noop("Rescued: value of the car"),
    "rescued_other": gettext_noop("Rescued: value of other things"),
}
OUTSIDE = "outside"
THINGS: labels.Words = {
    "property": gettext_noop("property"),
    "cargo": gettext_noop("cargo"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Fields under one heading."""

    title: str
    fields: tuple[FieldState, ...]


def groups(
    losses: Sequence[Loss], others: Sequence[str], values: Mapping[str, str]
) -> tuple[Group, ...]:
    """Every field with what stands in it, by what it is about."""
    built = [Group(_("The insured car"), tuple(_own(values)))]
    built.append(
        Group(
            _("The insured car: other terms and add-ons"),
            tuple(covers.fields(OWN, covers.MORE, values)),
        )
    )
    for letter in others:
        named = {"letter": letter}
        built.append(Group(_("Car %(letter)s") % named, tuple(_other(letter, values))))
        more = tuple(covers.fields(letter, covers.MORE_OF_OTHERS, values))
        built.append(Group(_("Car %(letter)s: other terms and add-ons") % named, more))
    for loss in losses:
        fields = tuple(_loss(loss, losses, others, values))
        if fields:
            title = loss.title or labels.word(labels.LOSS_KINDS, loss.kind)
            built.append(Group(f"{loss.ordinal}. {title}", fields))
    built.append(Group(_("Open points"), tuple(_options(values))))
    return tuple(built)


def _own(values: Mapping[str, str]) -> Iterator[FieldState]:
    yield _select("A-duty", _("Liability"), DUTIES, values)
    yield from covers.fields(OWN, covers.USUAL, values)


def _other(letter: str, values: Mapping[str, str]) -> Iterator[FieldState]:
    yield _select(f"{letter}-duty", _("Liability"), DUTIES, values)
    yield _select(f"{letter}-insured", _("Compulsory cover"), INSURED, values)
    yield from covers.fields(letter, covers.USUAL_OF_OTHERS, values)


def _loss(
    loss: Loss, losses: Sequence[Loss], others: Sequence[str], values: Mapping[str, str]
) -> Iterator[FieldState]:
    name = f"loss{loss.ordinal}"
    if loss.kind.endswith("vehicle"):
        for key, label in _CAR_SUMS.items():
            yield _money(f"{name}-{key}", _(label), values)
        yield _select(f"{name}-total_loss", _("Total loss"), WHOLE, values)
        yield _text(f"{name}-repair_days", _("Days in repair"), values)
        for key, label in _RESCUED.items():
            yield _money(f"{name}-{key}", _(label), values)
    elif loss.kind == "injury":
        yield _select(f"{name}-carried", _("Where the person was"), _seats(others), values)
        for key, label in _INJURY_SUMS.items():
            yield _money(f"{name}-{key}", _(label), values)
    else:
        yield _select(f"{name}-kind", _("What it is"), THINGS, values)
        yield _select(f"{name}-owner", _("Whose it is"), _owners(losses, others), values)


def _owners(losses: Sequence[Loss], others: Sequence[str]) -> labels.Words:
    """Somebody outside the accident, a car of it, or a person who was hurt."""
    owners = {OUTSIDE: _("somebody outside the accident")}
    for letter in (OWN, *others):
        owners[letter] = _("car %(letter)s") % {"letter": letter}
    for loss in losses:
        if loss.kind == "injury":
            title = loss.title or labels.word(labels.LOSS_KINDS, loss.kind)
            owners[str(loss.ordinal)] = f"{loss.ordinal}. {title}"
    return owners


def _seats(others: Sequence[str]) -> labels.Words:
    """Outside every car, or driver or passenger of one."""
    seats = {OUTSIDE: _("outside the cars")}
    for letter in (OWN, *others):
        seats[f"{letter}-driver"] = _("driver of car %(letter)s") % {"letter": letter}
        seats[f"{letter}-passenger"] = _("passenger of car %(letter)s") % {"letter": letter}
    return seats


def _options(values: Mapping[str, str]) -> Iterator[FieldState]:
    for key, words in CHOICES.items():
        yield _select(f"option-{key}", _(_OPTION_LABELS[key]), words, values)


def _select(name: str, label: str, words: labels.Words, values: Mapping[str, str]) -> FieldState:
    known = Option("", _("as known"))
    options = tuple(Option(value, labels.word(words, value)) for value in words)
    return FieldState(
        name=name,
        label=label,
        kind=FieldKind.SELECT,
        options=(known, *options),
        value=values.get(name, ""),
    )


def _text(name: str, label: str, values: Mapping[str, str]) -> FieldState:
    return FieldState(name=name, label=label, kind=FieldKind.TEXT, value=values.get(name, ""))


def _money(name: str, label: str, values: Mapping[str, str]) -> FieldState:
    value = values.get(name, "")
    return FieldState(name=name, label=label, kind=FieldKind.MONEY, value=value)


def facts_of(
    losses: Sequence[Loss],
    others: Sequence[str],
    values: Mapping[str, str],
    entered: Mapping[str, Any],
) -> dict[str, Any]:
    """What was entered before with the fields laid over it: what they do not show survives.

    A field that was emptied takes its fact away; a field that was not sent leaves it as it was.
    """
    facts: dict[str, Any] = copy.deepcopy(dict(entered))
    vehicles, rows = facts.setdefault("vehicles", {}), facts.setdefault("losses", {})
    for letter in (OWN, *others):
        _lay_vehicle(vehicles.setdefault(letter, {}), letter, values)
    for loss in losses:
        _lay_loss(rows.setdefault(str(loss.ordinal), {}), loss, values)
    options = facts.setdefault("options", {})
    for key in CHOICES:
        _lay(options, key, values.get(f"option-{key}"))
        if CHOICES[key] is covers.YES_NO and options.get(key) in covers.YES_NO:
            options[key] = options[key] == "yes"
    for group in ("vehicles", "losses"):
        facts[group] = {name: row for name, row in facts[group].items() if row}
    return {group: found for group, found in facts.items() if found}


def _lay(row: dict[str, Any], key: str, typed: str | None) -> None:
    if typed is None or (key in row and str(row[key]) == typed.strip()):
        return
    if typed.strip():
        row[key] = typed.strip()
    else:
        row.pop(key, None)


def _lay_vehicle(row: dict[str, Any], letter: str, values: Mapping[str, str]) -> None:
    _lay(row, "duty", values.get(f"{letter}-duty"))
    covers.lay(row, letter, values)
    insured = values.get(f"{letter}-insured")
    if insured is not None:
        cover = row.setdefault("ctpli", {})
        cover.pop("insured", None)
        if insured.strip() == "no":
            cover["insured"] = False
        if not cover:
            del row["ctpli"]


def _lay_loss(row: dict[str, Any], loss: Loss, values: Mapping[str, str]) -> None:
    prefix = f"loss{loss.ordinal}-"
    for key in (*_CAR_SUMS, *_INJURY_SUMS):
        _lay(row, key, values.get(prefix + key))
    _lay(row, "repair_days", values.get(f"{prefix}repair_days"))
    for key in _RESCUED:
        typed = values.get(prefix + key)
        if typed is not None:
            inner = row.setdefault("rescued_values", {})
            _lay(inner, key.removeprefix("rescued_"), typed)
            if not inner:
                del row["rescued_values"]
    whole = values.get(f"{prefix}total_loss")
    if whole is not None:
        _lay(row, "total_loss", whole)
        if whole.strip() and whole.strip() != "auto":
            row["total_loss"] = True
    if loss.kind == "property":
        _lay(row, "kind", values.get(f"{prefix}kind"))
        _lay_owner(row, values.get(f"{prefix}owner"))
    if loss.kind != "injury":
        return
    _lay_seat(row, values.get(f"{prefix}carried"))
    if any(values.get(prefix + key, "").strip() for key in _INJURY_SUMS):
        # The estimate as a whole stands for one head; with sums given it says nothing any more,
        # and neither do heads that were entered one by one.
        row.pop("heads", None)
        row.setdefault("medical", "0")
        row.setdefault("death_disability", "0")


def _lay_owner(row: dict[str, Any], typed: str | None) -> None:
    """Whose the thing is; an owner whom nobody knows is refused when it is settled."""
    if typed is None:
        return
    row.pop("owner", None)
    if typed.strip():
        row["owner"] = None if typed.strip() == OUTSIDE else typed.strip()


def _lay_seat(row: dict[str, Any], typed: str | None) -> None:
    """Where the injured person was: outside, or in which car in which role."""
    if typed is None:
        return
    for key in ("carried_by", "role"):
        row.pop(key, None)
    if typed.strip() == OUTSIDE:
        row["carried_by"] = None
    elif typed.strip():
        row["carried_by"], _dash, row["role"] = typed.strip().partition("-")


def values_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The fields that facts fill, so that what was entered before stands in the form."""
    values: dict[str, str] = {}
    for letter, row in facts.get("vehicles", {}).items():
        if "duty" in row:
            values[f"{letter}-duty"] = str(row["duty"])
        values |= covers.shown(row, letter)
        if row.get("ctpli", {}).get("insured") is False:
            values[f"{letter}-insured"] = "no"
    for number, row in facts.get("losses", {}).items():
        if "carried_by" in row:
            car = row["carried_by"]
            role = row.get("role", "passenger")
            values[f"loss{number}-carried"] = f"{car}-{role}" if car else OUTSIDE
        for key, value in row.get("rescued_values", {}).items():
            values[f"loss{number}-rescued_{key}"] = str(value)
        for key, value in row.items():
            shown = "yes" if value is True else OUTSIDE if value is None else str(value)
            values[f"loss{number}-{key}"] = shown
    for key, value in facts.get("options", {}).items():
        said = {True: "yes", False: "no"}.get(value) if isinstance(value, bool) else str(value)
        values[f"option-{key}"] = said or ""
    return values
