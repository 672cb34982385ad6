"""The plain values of the parts that only the customer's side has."""

from __future__ import annotations

from dataclasses import dataclass

from yinuo.interfaces.common.present import Link, PromiseChip


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCard:
    """Where it is now and what comes next, the first thing that a customer reads."""

    now_label: str
    title: str
    body: str = ""
    promise: PromiseChip | None = None
    action: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    title: str
    url: str = ""
    note: str = ""
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    name: str
    role: str
    phone: str = ""
    phone_label: str = ""

    @property
    def initial(self) -> str:
        return self.name[:1]
