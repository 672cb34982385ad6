"""Is every timeline still what was written, line by line, up to the head on its case?

Two streams by rising case id, the cases and the lines, are walked side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from yinuo.core.cases.chain import EMPTY_HASH, event_hash
from yinuo.core.cases.models import Case, Event
from yinuo.core.cases.verifying.findings import CHUNK, Fault, Finding, Progress, Report

_MOVED_TRIED = 50
"""Among so many broken lines of one case a line is looked for that only changed its place."""


@dataclass(frozen=True, slots=True)
class _Line:
    seq: int
    prev_hash: bytes
    hash: bytes
    at: datetime
    recorded_at: datetime
    actor: str
    type: str
    data: dict[str, Any]
    source: str

    def hash_at(self, number: str, seq: int) -> bytes:
        return event_hash(
            number=number,
            seq=seq,
            prev_hash=self.prev_hash,
            at=self.at,
            recorded_at=self.recorded_at,
            actor=self.actor,
            type_=self.type,
            data=self.data,
            source=self.source,
        )


def verify_timelines(*, report: Report, progress: Progress) -> tuple[int, int]:
    """Check every line and head. Returns how many cases and lines there were."""
    counted = [0, 0]

    def count(lines: int) -> None:
        counted[1] += lines
        progress(lines)

    timelines = _timelines(count)
    case_id, lines = next(timelines, (None, iter(())))
    for pk, number, head_seq, head_hash in _cases():
        counted[0] += 1
        while case_id is not None and case_id < pk:
            report(Finding(Fault.CASE_REMOVED, str(case_id)))
            case_id, lines = next(timelines, (None, iter(())))
        own: Iterator[_Line] = iter(())
        if case_id == pk:
            own = lines
        _check_case(number, head_seq, head_hash, own, report)
        if case_id == pk:
            case_id, lines = next(timelines, (None, iter(())))
    while case_id is not None:
        report(Finding(Fault.CASE_REMOVED, str(case_id)))
        case_id, lines = next(timelines, (None, iter(())))
    return counted[0], counted[1]


def _cases() -> Iterator[tuple[int, str, int, bytes]]:
    rows = Case.objects.order_by("pk").values_list("pk", "number", "head_seq", "head_hash")
    for pk, number, head_seq, head_hash in rows.iterator(chunk_size=CHUNK):
        yield pk, number, head_seq, bytes(head_hash)


def _timelines(count: Progress) -> Iterator[tuple[int | None, Iterator[_Line]]]:
    """The lines of each case that has any, by rising case id."""
    rows = (
        Event.objects.order_by("case_id", "seq")
        .values_list(
            "case_id",
            "seq",
            "prev_hash",
            "hash",
            "at",
            "recorded_at",
            "actor",
            "type",
            "data",
            "source",
        )
        .iterator(chunk_size=CHUNK)
    )
    for case_id, group in groupby(rows, key=itemgetter(0)):
        yield case_id, _lines(group, count)


def _lines(group: Iterator[tuple[Any, ...]], count: Progress) -> Iterator[_Line]:
    for row in group:
        count(1)
        yield _Line(row[1], bytes(row[2]), bytes(row[3]), *row[4:])


def _check_case(
    number: str, head_seq: int, head_hash: bytes, lines: Iterator[_Line], report: Report
) -> None:
    seq, before = 0, EMPTY_HASH
    broken: list[_Line] = []
    for line in lines:
        for missing in range(seq + 1, line.seq):
            report(Finding(Fault.LINE_MISSING, number, missing))
        if line.hash_at(number, line.seq) != line.hash:
            broken.append(line)
        elif line.prev_hash != before and line.seq == seq + 1 and not _just_broken(broken, seq):
            report(Finding(Fault.LINK_BROKEN, number, line.seq))
        seq, before = line.seq, line.hash
    _name_broken(number, broken, report)
    if seq < head_seq:
        report(Finding(Fault.TAIL_CUT, number, seq, {"last": head_seq}))
    elif seq != head_seq or (before != head_hash and not _just_broken(broken, seq)):
        report(Finding(Fault.HEAD_DIFFERS, number))


def _just_broken(broken: list[_Line], seq: int) -> bool:
    """Whether the line before was found broken, which already says why the link is."""
    return bool(broken) and broken[-1].seq == seq


def _name_broken(number: str, broken: list[_Line], report: Report) -> None:
    """Tell a line that only changed its place from one whose words were changed."""
    places = [line.seq for line in broken[:_MOVED_TRIED]]
    for line in broken:
        was = next((place for place in places if line.hash_at(number, place) == line.hash), None)
        if was is None:
            report(Finding(Fault.LINE_CHANGED, number, line.seq))
        else:
            report(Finding(Fault.LINE_MOVED, number, line.seq, {"was": was}))
