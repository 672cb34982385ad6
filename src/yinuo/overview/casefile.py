"""Everything that the page of any case shows beside its timeline, read in one statement."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from pydantic import BaseModel, ConfigDict

from yinuo.core.cases import queries as cases
from yinuo.core.cases.models import Case
from yinuo.core.people import rules as seeing
from yinuo.core.people.actors import Actor
from yinuo.kit.ids import CaseNumber
from yinuo.overview import casefile_sql

MOST = 200
MOST_EARLIER = 10


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class NoteRow(_Row):
    id: int
    body: str
    kind: str
    erased: bool
    for_customer: bool


class MessageRow(_Row):
    event: int | None
    reason: str
    to_customer: bool
    staff: str | None
    channel: str
    status: str
    why_not: str
    subject: str
    body: str
    written_at: datetime
    read_at: datetime | None


class CaseRow(_Row):
    number: str
    kind: str
    opened_at: datetime


class FollowerRow(CaseRow):
    """A case about this one."""

    state: str
    workflow_version: int
    closed: bool


class CaseFile(_Row):
    """`earlier` are other cases of the customer, `followers` those that are about this one."""

    notes: list[NoteRow]
    messages: list[MessageRow]
    earlier: list[CaseRow]
    followers: list[FollowerRow]


def open_case(actor: Actor, number: str, *, kind: str) -> Case:
    """The case with its people and the case it is about. One statement. Raises cases' NotFound."""
    wanted = str(CaseNumber.parse(number, field="number"))
    found = cases.visible_to(actor).select_related("about").filter(number=wanted, kind=kind).first()
    if found is None:
        raise cases.NotFound("number", number=wanted)
    return found


def read(actor: Actor, case: Case) -> CaseFile:
    """The file of a case that the actor was let into. One statement."""
    values = {
        "case": case.pk,
        "about": case.about_id,
        "customer": case.customer_id,
        "everything": seeing.sees_everything(actor),
        "branch_path": actor.branch_path,
        "most": MOST,
        "most_earlier": MOST_EARLIER,
    }
    with connection.cursor() as cursor:
        cursor.execute(casefile_sql.FILE, values)
        (document,) = cursor.fetchone() or ("{}",)
    return CaseFile.model_validate_json(document)
