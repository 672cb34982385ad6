"""The answer letter on paper: the same words as on the page and in the message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from yinuo.areas.complaints import queries
from yinuo.areas.complaints.models import Answer, Complaint
from yinuo.core.documents.letters import (
    Block,
    Bullets,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Row,
    Way,
    Ways,
)
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.rendering import render
from yinuo.core.rulebook.textfiles import Text, language_of


@dataclass(frozen=True, slots=True)
class _Writing:
    complaint: Complaint
    answer: Answer
    language: str
    at: datetime

    def words(self, key: str, **named: object) -> str:
        text = rulebook.short_text(key, self.language, at=self.at).title
        return text.format(**named) if named else text

    def day(self, at: datetime) -> str:
        shown = render(Text("", "{{ at|day }}"), {"at": at}, language=self.language)
        return shown.body.strip()


def compose(complaint: Complaint, answer: Answer, *, at: datetime) -> Letter:
    """The letter as values, dated when it was told, else at `at`."""
    case = complaint.case
    told_at = answer.told_at or at
    about = _Writing(complaint, answer, language_of(answer.language), at)
    sender = str(settings.PAYER["name"])
    branch = case.branch
    signed = case.handler.name if case.handler else about.words("complaint_letter.office")
    key = "complaint_letter.review_subject" if answer.of_review else "complaint_letter.subject"
    return Letter(
        key="complaint_answer",
        language=about.language,
        subject=about.words(key, number=case.number),
        sender=sender,
        sender_lines=tuple(filter(None, (branch.name, branch.address, branch.phone))),
        recipient=case.customer.name,
        reference=case.number,
        dated=about.day(told_at),
        dated_on=timezone.localtime(told_at).date(),
        greeting=about.words("complaint_letter.greeting", name=case.customer.name),
        blocks=tuple(_blocks(about)),
        closing=about.words("complaint_letter.closing"),
        signed=(sender, signed),
        page=about.words("complaint_letter.page"),
    )


def _blocks(about: _Writing) -> Iterator[Block]:
    complaint, answer = about.complaint, about.answer
    yield Paragraph(about.words("complaint_letter.thanks"))
    rows = [Row(about.words("complaint_letter.received"), about.day(complaint.received_at))]
    if complaint.case.about is not None:
        rows.append(Row(about.words("complaint_letter.about"), complaint.case.about.number))
    yield Facts(tuple(rows))
    parts = (
        ("complaint_letter.facts", answer.facts),
        ("complaint_letter.decision", answer.decision),
        ("complaint_letter.basis", answer.basis),
    )
    for key, text in parts:
        yield Heading(about.words(key))
        for line in text.splitlines():
            if line.strip():
                yield Paragraph(line.strip())
    measures = queries.told_measures(complaint)
    if measures:
        yield Heading(about.words("complaint_letter.measures"))
        yield Bullets(tuple(measures))
    yield Heading(about.words("complaint_letter.remedies"))
    yield Ways(
        tuple(Way(one.title, one.why, "") for one in queries.remedy_texts(answer, about.language))
    )
