"""An accident from its JSON form; accident_format.md of the cases is its description."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn, cast
from zoneinfo import ZoneInfo

from yinuo.settlement.accident import Accident, Advance, Duty, Options, Vehicle
from yinuo.settlement.amounts import ONE, total
from yinuo.settlement.fields import Fields
from yinuo.settlement.losses import LossReader
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.tables import Tables
from yinuo.settlement.vehicles import VEHICLE, read_vehicle

_UNHELD = Decimal("NaN")
_CHINA = ZoneInfo("Asia/Shanghai")
_TOP = frozenset({"id", "accident_at", "options", "vehicles", "losses", "advances"})
_ADVANCE = frozenset({"loss", "payer", "cover", "paid"})
_METHODS = frozenset({"mutual_rule", "limit_proportional"})
_SPLITS = frozenset({"all_liable", "liable_with_loss"})
_ORDERS = frozenset({"deductible_then_rate", "rate_then_deductible"})
_OUTSIDE_LIST = frozenset({"none", "first", "pro_rata"})
_OPTIONS = frozenset(
    {
        "property_method",
        "proxy_split",
        "deductible_order",
        "rate_on_capped_third_party",
        "outside_list_in_ctpli",
        "moral_damages_first",
    }
)
ADDONS = (
    "no_deductible",
    "outside_list_medical",
    "moral_damages",
    "scratch",
    "repair_days",
    "cargo",
    "wheels",
    "new_equipment",
)
_ADVANCED = frozenset(
    {
        "ctpli",
        "ctpli.property",
        "ctpli.medical",
        "ctpli.death",
        "own_damage",
        "third_party",
        "seats",
        "owner",
        *ADDONS,
        *(f"addons.{name}" for name in ADDONS),
    }
)


def parse(line: str | bytes) -> Any:
    """The JSON of one line, its numbers exact. Raises Refusal."""
    try:
        return json.loads(
            line, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_key_once
        )
    except (ValueError, ArithmeticError):
        pass
    except RecursionError as error:
        raise Refusal("not_json", "", str(error)) from error
    # Once more, for a number of thousands of digits: its place is known only after reading on.
    try:
        return json.loads(
            line,
            parse_float=_any_length(Decimal),
            parse_int=_any_length(int),
            parse_constant=_no_number,
            object_pairs_hook=_each_key_once,
        )
    except (ValueError, RecursionError) as error:
        raise Refusal("not_json", "", str(error)) from error


def _any_length(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """Reads a number; one that no machine can hold is read as no number."""

    def number(digits: str) -> Any:
        try:
            return read(digits)
        except (ValueError, ArithmeticError):
            return _UNHELD

    return number


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object; of two values under one key one would be lost unseen."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
        raise Refusal("duplicate_key", twice, twice)
    return found


def read_accident(found: object, tables: Tables) -> Accident:
    """The accident as plain values. Raises Refusal, which names the place at fault."""
    top = Fields(found, "", _TOP, tables.largest_amount)
    name = top.text("id")
    accident_at = _moment(top)
    try:
        accident_on = accident_at.astimezone(_CHINA).date()
    except OverflowError:
        top.refuse("accident_at", "not_a_date")
    if tables.limits_on(accident_on) is None:
        top.refuse("accident_at", "no_limits_then")
    if len(top.items("vehicles")) > tables.most_vehicles:
        raise Refusal("too_many", "vehicles", tables.most_vehicles)
    if len(top.items("losses")) > tables.most_losses:
        raise Refusal("too_many", "losses", tables.most_losses)
    vehicles = _vehicles(top, tables)
    for position, vehicle in enumerate(vehicles):
        cover = vehicle.own_damage
        for key in ("incepted_on", "first_registered_on"):
            day = getattr(cover, key, None)
            if day is not None and day > accident_on:
                where = f"vehicles[{position}].own_damage.{key}"
                raise Refusal("dates_out_of_order", where, day)
    losses = LossReader(top, vehicles, tables).read()
    return Accident(
        id=name,
        accident_at=accident_at,
        accident_on=accident_on,
        options=_options(top, tables.defaults),
        vehicles=vehicles,
        losses=losses,
        advances=_advances(top, {v.id for v in vehicles}, {loss.id for loss in losses}),
    )


def _moment(top: Fields) -> datetime:
    text = top.text("accident_at")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        top.refuse("accident_at", "not_a_date")
    if moment.tzinfo is None:
        top.refuse("accident_at", "time_without_zone")
    return moment


def _options(top: Fields, defaults: Options) -> Options:
    options = top.inner("options", _OPTIONS)
    if options is None:
        return defaults
    return Options(
        property_method=cast(
            Any, options.choice("property_method", _METHODS, defaults.property_method)
        ),
        proxy_split=cast(Any, options.choice("proxy_split", _SPLITS, defaults.proxy_split)),
        deductible_order=cast(
            Any, options.choice("deductible_order", _ORDERS, defaults.deductible_order)
        ),
        rate_on_capped_third_party=options.flag(
            "rate_on_capped_third_party", defaults.rate_on_capped_third_party
        ),
        outside_list_in_ctpli=cast(
            Any,
            options.choice("outside_list_in_ctpli", _OUTSIDE_LIST, defaults.outside_list_in_ctpli),
        ),
        moral_damages_first=options.flag("moral_damages_first", defaults.moral_damages_first),
    )


def _vehicles(top: Fields, tables: Tables) -> tuple[Vehicle, ...]:
    objects = [
        Fields(found, f"vehicles[{position}]", VEHICLE, tables.largest_amount)
        for position, found in enumerate(top.items("vehicles"))
    ]
    if not objects:
        top.refuse("vehicles", "no_vehicles")
    duties = [cast(Duty, one.choice("duty", frozenset(tables.ratios))) for one in objects]
    _one_full(duties)
    ratios = _ratios(objects, duties, tables)
    vehicles = tuple(
        read_vehicle(one, duty, ratio)
        for one, duty, ratio in zip(objects, duties, ratios, strict=True)
    )
    counted = Counter(vehicle.id for vehicle in vehicles)
    for position, vehicle in enumerate(vehicles):
        if counted[vehicle.id] > 1:
            raise Refusal("duplicate_id", f"vehicles[{position}].id", vehicle.id)
    return vehicles


def _one_full(duties: Sequence[Duty]) -> None:
    full = [position for position, duty in enumerate(duties) if duty == "full"]
    if len(full) > 1:
        raise Refusal("two_full", f"vehicles[{full[1]}].duty", "full")


def _ratios(objects: Sequence[Fields], duties: Sequence[Duty], tables: Tables) -> list[Fraction]:
    """What each answers for. Without fault that is little: to a pedestrian, who may be paid it."""
    usual, equal = tables.ratios, duties.count("equal")
    ratios = []
    for one, duty in zip(objects, duties, strict=True):
        given = one.ratio("duty_ratio")
        if given is None:
            given = usual[duty] / equal if duty == "equal" else usual[duty]
        elif duty == "none" and given > tables.most_without_fault:
            one.refuse("duty_ratio", "ratio_without_duty")
        ratios.append(given)
    if total(ratios) > ONE:
        raise Refusal("ratios_above_one", "vehicles", total(ratios))
    return ratios


def _advances(top: Fields, vehicles: set[str], losses: set[str]) -> tuple[Advance, ...]:
    read = []
    for position, found in enumerate(top.items("advances")):
        one = Fields(found, f"advances[{position}]", _ADVANCE, top.largest)
        loss, payer = one.text("loss"), one.text("payer")
        if loss not in losses:
            one.refuse("loss", "unknown_loss")
        if payer not in vehicles:
            one.refuse("payer", "unknown_vehicle")
        read.append(Advance(loss, payer, one.choice("cover", _ADVANCED), one.needed("paid")))
    return tuple(read)
