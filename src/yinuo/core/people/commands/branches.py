"""The tree of branches."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, connection, transaction

from yinuo.core.people import rules
from yinuo.core.people.actors import Actor
from yinuo.core.people.models import Branch
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.logs import log

logger = log(__name__)


class BranchCodeTaken(DomainError):
    code = "branch_code_taken"
    message: ClassVar[Message] = _("Another branch already has the code %(given)s.")


def create_branch(
    *,
    name: str,
    code: str,
    by: Actor,
    at: datetime,
    parent: Branch | None = None,
    phone: str = "",
    address: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> Branch:
    """A branch under `parent`; only the house itself makes one without. Raises BranchCodeTaken."""
    parent_path = parent.path if parent else ""
    if not rules.may_manage(by, parent_path) or (parent is None and by.kind != "system"):
        raise rules.NotForYou
    branch_id = _next_id()
    branch = Branch(
        id=branch_id,
        name=rules.clean_text(name, field="name", most=80),
        code=rules.clean_text(code, field="code", most=20),
        parent=parent,
        path=rules.child_path(parent_path, branch_id),
        phone=rules.clean_text(phone, field="phone", most=40, required=False),
        address=rules.clean_text(address, field="address", most=200, required=False),
        latitude=latitude,
        longitude=longitude,
    )
    try:
        with transaction.atomic():
            branch.save(force_insert=True)
    except IntegrityError as error:
        if not Branch.objects.filter(code=branch.code).exists():
            raise
        raise BranchCodeTaken("code", given=branch.code) from error
    logger.info("branch created", branch=branch_id, by=by.id, command_at=at.isoformat())
    return branch


def _next_id() -> int:
    # The path holds the branch's own id, so the id has to be known before the row is written.
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('people_branch', 'id'))")
        (number,) = cursor.fetchone()
    return int(number)
