"""The evidence that gathers itself, in words, each piece with what handlers wrote about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from yinuo.core.cases.workflow import WORKFLOWS
from yinuo.interfaces.common import wording
from yinuo.interfaces.common.present import Cell, CellKind, Column, Money, Table, Tag, Tone
from yinuo.interfaces.desk.opened import OpenedPage
from yinuo.interfaces.desk.presenters.base import Section
from yinuo.interfaces.desk.rows import sheet_url
from yinuo.overview import evidence
from yinuo.overview.evidence import Piece

KINDS: Mapping[str, str] = {
    "stage": gettext_noop("How long it took"),
    "promise": gettext_noop("Promise"),
    "silence": gettext_noop("Silence"),
    "papers": gettext_noop("Papers asked for again"),
    "handler": gettext_noop("Another handler"),
    "question": gettext_noop("Question of the customer"),
    "told": gettext_noop("Told to the customer"),
    "sum": gettext_noop("Sum"),
}


def section(page: OpenedPage) -> list[Section]:
    """Nothing when the complaint is about no case."""
    pieces = evidence.gather(page.row, page.language, at=page.at, known=page.own.record)
    if not pieces:
        return []
    remarks = evidence.with_remarks(page.own.remarks, pieces)
    number = page.case.number
    rows = tuple(
        (
            Cell(kind=CellKind.TIME, value=one.at),
            Cell(value=_(KINDS[one.kind]), note=_WORDS[one.kind](one)),
            Cell(kind=CellKind.TAG, value=_tag(one)),
            Cell(
                kind=CellKind.LINK,
                value="; ".join(
                    ("★ " if remark.cited else "") + remark.words for remark in remarks[one.code]
                )
                or _("Note"),
                url=sheet_url(number, "evidence"),
            ),
        )
        for one in pieces
    )
    against = sum(one.bad for one in pieces)
    table = Table(
        caption=_("What the record shows"),
        caption_hidden=True,
        columns=(
            Column(_("When")),
            Column(_("What")),
            Column(_("Speaks against us")),
            Column(_("Remark")),
        ),
        rows=rows,
        now=page.at,
    )
    return [Section(title=_("Evidence, gathered by itself"), table=table, count=against)]


def _tag(one: Piece) -> Tag | None:
    if one.bad:
        return Tag(_("yes"), Tone.VERMILION, "warn")
    return Tag(_("no"), Tone.PLAIN)


def _stage(one: Piece) -> str:
    parts = WORKFLOWS.current("claim").parts
    label = _(parts.state(one.subject).label) if parts is not None else one.subject
    if one.until is None:
        if one.due_at is None:
            return label
        open_since = {"stage": label, "promised": wording.span(one.due_at - one.at)}
        return _("%(stage)s: not done yet, promised %(promised)s") % open_since
    said = {"stage": label, "span": wording.span(one.until - one.at)}
    if one.due_at is None:
        return _("%(stage)s: %(span)s") % said
    said["promised"] = wording.span(one.due_at - one.at)
    return _("%(stage)s: %(span)s, promised %(promised)s") % said


def _promise(one: Piece) -> str:
    if one.until is not None and one.bad:
        late = wording.span(one.until - one.at)
        return _("%(promise)s: kept %(span)s late") % {"promise": one.subject, "span": late}
    if one.bad:
        return _("%(promise)s: broken") % {"promise": one.subject}
    return _("%(promise)s: kept") % {"promise": one.subject}


def _silence(one: Piece) -> str:
    text = ngettext("%(count)d day without a word", "%(count)d days without a word", one.number)
    return text % {"count": one.number}


def _sum(one: Piece) -> str:
    nothing = Decimal(0)
    asked = Money(one.asked or nothing, one.currency)
    paid = Money(one.amount or nothing, one.currency)
    text = _("%(paid)s of %(asked)s") % {"paid": paid, "asked": asked}
    return "; ".join((text, *one.reasons))


def _papers(one: Piece) -> str:
    return _("request no. %(round)s") % {"round": one.number}


def _subject(one: Piece) -> str:
    return one.subject


def _nothing(one: Piece) -> str:
    return ""


_WORDS: Mapping[str, Callable[[Piece], str]] = {
    "stage": _stage,
    "promise": _promise,
    "silence": _silence,
    "papers": _papers,
    "handler": _nothing,
    "question": _subject,
    "told": _subject,
    "sum": _sum,
}
