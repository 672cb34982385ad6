"""The questions of a report on the web: only what we do not know already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import Field

from yinuo.core.people.models import Person
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.present import Fact
from yinuo.interfaces.common.wording import full_time

CAUSES: Mapping[str, str] = {
    "collision": gettext_noop("Crash with another car or person"),
    "single_car": gettext_noop("My car alone hit something"),
    "scratch": gettext_noop("Scratched while parked"),
    "glass": gettext_noop("Only glass is broken"),
    "theft": gettext_noop("The car was stolen"),
    "fire": gettext_noop("Fire"),
    "flood": gettext_noop("Water or storm"),
    "falling_object": gettext_noop("Something fell on it"),
    "vandalism": gettext_noop("Damaged on purpose by a stranger"),
    "other": gettext_noop("Something else"),
}
SAID: Mapping[inputs.Said, str] = {
    "at_scene": gettext_noop("I am still at the place"),
    "on_highway": gettext_noop("It is on an expressway"),
    "party_left": gettext_noop("Another party has left"),
    "liability_clear": gettext_noop("We agree whose fault it is"),
}
SEVERITIES: Mapping[str, str] = {
    "light": gettext_noop("Slight: scratches and dents"),
    "medium": gettext_noop("Clear damage, parts must be changed"),
    "severe": gettext_noop("Heavy damage"),
    "total": gettext_noop("Probably beyond repair"),
}
# Chinese answers yes and no by repeating the verb, so each question has its own pair.
IN_TOWN = {"yes": gettext_noop("In town"), "no": gettext_noop("Outside")}
DRIVABLE = {"yes": gettext_noop("It can"), "no": gettext_noop("It cannot")}
POLICE = {"yes": gettext_noop("They have"), "no": gettext_noop("Not yet")}
MOST_HARMED = 20


class IdentifyInput(inputs.Input):
    """`car` is a number plate or a policy number: people do not care which."""

    car: Annotated[str, Field(min_length=1, max_length=40)]
    phone: Annotated[str, Field(min_length=1, max_length=40)]


class WhatInput(inputs.Input):
    cause: inputs.Cause
    accident_at: inputs.Moment
    place: Annotated[str, Field(min_length=1, max_length=200)]
    in_town: Literal["yes", "no"]
    circumstances: inputs.Text = ""
    latitude: inputs.Latitude = None
    longitude: inputs.Longitude = None
    said: Annotated[dict[inputs.Said, bool], Field(max_length=20)] = {}


class WhoInput(inputs.Input):
    own_car: inputs.OptionalFlag = None
    severity: Literal["light", "medium", "severe", "total"] = "medium"
    title: inputs.Line = ""
    drivable: inputs.OptionalFlag = None
    driver_name: inputs.Line = ""
    other_vehicles: Annotated[int, Field(ge=0, le=MOST_HARMED)] = 0
    other_property: inputs.OptionalFlag = None
    injured: Annotated[int, Field(ge=0, le=MOST_HARMED)] = 0
    seriously_injured: Annotated[int, Field(ge=0, le=MOST_HARMED)] = 0
    dead: Annotated[int, Field(ge=0, le=MOST_HARMED)] = 0
    police_called: inputs.OptionalFlag = None


def report_of(
    what: WhatInput, who: WhoInput, *, person: Person, policy_number: str, plate: str
) -> inputs.ReportInput:
    """Both steps together, in the words that every door uses."""
    return inputs.ReportInput(
        accident_at=what.accident_at,
        place=what.place,
        cause=what.cause,
        losses=_losses(who),
        policy_number=policy_number,
        plate=plate,
        circumstances=what.circumstances,
        latitude=what.latitude,
        longitude=what.longitude,
        in_town=what.in_town == "yes",
        injured=who.injured,
        seriously_injured=min(who.seriously_injured, who.injured),
        dead=who.dead,
        drivable=who.drivable,
        other_vehicles=who.other_vehicles,
        police_called=who.police_called,
        reporter_name=person.name,
        reporter_phone=person.phone,
        reporter_relation="self",
        driver_name=who.driver_name,
        said=what.said,
    )


def _losses(who: WhoInput) -> list[inputs.LossInput]:
    found = []
    if who.own_car:
        own = inputs.LossInput(kind="own_vehicle", title=who.title, severity=who.severity)
        found.append(own)
    found += [inputs.LossInput(kind="other_vehicle") for _one in range(who.other_vehicles)]
    if who.other_property:
        found.append(inputs.LossInput(kind="property"))
    found += [inputs.LossInput(kind="injury") for _one in range(who.injured + who.dead)]
    return found


def nothing_harmed(who: WhoInput) -> bool:
    return not _losses(who)


# Fields ----------------------------------------------------------------------------------------


def identify_form(typed: Typed[IdentifyInput]) -> FormState:
    fields = (
        FieldState(
            name="car",
            label=_("Number plate or policy number"),
            required=True,
            maxlength=40,
            autocomplete="off",
        ),
        FieldState(
            name="phone",
            label=_("Phone number in the policy"),
            help=_("The one that the policyholder gave us."),
            required=True,
            input_type="tel",
            inputmode="tel",
            autocomplete="tel",
            maxlength=40,
            private=True,
        ),
    )
    return bind(fields, typed.values, typed.errors, typed.general)


def what_form(typed: Typed[WhatInput]) -> FormState:
    fields = [
        _cards("cause", _("What happened?"), CAUSES, required=True),
        FieldState(
            name="accident_at",
            label=_("When?"),
            help=_("As exactly as you know."),
            kind=FieldKind.DATE_TIME,
            required=True,
            short=True,
        ),
        FieldState(
            name="place",
            label=_("Where?"),
            help=_("Road and number, crossing or kilometre, so that we find you."),
            required=True,
            maxlength=200,
        ),
        FieldState(name="latitude", label=_("Latitude"), inputmode="decimal", short=True),
        FieldState(name="longitude", label=_("Longitude"), inputmode="decimal", short=True),
        _cards("in_town", _("In town?"), IN_TOWN, required=True),
        *(_tick(f"said-{name}", label) for name, label in SAID.items()),
        FieldState(
            name="circumstances",
            label=_("How did it happen, in your own words?"),
            help=_("If others are involved: their plate, name and phone, as far as you have them."),
            kind=FieldKind.TEXTAREA,
            maxlength=inputs.TEXT,
        ),
    ]
    return bind(fields, typed.values, typed.errors, typed.general)


def who_form(typed: Typed[WhoInput], plate: str, general: Iterable[str] = ()) -> FormState:
    own = _("My car %(plate)s is damaged") % {"plate": plate}
    fields = [
        _count("injured", _("How many people are hurt?")),
        _count("seriously_injured", _("How many of them seriously?")),
        _count("dead", _("Has anybody died? How many?")),
        _tick("own_car", own),
        _cards("severity", _("How bad is it?"), SEVERITIES),
        FieldState(
            name="title",
            label=_("Which parts?"),
            placeholder=_("Front bumper and left light"),
            maxlength=inputs.LINE,
        ),
        _cards("drivable", _("Can your car still be driven?"), DRIVABLE),
        _count("other_vehicles", _("How many other cars are damaged?")),
        _tick("other_property", _("Something else is damaged (fence, shop, goods …)")),
        _cards("police_called", _("Have the police been called?"), POLICE),
        FieldState(
            name="driver_name",
            label=_("Who drove?"),
            help=_("Only if it was not you."),
            maxlength=inputs.LINE,
        ),
    ]
    return bind(fields, typed.values, typed.errors, (*typed.general, *general))


def _cards(
    name: str, label: str, options: Mapping[str, str], *, required: bool = False
) -> FieldState:
    return FieldState(
        name=name,
        label=label,
        kind=FieldKind.RADIO_CARDS,
        required=required,
        options=tuple(Option(value, _(words)) for value, words in options.items()),
    )


def _tick(name: str, label: str) -> FieldState:
    return FieldState(name=name, label=_(label), kind=FieldKind.CHECKBOX)


def _count(name: str, label: str) -> FieldState:
    return FieldState(
        name=name,
        label=label,
        value="0",
        input_type="number",
        inputmode="numeric",
        minimum="0",
        maximum=str(MOST_HARMED),
        short=True,
    )


# What is read again before it is sent ----------------------------------------------------------


def facts_of_what(what: WhatInput) -> tuple[Fact, ...]:
    said = [_(label) for name, label in SAID.items() if what.said.get(name)]
    facts = [
        Fact(_("Accident"), _(CAUSES[what.cause])),
        Fact(_("When"), full_time(timezone.localtime(what.accident_at))),
        Fact(_("Where"), what.place),
    ]
    if said:
        facts.append(Fact(_("Also"), " · ".join(said)))
    if what.circumstances:
        facts.append(Fact(_("In your words"), what.circumstances))
    return tuple(facts)


def facts_of_who(who: WhoInput, plate: str) -> tuple[Fact, ...]:
    facts = []
    if who.injured or who.dead:
        hurt = _("%(injured)s hurt, %(seriously)s of them seriously; %(dead)s died") % {
            "injured": who.injured,
            "seriously": who.seriously_injured,
            "dead": who.dead,
        }
        facts.append(Fact(_("People"), hurt))
    else:
        facts.append(Fact(_("People"), _("Nobody is hurt")))
    if who.own_car:
        bad = _(SEVERITIES[who.severity])
        facts.append(Fact(plate or _("Your car"), f"{bad} {who.title}".strip()))
    if who.other_vehicles:
        facts.append(Fact(_("Other cars"), str(who.other_vehicles)))
    if who.other_property:
        facts.append(Fact(_("Other things"), _("Damaged")))
    if who.driver_name:
        facts.append(Fact(_("Driver"), who.driver_name))
    return tuple(facts)
