"""The fields of a report on the phone: only what the policy does not tell already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from yinuo.core.policies.queries import Insured
from yinuo.interfaces.common import labels
from yinuo.interfaces.common.fields import FieldKind, FieldState, FormState, Option, bind
from yinuo.interfaces.common.formdata import Typed
from yinuo.interfaces.common.inputs import ReportInput

RELATIONS: labels.Words = {
    "self": gettext_noop("The policyholder"),
    "driver": gettext_noop("The driver"),
    "family": gettext_noop("A member of the family"),
    "colleague": gettext_noop("Somebody from the company"),
    "other": gettext_noop("Somebody else"),
}
# What changes the guidance, asked as plain ticks: what was not said is not known.
SAID: labels.Words = {
    "at_scene": gettext_noop("The caller is still at the scene"),
    "on_highway": gettext_noop("It is on an expressway"),
    "party_left": gettext_noop("Another party has left"),
    "liability_clear": gettext_noop("It is clear who is at fault"),
    "third_party_at_fault": gettext_noop("Somebody else has to answer for the damage"),
    "drink_or_drugs": gettext_noop("Drink or drugs are suspected"),
    "licence_in_doubt": gettext_noop("A driver has no licence, or a wrong one"),
    "plate_in_doubt": gettext_noop("A car has no plate, or a doubtful one"),
    "mark_missing": gettext_noop("A car shows no inspection mark"),
    "coach_overloaded": gettext_noop("A school bus or coach is overloaded or too fast"),
    "intent_suspected": gettext_noop("Somebody seems to have acted on purpose"),
    "rescue_cost": gettext_noop("Towing or rescue was needed"),
    "disability": gettext_noop("A lasting disability is likely"),
    "agent": gettext_noop("Somebody acts for the policyholder"),
}


@dataclass(frozen=True, slots=True)
class LossRow:
    """The fields of one loss, and the value of the button that takes it away."""

    ordinal: int
    fields: Mapping[str, FieldState]
    remove: str


@dataclass(frozen=True, slots=True)
class IntakeForm:
    form: FormState
    losses: tuple[LossRow, ...]
    said: tuple[FieldState, ...]


def intake_form(typed: Typed[ReportInput], known: Insured | None) -> IntakeForm:
    """The form with what was typed; `known` is the policy that the caller was found by."""
    count = max(1, typed.rows("losses"))
    rows = [loss_fields(index) for index in range(count)]
    fields = [
        *_accident(),
        *_people(),
        *_caller(known),
        *_policy(known),
        *(field for row in rows for field in row.values()),
        *(_tick(f"said-{name}", label) for name, label in SAID.items()),
        FieldState(
            name="confirmed_new",
            label=_("This is another accident, not one of these."),
            kind=FieldKind.CHECKBOX,
        ),
    ]
    form = bind(fields, typed.values, typed.errors, typed.general)
    return IntakeForm(
        form=form,
        losses=tuple(_row(index, row, form) for index, row in enumerate(rows)),
        said=tuple(form[f"said-{name}"] for name in SAID),
    )


def _row(index: int, fields: Mapping[str, FieldState], form: FormState) -> LossRow:
    bound = {short: form[field.name] for short, field in fields.items()}
    return LossRow(index + 1, bound, f"losses-{index}")


def _tick(name: str, label: str) -> FieldState:
    return FieldState(name=name, label=_(label), kind=FieldKind.CHECKBOX)


def _yes_no(name: str, label: str, help: str = "") -> FieldState:  # noqa: A002  as FieldState
    choices = (Option("yes", pgettext("answer", "Yes")), Option("no", pgettext("answer", "No")))
    return FieldState(
        name=name, label=label, kind=FieldKind.RADIO_CARDS, options=choices, help=help
    )


def _count(name: str, label: str) -> FieldState:
    return FieldState(
        name=name, label=label, input_type="number", minimum="0", maximum="999", short=True
    )


def _accident() -> Iterable[FieldState]:
    return (
        FieldState(
            name="accident_at",
            label=_("When did it happen?"),
            kind=FieldKind.DATE_TIME,
            required=True,
        ),
        FieldState(
            name="place",
            label=_("Where?"),
            required=True,
            maxlength=200,
            help=_("Road and number, crossing or kilometre, so that a surveyor finds it."),
        ),
        _yes_no("in_town", _("In town?")),
        FieldState(
            name="cause",
            label=_("What kind of accident?"),
            kind=FieldKind.SELECT,
            required=True,
            options=labels.options(labels.CAUSES),
        ),
        FieldState(
            name="circumstances",
            label=_("In the caller's own words"),
            kind=FieldKind.TEXTAREA,
            maxlength=4000,
        ),
        FieldState(name="latitude", label=_("Latitude"), inputmode="decimal", short=True),
        FieldState(name="longitude", label=_("Longitude"), inputmode="decimal", short=True),
    )


def _people() -> Iterable[FieldState]:
    return (
        _count("injured", _("People hurt")),
        _count("seriously_injured", _("of them seriously")),
        _count("dead", _("Dead")),
        _count("other_vehicles", _("Other cars involved")),
        _yes_no("drivable", _("Can the car move by itself?")),
        _yes_no("police_called", _("Have the police been called?")),
    )


def _caller(known: Insured | None) -> Iterable[FieldState]:
    if known is not None:
        holder = known.policy.holder.name
        help_text = _("Name and phone only when it is not %(holder)s.") % {"holder": holder}
    else:
        help_text = ""
    return (
        FieldState(
            name="reporter_relation",
            label=_("Who is calling?"),
            kind=FieldKind.SELECT,
            options=labels.options(RELATIONS),
            help=help_text,
        ),
        FieldState(name="reporter_name", label=_("Caller's name"), maxlength=80),
        FieldState(
            name="reporter_phone",
            label=_("Caller's phone"),
            input_type="tel",
            maxlength=40,
            private=True,
        ),
        FieldState(name="driver_name", label=_("Driver, when it is not the caller"), maxlength=80),
    )


def _policy(known: Insured | None) -> Iterable[FieldState]:
    number = known.policy.number if known else ""
    return (
        FieldState(name="policy_number", label=_("Policy number"), value=number, maxlength=40),
        FieldState(
            name="plate",
            label=_("Number plate"),
            maxlength=20,
            help=_("One of the two is enough."),
        ),
    )


def loss_fields(index: int) -> dict[str, FieldState]:
    """One thing or person harmed; without an owner it belongs to the policyholder."""
    start = f"losses-{index}"
    return {
        "kind": FieldState(
            name=f"{start}-kind",
            label=_("What was harmed?"),
            kind=FieldKind.SELECT,
            required=True,
            value="own_vehicle" if index == 0 else "",
            options=labels.options(labels.LOSS_KINDS),
        ),
        "title": FieldState(
            name=f"{start}-title",
            label=_("In short"),
            maxlength=80,
            placeholder=_("Front bumper and left light"),
        ),
        "severity": FieldState(
            name=f"{start}-severity",
            label=_("How bad?"),
            kind=FieldKind.SELECT,
            required=True,
            value="medium",
            options=labels.options(labels.SEVERITIES),
        ),
        "estimate": FieldState(name=f"{start}-estimate", label=_("Estimate"), kind=FieldKind.MONEY),
        "owner_name": FieldState(
            name=f"{start}-owner-name", label=_("Owner or injured person"), maxlength=80
        ),
        "owner_phone": FieldState(
            name=f"{start}-owner-phone",
            label=_("Their phone"),
            input_type="tel",
            maxlength=40,
            private=True,
        ),
    }
