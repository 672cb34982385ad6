"""A calculation in words: each line of the sum with its formula, its figures and its clause."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from yinuo.areas.claims.models import Claim, Loss
from yinuo.areas.claims.settling import OWN, for_product
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.clauses import Explained
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.settlement.amounts import cents
from yinuo.settlement.reading import read_accident
from yinuo.settlement.result import figures_of
from yinuo.settlement.rulefile import SettlementRules
from yinuo.settlement.settling import settle
from yinuo.settlement.sheet import Step
from yinuo.settlement.tables import tables_of
from yinuo.settlement.words import name_of, sayer


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the sum. `key` stays the same while the sheet does; `ours`: we pay it.

    `sentence` is for the customer, `audit` for who checks the figures.
    """

    key: str
    cover: str
    payer: str
    loss: str
    rule: str
    sentence: str
    audit: str
    formula: str
    figures: Mapping[str, str]
    amount: Decimal
    clause: Explained | None
    ours: bool
    pays: bool


# Steps whose result is money that reaches the owner of the loss; the others lead to one.
_PAYING = frozenset(
    {
        "ctpli.proxy",
        "ctpli.mutual_rule",
        "ctpli.by_limits",
        "ctpli.further_round",
        "ctpli.uninsured",
        "own_damage.payment",
        "own_damage.payment_2014",
        "own_damage.payment_rate_first",
        "third_party.payment",
        "third_party.capped",
        "seats.payment",
    }
)


def lines_of(
    sheet: Mapping[str, Any],
    claim: Claim,
    losses: Sequence[Loss],
    *,
    language: str,
    worked_out_at: datetime,
    at: datetime,
    loss: int | None = None,
) -> tuple[Line, ...]:
    """The lines of a calculation's sheet, worked out again under the rules of its time.

    With `loss`, those that bear on that loss: its own, and what is known of the cars.
    """
    spoken = language_of(language)
    tables = for_product(
        tables_of(rulebook.rules(SettlementRules, at=worked_out_at)),
        compulsory=bool(sheet["compulsory"]),
    )
    accident = read_accident(sheet["accident"], tables)
    texts = {vehicle.id: vehicle.clause for vehicle in accident.vehicles}
    cited = {
        text: knowledge.citations(text, at=at) for text in sorted(set(texts.values()) | {"2020"})
    }
    clauses = knowledge.clauses(
        {key for found in cited.values() for key in found.values()}, spoken, at=at
    )
    say = sayer(spoken, names_of(claim, losses, spoken))
    wanted = None if loss is None else str(loss)
    steps = settle(accident, tables).steps
    paid_by = _payments(steps, {v.id for v in accident.vehicles if not v.ctpli.insured})
    # The limits of a car say something to who is paid by its compulsory cover.
    paying = {
        step.payer for step in steps if step.loss == wanted and step.cover.startswith("ctpli.")
    }
    lines = []
    for position, step in enumerate(steps, start=1):
        bears = step.loss == wanted or (step.loss is None and step.cover != "ctpli")
        if wanted is not None and not bears and step.payer not in paying:
            continue
        if wanted is not None and step.loss not in (wanted, None):
            continue
        key = cited[texts.get(step.payer, "2020")].get(step.rule, "")
        ours = step.payer == OWN and _is_covered(step, sheet["ours"])
        lines.append(_line(step, position, say(step), clauses.get(key), ours, position in paid_by))
    return tuple(lines)


def _payments(steps: Sequence[Step], uninsured: Collection[str]) -> set[int]:
    """Where money reaches the owner of a loss, each sum once.

    A further round says the sum of all rounds, and what a car without compulsory cover owes is
    said again as its owner's.
    """
    last = {
        (step.cover, step.payer, step.loss): position
        for position, step in enumerate(steps, start=1)
        if step.rule in _PAYING or step.cover.startswith("addons.")
    }
    return {
        position
        for (cover, payer, _loss), position in last.items()
        if not (cover.startswith("ctpli.") and payer in uninsured)
    }


def _is_covered(step: Step, ours: Mapping[str, Any]) -> bool:
    """Compulsory cover may lie with another insurer: then its money is not ours."""
    if not step.cover.startswith("ctpli."):
        return True
    return any(cover == step.cover for cover, _amount in ours.get(step.loss or "", ()))


def _line(
    step: Step,
    position: int,
    words: Mapping[str, str],
    clause: Explained | None,
    ours: bool,
    pays: bool,
) -> Line:
    return Line(
        key=f"{position}.{step.rule}",
        cover=step.cover,
        payer=step.payer,
        loss=step.loss or "",
        rule=step.rule,
        sentence=words["sentence"],
        audit=words["audit"],
        formula=step.formula,
        figures=figures_of(step),
        amount=Decimal(cents(step.result)).scaleb(-2),
        clause=clause,
        ours=ours,
        pays=pays,
    )


def names_of(claim: Claim, losses: Sequence[Loss], language: str) -> dict[str, str]:
    """What the vehicles and losses of the accident are called to this reader."""
    others = [loss for loss in losses if loss.kind == "other_vehicle"]
    count = max(len(others), claim.other_vehicles)
    names = {OWN: claim.plate or name_of("own", language)}
    for letter in "BCDEFGHIJKLMNOPQRSTUVWXYZ"[:count]:
        kind = "other" if count == 1 else "one_of_others"
        names[letter] = name_of(kind, language, letter=letter)
    letters = iter("BCDEFGHIJKLMNOPQRSTUVWXYZ")
    for loss in losses:
        names[str(loss.ordinal)] = loss.title or _loss_name(loss, letters, count, language)
    return names


def _loss_name(loss: Loss, letters: Any, count: int, language: str) -> str:
    if loss.kind == "own_vehicle":
        return name_of("own_car", language)
    if loss.kind == "other_vehicle":
        kind = "other_car" if count == 1 else "one_of_other_cars"
        return name_of(kind, language, letter=next(letters))
    return name_of("injury" if loss.kind == "injury" else "property", language)
