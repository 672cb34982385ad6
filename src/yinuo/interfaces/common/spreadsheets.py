"""Figures to take along: the same tables as CSV and as Excel, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter
from django.http import HttpResponse

Value = str | int | Decimal | float | date | None
CSV_TYPE = "text/csv; charset=utf-8"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("csv", "xlsx")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LONGEST_TITLE = 31


@dataclass(frozen=True, slots=True)
class Sheet:
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def harmless(text: str) -> str:
    """A cell that a spreadsheet would run as a formula is shown as text."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_of(sheets: Sequence[Sheet]) -> bytes:
    """The tables one below the other, with a byte order mark: a spreadsheet then reads Chinese."""
    out = io.StringIO()
    writer = csv.writer(out)
    for place, sheet in enumerate(sheets):
        if place:
            writer.writerow([])
        if len(sheets) > 1:
            writer.writerow([harmless(sheet.title)])
        writer.writerow([harmless(one) for one in sheet.columns])
        writer.writerows([_plain(one) for one in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def excel_of(sheets: Sequence[Sheet]) -> bytes:
    """One sheet per table, numbers as numbers, the names of the columns kept in sight."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for place, sheet in enumerate(sheets):
            page = book.add_worksheet(_title(sheet.title, place))
            page.write_row(0, 0, sheet.columns, bold)
            page.freeze_panes(1, 0)
            for line, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    page.write(line, column, _typed(value))
            page.autofit()
    return out.getvalue()


def download(name: str, sheets: Sequence[Sheet], form: str) -> HttpResponse:
    """`form` is one of FORMATS; `name` without its ending."""
    if form == "xlsx":
        answer = HttpResponse(excel_of(sheets), content_type=EXCEL_TYPE)
    else:
        answer = HttpResponse(csv_of(sheets), content_type=CSV_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer


def _plain(value: Value) -> str:
    if value is None:
        return ""
    # A negative number is a number, only a text can be a formula.
    return harmless(value) if isinstance(value, str) else str(value)


def _typed(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value


def _title(title: str, place: int) -> str:
    kept = "".join(one for one in title if one not in "[]:*?/\\")
    return kept[:_LONGEST_TITLE] or f"{place + 1}"
