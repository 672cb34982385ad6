"""Who acts in a replay: for every hand a branch of its own with people for every role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from yinuo.core.people import commands as people
from yinuo.core.people import queries as people_queries
from yinuo.core.people.actors import SYSTEM, Actor
from yinuo.core.people.models import Branch, Staff

# So many of each role; more surveyors, because a rule bounds what one of them carries.
CAST = {
    "agent": 3,
    "surveyor": 30,
    "assessor": 3,
    "calculator": 2,
    "reviewer": 2,
    "approver": 2,
    "cashier": 2,
    "complaint_officer": 4,
    "team_lead": 1,
    "manager": 1,
}
SKILLS = ("car", "injury", "property", "large_loss", "theft", "fire_water")
_SKILLED_SINCE = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Cast:
    """The actors by role, and every surveyor by the row that a survey names."""

    branch: Branch
    by_role: Mapping[str, tuple[Actor, ...]]
    by_staff: Mapping[int, Actor]

    def actor(self, staff_id: int) -> Actor:
        """The actor of a member of staff, also of another branch."""
        found = self.by_staff.get(staff_id)
        if found is None:
            member = Staff.objects.select_related("branch").get(pk=staff_id)
            found = people_queries.actor_of_staff(member)
        return found

    def one(self, role: str, turn: int) -> Actor:
        """Whose turn it is among the people of a role."""
        actors = self.by_role[role]
        return actors[turn % len(actors)]


def gather(hand: int, *, at: datetime) -> Cast:
    """The cast of the branch that this hand plays; made now when the branch does not exist."""
    code = f"REPLAY-{hand + 1}"
    branch = Branch.objects.filter(code=code).first() or _hire_everybody(code, hand + 1, at)
    found = Staff.objects.filter(branch=branch).select_related("branch").order_by("pk")
    actors = {member: people_queries.actor_of_staff(member) for member in found}
    by_role = {
        role: tuple(actor for member, actor in actors.items() if role in member.roles)
        for role in CAST
    }
    return Cast(branch, by_role, {member.pk: actor for member, actor in actors.items()})


def _hire_everybody(code: str, which: int, at: datetime) -> Branch:
    root = Branch.objects.filter(parent=None).order_by("pk").first()
    name = f"回放分公司{which}"
    branch = people.create_branch(name=name, code=code, parent=root, by=SYSTEM, at=at)
    for role, count in CAST.items():
        for number in range(1, count + 1):
            member = people.hire_staff(
                username=f"replay-{which}-{role}-{number}",
                name=f"回放·{role}·{which}-{number}",
                branch=branch,
                roles=(role,),
                by=SYSTEM,
                at=at,
                is_demo=True,
                work_phone="021-00000009",
            )
            for skill in SKILLS if role == "surveyor" else ():
                people.grant_competence(
                    staff=member, kind=skill, valid_from_on=_SKILLED_SINCE, by=SYSTEM, at=at
                )
    return branch
