"""The decision line by line, and what became of the money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from yinuo.areas.claims import queries as claims
from yinuo.areas.claims.commands.explaining import LONGEST_THREAD, THREADS
from yinuo.areas.claims.commands.settling import settled
from yinuo.areas.claims.letters import reasons_of
from yinuo.areas.claims.models import Assessment, AssessmentLine, Claim, Decision, Loss
from yinuo.areas.claims.statements import lines_of
from yinuo.core.cases.models import Event, Note
from yinuo.core.payments import queries as payments
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.common.present import Money, SumLine, SumSheet, Tag, Tone
from yinuo.interfaces.portal import sentences
from yinuo.interfaces.portal.addresses import case_page
from yinuo.kit.errors import DomainError
from yinuo.settlement.words import explain_open_point


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """One reason with the clause that it rests on."""

    reason: str
    clause: str
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A question or an objection to a line, and what we answered."""

    body: str
    objection: bool
    at: datetime
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the sum, with what it rests on, and where to ask about it."""

    sentence: str
    amount: Money | None
    by_others: bool
    clause: str
    plain: str
    example: str
    ask_url: str
    thread: str
    talk: tuple[Talk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What was decided about one thing that was harmed."""

    title: str
    at: datetime
    refused: bool
    sum: SumSheet | None
    grounds: tuple[Ground, ...]
    steps: tuple[Step, ...] = ()
    total: Money | None = None
    ask_url: str = ""
    talk: tuple[Talk, ...] = ()
    earlier: tuple[Talk, ...] = ()
    accepted_at: datetime | None = None
    accept_url: str = ""
    advanced: Money | None = None
    open_points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """What was assessed and is not decided yet: the customer may object to it now."""

    title: str
    sum: SumSheet
    ask_url: str
    talk: tuple[Talk, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One payment to the reader, its account shown by the last four digits."""

    amount: Money
    account: str
    state: Tag
    at: datetime


def decided(
    claim: Claim, said: Sequence[Note], events: Iterable[Event], *, language: str, at: datetime
) -> tuple[Decided, ...]:
    """The decision in force on each loss, line by line, with what was asked about each line.

    `events` is the timeline, which says whether it was accepted; `said` is what
    the customer may read of the notes, the oldest first.
    """
    newest: dict[int, Decision] = {}
    for decision in claims.decisions(claim):
        newest.setdefault(decision.loss_id, decision)
    talk = _talk(said)
    agreed = claims.accepted_in(events)
    return tuple(
        _answered(claim, one, _decided(claim, one, talk, language, at), agreed)
        for one in newest.values()
    )


def _answered(
    claim: Claim, decision: Decision, shown: Decided, agreed: Mapping[int, datetime]
) -> Decided:
    """With what the customer said to it, or where to say yes."""
    loss = decision.loss
    if loss.ordinal in agreed:
        return replace(shown, accepted_at=agreed[loss.ordinal])
    if loss.stage != "decided":
        return shown
    url = reverse("portal:accept_decision", args=[claim.case.number, loss.ordinal])
    return replace(shown, accept_url=url)


_UNDECIDED = ("assessed", "documented", "calculated", "reviewed", "approved")


def assessed(claim: Claim, said: Sequence[Note]) -> tuple[Assessed, ...]:
    """What we recognise of each loss before it is decided, and what was said about it."""
    losses = [loss for loss in claim.losses.all() if loss.stage in _UNDECIDED]
    newest = claims.newest_assessments(losses) if losses else {}
    talk = _talk(said) if newest else {}
    return tuple(
        _assessed(claim, loss, newest[loss.pk], talk) for loss in losses if loss.pk in newest
    )


def _assessed(
    claim: Claim, loss: Loss, found: Assessment, talk: Mapping[str, list[Talk]]
) -> Assessed:
    title = sentences.loss_name(loss.kind, loss.title)
    whole = f"{THREADS}{loss.ordinal}:"
    return Assessed(
        title=title,
        sum=SumSheet(
            caption=_("What we recognise of “%(what)s”") % {"what": title},
            lines=tuple(_line(line, claim.currency) for line in found.lines.order_by("ordinal")),
            total_label=_("Recognised"),
            total=Money(found.approved, claim.currency),
        ),
        ask_url=f"{case_page(claim.case.number)}/sum/{loss.ordinal}",
        talk=tuple(
            one for thread, rows in talk.items() if thread.startswith(whole) for one in rows
        ),
    )


def _decided(
    claim: Claim, decision: Decision, talk: Mapping[str, list[Talk]], language: str, at: datetime
) -> Decided:
    loss = decision.loss
    title = sentences.loss_name(loss.kind, loss.title)
    refused = decision.outcome == "refuse"
    steps = () if refused else tuple(_steps(claim, decision, talk, language, at))
    ask = f"{case_page(claim.case.number)}/sum/{loss.ordinal}"
    return Decided(
        title=title,
        at=decision.decided_at,
        refused=refused,
        sum=None if refused else _sheet(decision, title, stepwise=bool(steps)),
        # The reasons of a cut stand beside its line already.
        grounds=_grounds(decision, language, at) if refused else (),
        steps=steps,
        total=Money(decision.amount, decision.currency),
        ask_url=ask,
        advanced=_advanced(decision),
        open_points=_open_points(decision, language),
        talk=tuple(talk.get(f"{THREADS}{loss.ordinal}:", ())),
        earlier=_earlier(loss.ordinal, steps, talk),
    )


def _advanced(decision: Decision) -> Money | None:
    """What was paid before, as what is taken off now."""
    steps = decision.calculation.steps
    found = next((step["value"] for step in steps if step["step"] == "advanced"), None)
    return None if found is None else Money(Decimal(found), decision.currency)


def _open_points(decision: Decision, language: str) -> tuple[str, ...]:
    """What was not known when the sum was worked out, and what it would change."""
    sheet = decision.calculation.sheet or {}
    return _said(sheet.get("open_points", ()), language)


def _said(points: Iterable[str], language: str) -> tuple[str, ...]:
    return tuple(explain_open_point(one, language_of(language))["customer"] for one in points)


def would_change(claim: Claim, *, language: str, at: datetime) -> tuple[str, ...]:
    """What is not known yet of a sum that is still to be worked out, in words."""
    losses = list(claim.losses.all())
    if not any(loss.stage in _UNDECIDED for loss in losses):
        return ()
    try:
        found = settled(claim, losses, at=at)
    except DomainError:
        return ()
    return _said(found.open_points, language)


def _earlier(loss: int, steps: Sequence[Step], talk: Mapping[str, list[Talk]]) -> tuple[Talk, ...]:
    """What was asked about lines of a sum that is worked out in another way by now."""
    whole = f"{THREADS}{loss}:"
    shown = {whole, *(step.thread for step in steps)}
    found = [
        one
        for thread, rows in talk.items()
        if thread.startswith(whole) and thread not in shown
        for one in rows
    ]
    return tuple(sorted(found, key=lambda one: one.at))


def _steps(
    claim: Claim, decision: Decision, talk: Mapping[str, list[Talk]], language: str, at: datetime
) -> Iterator[Step]:
    """The steps of the calculation that bear on the loss; none where no sheet was kept."""
    calculation, loss = decision.calculation, decision.loss
    if not calculation.sheet:
        return
    lines = lines_of(
        calculation.sheet,
        claim,
        list(claim.losses.all()),
        language=language,
        worked_out_at=calculation.made_at,
        at=at,
        loss=loss.ordinal,
    )
    for line in lines:
        thread = f"{THREADS}{loss.ordinal}:{line.key}"[:LONGEST_THREAD]
        yield Step(
            sentence=line.sentence,
            amount=Money(line.amount, decision.currency) if line.pays else None,
            by_others=not line.ours,
            clause=line.clause.label if line.clause else "",
            plain=line.clause.plain if line.clause else "",
            example=line.clause.example if line.clause else "",
            ask_url=f"{case_page(claim.case.number)}/sum/{loss.ordinal}?line={quote(line.key)}",
            thread=thread,
            talk=tuple(talk.get(thread, ())),
        )


def _talk(said: Sequence[Note]) -> dict[str, list[Talk]]:
    """What was asked about the sum and answered, by thread."""
    rows = [row for row in said if row.thread.startswith(THREADS)]
    answers = {row.in_reply_to_id: row.body for row in rows if row.in_reply_to_id}
    found: dict[str, list[Talk]] = {}
    for row in rows:
        if row.in_reply_to_id is None:
            one = Talk(
                body=row.body,
                objection=row.kind == "objection",
                at=row.at,
                answer=answers.get(row.pk, ""),
            )
            found.setdefault(row.thread, []).append(one)
    return found


def _grounds(decision: Decision, language: str, at: datetime) -> tuple[Ground, ...]:
    return tuple(
        Ground(reason=one["reason"], clause=one.get("clause", ""), plain=one.get("plain", ""))
        for one in reasons_of(decision.reasons, language, at=at)
    )


def _sheet(decision: Decision, title: str, *, stepwise: bool) -> SumSheet:
    """What was recognised; where no steps were kept, with what was taken off it."""
    calculation, currency = decision.calculation, decision.currency
    total = calculation.approved if stepwise else decision.amount
    return SumSheet(
        caption=_("What we recognise of “%(what)s”") % {"what": title}
        if stepwise
        else _("How the sum for “%(what)s” comes about") % {"what": title},
        lines=tuple(_lines(decision, stepwise=stepwise)),
        total_label=_("Recognised") if stepwise else _("We pay"),
        total=Money(total, currency),
    )


def _lines(decision: Decision, *, stepwise: bool) -> Iterator[SumLine]:
    calculation, currency = decision.calculation, decision.currency
    if calculation.assessment is not None:
        for line in calculation.assessment.lines.all():
            yield _line(line, currency)
    else:
        yield SumLine(label=_("Approved"), amount=Money(calculation.approved, currency))
    if stepwise:
        return
    beyond = calculation.approved - calculation.deductible - calculation.amount
    if beyond > 0:
        yield SumLine(
            label=_("Above the limit of your cover"),
            amount=Money(-beyond, currency),
            formula=_("Your policy pays at most the limit agreed in it."),
        )
    if calculation.deductible > 0:
        yield SumLine(
            label=_("Less your own part (deductible)"),
            amount=Money(-calculation.deductible, currency),
            formula=_("As agreed in your policy."),
        )


def _line(line: AssessmentLine, currency: str) -> SumLine:
    cut = line.approved < line.asked
    said = ""
    if cut:
        said = _("Asked %(asked)s, approved %(approved)s: %(reason)s") % {
            "asked": Money(line.asked, currency),
            "approved": Money(line.approved, currency),
            "reason": line.reason,
        }
    count = "" if line.quantity == Decimal(1) else f" × {line.quantity.normalize():f}"
    clause = _("Clause: %(clause)s") % {"clause": line.clause} if line.clause else ""
    return SumLine(
        label=f"{line.name}{count}",
        amount=Money(line.approved, currency),
        formula=said,
        clause=clause,
    )


_TONES = {"arrived": Tone.JADE, "returned": Tone.AMBER}


def paid(claim: Claim, actor: Actor) -> tuple[Paid, ...]:
    """The reader's own payments, the newest first; what others receive is not shown."""
    rows = [row for row in payments.payments_of(claim.case) if row.payee_id == actor.person_id]
    return tuple(
        Paid(
            amount=Money(row.amount, row.currency),
            account=row.account.number_last4,
            state=Tag(
                _(sentences.PAYMENT_STATES[row.status]),
                _TONES.get(row.status, Tone.PINE),
                {"arrived": "check", "returned": "warn"}.get(row.status, "clock"),
            ),
            at=row.arrived_at or row.returned_at or row.made_at,
        )
        for row in reversed(rows)
    )
