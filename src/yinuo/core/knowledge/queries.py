"""How others read what we know: how words were read, what a clause says, what is not plain."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from django.db.models import Case, Count, Q, QuerySet, Value, When

from yinuo.core.knowledge import rules
from yinuo.core.knowledge.clauses import Explained
from yinuo.core.knowledge.models import (
    ApprovedAnswer,
    ClauseUse,
    ClauseVersion,
    Disagreement,
    Precedent,
    Reading,
)
from yinuo.core.knowledge.readings import Place, Read
from yinuo.core.knowledge.rulefile import KnowledgeRules
from yinuo.core.knowledge.rules import Finding, Readability
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import language_of
from yinuo.kit.errors import DomainError, Message
from yinuo.kit.errors import gettext_noop as _

WRITTEN = "zh-hans"
"""The language in which colleagues name a clause."""


def reading_of(note_id: int) -> Read | None:
    """None for words that nobody has read yet, and for words of our own people."""
    return readings_of([note_id]).get(note_id)


def readings_of(note_ids: Iterable[int]) -> dict[int, Read]:
    """One statement for any number of notes."""
    return {row.note_id: _read(row) for row in Reading.objects.filter(note__in=list(note_ids))}


def corrections() -> list[tuple[str, str, str]]:
    """Tone, first cause and words of every reading that a person corrected, the oldest first.

    Words that were erased since teach nothing any more.
    """
    rows = (
        Reading.objects.filter(corrected_at__isnull=False, note__erased_at__isnull=True)
        .exclude(note__body="")
        .order_by("corrected_at", "pk")
        .values_list("corrected_sentiment", "corrected_causes", "note__body")
    )
    return [(tone, causes[0] if causes else "", body) for tone, causes, body in rows]


def _read(row: Reading) -> Read:
    by_person = row.corrected_at is not None
    return Read(
        note_id=row.note_id,
        sentiment=row.corrected_sentiment if by_person else row.sentiment,
        causes=tuple(row.corrected_causes if by_person else row.causes),
        urgency=row.corrected_urgency if by_person else row.urgency,
        certain=1.0 if by_person else row.confidence,
        person=row.person and not by_person,
        places=tuple(Place(start, end, says) for start, end, says in row.spans),
        by_person=by_person,
    )


# Clauses ---------------------------------------------------------------------------------------


def clause(key: str, language: str, *, at: datetime) -> Explained | None:
    """The clause as it is explained at that moment; None for a key that we do not know."""
    return clauses([key], language, at=at).get(key)


def clauses(keys: Iterable[str] | None, language: str, *, at: datetime) -> dict[str, Explained]:
    """The clauses of these keys, or all; in the order of the rules. One statement."""
    spoken = language_of(language)
    known = rulebook.rules(KnowledgeRules, at=at).clauses
    wanted = known.keys() if keys is None else set(keys)
    newest = _newest_versions(spoken, at)
    found: dict[str, Explained] = {}
    for key, rule in known.items():
        if key not in wanted:
            continue
        words = rulebook.entry_text("clauses", key, spoken, at=at)
        row = newest.get(key)
        found[key] = Explained(
            key=key,
            text=rule.value.text,
            name=rule.value.name[spoken],
            article=rule.value.article,
            plain=row.plain if row else words.title,
            example=row.example if row else words.why,
            source=rule.source,
            version=row.number if row else 0,
            language=spoken,
        )
    return found


def named_in(text: str, language: str, *, at: datetime) -> dict[str, Explained]:
    """The clauses that a text names, in this language or as colleagues write them."""
    if not text.strip():
        return {}
    found = clauses(None, language, at=at)
    written = clauses(None, WRITTEN, at=at)
    return {
        key: one
        for key, one in found.items()
        if one.is_named_in(text) or written[key].is_named_in(text)
    }


def key_of(words: str, *, at: datetime) -> str:
    """The key of the clause whose key or name, in any language, this is; "" for any other words."""
    known = rulebook.rules(KnowledgeRules, at=at).clauses
    if words in known:
        return words
    for key, rule in known.items():
        for language, name in rule.value.name.items():
            one = Explained(
                key=key, text=rule.value.text, name=name, article=rule.value.article, plain="",
                example="", source="", version=0, language=language,
            )  # fmt: skip
            if one.is_named_by(words):
                return key
    return ""


def _newest_versions(language: str, at: datetime) -> dict[str, ClauseVersion]:
    rows = ClauseVersion.objects.filter(language=language, in_force_from__lte=at)
    return {row.clause: row for row in rows.order_by("in_force_from", "number")}


def cited_by(rule: str, text: str, *, at: datetime) -> str:
    """The key of the clause on which a step of the calculation rests; "" where none is known.

    `text` is the policy text of the vehicle that pays, 2014 or 2020.
    """
    return citations(text, at=at).get(rule, "")


def citations(text: str, *, at: datetime) -> Mapping[str, str]:
    """Rule of a step -> key of its clause, for policies of one text. The text's own goes first."""
    found: dict[str, str] = {}
    for key, rule in rulebook.rules(KnowledgeRules, at=at).clauses.items():
        other = {"2014": "2020", "2020": "2014"}.get(text)
        if rule.value.text == other:
            continue
        for step in rule.value.cites:
            found.setdefault(step, key)
    return found


def versions(key: str, language: str) -> list[ClauseVersion]:
    """Every explanation that was written on screen, the newest first."""
    rows = ClauseVersion.objects.filter(clause=key, language=language_of(language))
    return list(rows.order_by("-number"))


def uses(key: str) -> QuerySet[ClauseUse]:
    """Where a clause was cited, the newest first."""
    return ClauseUse.objects.filter(clause=key).select_related("case").order_by("-at", "-pk")


def use_counts() -> dict[str, int]:
    """How often each clause was cited."""
    rows = ClauseUse.objects.values("clause").annotate(times=Count("pk")).order_by("clause")
    return {str(row["clause"]): int(row["times"]) for row in rows}


def open_disagreements() -> QuerySet[Disagreement]:
    """Clauses that were explained in two ways, the oldest first."""
    rows = Disagreement.objects.filter(settled_at__isnull=True).select_related("use__case")
    return rows.order_by("found_at", "pk")


def precedents(words: str = "") -> list[Precedent]:
    """Decided special cases that hold, the newest first; with words, those that contain them."""
    rows = Precedent.objects.filter(withdrawn_at__isnull=True).order_by("-made_at", "-pk")
    asked = words.split()
    return [
        row
        for row in rows
        if all(word in f"{row.title} {row.situation} {row.ruling}" for word in asked)
    ]


# Wording ---------------------------------------------------------------------------------------


def terms(language: str, *, at: datetime) -> dict[str, str]:
    """Every spelling of a term of art, with its everyday words."""
    spoken = language_of(language)
    found: dict[str, str] = {}
    for key, rule in rulebook.rules(KnowledgeRules, at=at).terms.items():
        words = rulebook.entry_text("terms", key, spoken, at=at)
        spellings = rule.value.latin if spoken == "en" else rule.value.chinese
        found.update(dict.fromkeys(spellings, words.why))
    return found


def findings(text: str, *, language: str, purpose: str, at: datetime) -> list[Finding]:
    """What is not plain in a text: see `rules.check_wording`."""
    spoken = language_of(language)
    limits = rules.limits_of(rulebook.rules(KnowledgeRules, at=at), spoken)
    known = terms(spoken, at=at)
    return rules.check_wording(text, language=spoken, purpose=purpose, terms=known, limits=limits)


def readability(text: str, *, language: str, at: datetime) -> Readability:
    spoken = language_of(language)
    return rules.readability(text, rules.limits_of(rulebook.rules(KnowledgeRules, at=at), spoken))


def plainer(text: str, *, language: str, at: datetime) -> str:
    """The text in everyday words: terms explained where they first stand, stiff words replaced."""
    spoken = language_of(language)
    limits = rules.limits_of(rulebook.rules(KnowledgeRules, at=at), spoken)
    brackets = "%s (%s)" if spoken == "en" else "%s（%s）"

    def note(word: str, plain: str) -> str:
        return brackets % (word, plain.rstrip("。."))

    return rules.everyday(text, terms=terms(spoken, at=at), limits=limits, note=note)


# Approved answers ------------------------------------------------------------------------------


class AnswerNotFound(DomainError):
    code = "answer_not_found"
    message: ClassVar[Message] = _("There is no such answer.")
    http = 404


def approved_answers(
    *, language: str = "", causes: Collection[str] = (), words: str = ""
) -> QuerySet[ApprovedAnswer]:
    """The answers that may be given now, with how often each was; those for the causes first."""
    rows = ApprovedAnswer.objects.filter(checked_at__isnull=False, withdrawn_at=None)
    rows = rows.filter(language=language_of(language)) if language else rows
    if words.strip():
        rows = rows.filter(Q(title__icontains=words.strip()) | Q(body__icontains=words.strip()))
    fits = Q(causes__overlap=list(causes)) if causes else Q(pk__in=[])
    return rows.annotate(
        used=Count("uses"),
        fits=Case(When(fits, then=Value(0)), default=Value(1)),
    ).order_by("fits", "title", "pk")


def waiting_answers() -> QuerySet[ApprovedAnswer]:
    """What a second person has to look at, the oldest first."""
    return ApprovedAnswer.objects.filter(checked_at=None, withdrawn_at=None).order_by("pk")


def answer_for(answer_id: int) -> ApprovedAnswer:
    """Raises AnswerNotFound."""
    row = ApprovedAnswer.objects.filter(pk=answer_id).annotate(used=Count("uses")).first()
    if row is None:
        raise AnswerNotFound("answer")
    return row


def offered_answer(answer_id: int) -> ApprovedAnswer:
    """An answer that may be given to a customer now. Raises AnswerNotFound."""
    row = approved_answers().filter(pk=answer_id).first()
    if row is None:
        raise AnswerNotFound("approved")
    return row
