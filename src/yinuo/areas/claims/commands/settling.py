"""理算 in the claim: the sum from the library, what a person adds to it, and its sheet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from yinuo.areas.claims import queries
from yinuo.areas.claims.commands.common import locked, rules_at
from yinuo.areas.claims.models import AccidentFacts, Assessment, Claim, Loss
from yinuo.areas.claims.rules import Sum
from yinuo.areas.claims.settling import ClaimFacts, Settled, settle_claim
from yinuo.core.cases import commands as cases
from yinuo.core.cases.commands import Move
from yinuo.core.cases.models import Case
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.kit.errors import DomainError
from yinuo.settlement.refusals import Refusal
from yinuo.settlement.rulefile import SettlementRules
from yinuo.settlement.tables import Tables, tables_of
from yinuo.settlement.words import explain_refusal


class AccidentRefused(DomainError):
    """An accident that cannot be settled; the message names the place in it."""

    code = "accident_refused"
    message = _("The accident cannot be settled: %(details)s")
    http = 422

    def __init__(self, refusal: Refusal, field: str | None = None) -> None:
        super().__init__(field)
        self.refusal = refusal

    def __str__(self) -> str:
        self.params["details"] = explain_refusal(self.refusal, language_of(get_language() or ""))
        return super().__str__()


class UnknownFacts(DomainError):
    code = "unknown_facts"
    message = _("Only vehicles, losses, options and advances are entered here.")
    http = 422


_GROUPS = frozenset({"vehicles", "losses", "options", "advances"})


def tables_at(at: datetime) -> Tables:
    """The tables of settlement in force at a moment."""
    return tables_of(rulebook.rules(SettlementRules, at=at))


def settled(
    claim: Claim,
    losses: Sequence[Loss],
    *,
    at: datetime,
    assessments: Mapping[int, Assessment] | None = None,
    entered: Mapping[str, object] | None = None,
) -> Settled:
    """The accident of the claim, settled as it stands now; writes nothing.

    Raises AccidentRefused.
    """
    facts = queries.accident_facts(claim, losses, assessments=assessments, entered=entered)
    return settled_from(facts, at=at)


def settled_from(facts: ClaimFacts, *, at: datetime) -> Settled:
    """What is known, settled by the rules of that moment. Raises AccidentRefused."""
    try:
        return settle_claim(facts, rules_at(at).settling, tables_at(at))
    except Refusal as refusal:
        raise AccidentRefused(refusal, "facts") from refusal


def sum_of(found: Settled, loss: Loss, assessment: Assessment) -> Sum:
    """The sum of one loss: asked, recognised, what each of our covers pays, what is kept."""
    ours = found.losses[loss.ordinal]
    steps = [
        {"step": "asked", "value": str(assessment.asked)},
        {"step": "approved", "value": str(assessment.approved)},
        *({"step": "paid_by", "cover": one.cover, "value": str(one.amount)} for one in ours.covers),
        {"step": "deductible", "value": str(ours.kept)},
        {"step": "amount", "value": str(ours.amount)},
    ]
    return Sum(
        asked=assessment.asked,
        approved=assessment.approved,
        deductible=ours.kept,
        amount=ours.amount,
        steps=tuple(steps),
    )


def sheet_of(found: Settled) -> dict[str, Any]:
    """Input, result and what is ours of it: everything that is needed to work it out again."""
    return {
        "accident": found.accident,
        "compulsory": found.compulsory,
        "result": found.settlement.as_dict(),
        "ours": {
            str(ordinal): [[one.cover, str(one.amount)] for one in row.covers]
            for ordinal, row in found.losses.items()
        },
        "debts": [
            {
                "debtor": one.debtor,
                "ctpli": str(one.ctpli),
                "third_party": str(one.third_party),
                "owner": str(one.owner),
            }
            for one in found.debts
        ],
        "open_points": list(found.open_points),
    }


def digest_of(sheet: Mapping[str, Any]) -> str:
    """SHA-256 over the sheet, its keys in order."""
    text = json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def enter_accident(
    *, case: Case, facts: Mapping[str, Any], by: Actor, at: datetime, seen: int | None = None
) -> AccidentFacts:
    """Keep what the claim does not know by itself; it must be settleable with it.

    Raises UnknownFacts and AccidentRefused.
    """
    unknown = facts.keys() - _GROUPS
    if unknown:
        raise UnknownFacts("facts")
    with cases.transaction():
        held = locked(case, seen=seen)
        cases.check_step(held.case, "enter_accident", by=by)
        held.claim.case = held.case
        settled(held.claim, held.losses, at=at, entered=facts)
        row = AccidentFacts.objects.filter(pk=held.claim.pk).first()
        version = row.version + 1 if row else 1
        kept, _made = AccidentFacts.objects.update_or_create(
            claim=held.claim,
            defaults={
                "facts": dict(facts),
                "version": version,
                "entered_by": by.id,
                "entered_at": at,
            },
        )
        data = {"version": version, "sha256": digest_of(facts)}
        cases.advance(Move(held.case, "enter_accident", data=data), by=by, at=at)
    return kept


def nothing_to_pay(asked: Decimal) -> Sum:
    """The sum of a refusal."""
    return Sum(asked, Decimal(0), Decimal(0), Decimal(0), ())
