from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from tests.core.cases.trial import START, Office
from yinuo.core.cases.commands import sealing
from yinuo.core.cases.models import Event, Seal
from yinuo.core.people.models import AccessRecord


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE cases_event SET type = 'x'",
        "DELETE FROM cases_event",
        "TRUNCATE cases_event CASCADE",
        "UPDATE cases_seal SET cases = 0",
        "DELETE FROM cases_seal",
        "TRUNCATE cases_seal",
        "UPDATE people_accessrecord SET what = 'x'",
        "DELETE FROM people_accessrecord",
        "TRUNCATE people_accessrecord",
    ],
)
def test_what_is_written_once_is_never_changed(office: Office, statement: str) -> None:
    case = office.open()
    sealing.seal(at=START)
    AccessRecord.objects.create(actor="staff:1", case=case, what="page", at=START)

    with connection.cursor() as cursor:
        # Otherwise TRUNCATE would already stumble over checks that wait for the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match="can only be added"):
        _run(statement)

    assert (Event.objects.count(), Seal.objects.count()) == (1, 1)
    assert AccessRecord.objects.count() == 1


@transaction.atomic()
def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
