"""The tracking bar: the stops of a way, which of them are behind, and when each was reached.

The stops are the workflow's; the times come from the timeline, which nobody can rewrite.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from yinuo.core.cases.models import Case, Event
from yinuo.core.cases.queries import workflow_of
from yinuo.interfaces.common.present import Journey, JourneyStep, StepState

Stops = Sequence[tuple[str, tuple[str, ...]]]

CUSTOMER = "customer"
_ENDED_BADLY = frozenset({"refused", "withdrawn"})


def views_of(case: Case) -> tuple[str, ...]:
    """The ways of dividing this case's workflow, the customer's first."""
    return tuple(name for name, _stops in workflow_of(case).journeys)


def journey_of(case: Case, events: Iterable[Event], now: datetime, view: str = CUSTOMER) -> Journey:
    """The bar of one view. A case that ended beside the way stops where it had come to."""
    workflow = workflow_of(case)
    label = _(workflow.case.state(case.state).label)
    stops = dict(workflow.journeys).get(view, ())
    reached = _reached(case, events, stops)
    here = next((i for i, (_l, states) in enumerate(stops) if case.state in states), None)
    if here is None:
        steps = _ended_beside(case, stops, reached, label)
    else:
        steps = _on_the_way(case, stops, reached, here)
    return Journey(steps=tuple(steps), now=now, headline=label)


def _on_the_way(
    case: Case, stops: Stops, reached: Mapping[int, datetime], here: int
) -> list[JourneyStep]:
    """Behind, here and to come; nothing is to come where the case has ended."""
    shown = stops if case.closed_at is None else stops[: here + 1]
    return [
        JourneyStep(
            label=_(label),
            state=_state_of(index, here, case),
            at=reached.get(index) if index <= here else None,
        )
        for index, (label, _states) in enumerate(shown)
    ]


def _state_of(index: int, here: int, case: Case) -> StepState:
    if index != here:
        return StepState.DONE if index < here else StepState.NEXT
    if case.closed_at is None:
        return StepState.NOW
    return StepState.STOPPED if case.state in _ENDED_BADLY else StepState.DONE


def _ended_beside(
    case: Case, stops: Stops, reached: Mapping[int, datetime], label: str
) -> list[JourneyStep]:
    passed = [
        JourneyStep(label=_(name), state=StepState.DONE, at=reached[index])
        for index, (name, _states) in enumerate(stops)
        if index in reached
    ]
    state = StepState.NOW if case.closed_at is None else StepState.STOPPED
    return [*passed, JourneyStep(label=label, state=state, at=case.state_since_at)]


def _reached(case: Case, events: Iterable[Event], stops: Stops) -> dict[int, datetime]:
    """When each stop was first reached, by the steps in the timeline."""
    workflow = workflow_of(case)
    place = {state: index for index, (_label, states) in enumerate(stops) for state in states}
    first = place.get(workflow.case.initial, 0)
    found = {first: case.opened_at}
    for event in sorted(events, key=lambda one: one.seq):
        name = event.data.get("step", "")
        step = (workflow.parts.step(name) if workflow.parts else None) or workflow.case.step(name)
        if step is not None and step.target in place:
            found.setdefault(place[step.target], event.at)
    return found
