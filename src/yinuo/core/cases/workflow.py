"""Workflows as data. A kind of case declares states and steps; the engine executes them.

The buttons on a page, the `actions` of the API, the diagram in the docs and the matrix of
permissions are all read from these tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class State:
    """`label` is the English msgid; `care` one of the four care phases laid over the workflow. In a
    state of `customers_turn` it is the customer who goes on: nothing need be promised.
    """

    name: str
    label: str
    care: str = ""
    ended: bool = False
    customers_turn: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed move. `target` None leaves the state as it is."""

    name: str
    label: str
    source: tuple[str, ...]
    target: str | None
    who: tuple[str, ...]
    event: str
    makes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    whole: bool = False  # its promises concern the whole case, not each part
    danger: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """States in order of progress, and the steps between them."""

    initial: str
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    _state: dict[str, State] = field(init=False, repr=False, compare=False)
    _step: dict[str, Step] = field(init=False, repr=False, compare=False)
    _rank: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_state", {s.name: s for s in self.states})
        object.__setattr__(self, "_step", {s.name: s for s in self.steps})
        object.__setattr__(self, "_rank", {s.name: i for i, s in enumerate(self.states)})
        for step in self.steps:
            for name in (*step.source, *((step.target,) if step.target else ())):
                if name not in self._state:
                    raise ValueError(f"step {step.name}: unknown state {name}")
        if len(self._step) != len(self.steps) or len(self._state) != len(self.states):
            raise ValueError("a step or state name stands twice")

    def state(self, name: str) -> State:
        return self._state[name]

    def step(self, name: str) -> Step | None:
        return self._step.get(name)

    def rank(self, name: str) -> int:
        return self._rank[name]

    def ended(self, name: str) -> bool:
        return self._state[name].ended

    def steps_from(self, state: str, roles: Iterable[str]) -> tuple[Step, ...]:
        held = frozenset(roles)
        return tuple(s for s in self.steps if state in s.source and held.intersection(s.who))


@dataclass(frozen=True, slots=True)
class Workflow:
    """`case` moves the case itself; with `parts` its state is that of the least advanced open part.

    `when_all_ended` names the state of the case once every part has ended, by the end state of
    the most important part: the first name of the tuple that some part ended in wins.
    """

    kind: str
    version: int
    case: Table
    parts: Table | None = None
    when_all_ended: tuple[tuple[str, str], ...] = ()
    journeys: tuple[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], ...] = ()

    def derived_state(self, stages: Iterable[str]) -> str:
        """The case's state from the stages of its parts. Raises ValueError without parts."""
        if self.parts is None:
            raise ValueError(f"workflow {self.kind} has no parts")
        listed = list(stages)
        running = [s for s in listed if not self.parts.ended(s)]
        if running:
            return min(running, key=self.parts.rank)
        for stage, state in self.when_all_ended:
            if stage in listed:
                return state
        raise ValueError(f"workflow {self.kind}: no state for stages {sorted(set(listed))}")


class Part(Protocol):
    """A row with its own stage, such as a loss."""

    pk: Any
    stage: str
    stage_since_at: datetime
    ended_at: datetime | None


def subject_of(part: Part) -> str:
    """How a promise, document, approval or payment names the part: `loss:12`."""
    return f"{type(part).__name__.lower()}:{part.pk}"


class Registry:
    """The workflows that this code can run, by kind and version. A running case keeps its own."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[int, Workflow]] = {}
        self._prefixes: dict[str, str] = {}

    def register(self, workflow: Workflow, *, prefix: str) -> None:
        self._versions.setdefault(workflow.kind, {})[workflow.version] = workflow
        self._prefixes[workflow.kind] = prefix

    def unregister(self, kind: str, version: int) -> None:
        del self._versions[kind][version]
        if not self._versions[kind]:
            del self._versions[kind], self._prefixes[kind]

    def current(self, kind: str) -> Workflow:
        versions = self._versions[kind]
        return versions[max(versions)]

    def get(self, kind: str, version: int) -> Workflow:
        """Raises KeyError for a version that this code no longer has."""
        return self._versions[kind][version]

    def versions(self, kind: str) -> tuple[int, ...]:
        return tuple(sorted(self._versions.get(kind, {})))

    def kinds(self) -> tuple[str, ...]:
        return tuple(self._versions)

    def prefix(self, kind: str) -> str:
        return self._prefixes[kind]


WORKFLOWS = Registry()
