"""Who is doing this. Compared by id, never by name."""

from __future__ import annotations

from dataclasses import dataclass

STAFF_ROLES = (
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
    "auditor",
    "operator",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """`id` is the kind and the row, as in `staff:12`; `branch_path` bounds what staff may see."""

    id: str
    kind: str
    roles: frozenset[str]
    row_id: int | None = None
    branch_id: int | None = None
    branch_path: str = ""
    case_id: int | None = None

    @property
    def is_person(self) -> bool:
        return self.kind in ("staff", "customer")

    @property
    def staff_id(self) -> int | None:
        return self.row_id if self.kind == "staff" else None

    @property
    def person_id(self) -> int | None:
        return self.row_id if self.kind == "customer" else None


SYSTEM = Actor(id="system:0", kind="system", roles=frozenset({"system"}))


def staff_actor(*, staff_id: int, roles: list[str], branch_id: int, branch_path: str) -> Actor:
    return Actor(
        id=f"staff:{staff_id}",
        kind="staff",
        roles=frozenset(roles),
        row_id=staff_id,
        branch_id=branch_id,
        branch_path=branch_path,
    )


def customer_actor(*, person_id: int, case_id: int | None = None) -> Actor:
    """A signed-in customer; with `case_id` the sign-in covers that case and what follows it."""
    return Actor(
        id=f"customer:{person_id}",
        kind="customer",
        roles=frozenset({"customer"}),
        row_id=person_id,
        case_id=case_id,
    )


def client_actor(*, client_id: int, roles: list[str], branch_id: int, branch_path: str) -> Actor:
    return Actor(
        id=f"client:{client_id}",
        kind="client",
        roles=frozenset(roles),
        row_id=client_id,
        branch_id=branch_id,
        branch_path=branch_path,
    )
