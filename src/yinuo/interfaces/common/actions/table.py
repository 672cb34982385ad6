"""What an action is. The actions of each kind of case stand in the module of that kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.interfaces.common.inputs import Input
from yinuo.kit.errors import DomainError

I = TypeVar("I", bound=Input)  # noqa: E741  the input of an action


def barred_to_nobody(actor: Actor, case: Case) -> bool:
    return False


def hinders_nobody(
    actor: Actor, case: Case, parts: Sequence[int], known: Any
) -> DomainError | None:
    return None


@dataclass(frozen=True, slots=True)
class Action(Generic[I]):
    """`steps` are those of the workflow that the action may take; any of them makes it possible.

    `barred` says whom the command would refuse though the workflow lets them: whoever was not
    given the case, or would check their own work. What would be refused is not offered.
    `hinders` says the same with the reason, for what a person may look at without taking it: the
    refusal of the command, where it stands for every part that the step fits. It is handed what
    the kind of case reads once for all its actions.
    """

    noun: str
    schema: type[I]
    run: Callable[[Actor, Case, I, datetime], None]
    steps: tuple[str, ...]
    barred: Callable[[Actor, Case], bool] = barred_to_nobody
    hinders: Callable[[Actor, Case, Sequence[int], Any], DomainError | None] = hinders_nobody


def table_of(*actions: Action[Any]) -> Mapping[str, Action[Any]]:
    """The actions by their nouns, in the order in which they are shown."""
    return {action.noun: action for action in actions}
