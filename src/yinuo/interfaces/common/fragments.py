"""The pieces of a page that stand on it a hundred times, written without the template engine.

A list of fifty cases has fifty promise chips of forty values each: as templates they took two
thirds of the time of the page. Everything that comes from people is escaped here, value by value.
"""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.templatetags.static import static
from django.utils.formats import localize
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.interfaces.common import wording
from yinuo.interfaces.common.present import (
    CaseRow,
    Cell,
    CellKind,
    ChipState,
    PromiseChip,
    Table,
    Tag,
)
from yinuo.kit.money import Money, format_amount

_CIRCLE = '<circle class="track" cx="10" cy="10" r="8"/>'
_MARKS = {
    ChipState.KEPT: '<circle class="full" cx="10" cy="10" r="9"/>'
    '<path class="mark" d="M6 10.3l2.8 2.8 5.2-5.8"/>',
    ChipState.BROKEN: '<rect class="full" x="1.5" y="1.5" width="17" height="17" rx="3.5"/>'
    '<path class="mark" d="M10 5.5v5.5M10 14.3v.1"/>',
    ChipState.WITHDRAWN: f'{_CIRCLE}<path d="M6.5 10h7"/>',
}


def escaped(value: object) -> str:
    """A value as a template writes it: nothing for what is not there, numbers as people do."""
    if type(value) is str:
        return html.escape(value)
    if isinstance(value, SafeString):
        return value
    return "" if value is None else conditional_escape(str(localize(value)))


@lru_cache(maxsize=256)
def icon_html(name: str) -> SafeString:
    """A drawing from the sprite; decoration only, so a word always stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


def tag_html(tag: Tag) -> SafeString:
    drawing = icon_html(tag.icon) if tag.icon else ""
    return SafeString(
        f'<span class="tag" data-tone="{tag.tone.value}">{drawing}{escaped(tag.text)}</span>'
    )


def money_text(amount: Money | Decimal | int | None) -> str:
    """¥12,345.60; a bare number is in the home currency."""
    if amount is None:
        return "—"
    return str(amount) if isinstance(amount, Money) else format_amount(Decimal(amount))


def machine_time(at: datetime) -> str:
    """For the datetime attribute and for data-* that scripts read."""
    return at.isoformat(timespec="seconds")


# The promise chip ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Words:
    """What every chip says, in one language."""

    began: str
    kept: str
    paused: str
    owner: str
    kind: str
    by_law: str
    internal: str
    own: str
    provisional: str
    source: str
    rule: str


@lru_cache(maxsize=16)
def _words(_language: str | None) -> _Words:
    return _Words(
        began=_("Began"),
        kept=_("Kept"),
        paused=_("Paused since"),
        owner=_("Who keeps it"),
        kind=_("Kind"),
        by_law=_("Required by law"),
        internal=_("Between colleagues"),
        own=_("Our own promise"),
        provisional=_("provisional: that year's holidays are not published yet"),
        source=_("Source"),
        rule=_("Rule"),
    )


def chip_html(chip: PromiseChip, *, compact: bool, endwise: bool) -> SafeString:
    """A promise: its state, what and by when, and behind a click how that was counted."""
    state = chip.state
    shape = f"promise{' compact' if compact else ''}{' endwise' if endwise else ''}"
    when = chip.when
    when_html = f'<span class="when">{escaped(when)}</span>\n' if when else ""
    return SafeString(
        f'<details class="{shape}" data-state="{state.value}" data-promise{_counting(chip)}>\n'
        '<summary>\n<svg class="ring" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        f'{_MARKS.get(state) or _ring(chip, state)}</svg>\n<span class="words">\n'
        f'<span class="what">{escaped(chip.title)}</span>\n{when_html}'
        f'<span class="left" data-left>{escaped(chip.left)}</span>\n</span>\n</summary>\n'
        f"{_told(chip)}</details>"
    )


def _counting(chip: PromiseChip) -> str:
    """The times that the page goes on counting with by itself."""
    if not chip.counting:
        return ""
    soon = f' data-soon="{machine_time(chip.soon_at)}"' if chip.soon_at else ""
    return (
        f' data-due="{machine_time(chip.due_at)}" data-started="{machine_time(chip.started_at)}"'
        f"{soon}"
    )


def _ring(chip: PromiseChip, state: ChipState) -> str:
    paused = state is ChipState.PAUSED
    live, bars = ("", '<path d="M8 7.5v5M12 7.5v5"/>') if paused else (" data-ring", "")
    return (
        f'{_CIRCLE}<circle{live} cx="10" cy="10" r="8" pathLength="100"'
        f' stroke-dasharray="{chip.ring}" transform="rotate(-90 10 10)"/>{bars}'
    )


def _told(chip: PromiseChip) -> str:
    words = _words(get_language())
    counted = f"<p>{escaped(chip.counted)}</p>\n" if chip.counted else ""
    why = f'<p class="muted">{escaped(chip.why)}</p>\n' if chip.why else ""
    lines = [(words.began, wording.full_time(chip.started_at))]
    if chip.kept_at:
        lines.append((words.kept, wording.full_time(chip.kept_at)))
    if chip.paused_at:
        reason = f"<br>{escaped(chip.pause_reason)}" if chip.pause_reason else ""
        lines.append((words.paused, f"{wording.full_time(chip.paused_at)}{reason}"))
    if chip.owner:
        lines.append((words.owner, escaped(chip.owner)))
    kind = words.internal if chip.internal else words.own
    provisional = f" · {words.provisional}" if chip.provisional else ""
    lines.append((words.kind, f"{words.by_law if chip.statutory else kind}{provisional}"))
    if chip.source:
        lines.append((words.source, escaped(chip.source)))
    if chip.rule:
        lines.append((words.rule, f"<code>{escaped(chip.rule)}</code>"))
    listed = "\n".join(f"<dt>{name}</dt>\n<dd>{value}</dd>" for name, value in lines)
    return (
        f'<div class="told">\n<div>\n<p class="due">{wording.full_time(chip.due_at)}</p>\n'
        f"{counted}{why}</div>\n<dl>\n{listed}\n</dl>\n</div>\n"
    )


# Tables and lists ----------------------------------------------------------------------------


def table_html(table: Table) -> SafeString:
    """On a phone each row folds into a card with the column names in it."""
    numeric = [' class="number"' if column.numeric else "" for column in table.columns]
    labels = [escaped(column.label) for column in table.columns]
    heads = "".join(
        f'<th scope="col"{number}>{label}</th>'
        for label, number in zip(labels, numeric, strict=True)
    )
    opening = [
        f'<td data-label="{label}"{number}>\n'
        for label, number in zip(labels, numeric, strict=True)
    ]
    rows = "\n".join(f"<tr>\n{''.join(_cells(opening, row, table.now))}</tr>" for row in table.rows)
    unseen = ' class="unseen"' if table.caption_hidden else ""
    return SafeString(
        f'<table class="table folds">\n<caption{unseen}>{escaped(table.caption)}</caption>\n'
        f"<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody data-list>\n{rows}\n</tbody>\n</table>"
    )


def _cells(opening: Iterable[str], row: Iterable[Cell], now: datetime) -> Iterable[str]:
    for begin, cell in zip(opening, row, strict=True):
        note = f'\n<br><small class="muted">{escaped(cell.note)}</small>' if cell.note else ""
        yield f"{begin}{_value(cell, now)}{note}\n</td>\n"


def _value(cell: Cell, now: datetime) -> str:
    value, kind = cell.value, cell.kind
    if kind is CellKind.PROMISE:
        if not isinstance(value, PromiseChip):
            return ""
        return chip_html(value, compact=True, endwise=False)
    if isinstance(value, Tag):
        return tag_html(value)
    if kind is CellKind.MONEY and not isinstance(value, (str, datetime, PromiseChip)):
        return escaped(money_text(value))
    if isinstance(value, datetime) and kind is CellKind.TIME:
        near = wording.near_time(value, now)
        return f'<time datetime="{machine_time(value)}">{escaped(near)}</time>'
    if cell.url:
        return f'<a href="{escaped(cell.url)}">{escaped(value)}</a>'
    return escaped(value)


def case_list_html(rows: Iterable[CaseRow]) -> SafeString:
    return SafeString(f'<ol class="cases" data-list>\n{"".join(map(_case, rows))}</ol>')


def _case(row: CaseRow) -> str:
    chip = row.promise
    promise = (
        chip_html(chip, compact=True, endwise=False) if chip else '<span class="muted">—</span>'
    )
    note = f" · {escaped(row.note)}" if row.note else ""
    amount = escaped(money_text(row.amount)) if row.amount else ""
    return (
        f'<li>\n<div class="cell promise-cell">{promise}</div>\n<div class="cell">'
        f'<a class="number-link" href="{escaped(row.url)}">{escaped(row.number)}</a>'
        f"<small>{escaped(row.kind)}{note}</small></div>\n"
        f'<div class="cell who"><span>{escaped(row.customer)}</span>'
        f"<small>{escaped(row.plate)}</small></div>\n"
        f'<div class="cell state"><span>{tag_html(row.state)}</span></div>\n'
        f'<div class="cell handler"><span class="muted">{escaped(row.handler)}</span></div>\n'
        f'<div class="cell amount number">{amount}</div>\n</li>\n'
    )
