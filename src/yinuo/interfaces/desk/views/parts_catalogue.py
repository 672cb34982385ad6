"""Which parts there are, each with its template and the sample that shows it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yinuo.interfaces.common.fields import (
    FieldKind,
    FieldState,
    FormState,
    LineRow,
    LineSheet,
    Option,
    bind,
)
from yinuo.interfaces.common.present import (
    Cell,
    CellKind,
    Column,
    Dialog,
    DocumentTile,
    Empty,
    FormStep,
    Link,
    Notice,
    Pager,
    PaperState,
    Progress,
    SearchBox,
    Stat,
    StepState,
    SumLine,
    SumSheet,
    Table,
    Tag,
    Tone,
)
from yinuo.interfaces.desk.views import parts_samples as samples
from yinuo.interfaces.desk.views.parts_samples import DAY, HOUR, NOW, Sample, yuan


def short_fields() -> tuple[FieldState, ...]:
    return (
        FieldState(
            name="plate",
            label=_("Number plate"),
            required=True,
            help=_("As on the driving licence of the car."),
            autocomplete="off",
        ),
        FieldState(name="phone", label=_("Phone"), required=True, input_type="tel", private=True),
        FieldState(
            name="garage",
            label=_("Garage"),
            kind=FieldKind.SELECT,
            options=(Option("1", _("Binhai Road garage")), Option("2", _("Other"))),
        ),
        FieldState(
            name="happened_at",
            label=_("When did it happen?"),
            kind=FieldKind.DATE_TIME,
            required=True,
        ),
        FieldState(name="amount", label=_("Amount"), kind=FieldKind.MONEY, required=True),
    )


def long_fields() -> tuple[FieldState, ...]:
    return (
        FieldState(
            name="injured",
            label=_("Was anybody hurt?"),
            kind=FieldKind.RADIO_CARDS,
            required=True,
            options=(
                Option("no", _("No"), _("Only metal")),
                Option("yes", _("Yes"), _("Call 120 first; we help with the rest")),
            ),
        ),
        FieldState(
            name="hurt",
            label=_("What was harmed?"),
            kind=FieldKind.TICKS,
            options=(Option("car", _("Car")), Option("other", _("Other"))),
        ),
        FieldState(name="story", label=_("What happened?"), kind=FieldKind.TEXTAREA),
        FieldState(
            name="photos",
            label=_("Photos"),
            kind=FieldKind.FILE,
            help=_("The whole car with its plate, then each damage from close by."),
            accept="image/*",
            multiple=True,
        ),
        FieldState(
            name="consent",
            label=_("You may send me text messages about this claim."),
            kind=FieldKind.CHECKBOX,
        ),
    )


def form() -> FormState:
    """Every kind of field, two of them with an error."""
    return bind(
        (*short_fields(), *long_fields()),
        {
            "plate": "示A·12345",
            "phone": "1390000",
            "injured": "no",
            "hurt": "car,other",
            "amount": "12,345.60",
        },
        {
            "phone": _("A mobile number has 11 digits; this one has 7."),
            "happened_at": _("Enter the day and the time, as well as you remember."),
        },
    )


def line_fields(number: str, *, description: str = "", asked: str = "") -> LineRow:
    def one(name: str, label: str, kind: FieldKind = FieldKind.TEXT, value: str = "") -> FieldState:
        return FieldState(
            name=f"lines-{number}-{name}", label=label, kind=kind, value=value, required=True
        )

    kinds = (Option("part", _("Part")), Option("labour", _("Labour")))
    return LineRow(
        fields={
            "kind": FieldState(
                name=f"lines-{number}-kind",
                label=_("Kind"),
                kind=FieldKind.SELECT,
                options=kinds,
                value="part",
                required=True,
            ),
            "description": one("description", _("Description"), value=description),
            "quantity": one("quantity", _("Quantity"), value="1"),
            "asked": one("asked", _("Asked"), value=asked),
            "approved": one("approved", pgettext("amount", "Approved"), value=asked),
            "reason": one("reason", _("Reason")),
        }
    )


def line_sheet() -> LineSheet:
    return LineSheet(
        caption=_("Own car"),
        asked=yuan("4280"),
        approved=yuan("3960"),
        rows=(
            LineRow(
                kind=_("Part"),
                description=_("Front bumper"),
                quantity="1",
                asked=yuan("2680"),
                approved=yuan("2360"),
                reason=_("Price of the brand's own list, 2 March 2026"),
            ),
            LineRow(
                kind=_("Labour"),
                description=_("Painting"),
                quantity="4 h",
                asked=yuan("1600"),
                approved=yuan("1600"),
            ),
        ),
    )


def line_sheet_editable() -> LineSheet:
    return LineSheet(
        caption=_("Own car"),
        asked=yuan("2680"),
        approved=yuan("2680"),
        editable=True,
        rows=(line_fields("0", description=_("Front bumper"), asked="2680.00"),),
        blank=line_fields("__n__"),
    )


def table() -> Table:
    return Table(
        caption=_("Payments of today"),
        now=NOW,
        columns=(
            Column(_("Payee")),
            Column(_("Account")),
            Column(_("Amount"), numeric=True),
            Column(_("State")),
            Column(_("Promise")),
        ),
        rows=(
            (
                Cell(value="陈望舒", url="#", kind=CellKind.LINK),
                Cell(value="**** 6216"),
                Cell(kind=CellKind.MONEY, value=yuan("11980")),
                Cell(kind=CellKind.TAG, value=Tag(_("Sent to the bank"), Tone.PINE)),
                Cell(kind=CellKind.PROMISE, value=samples.chip_open()),
            ),
            (
                Cell(value="顾长风", url="#", kind=CellKind.LINK),
                Cell(value="**** 0042"),
                Cell(kind=CellKind.MONEY, value=yuan("126500")),
                Cell(kind=CellKind.TAG, value=Tag(_("Arrived"), Tone.JADE, "check")),
                Cell(kind=CellKind.PROMISE, value=samples.chip_kept()),
            ),
        ),
    )


def document_tiles() -> tuple[DocumentTile, ...]:
    return (
        DocumentTile(
            title=_("Driving licence"),
            state=PaperState.ASKED,
            state_label=_("Asked for"),
            now=NOW,
            reason=_("It shows that the driver was allowed to drive."),
        ),
        DocumentTile(
            title=_("Photos of the damage"),
            state=PaperState.ACCEPTED,
            state_label=_("Accepted"),
            now=NOW,
            url="#",
            taken_at=NOW - 4 * HOUR,
            place=_("Binhai Road 18"),
            uploader="陈望舒",
            digest="9f2c41e8a07b55d1c3e2",
        ),
        DocumentTile(
            title=_("Repair invoice"),
            state=PaperState.REJECTED,
            state_label=_("Please send again"),
            now=NOW,
            url="#",
            taken_at=NOW - DAY,
            reason=_("The number of the invoice cannot be read."),
        ),
    )


def sum_sheet() -> SumSheet:
    return SumSheet(
        caption=_("What we pay for your car"),
        lines=(
            SumLine(
                label=_("Repair as assessed"),
                amount=yuan("12480"),
                formula=_("parts 8,900.00 + labour 2,980.00 + material 600.00"),
            ),
            SumLine(
                label=_("Less your own part"),
                amount=yuan("-500"),
                formula=_("as agreed in your policy"),
                clause=_("Clause 18: the first 500 yuan of each damage are yours."),
            ),
        ),
        total_label=_("You receive"),
        total=yuan("11980"),
    )


def chips() -> list[Sample]:
    made = (
        samples.chip_open(),
        samples.chip_soon(),
        samples.chip_broken(),
        samples.chip_kept_late(),
        samples.chip_kept(),
        samples.chip_paused(),
        samples.chip_withdrawn(),
    )
    return [
        Sample(f"promise_chip · {each.state}", "parts/promise_chip.html", {"chip": each})
        for each in made
    ]


def case_parts() -> list[Sample]:
    return [
        Sample("case_header", "parts/case_header.html", {"header": samples.header()}, wide=True),
        Sample("journey", "parts/journey.html", {"journey": samples.journey()}, wide=True),
        Sample(
            "journey · stopped",
            "parts/journey.html",
            {
                "journey": samples.journey_stopped(),
                "id": "journey-stopped",
                "label": _("Where a withdrawn case is"),
            },
        ),
        Sample("timeline", "parts/timeline.html", {"timeline": samples.timeline()}, wide=True),
        Sample("actions", "parts/actions.html", {"actions": samples.actions()}),
        Sample(
            "promises",
            "parts/promises.html",
            {"promises": (samples.chip_broken(), samples.chip_open(), samples.chip_kept())},
        ),
        Sample(
            "paper_link",
            "parts/paper_link.html",
            {"values": {"url": "#", "label": _("Letter")}},
        ),
        Sample("followers", "parts/followers.html", {"followers": samples.followers()}),
        Sample("customer_card", "parts/customer_card.html", {"card": samples.customer()}),
    ]


def list_parts() -> list[Sample]:
    lanes = [
        Sample(f"lane · {lane.key}", "parts/lane.html", {"lane": lane}, wide=True)
        for lane in samples.lanes()
    ]
    return [
        *lanes,
        Sample("table", "parts/table.html", {"table": table()}, wide=True),
        Sample("line_sheet", "parts/line_sheet.html", {"sheet": line_sheet()}, wide=True),
        Sample(
            "line_sheet · editable",
            "parts/line_sheet.html",
            {"sheet": line_sheet_editable(), "id": "line-sheet-editable"},
            wide=True,
        ),
        Sample("sum_sheet", "parts/sum_sheet.html", {"sum": sum_sheet()}),
        *[
            Sample(f"document_tile · {tile.state}", "parts/document_tile.html", {"tile": tile})
            for tile in document_tiles()
        ],
    ]


def small_parts() -> list[Sample]:
    return [
        Sample(
            "empty",
            "parts/empty.html",
            {
                "empty": Empty(
                    title=_("Nothing is due today"),
                    body=_("New cases appear here by themselves. You could look at tomorrow."),
                    action=Link(_("See tomorrow"), "#"),
                )
            },
        ),
        Sample(
            "notice · good",
            "parts/notice.html",
            {"notice": Notice(title=_("Saved"), body=_("The customer was told."), tone="good")},
        ),
        Sample(
            "notice · care",
            "parts/notice.html",
            {
                "notice": Notice(
                    title=_("Somebody else changed this case"),
                    body=_("What you typed is still here. Look at the change, then send again."),
                    tone="care",
                )
            },
        ),
        Sample(
            "progress",
            "parts/progress.html",
            {"progress": Progress(label=_("Papers received"), done=3, total=5)},
        ),
        *_small_parts_of_lists(),
        *_small_parts_of_forms(),
    ]


def _small_parts_of_lists() -> list[Sample]:
    return [
        Sample("reading", "parts/reading.html", {"reading": samples.reading()}),
        Sample("pager", "parts/pager.html", {"pager": Pager(summary="21–40 / 318", next_url="#")}),
        Sample(
            "search_box",
            "parts/search_box.html",
            {"search": SearchBox(url="#", label=_("Search in the gallery"), placeholder="示A·123")},
        ),
        Sample(
            "stat",
            "parts/stat.html",
            {
                "stat": Stat(
                    label=_("Promises kept this month"),
                    value="96.4",
                    unit="%",
                    share=0.964,
                    target_share=0.95,
                    note="1,204 / 1,249",
                    url="#",
                )
            },
        ),
    ]


def _small_parts_of_forms() -> list[Sample]:
    return [
        Sample(
            "steps",
            "parts/steps.html",
            {
                "steps": (
                    FormStep(label=_("You and the car"), state=StepState.DONE, url="#"),
                    FormStep(label=_("What happened"), state=StepState.NOW),
                    FormStep(label=_("Photos"), state=StepState.NEXT),
                    FormStep(label=_("Check and send"), state=StepState.NEXT),
                )
            },
        ),
        Sample(
            "dialog",
            "parts/dialog.html",
            {
                "dialog": Dialog(
                    id="sample-dialog",
                    title=_("Refuse this claim?"),
                    body=_("The customer gets a letter with the reasons."),
                    confirm=_("Refuse"),
                    url="#",
                    grave=True,
                )
            },
        ),
        Sample(
            "term",
            "parts/term.html",
            {
                "word": _("deductible"),
                "meaning": _("The part of each damage that you agreed to carry yourself."),
            },
        ),
    ]


def form_parts() -> list[Sample]:
    bound = form()
    together = bind(
        (
            FieldState(name="account", label=_("Account"), required=True, private=True),
            FieldState(name="bank", label=_("Bank")),
        )
    )
    return [
        Sample("fields", "parts/fields.html", {"form": together}),
        Sample("error_summary", "parts/error_summary.html", {"form": bound}),
        *[
            Sample(f"field · {each.kind}", "parts/field.html", {"field": each})
            for each in bound.fields.values()
        ],
    ]


def portal_parts() -> list[Sample]:
    return [
        Sample("next_card", "parts/next_card.html", {"card": samples.next_card()}),
        Sample("todo", "parts/todo.html", {"todo": samples.todo()}),
        Sample("contact", "parts/contact.html", {"contact": samples.contact()}),
    ]


def all_groups() -> list[tuple[str, list[Sample]]]:
    return [
        (_("Promise chip"), chips()),
        (_("Case page"), case_parts()),
        (_("Lists and sheets"), list_parts()),
        (_("Forms"), form_parts()),
        (_("Small things"), small_parts()),
        (_("The customer's side"), portal_parts()),
    ]
