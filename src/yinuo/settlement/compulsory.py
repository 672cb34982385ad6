"""Compulsory cover (交强险): per item, per victim, between several vehicles, with the proxy.

Property between vehicles follows the mutual rule by default; injury, and what belongs to somebody
outside, is divided by limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from yinuo.settlement.accident import ITEMS, Item, Loss, Vehicle
from yinuo.settlement.amounts import ONE, ZERO, at_least_zero, total
from yinuo.settlement.sheet import Cells, Figure, Rest, Sheet, Step, add
from yinuo.settlement.valuing import claimed_amount

_COVERS: Mapping[Item, str] = {
    "property": "ctpli.property",
    "medical": "ctpli.medical",
    "death": "ctpli.death",
}


@dataclass(frozen=True, slots=True)
class Claim:
    """A loss, what of it is to be divided, and those who may have to pay, with their limits."""

    loss: str
    amount: Fraction
    payers: Mapping[str, Fraction]
    rule: str


@dataclass(frozen=True, slots=True)
class Parties:
    """The vehicles that take part, with the limits that hold for them."""

    all: tuple[Vehicle, ...]
    liable: tuple[Vehicle, ...]
    free: tuple[Vehicle, ...]
    limits: Mapping[str, Mapping[Item, Fraction]]

    def payers(self, among: Iterable[Vehicle], side: str | None, item: Item) -> dict[str, Fraction]:
        return {v.id: self.limits[v.id][item] for v in among if v.id != side}


def settle_compulsory(sheet: Sheet) -> None:
    """Fill in what compulsory cover pays, and what of each loss is left."""
    parties = _parties(sheet)
    amounts = {
        loss.id: claimed_amount(sheet, loss)
        for loss in sheet.accident.losses
        if loss.kind != "person"
    }
    claims: dict[Item, list[Claim]] = {"property": [], "medical": [], "death": []}
    rooms = {item: {v.id: parties.limits[v.id][item] for v in parties.all} for item in ITEMS}
    proxied = _proxies(sheet, parties, amounts, rooms["property"])
    for loss in sheet.accident.losses:
        if loss.kind == "person":
            _injury_claims(sheet, parties, loss, claims)
        else:
            amount = amounts[loss.id] - proxied.get(loss.id, ZERO)
            claims["property"].append(_property_claim(sheet, parties, loss, amount))
    insured = {v.id for v in parties.all if v.ctpli.insured}
    paid: dict[Item, dict[str, Fraction]] = {"property": dict(proxied), "medical": {}, "death": {}}
    for item in ITEMS:
        open_claims = [claim for claim in claims[item] if claim.amount and claim.payers]
        cells = divide(open_claims, rooms[item], sheet.steps, _COVERS[item]) if open_claims else {}
        for payer, row in cells.items():
            for loss_id, amount in row.items():
                target = sheet.ctpli.setdefault(item, {}) if payer in insured else sheet.owner_pays
                add(target, payer, loss_id, amount)
                paid[item][loss_id] = paid[item].get(loss_id, ZERO) + amount
    _uninsured_steps(sheet)
    for loss in sheet.accident.losses:
        sheet.rests[loss.id] = _rest(sheet, loss, amounts, paid)


def _parties(sheet: Sheet) -> Parties:
    day = sheet.tables.limits_on(sheet.accident.accident_on)
    assert day is not None, "an accident before compulsory cover began is refused when it is read"
    taking_part = tuple(v for v in sheet.accident.vehicles if not v.ctpli.exempt)
    limits: dict[str, Mapping[Item, Fraction]] = {}
    for vehicle in taking_part:
        usual = day.liable if vehicle.liable else day.not_liable
        own = vehicle.ctpli.limits
        found = limits[vehicle.id] = {**usual, **own} if own else usual
        figures: dict[str, Figure] = {item: found[item] for item in ITEMS}
        figures["on"] = sheet.accident.accident_on.isoformat()
        sheet.steps.append(
            Step(
                "ctpli",
                vehicle.id,
                None,
                "ctpli.limits" if vehicle.liable else "ctpli.limits_not_liable",
                "property + medical + death",
                figures,
                total(found.values()),
            )
        )
    return Parties(
        taking_part,
        tuple(v for v in taking_part if v.liable),
        tuple(v for v in taking_part if not v.liable),
        limits,
    )


def _property_claim(sheet: Sheet, parties: Parties, loss: Loss, amount: Fraction) -> Claim:
    mutual = sheet.accident.options.property_method == "mutual_rule" and parties.liable
    if mutual and not loss.of_person_outside:
        payers = parties.payers(parties.liable, loss.side, "property")
        return Claim(loss.id, amount, payers, "ctpli.mutual_rule")
    payers = parties.payers(parties.all, loss.side, "property")
    return Claim(loss.id, amount, payers, "ctpli.by_limits")


def _injury_claims(
    sheet: Sheet, parties: Parties, loss: Loss, claims: Mapping[Item, list[Claim]]
) -> None:
    medical = loss.medical
    if sheet.accident.options.outside_list_in_ctpli == "none":
        medical -= loss.outside_list
    if medical:
        payers = parties.payers(parties.all, loss.side, "medical")
        claims["medical"].append(Claim(loss.id, medical, payers, "ctpli.by_limits"))
    if loss.death or loss.moral:
        payers = parties.payers(parties.all, loss.side, "death")
        death = loss.death + loss.moral
        claims["death"].append(Claim(loss.id, death, payers, "ctpli.by_limits"))


def _proxies(
    sheet: Sheet,
    parties: Parties,
    amounts: Mapping[str, Fraction],
    rooms: dict[str, Fraction],
) -> dict[str, Fraction]:
    """What the cars without liability pay for the liable cars, by loss.

    The liable car's own insurer advances it. Where that car has none, the other insurers pay it
    themselves; where a car without liability has none, its owner does.
    """
    if sheet.accident.options.property_method != "mutual_rule":
        return {}
    if not parties.liable or not parties.free:
        return {}
    cars = {
        loss.side: loss
        for loss in sheet.accident.losses
        if loss.kind == "vehicle" and amounts[loss.id]
    }
    receivers = [vehicle for vehicle in parties.liable if vehicle.id in cars]
    all_liable = sheet.accident.options.proxy_split == "all_liable"
    among = len(parties.liable) if all_liable else len(receivers)
    pool = total(parties.limits[v.id]["property"] for v in parties.free)
    proxied: dict[str, Fraction] = {}
    if not pool:
        return proxied
    for vehicle in receivers:
        loss = cars[vehicle.id]
        sum_ = min(amounts[loss.id], pool / among)
        proxied[loss.id] = sum_
        figures: dict[str, Figure] = {"loss": amounts[loss.id], "pool": pool, "liable": among}
        for free in parties.free:
            part = sum_ * parties.limits[free.id]["property"] / pool
            # An owner without cover owes what the cover would have been, and not more.
            both_insured = vehicle.ctpli.insured and free.ctpli.insured
            if sheet.tables.proxy_uses_no_liability_limit or not both_insured:
                rooms[free.id] = rooms[free.id] - part
            if not free.ctpli.insured:
                add(sheet.owner_pays, free.id, loss.id, part)
            elif vehicle.ctpli.insured:
                sheet.proxy[vehicle.id] = sheet.proxy.get(vehicle.id, ZERO) + part
            else:
                add(sheet.ctpli.setdefault("property", {}), free.id, loss.id, part)
        sheet.steps.append(
            Step(
                "ctpli.proxy",
                vehicle.id,
                loss.id,
                "ctpli.proxy",
                "min(loss, pool ÷ liable)",
                figures,
                sum_,
            )
        )
    return proxied


def divide(
    claims: Sequence[Claim], rooms: Mapping[str, Fraction], steps: list[Step], cover: str
) -> Cells:
    """Divide every claim by limits, cap each payer pro rata, and share what is left again.

    `rooms` is what each payer may spend at most. A round either fills every claim or uses up a
    payer, so there are at most as many rounds as payers.
    """
    cells: Cells = {}
    spent = dict.fromkeys(rooms, ZERO)
    short = {claim.loss: claim.amount for claim in claims}
    first = True
    while True:
        borne = _borne(claims, short, rooms, spent)
        if not borne:
            return cells
        for payer, row in borne.items():
            asked = total(row.values())
            room = rooms[payer] - spent[payer]
            factor = ONE if asked <= room else room / asked
            for claim, amount in zip(claims, row.values(), strict=True):
                if not amount:
                    continue
                paid = amount if factor is ONE else amount * factor
                add(cells, payer, claim.loss, paid)
                spent[payer] += paid
                short[claim.loss] -= paid
                figures = {
                    "loss": claim.amount,
                    "limit": claim.payers[payer],
                    "limits": total(claim.payers.values()),
                    "borne": amount,
                    "claims": asked,
                    "room": room,
                }
                steps.append(
                    Step(
                        cover,
                        payer,
                        claim.loss,
                        claim.rule if first else "ctpli.further_round",
                        "borne × min(1, room ÷ claims)",
                        figures,
                        cells[payer][claim.loss],
                    )
                )
        first = False


def _borne(
    claims: Sequence[Claim],
    short: Mapping[str, Fraction],
    rooms: Mapping[str, Fraction],
    spent: Mapping[str, Fraction],
) -> Cells:
    """What each payer with room would bear of what is still short, claim by claim."""
    borne: Cells = {}
    for claim in claims:
        if not short[claim.loss]:
            continue
        still = {p: limit for p, limit in claim.payers.items() if spent[p] < rooms[p]}
        if len(still) == 1:
            borne.setdefault(next(iter(still)), {})[claim.loss] = short[claim.loss]
            continue
        limits = total(still.values())
        for payer, limit in still.items():
            borne.setdefault(payer, {})[claim.loss] = short[claim.loss] * limit / limits
    return {payer: {c.loss: row.get(c.loss, ZERO) for c in claims} for payer, row in borne.items()}


def _uninsured_steps(sheet: Sheet) -> None:
    for payer, row in sheet.owner_pays.items():
        for loss, amount in row.items():
            sheet.steps.append(
                Step("owner", payer, loss, "ctpli.uninsured", "due", {"due": amount}, amount)
            )


def _rest(
    sheet: Sheet,
    loss: Loss,
    amounts: Mapping[str, Fraction],
    paid: Mapping[Item, Mapping[str, Fraction]],
) -> Rest:
    if loss.kind != "person":
        done = paid["property"].get(loss.id, ZERO)
        return Rest(amounts[loss.id] - done, paid=done)
    medical, death = paid["medical"].get(loss.id, ZERO), paid["death"].get(loss.id, ZERO)
    outside = loss.outside_list - _outside_list_paid(sheet, loss, medical)
    if sheet.accident.options.moral_damages_first:
        moral = at_least_zero(loss.moral - death)
    else:
        moral = min(loss.moral, loss.moral + loss.death - death)
    whole = loss.medical + loss.death + loss.moral - medical - death
    return Rest(whole - outside - moral, outside, moral, medical + death)


def _outside_list_paid(sheet: Sheet, loss: Loss, medical: Fraction) -> Fraction:
    """How much of the cost outside the list the compulsory medical item has taken up."""
    how = sheet.accident.options.outside_list_in_ctpli
    if how == "none" or not medical:
        return ZERO
    if how == "first":
        return min(loss.outside_list, medical)
    return medical * loss.outside_list / loss.medical
