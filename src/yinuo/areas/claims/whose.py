"""Whose work something on a claim is: what the workflow lets a role do, one person may not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Protocol

from django.db import connection
from pydantic import BaseModel, ConfigDict

from yinuo.areas.claims.rulefile import Authority, ClaimsRules
from yinuo.core.approvals.rules import may_check_alone
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook

STANDING = """jsonb_build_object(
'surveyor_id', (SELECT s.surveyor_id FROM claims_survey s
    WHERE s.claim_id = %(claim)s AND s.completed_at IS NULL AND s.replaced_at IS NULL
    ORDER BY s.id LIMIT 1),
'sums', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT DISTINCT ON (l.id) l.ordinal AS loss, c.outcome, c.amount::text, c.currency, c.made_by
    FROM claims_calculation c JOIN claims_loss l ON l.id = c.loss_id
    WHERE l.claim_id = %(claim)s ORDER BY l.id, c.version DESC) x),
'proposers', (SELECT coalesce(jsonb_agg(DISTINCT a.proposed_by), '[]')
    FROM payments_payeeaccount a
    WHERE a.case_id = %(claim)s AND a.replaced_at IS NULL AND a.confirmed_at IS NULL),
'waiting', (SELECT coalesce(jsonb_agg(to_jsonb(x)), '[]') FROM (
    SELECT v.amount::text, v.currency, v.requested_by FROM approvals_approval v
    WHERE v.case_id = %(claim)s AND v.kind = 'advance' AND v.verdict = 'waiting'
    ORDER BY v.id) x),
'to_send', EXISTS (SELECT FROM approvals_approval v
    WHERE v.case_id = %(claim)s AND v.kind = 'advance' AND v.verdict = 'approved'
        AND NOT EXISTS (SELECT FROM payments_payment y
            WHERE y.approval_id = v.id AND y.status NOT IN ('returned', 'cancelled')))
)"""
"""One expression, so that the page of a claim reads it with everything else."""


class Worked(Protocol):
    """A sum that somebody worked out."""

    @property
    def outcome(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def currency(self) -> str: ...
    @property
    def made_by(self) -> str: ...


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class Sum(_Row):
    """The newest sum of a loss."""

    loss: int
    outcome: str
    amount: Decimal
    currency: str
    made_by: str


class WaitingAdvance(_Row):
    amount: Decimal
    currency: str
    requested_by: str


class Standing(_Row):
    """What was done on a claim and by whom, as far as it decides whose turn it is.

    `proposers` entered the accounts that wait for a second person; `to_send` says whether an
    approved advance waits for the cashier.
    """

    surveyor_id: int | None
    sums: tuple[Sum, ...]
    proposers: frozenset[str]
    waiting: tuple[WaitingAdvance, ...]
    to_send: bool


def standing(case: Case) -> Standing:
    """One statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT ({STANDING})::text", {"claim": case.pk})
        (found,) = cursor.fetchone()
    return Standing.model_validate_json(found)


def may_review(actor: Actor, calculation: Worked, *, at: datetime) -> bool:
    """Whoever made a sum does not check it, unless a rule lets a small one pass."""
    if actor.id != calculation.made_by:
        return True
    most = rulebook.rules(ClaimsRules, at=at).authority.alone_up_to.value
    return calculation.outcome != "refuse" and may_check_alone(calculation.amount, most)


def may_answer_for(actor: Actor, amount: Decimal, care: str, *, at: datetime) -> bool:
    """Whether this person may answer for an amount in a claim of this class."""
    return _authority(at).allows(actor.roles, care, amount)


def answerable(amount: Decimal, care: str, *, at: datetime) -> tuple[str, ...]:
    """The roles that may answer for the amount, the lowest first."""
    return _authority(at).roles_for(care, amount)


def has_authority(actor: Actor, calculation: Worked, care: str, *, at: datetime) -> bool:
    """Whether this person may answer for the amount, or for the refusal."""
    allowed = may_answer_for(actor, calculation.amount, care, at=at)
    if calculation.outcome == "refuse":
        return allowed and _authority(at).allows_refusal(actor.roles)
    return allowed


def with_authority(calculation: Worked, care: str, *, at: datetime) -> tuple[str, ...]:
    """The roles that may answer for it, the lowest first."""
    if calculation.outcome == "refuse":
        return _authority(at).roles_for_refusal(care)
    return answerable(calculation.amount, care, at=at)


def _authority(at: datetime) -> Authority:
    return rulebook.rules(ClaimsRules, at=at).authority.limits.value
