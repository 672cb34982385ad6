"""What an action is. The actions of each kind of case stand in the module of that kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common.inputs import Input

I = TypeVar("I", bound=Input)  # noqa: E741  the input of an action


@dataclass(frozen=True, slots=True)
class Action(Generic[I]):
    """`steps` are those of the workflow that the action may take; any of them makes it possible."""

    noun: str
    schema: type[I]
    run: Callable[[Actor, Case, I, datetime], None]
    steps: tuple[str, ...]


def table_of(*actions: Action[Any]) -> Mapping[str, Action[Any]]:
    """The actions by their nouns, in the order in which they are shown."""
    return {action.noun: action for action in actions}
