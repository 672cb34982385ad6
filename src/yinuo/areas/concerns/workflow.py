"""The way of a concern: heard, owned, answered, solved, and closed when the customer says so.

A concern is whatever a customer is not content with and has not called a complaint. It ends in
one of three ways: the customer confirms the solution, a second person accepts the reason for
closing without that, or it becomes a complaint with a clock of its own.
"""

from __future__ import annotations

from yinuo.core.cases.workflow import State, Step, Table, Workflow
from yinuo.kit.errors import gettext_noop as _

_WORKING = ("opened", "taken", "answered")
_OPEN = (*_WORKING, "solved", "closing")
_HANDLERS = ("agent", "team_lead")
# Whoever works on the claims answers for the claim, when a leader gives them the concern.
_DEPARTMENT = ("surveyor", "assessor", "calculator", "reviewer")
_ANSWERERS = (*_HANDLERS, *_DEPARTMENT)
_LEADS = ("team_lead", "manager")
_ANYBODY = (
    "agent",
    "surveyor",
    "assessor",
    "calculator",
    "reviewer",
    "approver",
    "cashier",
    "team_lead",
    "manager",
    "complaint_officer",
)

CONCERNS = Table(
    initial="opened",
    states=(
        State("opened", _("Heard"), care="intake"),
        State("taken", _("Somebody is on it"), care="handling"),
        State("answered", _("Answered"), care="handling"),
        State("solved", _("Solution proposed"), care="handling", customers_turn=True),
        State("closing", _("To be closed: second person looks"), care="closing"),
        State("confirmed", _("Confirmed by the customer"), care="closing"),
        State("closed", _("Closed"), care="closing", ended=True),
        State("complaint", _("Became a complaint"), care="closing", ended=True),
    ),
    steps=(
        Step(
            name="open",
            label=_("Take up a concern"),
            source=(),
            target="opened",
            who=(*_ANYBODY, "customer", "system"),
            event="concern.opened",
            makes=("concerns.answer", "concerns.solution"),
        ),
        Step(
            name="take",
            label=_("I look after it"),
            source=("opened",),
            target="taken",
            who=_HANDLERS,
            event="concern.taken",
        ),
        Step(
            name="contact",
            label=_("Spoke with the customer"),
            source=_WORKING,
            target=None,
            who=_ANSWERERS,
            event="concern.contacted",
            keeps=("concerns.urgent_contact",),
        ),
        Step(
            name="answer",
            label=_("Answer the customer"),
            source=_WORKING,
            target="answered",
            who=_ANSWERERS,
            event="concern.answered",
            keeps=("concerns.answer", "concerns.urgent_contact"),
        ),
        Step(
            name="solve",
            label=_("Propose the solution"),
            source=_WORKING,
            target="solved",
            who=_ANSWERERS,
            event="concern.solved",
            keeps=("concerns.answer", "concerns.solution", "concerns.urgent_contact"),
            makes=("concerns.confirmation",),
        ),
        Step(
            name="confirm",
            label=_("It is solved"),
            source=("solved",),
            target="confirmed",
            who=("customer", *_HANDLERS, "manager"),
            event="concern.confirmed",
            keeps=("concerns.confirmation",),
        ),
        # The customer's yes closes; nobody has to press a second button.
        Step(
            name="close",
            label=_("Close the concern"),
            source=("confirmed",),
            target="closed",
            who=("system",),
            event="concern.closed",
        ),
        Step(
            name="reopen",
            label=_("It is not solved"),
            source=("solved",),
            target="taken",
            who=(*_ANYBODY, "customer", "system"),
            event="concern.reopened",
            keeps=("concerns.confirmation",),
            makes=("concerns.answer", "concerns.solution"),
        ),
        Step(
            name="hear_again",
            label=_("Add what the customer says"),
            source=(*_WORKING, "closing"),
            target=None,
            who=(*_ANYBODY, "customer", "system"),
            event="concern.heard_again",
        ),
        Step(
            name="propose_closing",
            label=_("Close without the customer's yes"),
            source=(*_WORKING, "solved"),
            target="closing",
            who=_ANSWERERS,
            event="concern.closing_proposed",
            keeps=("concerns.confirmation",),
            makes=("concerns.closing_review",),
            danger=True,
        ),
        Step(
            name="review_closing",
            label=_("Accept the closing"),
            source=("closing",),
            target="closed",
            who=_LEADS,
            event="concern.closed",
            keeps=("concerns.closing_review",),
        ),
        Step(
            name="return_closing",
            label=_("Do not accept the closing"),
            source=("closing",),
            target="taken",
            who=_LEADS,
            event="concern.closing_returned",
            keeps=("concerns.closing_review",),
            makes=("concerns.solution",),
        ),
        Step(
            name="become_complaint",
            label=_("Make it a complaint"),
            source=_OPEN,
            target="complaint",
            who=("customer", *_HANDLERS, "manager", "complaint_officer"),
            event="concern.became_complaint",
            danger=True,
        ),
        # What is closed stays closed; a customer who comes back gets a new concern, new times.
        Step(
            name="come_back",
            label=_("It is not solved after all"),
            source=("closed",),
            target=None,
            who=("customer", *_HANDLERS, "manager"),
            event="concern.came_back",
        ),
        Step(
            name="sort",
            label=_("Correct cause and urgency"),
            source=_OPEN,
            target=None,
            who=(*_ANSWERERS, "manager"),
            event="concern.sorted",
        ),
        Step(
            name="reassign",
            label=_("Give the concern to somebody else"),
            source=_OPEN,
            target=None,
            who=_LEADS,
            event="concern.reassigned",
        ),
        Step(
            name="write_note",
            label=_("Write a note"),
            source=(*_OPEN, "closed", "complaint"),
            target=None,
            who=("customer", *_ANYBODY),
            event="note.added",
        ),
    ),
)

JOURNEYS = (
    (
        "customer",
        (
            (_("Heard"), ("opened",)),
            (_("Somebody is on it"), ("taken",)),
            (_("Answered"), ("answered", "closing")),
            (_("Solution proposed"), ("solved",)),
            (_("Closed"), ("confirmed", "closed", "complaint")),
        ),
    ),
)

CONCERN = Workflow(kind="concern", version=1, case=CONCERNS, journeys=JOURNEYS)


def is_given(roles: frozenset[str], staff_id: int | None, handler_id: int | None) -> bool:
    """Whether the claims department may answer: only what a leader gave to this person."""
    at_large = roles.intersection((*_HANDLERS, "manager"))
    given = staff_id is not None and staff_id == handler_id
    return given or bool(at_large) or not roles.intersection(_DEPARTMENT)
