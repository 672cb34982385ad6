"""What is written without the template engine escapes what people wrote, in every place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from yinuo.interfaces.common import fragments
from yinuo.interfaces.common.present import (
    CaseRow,
    Cell,
    CellKind,
    Column,
    PromiseChip,
    Table,
    Tag,
)

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EVIL = "<img src=x onerror='a' title=\"b\">&"
HARMLESS = "&lt;img src=x onerror=&#x27;a&#x27; title=&quot;b&quot;&gt;&amp;"
CHIP = PromiseChip(
    title=EVIL,
    started_at=NOW - timedelta(days=1),
    due_at=NOW + timedelta(days=1),
    soon_at=NOW + timedelta(hours=20),
    now=NOW,
    why=EVIL,
    counted=EVIL,
    source=EVIL,
    rule=EVIL,
    owner=EVIL,
)
ENDINGS: tuple[dict[str, Any], ...] = (
    {},
    {"kept_at": NOW},
    {"paused_at": NOW, "pause_reason": EVIL},
    {"withdrawn_at": NOW, "withdrawn_reason": EVIL},
)


@pytest.mark.parametrize("ending", ENDINGS, ids=["open", "kept", "paused", "withdrawn"])
def test_words_of_people_do_no_harm_in_a_promise(ending: dict[str, Any]) -> None:
    written = fragments.chip_html(replace(CHIP, **ending), compact=True, endwise=False)
    assert "<img" not in written
    told = 7 if "paused_at" in ending or "withdrawn_at" in ending else 6
    assert written.count(HARMLESS) == told + ("paused_at" in ending)


def test_words_of_people_do_no_harm_in_a_table_or_a_list() -> None:
    cells = (
        Cell(value=EVIL, note=EVIL),
        Cell(kind=CellKind.LINK, value=EVIL, url=f"/{EVIL}"),
        Cell(kind=CellKind.TAG, value=Tag(EVIL)),
        Cell(kind=CellKind.MONEY, value=EVIL),
        Cell(kind=CellKind.PROMISE, value=CHIP),
    )
    columns = tuple(Column(EVIL) for _cell in cells)
    table = fragments.table_html(Table(caption=EVIL, columns=columns, rows=(cells,), now=NOW))
    row = CaseRow(
        number=EVIL, url=EVIL, kind=EVIL, customer=EVIL, state=Tag(EVIL), promise=CHIP,
        plate=EVIL, handler=EVIL, note=EVIL,
    )  # fmt: skip
    listed = fragments.case_list_html([row])
    assert "<img" not in table + listed
    assert (table.count(HARMLESS), listed.count(HARMLESS)) == (1 + 2 * 5 + 6 + 6, 8 + 6)


def test_a_cell_is_written_as_people_write_it() -> None:
    said = {
        "": [Cell(), Cell(kind=CellKind.TIME), Cell(kind=CellKind.PROMISE)],
        "0": [Cell(value=0), Cell(kind=CellKind.NUMBER, value=0)],
        "—": [Cell(kind=CellKind.MONEY)],
        "¥1,234.50": [Cell(kind=CellKind.MONEY, value=Decimal("1234.5"))],
        '<time datetime="2026-03-02T02:00:00+00:00">今天 10:00</time>': [
            Cell(kind=CellKind.TIME, value=NOW)
        ],
    }
    with translation.override("zh-hans"):
        for written, cells in said.items():
            for cell in cells:
                table = Table(caption="", columns=(Column(""),), rows=((cell,),), now=NOW)
                assert f'<td data-label="">\n{written}\n</td>' in fragments.table_html(table)


def test_each_reader_gets_the_words_of_their_language() -> None:
    for language, word in (("en", "Began"), ("zh-hans", "起算"), ("en", "Began")):
        with translation.override(language):
            written = fragments.chip_html(CHIP, compact=False, endwise=False)
            assert f"<dt>{word}</dt>" in written
