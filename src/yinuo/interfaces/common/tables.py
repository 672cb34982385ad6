"""Tables that others made: CSV in its encodings, gzipped or not, and Excel; row by row.

Nothing of the file is kept: memory does not grow with it. A row that cannot be read at all is
given as its problem, so that the rows after it still come.
"""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, ClassVar

from python_calamine import CalamineError, CalamineWorkbook

from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

SHEETS = (".xlsx", ".xls", ".xlsb", ".ods")
MOST_COLUMNS = 500
MOST_CHARACTERS = 4_000
"""The longest cell that is taken; no column of ours holds more."""
_CHUNK = 1 << 18
_ENCODINGS = ("utf-8-sig", "gb18030")
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class FileNotReadable(DomainError):
    code = "file_not_readable"
    message: ClassVar[Message] = _("%(file)s cannot be read: %(why)s")
    http = 422


class EncodingUnknown(DomainError):
    code = "encoding_unknown"
    message: ClassVar[Message] = _(
        "%(file)s is neither UTF-8 nor GB18030. Save it as “CSV UTF-8” and try again."
    )
    http = 422


class TableIsEmpty(DomainError):
    code = "table_is_empty"
    message: ClassVar[Message] = _("%(file)s has no line with the names of the columns.")
    http = 422


class SheetMissing(DomainError):
    code = "sheet_missing"
    message: ClassVar[Message] = _("%(file)s has no sheet %(sheet)s. It has: %(found)s.")
    http = 422


class ColumnsMissing(DomainError):
    code = "columns_missing"
    message: ClassVar[Message] = _(
        "%(file)s lacks the columns %(missing)s. It has: %(found)s. "
        "Is this the right map, and the right separator?"
    )
    http = 422


class ColumnTwice(DomainError):
    code = "column_twice"
    message: ClassVar[Message] = _("%(file)s has two columns named %(column)s.")
    http = 422


class TooManyColumns(DomainError):
    code = "too_many_columns"
    message: ClassVar[Message] = _("%(file)s has more than %(most)s columns.")
    http = 422


class RowUnreadable(DomainError):
    code = "row_unreadable"
    message: ClassVar[Message] = _("This row cannot be read: a quotation mark is never closed.")
    http = 422


class RowTooLong(DomainError):
    code = "row_too_long"
    message: ClassVar[Message] = _("This row has %(count)s cells, the table has %(columns)s.")
    http = 422


class RowTooShort(DomainError):
    code = "row_too_short"
    message: ClassVar[Message] = _("This row has only %(count)s cells of %(columns)s.")
    http = 422


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the line that a person sees, the first under the names is 2."""

    number: int
    cells: dict[str, str]
    problem: DomainError | None = None


@dataclass(slots=True)
class Table:
    """The names of the columns, and the rows as they are read. `position` in bytes, for a bar."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    size: int
    _file: IO[bytes] | None

    @property
    def position(self) -> int:
        return self._file.tell() if self._file and not self._file.closed else self.size


@contextmanager
def opened(
    path: Path, *, needed: Sequence[str], delimiter: str = ",", sheet: str = ""
) -> Iterator[Table]:
    """The table of a file.

    Raises FileNotReadable, EncodingUnknown, TableIsEmpty, SheetMissing, ColumnsMissing, ColumnTwice
    and TooManyColumns, before any row is read.
    """
    try:
        if path.suffix.lower() in SHEETS:
            yield _sheet(path, needed, sheet)
        else:
            with path.open("rb") as file, gzip.GzipFile(fileobj=file) as unpacked:
                content: Any = unpacked if _packed(path) else file
                with TextIOWrapper(content, encoding=_encoding(path), newline="") as lines:
                    yield _text(path, file, lines, needed, delimiter)
    except (OSError, EOFError) as error:
        raise FileNotReadable(file=path.name, why=_plain(error)) from error


def _text(
    path: Path, file: IO[bytes], lines: TextIOWrapper, needed: Sequence[str], delimiter: str
) -> Table:
    reader = csv.reader(lines, delimiter=delimiter, strict=False)
    columns = _columns(path, next(reader, []), needed)
    return Table(columns, _rows(reader, columns), path.stat().st_size, file)


def _encoding(path: Path) -> str:
    """The first encoding in which the whole file makes sense; one pass, nothing is kept."""
    with _bytes(path) as file:
        start = file.read(4)
        for mark, name in _BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return name
    for encoding in _ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with _bytes(path) as file:
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise EncodingUnknown(file=path.name)


def _bytes(path: Path) -> IO[bytes]:
    """The content, unpacked where the file is packed."""
    return gzip.open(path) if _packed(path) else path.open("rb")  # type: ignore[return-value]


def _packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _rows(reader: Iterator[list[str]], columns: tuple[str, ...]) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, {}, RowUnreadable())
            continue
        if any(cells):
            yield _row(number, cells, columns)


def _row(number: int, cells: Sequence[str], columns: tuple[str, ...]) -> Row:
    named = dict(zip(columns, cells, strict=False))
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        return Row(number, named, RowTooLong(count=len(cells), columns=len(columns)))
    if len(cells) < len(columns):
        return Row(number, named, RowTooShort(count=len(cells), columns=len(columns)))
    return Row(number, named)


def _sheet(path: Path, needed: Sequence[str], name: str) -> Table:
    """The named sheet, or the first. Formulas have the values that were last worked out."""
    try:
        book = CalamineWorkbook.from_path(str(path))
        if not book.sheet_names:
            raise TableIsEmpty(file=path.name)
        if name and name not in book.sheet_names:
            raise SheetMissing(file=path.name, sheet=name, found=", ".join(book.sheet_names))
        found = book.get_sheet_by_name(name or book.sheet_names[0])
    except CalamineError as error:
        raise FileNotReadable(file=path.name, why=str(error)) from error
    lines = ([_shown(cell) for cell in line] for line in found.iter_rows())
    columns = _columns(path, next(lines, []), needed)
    return Table(columns, _rows(lines, columns), path.stat().st_size, None)


def _shown(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())
    return str(cell)


def _columns(path: Path, names: Sequence[str], needed: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(name.strip() for name in names)
    if not any(columns):
        raise TableIsEmpty(file=path.name)
    if len(columns) > MOST_COLUMNS:
        raise TooManyColumns(file=path.name, most=MOST_COLUMNS)
    for column in needed:
        if columns.count(column) > 1:
            raise ColumnTwice(file=path.name, column=column)
    missing = [name for name in needed if name not in columns]
    if missing:
        shown = ", ".join(islice((name[:40] for name in columns if name), 40))
        raise ColumnsMissing(file=path.name, missing=", ".join(missing), found=shown)
    return columns


def _plain(error: OSError | EOFError) -> str:
    return getattr(error, "strerror", None) or str(error)
