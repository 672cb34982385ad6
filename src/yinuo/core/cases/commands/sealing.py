"""The daily seal: one root over the heads of all cases, kept in the database and outside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db import transaction as database

from yinuo.core.cases import seal_files
from yinuo.core.cases.models import Case, Seal
from yinuo.core.cases.seal_files import SEALING_LOCK, Leaf

_CHUNK = 5_000


def seal(*, at: datetime) -> Seal:
    """Seal every case as it stands now, chained to the seal before.

    The file is on the disk before the database knows of it: a crash in between leaves a file
    without a seal, which `verify` reports, and never a seal without its file.
    """
    with database.atomic():
        with connection.cursor() as cursor:
            # Two seals at once would both follow the same seal.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEALING_LOCK])
        previous = Seal.objects.order_by("-pk").first()
        name, found = seal_files.write(
            _leaves(), previous=bytes(previous.root) if previous else b"", at=at
        )
        return Seal.objects.create(
            root=found.root,
            cases=found.cases,
            events=found.events,
            file_name=name,
            previous=previous,
        )


def _leaves() -> Iterator[Leaf]:
    """All cases in one statement, so that they are seen at one moment, and never all in memory."""
    rows = Case.objects.order_by("pk").values_list("pk", "number", "head_seq", "head_hash")
    for pk, number, lines, head in rows.iterator(chunk_size=_CHUNK):
        yield Leaf(pk, number, lines, bytes(head).hex())
