"""The way of a call-back: asked, reached, answered, and again until the customer is content.

A round begins with a letter, a call or both and ends with answers. Answers that are not good lead
to `waiting` and from there into the next round; the number of rounds is bounded by rule.
"""

from __future__ import annotations

from yinuo.core.cases.workflow import State, Step, Table, Workflow
from yinuo.kit.errors import gettext_noop as _

_RUNNING = ("opened", "invited", "reached", "waiting")
_ENDS = (
    State("completed", _("Customer is content"), care="closing", ended=True),
    State("unsatisfied", _("Ended, customer is not content"), care="closing", ended=True),
    State("stopped", _("Customer said stop"), care="closing", ended=True),
    State("exhausted", _("Not reached"), care="closing", ended=True),
    State("opted_out", _("Does not want to be asked"), care="closing", ended=True),
    State("excluded", _("Left out"), care="closing", ended=True),
)
_TEAM = ("agent", "team_lead")
_HOUSE = ("agent", "team_lead", "manager", "system")

CALL_BACKS = Table(
    initial="opened",
    states=(
        State("opened", _("To be contacted"), care="closing"),
        State("invited", _("Invited"), care="closing"),
        State("reached", _("Reached"), care="closing"),
        State("answered", _("Answered"), care="closing"),
        State("waiting", _("Waiting for the next round"), care="closing"),
        *_ENDS,
    ),
    steps=(
        Step(
            name="open",
            label=_("Open a call-back"),
            source=(),
            target="opened",
            who=_HOUSE,
            event="call_back.opened",
            makes=("call_backs.first_contact", "call_backs.completion"),
        ),
        Step(
            name="invite",
            label=_("Send the questions"),
            source=("opened", "invited", "reached", "waiting"),
            target="invited",
            who=(*_TEAM, "system"),
            event="call_back.invited",
            keeps=("call_backs.first_contact", "call_backs.next_round"),
        ),
        Step(
            name="start_call",
            label=_("Call the customer"),
            source=_RUNNING,
            target=None,
            who=_TEAM,
            event="call_back.call_started",
            keeps=("call_backs.first_contact", "call_backs.next_round"),
        ),
        Step(
            name="record_attempt",
            label=_("Record how the call ended"),
            source=_RUNNING,
            target=None,
            who=(*_TEAM, "system"),
            event="call_back.attempted",
        ),
        Step(
            name="reach",
            label=_("Customer answers the call"),
            source=_RUNNING,
            target="reached",
            who=_TEAM,
            event="call_back.reached",
        ),
        Step(
            name="answer",
            label=_("Take the answers"),
            source=_RUNNING,
            target="answered",
            who=(*_TEAM, "customer"),
            event="call_back.answered",
            keeps=(
                "call_backs.first_contact",
                "call_backs.completion",
                "call_backs.next_round",
            ),
        ),
        Step(
            name="complete",
            label=_("Complete"),
            source=("answered",),
            target="completed",
            who=("system",),
            event="call_back.completed",
        ),
        Step(
            name="next_round",
            label=_("Ask again later"),
            source=("answered",),
            target="waiting",
            who=("system",),
            event="call_back.round_planned",
            makes=("call_backs.next_round", "call_backs.completion"),
        ),
        Step(
            name="end_unsatisfied",
            label=_("End after the last round"),
            source=("answered",),
            target="unsatisfied",
            who=("system",),
            event="call_back.ended_unsatisfied",
        ),
        Step(
            name="stop",
            label=_("Customer says stop"),
            source=_RUNNING,
            target="stopped",
            who=(*_TEAM, "customer"),
            event="call_back.stopped",
            keeps=(
                "call_backs.first_contact",
                "call_backs.completion",
                "call_backs.next_round",
            ),
        ),
        Step(
            name="opt_out",
            label=_("Never ask this person again"),
            source=_RUNNING,
            target="opted_out",
            who=(*_TEAM, "customer"),
            event="call_back.opted_out",
            keeps=(
                "call_backs.first_contact",
                "call_backs.completion",
                "call_backs.next_round",
            ),
            danger=True,
        ),
        Step(
            name="give_up",
            label=_("End without an answer"),
            source=_RUNNING,
            target="exhausted",
            who=("system",),
            event="call_back.exhausted",
        ),
        Step(
            name="exclude",
            label=_("Leave out"),
            source=_RUNNING,
            target="excluded",
            who=("team_lead", "manager", "system"),
            event="call_back.excluded",
            danger=True,
        ),
        Step(
            name="write_note",
            label=_("Write a note"),
            source=(
                *_RUNNING,
                "answered",
                "completed",
                "unsatisfied",
                "stopped",
                "exhausted",
                "opted_out",
                "excluded",
            ),
            target=None,
            who=("customer", "agent", "team_lead", "manager"),
            event="note.added",
        ),
    ),
)

_ENDED = ("completed", "unsatisfied", "stopped", "exhausted", "opted_out", "excluded")

JOURNEYS = (
    (
        "customer",
        (
            (_("Your case ended"), ()),
            (_("We ask"), ("opened", "invited", "reached")),
            (_("You answered"), ("answered", "waiting")),
            (_("Finished"), _ENDED),
        ),
    ),
)

CALL_BACK = Workflow(kind="call_back", version=1, case=CALL_BACKS, journeys=JOURNEYS)
