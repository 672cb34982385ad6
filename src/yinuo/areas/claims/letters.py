"""The letter about the decision on one loss: its words, the facts, the sum, clauses, ways to go on.

The words at the beginning are a person's, or those of the text; everything else is made from the
calculation, the papers and what was told at sale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from yinuo.areas.claims import queries
from yinuo.areas.claims.models import Calculation, Claim, Loss
from yinuo.areas.claims.rulefile import ClaimsRules
from yinuo.areas.claims.statements import Line, lines_of, names_of
from yinuo.core.documents import queries as documents
from yinuo.core.documents.letters import (
    Block,
    Bullets,
    Clause,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Row,
    Sum,
    SumLine,
    Way,
    Ways,
)
from yinuo.core.documents.models import Document
from yinuo.core.knowledge import queries as knowledge
from yinuo.core.knowledge.clauses import Explained
from yinuo.core.policies import queries as policies
from yinuo.core.policies.rules import show_plate
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.rendering import render
from yinuo.core.rulebook.textfiles import Text, language_of
from yinuo.kit import clock_words
from yinuo.kit.clock import Limit
from yinuo.kit.money import format_amount
from yinuo.settlement.words import explain_open_point

TEXTS = {
    "pay": "letters.decision",
    "part": "letters.part_payment",
    "refuse": "letters.refusal",
}
PURPOSES = {"pay": "decision", "part": "part_payment", "refuse": "refusal"}
# What a customer may do inside our house: the promise that limits our answer.
_OUR_WAYS = (
    ("letters.way_question", "letters.way_question_limit", "claims.question_answer"),
    ("letters.way_objection", "letters.way_objection_limit", "claims.objection_answer"),
    ("letters.way_complaint", "letters.way_complaint_limit", "complaints.answer"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a letter is about. The claim has its policy, the loss its owner."""

    claim: Claim
    losses: Sequence[Loss]
    loss: Loss
    calculation: Calculation
    at: datetime

    @property
    def language(self) -> str:
        return language_of(self.reader.language)

    @property
    def reader(self) -> Any:
        return self.loss.owner or self.claim.case.customer

    def words(self, key: str, **named: object) -> str:
        text = rulebook.short_text(key, self.language, at=self.at)
        return text.title.format(**named) if named else text.title

    def why(self, key: str) -> str:
        return rulebook.short_text(key, self.language, at=self.at).why

    def money(self, amount: Any) -> str:
        return format_amount(amount, self.calculation.currency)

    def day(self, at: datetime) -> str:
        shown = render(Text("", "{{ at|day }}"), {"at": at}, language=self.language)
        return shown.body.strip()


def opening(about: Subject) -> Text:
    """Subject line and first words as the text has them, for a person to go on with."""
    text = rulebook.text(TEXTS[about.calculation.outcome], about.language, at=about.at)
    facts = {
        "loss": names_of(about.claim, about.losses, about.language)[str(about.loss.ordinal)],
        "accident_at": about.claim.accident_at,
        "amount": about.calculation.amount or None,
        "currency": about.calculation.currency,
        "reasons": reasons_of(about.calculation.reasons, about.language, at=about.at),
    }
    shown = render(text, facts, language=about.language)
    paragraphs = [one.strip() for one in shown.body.split("\n\n")]
    return Text(shown.subject, "\n\n".join(one for one in paragraphs if one))


def compose(about: Subject, *, words: str = "", signed: Sequence[str] = ()) -> Letter:
    """The whole letter. `words` replaces the first words of the text."""
    first = opening(about)
    case, sender = about.claim.case, str(settings.PAYER["name"])
    branch = case.branch
    return Letter(
        key=PURPOSES[about.calculation.outcome],
        language=about.language,
        subject=first.subject,
        sender=sender,
        sender_lines=tuple(filter(None, (branch.name, branch.address, branch.phone))),
        recipient=about.reader.name,
        reference=case.number,
        dated=about.day(about.at),
        dated_on=timezone.localtime(about.at).date(),
        greeting=about.words("letters.greeting", name=about.reader.name),
        blocks=tuple(_blocks(about, words or first.body, lines(about))),
        closing=about.words("letters.closing"),
        signed=tuple(signed) or (sender, about.words("letters.claims_office")),
        page=about.words("letters.page"),
    )


def lines(about: Subject) -> tuple[Line, ...]:
    """The lines of the sum that bear on the loss; none where nothing was worked out."""
    sheet = about.calculation.sheet
    if not sheet or about.calculation.outcome == "refuse":
        return ()
    return lines_of(
        sheet,
        about.claim,
        about.losses,
        language=about.language,
        worked_out_at=about.calculation.made_at,
        at=about.at,
        loss=about.loss.ordinal,
    )


def cited(about: Subject) -> dict[str, Explained]:
    """Every clause that the letter rests on, by key, in the order in which it is met."""
    found = {line.clause.key: line.clause for line in lines(about) if line.clause}
    if about.calculation.deductible:
        text = next((one.text for one in found.values() if one.text in ("2014", "2020")), "2020")
        keys = {"2014": "own_damage_deductible_2014", "2020": "own_damage_deductible_2020"}
        more = [keys[text]]
    else:
        more = []
    more = [one["key"] for one in about.calculation.reasons if one.get("key")] + more
    if about.calculation.outcome == "refuse":
        more += ["law_refusal", "law_explained_at_sale"]
    named = " ".join(one.get("clause", "") for one in about.calculation.reasons)
    found.update(knowledge.named_in(named, about.language, at=about.at))
    found.update(knowledge.clauses(more, about.language, at=about.at))
    return found


def _blocks(about: Subject, words: str, found: Sequence[Line]) -> Iterator[Block]:
    for paragraph in words.split("\n\n"):
        if paragraph.strip():
            yield Paragraph(" ".join(paragraph.split()))
    yield Heading(about.words("letters.facts"))
    yield Facts(tuple(_facts(about)))
    yield from _sum(about, found)
    yield from _items(about)
    beside = _beside_items(about)
    others = [one for one in about.calculation.reasons if _grounds(one) not in beside]
    if others and about.calculation.outcome != "refuse":
        yield Heading(about.words("letters.reasons"))
        yield Bullets(tuple(_reason(about, one) for one in others))
    yield Heading(about.words("letters.clauses"))
    for row in about.calculation.reasons:
        if row.get("plain"):
            yield Clause(row["clause"], row["plain"])
    for one in cited(about).values():
        yield Clause(one.label, one.plain, about.words("letters.example", example=one.example))
    yield from _told(about)
    yield Heading(about.words("letters.ways"))
    yield Ways(tuple(_ways(about)))


def _facts(about: Subject) -> Iterator[Row]:
    claim = about.claim
    policy = claim.policy
    car = f"{show_plate(claim.plate)} {policy.vehicle.make}".strip()
    yield Row(about.words("letters.accident_at"), about.day(claim.accident_at))
    yield Row(about.words("letters.place"), claim.place)
    yield Row(about.words("letters.car"), car)
    yield Row(about.words("letters.policy"), policy.number)
    names = names_of(claim, about.losses, about.language)
    yield Row(about.words("letters.loss"), names[str(about.loss.ordinal)])
    survey = claim.surveys.filter(completed_at__isnull=False).order_by("-round").first()
    if survey is not None and survey.findings:
        yield Row(about.words("letters.findings"), survey.findings)
    kinds = Document.objects.filter(case=claim.case_id, status="accepted").exclude(
        kind__in=("decision_letter", "calculation", "letter")
    )
    listed = dict.fromkeys(kinds.order_by("pk").values_list("kind", flat=True))
    if listed:
        papers = (documents.name_of(kind, about.language, at=about.at) for kind in listed)
        comma = ", " if about.language == "en" else "、"
        yield Row(about.words("letters.papers"), comma.join(papers))


def _sum(about: Subject, found: Sequence[Line]) -> Iterator[Block]:
    if not found:
        return
    owner = about.loss.owner_id not in (None, about.claim.case.customer_id)
    others = any(line.pays and not line.ours for line in found)
    yield Heading(about.words("letters.sum"))
    yield Sum(
        caption=about.words("letters.sum_caption_others" if others else "letters.sum_caption"),
        lines=tuple(
            SumLine(
                label=line.sentence,
                formula=line.audit,
                amount=_column(about, line),
                clause=line.clause.label if line.clause else "",
            )
            for line in found
        )
        + tuple(_advanced(about)),
        total_label=about.words("letters.total_owner" if owner else "letters.total"),
        total=about.money(about.calculation.amount),
    )
    open_points = (about.calculation.sheet or {}).get("open_points", ())
    if open_points:
        yield Heading(about.words("letters.sum_open"))
        said = (explain_open_point(one, about.language)["customer"] for one in open_points)
        yield Bullets(tuple(said))


def _advanced(about: Subject) -> Iterator[SumLine]:
    """What was paid before stands as a line of its own: it is taken off."""
    for step in about.calculation.steps:
        if step["step"] == "advanced":
            amount = about.money(Decimal(step["value"]))
            yield SumLine(label=about.words("letters.advanced"), formula="", amount=amount)


def _column(about: Subject, line: Line) -> str:
    """What we pay adds up to the total; what others pay stands in brackets; steps to it nowhere."""
    if not line.pays:
        return ""
    amount = about.money(line.amount)
    return amount if line.ours else f"({amount})"


def _items(about: Subject) -> Iterator[Block]:
    """What was recognised of each assessed line, and why not the rest."""
    assessment = about.calculation.assessment
    if assessment is None or about.calculation.outcome == "refuse":
        return
    rows = []
    for line in assessment.lines.order_by("ordinal"):
        asked, approved = about.money(line.asked), about.money(line.approved)
        reason = _reason(about, {"reason": line.reason, "clause": line.clause})
        if line.approved == line.asked:
            said = about.words("letters.item_full", amount=approved)
        elif line.approved:
            said = about.words("letters.item_part", approved=approved, asked=asked, reason=reason)
        else:
            said = about.words("letters.item_none", reason=reason)
        rows.append(Row(line.name, said))
    if rows:
        yield Heading(about.words("letters.items"))
        yield Facts(tuple(rows))


def _beside_items(about: Subject) -> set[tuple[str, str]]:
    """The reasons that stand beside an assessed line: said once is enough."""
    assessment = about.calculation.assessment
    if assessment is None:
        return set()
    cut = (line for line in assessment.lines.all() if line.approved != line.asked)
    return {(line.reason, line.clause) for line in cut}


def _grounds(one: Mapping[str, str]) -> tuple[str, str]:
    return one["reason"], one.get("clause", "")


def reasons_of(
    reasons: Sequence[Mapping[str, str]], language: str, *, at: datetime
) -> list[dict[str, str]]:
    """Reasons as they are kept, for a reader: the clauses of the library by name and plain words
    in that language."""
    keys = [one.get("key") or knowledge.key_of(one.get("clause", ""), at=at) for one in reasons]
    known = knowledge.clauses(filter(None, keys), language, at=at) if any(keys) else {}
    found = []
    for key, one in zip(keys, reasons, strict=True):
        clause = known.get(key)
        shown = {**one, "clause": clause.label, "plain": clause.plain} if clause else dict(one)
        if not shown.get("plain"):
            named = knowledge.named_in(shown.get("clause", ""), language, at=at)
            shown["plain"] = " ".join(each.plain for each in named.values())
        found.append(shown)
    return found


def reasons_in(about: Subject) -> list[str]:
    """Why less is paid or nothing, in the words of colleagues, as the letter will have them."""
    reasons = [one["reason"] for one in about.calculation.reasons]
    assessment = about.calculation.assessment
    if assessment is None or about.calculation.outcome == "refuse":
        return reasons
    return reasons + [line.reason for line in assessment.lines.all() if line.approved != line.asked]


def _reason(about: Subject, one: Mapping[str, str]) -> str:
    (said,) = reasons_of([one], about.language, at=about.at)
    if not said.get("clause"):
        return said["reason"]
    return about.words("letters.reason", reason=said["reason"], clause=said["clause"])


def _told(about: Subject) -> Iterator[Block]:
    """What was told at sale; an exclusion that was not explained has no effect (保险法 art 17)."""
    rows = []
    topics = {
        "cover": "letters.topic_cover",
        "exclusions": "letters.topic_exclusions",
        "process": "letters.topic_process",
        "papers": "letters.topic_papers",
        "deductible": "letters.topic_deductible",
    }
    known = {one.topic: one for one in policies.told_at_sale(about.claim.policy)}
    for topic, key in topics.items():
        one = known.get(topic)
        if one is None and topic not in ("exclusions", "deductible"):
            continue
        said = about.words("letters.told_no")
        if one is not None and one.explained:
            said = about.words(
                "letters.told_yes", day=about.day(one.told_at), proof=one.proof or "—"
            )
        rows.append(Row(about.words(key), said))
    yield Heading(about.words("letters.told"))
    yield Facts(tuple(rows))


def _ways(about: Subject) -> Iterator[Way]:
    rules = rulebook.rules(ClaimsRules, at=about.at).letters.ways.value
    ours = [
        (text, limit_text, rulebook.promise_rule(promise, at=about.at)[0].limit)
        for text, limit_text, promise in _OUR_WAYS
    ]
    others = [
        ("letters.way_appraisal", "letters.way_appraisal_limit", rules.appraisal),
        ("letters.way_mediation", "letters.way_mediation_limit", rules.mediation),
        ("letters.way_court", "letters.way_court_limit", rules.court),
    ]
    for key, limit_key, limit in [*ours[:2], others[0], ours[2], *others[1:]]:
        said = about.words(limit_key, limit=_limit(limit, about.language))
        yield Way(about.words(key), about.why(key), said)


def _limit(limit: Limit, language: str) -> str:
    return clock_words.amount(limit.amount, limit.unit, clock_words.patterns(language))


def subject_of(claim: Claim, ordinal: int, *, at: datetime) -> Subject | None:
    """The newest calculation of a loss with what its letter needs; None where there is none."""
    losses = list(claim.losses.all())
    loss = next((one for one in losses if one.ordinal == ordinal), None)
    if loss is None:
        return None
    rows = queries.calculations(claim)
    newest = next((one for one in rows if one.loss_id == loss.pk), None)
    return Subject(claim, losses, loss, newest, at) if newest else None
