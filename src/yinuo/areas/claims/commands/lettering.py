"""The letter about a decision: its words are checked, and it is kept as it is sent."""

from __future__ import annotations

from datetime import datetime

from yinuo.areas.claims import letters
from yinuo.areas.claims.commands.common import Locked
from yinuo.areas.claims.letters import Subject
from yinuo.areas.claims.models import Calculation, Loss
from yinuo.core.cases import commands as cases
from yinuo.core.documents import commands as documents
from yinuo.core.documents.models import Document
from yinuo.core.knowledge import commands as knowledge
from yinuo.core.knowledge.rules import language_for
from yinuo.core.people.actors import Actor


def keep_letter(
    held: Locked, loss: Loss, calculation: Calculation, *, words: str, by: Actor, at: datetime
) -> Document:
    """Keep the letter about a calculation; without words it begins with those of the text.

    Raises WordingRefused where the words, or the reasons of the assessor, are not plain.
    """
    held.claim.case = held.case
    about = Subject(held.claim, held.losses, loss, calculation, at)
    usual = letters.opening(about).body
    text = words.replace("\r\n", "\n").strip() or usual
    if text != usual:
        knowledge.require_plain(
            text=text,
            language=language_for(text, about.language),
            purpose=letters.PURPOSES[calculation.outcome],
            at=at,
            field="words",
        )
    # The usual words are ours and read; what may be a formula in them is somebody's reason.
    knowledge.require_no_formula(texts=letters.reasons_in(about), at=at)
    document = documents.keep_letter(
        case=held.case,
        letter=letters.compose(about, words=text),
        by=by,
        at=at,
        kind="decision_letter",
        subject=cases.subject_of(loss),
    )
    knowledge.note_uses(
        case_id=held.case.pk,
        cited=knowledge.explanations(text, letters.cited(about), at=at),
        language=about.language,
        place="letter",
        by=by,
        at=at,
    )
    return document
