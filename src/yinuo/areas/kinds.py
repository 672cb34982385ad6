"""The only list of the kinds of case. A new kind is added here and nowhere else."""

from __future__ import annotations

from yinuo.areas.call_backs.workflow import CALL_BACK
from yinuo.areas.claims.workflow import CLAIM
from yinuo.areas.complaints.workflow import COMPLAINT
from yinuo.areas.concerns.workflow import CONCERN
from yinuo.core.cases.workflow import WORKFLOWS


def register_all() -> None:
    """Make the workflows known to the engine; called once, when Django is set up."""
    if "claim" not in WORKFLOWS.kinds():
        WORKFLOWS.register(CLAIM, prefix="C")
    if "concern" not in WORKFLOWS.kinds():
        WORKFLOWS.register(CONCERN, prefix="N")
    if "call_back" not in WORKFLOWS.kinds():
        WORKFLOWS.register(CALL_BACK, prefix="B")
    if "complaint" not in WORKFLOWS.kinds():
        WORKFLOWS.register(COMPLAINT, prefix="P")
