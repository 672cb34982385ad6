"""Do the seals, and what they vouch for, still agree with the database?

A later seal vouches for what an earlier one did wherever the case has not grown in between. So of
each seal only the leaves that differ from the next one are looked up, and of the newest all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db import connection
from django.utils import timezone

from yinuo.core.cases import seal_files
from yinuo.core.cases.models import Seal
from yinuo.core.cases.seal_files import Leaf, SealFileBroken
from yinuo.core.cases.verifying.findings import CHUNK, Fault, Finding, Report

_LOOK_UP = """
SELECT l.number, l.seq, l.head, c.id, e.hash
FROM unnest(%s::text[], %s::integer[], %s::text[]) AS l(number, seq, head)
LEFT JOIN cases_case c ON c.number = l.number
LEFT JOIN cases_event e ON e.case_id = c.id AND e.seq = l.seq
"""


def verify_seals(*, report: Report) -> int:
    """Check every seal, its file, their chain, and the lines they vouch for. Returns how many."""
    seals = list(Seal.objects.order_by("pk"))
    roots: dict[int | None, bytes] = {None: b"", **{seal.pk: bytes(seal.root) for seal in seals}}
    whole = [seal for seal in seals if _file_adds_up(seal, roots.get(seal.previous_id), report)]
    _check_chain(seals, report)
    for place, older in enumerate(whole):
        leaves = seal_files.leaves_of(older.file_name)
        if place + 1 < len(whole):
            leaves = _differing(leaves, seal_files.leaves_of(whole[place + 1].file_name))
        _check_leaves(leaves, older, report)
    known = {seal.file_name for seal in seals}
    for name in seal_files.names():
        if name not in known:
            report(Finding(Fault.SEAL_UNKNOWN, more={"file": name}))
    return len(seals)


def _file_adds_up(seal: Seal, previous: bytes | None, report: Report) -> bool:
    """Whether the file can be read; one that does not add up is still compared line by line.

    Without the root of the seal before it the sum cannot be known.
    """
    more = {"file": seal.file_name, "sealed": _day(seal)}
    try:
        found = seal_files.sum_of(seal.file_name, previous=previous or b"")
    except SealFileBroken as broken:
        report(Finding(Fault.SEAL_FILE_BROKEN, more={**more, "why": str(broken)}))
        return False
    recorded = seal_files.Sum(bytes(seal.root), seal.cases, seal.events)
    if previous is not None and found != recorded:
        report(Finding(Fault.SEAL_DIFFERS, more=more))
    return True


def _check_chain(seals: Iterable[Seal], report: Report) -> None:
    before: int | None = None
    for seal in seals:
        if seal.previous_id != before:
            report(Finding(Fault.SEAL_CHAIN_BROKEN, more={"sealed": _day(seal)}))
        before = seal.pk


def _differing(older: Iterator[Leaf], newer: Iterator[Leaf]) -> Iterator[Leaf]:
    """The older leaves that the newer seal does not repeat; both run by rising case id."""
    other = next(newer, None)
    for leaf in older:
        while other is not None and other.case_id < leaf.case_id:
            other = next(newer, None)
        if other != leaf:
            yield leaf


def _check_leaves(leaves: Iterator[Leaf], seal: Seal, report: Report) -> None:
    while batch := list(islice(leaves, CHUNK)):
        with connection.cursor() as cursor:
            cursor.execute(
                _LOOK_UP,
                [
                    [leaf.number for leaf in batch],
                    [leaf.lines for leaf in batch],
                    [leaf.head for leaf in batch],
                ],
            )
            rows = cursor.fetchall()
        for number, seq, head, case_id, found in rows:
            fault = _fault_of(seq, head, case_id, found)
            if fault is not None:
                report(Finding(fault, number, seq, {"sealed": _day(seal)}))


def _fault_of(seq: int, head: str, case_id: int | None, found: bytes | None) -> Fault | None:
    if case_id is None:
        return Fault.SEALED_CASE_REMOVED
    if seq == 0:
        return None
    if found is None:
        return Fault.SEALED_LINE_MISSING
    return None if bytes(found).hex() == head else Fault.SEALED_LINE_CHANGED


def _day(seal: Seal) -> str:
    return timezone.localtime(seal.sealed_at).date().isoformat()
