"""Workbooks as an office program saves them: Excel through a library, OpenDocument by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter

Cell = str | int | float | date | datetime | bool | None
Sheets = Mapping[str, Sequence[Sequence[Cell]]]
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text")
)
MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{MEDIA_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def write(path: Path, sheets: Sheets) -> Path:
    {".xlsx": _excel, ".ods": _open_document}[path.suffix](path, sheets)
    return path


def _excel(path: Path, sheets: Sheets) -> None:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy/m/d"}) as book:
        for name, lines in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(lines):
                for column, cell in enumerate(line):
                    if isinstance(cell, str):
                        # A text stays a text, as in a cell that somebody formatted so.
                        sheet.write_string(row, column, cell)
                    elif cell is not None:
                        sheet.write(row, column, cell)


def _open_document(path: Path, sheets: Sheets) -> None:
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_row, lines))}</table:table>'
        for name, lines in sheets.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES} '
        f'office:version="1.3"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", MEDIA_TYPE)
        packed.writestr("META-INF/manifest.xml", MANIFEST)
        packed.writestr("content.xml", content)


def _row(line: Sequence[Cell]) -> str:
    return f"<table:table-row>{''.join(map(_cell, line))}</table:table-row>"


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, bool):
        kind, value = "boolean", f'office:boolean-value="{str(cell).lower()}"'
    elif isinstance(cell, date):
        kind, value = "date", f'office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, int | float):
        kind, value = "float", f'office:value="{cell}"'
    else:
        kind, value = "string", ""
    text = escape(str(cell))
    return (
        f'<table:table-cell office:value-type="{kind}" {value}><text:p>{text}</text:p>'
        "</table:table-cell>"
    )
