"""The only code that writes what we know: how words were read, and how clauses are explained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from yinuo.core.knowledge import queries, reader, rules
from yinuo.core.knowledge.clauses import Explained
from yinuo.core.knowledge.models import (
    AnswerUse,
    ApprovedAnswer,
    ClauseUse,
    ClauseVersion,
    Disagreement,
    Precedent,
    PrecedentUse,
    Reading,
)
from yinuo.core.knowledge.rulefile import KnowledgeRules
from yinuo.core.knowledge.rules import Finding
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook import queries as rulebook
from yinuo.core.rulebook.textfiles import LANGUAGES
from yinuo.kit.errors import DomainError, Message
from yinuo.perception.lexicon import CAUSES, TONES, URGENCIES


class NotReadYet(DomainError):
    code = "not_read_yet"
    message: ClassVar[Message] = _("These words have not been read yet. Try again in a minute.")


class ReadingUnknown(DomainError):
    code = "reading_unknown"
    message: ClassVar[Message] = _("“%(word)s” is not known here. Choose one of: %(known)s.")
    http = 422


class OnlyPeopleCorrect(DomainError):
    code = "only_people_correct"
    message: ClassVar[Message] = _("Only a member of staff corrects how words were read.")
    http = 403


class Words(Protocol):
    """A note: knowledge lies below the cases and knows them only by this."""

    @property
    def pk(self) -> int: ...
    @property
    def body(self) -> str: ...


def read_note(*, note: Words, by: Actor, at: datetime) -> Reading | None:
    """Read the words once. None for erased words; what was read before stays as it is."""
    if not note.body.strip():
        return None
    found = reader.read_words(note.body)
    row, _made = Reading.objects.get_or_create(
        note_id=note.pk,
        defaults={
            "sentiment": found.sentiment,
            "causes": list(found.causes),
            "urgency": found.urgency,
            "confidence": round(found.confidence, 3),
            "person": found.person,
            "spans": [[span.start, span.end, span.says] for span in found.spans],
            "model": reader.model(),
            "read_at": at,
        },
    )
    return row


def correct_reading(
    *, note: Words, sentiment: str, causes: Sequence[str], urgency: str, by: Actor, at: datetime
) -> Reading:
    """Keep what a person read. The machine's own reading stays beside it, for comparison.

    Raises NotReadYet, ReadingUnknown and OnlyPeopleCorrect.
    """
    if by.kind != "staff":
        raise OnlyPeopleCorrect
    _check("sentiment", sentiment, TONES)
    _check("urgency", urgency, URGENCIES)
    for cause in causes:
        _check("causes", cause, CAUSES)
    row = Reading.objects.filter(note=note.pk).first()
    if row is None:
        raise NotReadYet
    row.corrected_sentiment = sentiment
    row.corrected_causes = list(dict.fromkeys(causes))
    row.corrected_urgency = urgency
    row.corrected_by = by.id
    row.corrected_at = at
    row.save(
        update_fields=[
            "corrected_sentiment",
            "corrected_causes",
            "corrected_urgency",
            "corrected_by",
            "corrected_at",
        ]
    )
    return row


def _check(field: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        raise ReadingUnknown(field, word=word, known=", ".join(known))


# Clauses ---------------------------------------------------------------------------------------

MAY_EXPLAIN = frozenset({"manager"})
MAY_RULE = frozenset({"reviewer", "approver", "team_lead", "manager"})
MAY_FOLLOW = MAY_RULE | {"assessor", "calculator", "complaint_officer"}
AUDIENCES = ("sales", "service", "claims")
"""Who speaks to customers; what they say to one question is the same."""


class MayNotExplain(DomainError):
    code = "may_not_explain"
    message: ClassVar[Message] = _("Only a manager changes how a clause is explained.")
    http = 403


class ClauseUnknown(DomainError):
    code = "clause_unknown"
    message: ClassVar[Message] = _("There is no clause “%(clause)s” in the library.")
    http = 404


class WordsMissing(DomainError):
    code = "words_missing"
    message: ClassVar[Message] = _("Write %(what)s.")
    http = 422


class WordingRefused(DomainError):
    """A text that is not plain enough to be sent; `findings` say where and what to do."""

    code = "wording_refused"
    message: ClassVar[Message] = _("This cannot be sent as it stands. %(details)s")
    http = 422

    def __init__(self, field: str | None, findings: Sequence[Finding]) -> None:
        super().__init__(field)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        self.params["details"] = " ".join(f"{one.message} {one.advice}" for one in self.findings)
        return super().__str__()


class NotYoursToSettle(DomainError):
    code = "not_yours_to_settle"
    message: ClassVar[Message] = _("A reviewer, an approver or a manager decides this.")
    http = 403


class SettledAlready(DomainError):
    code = "settled_already"
    message: ClassVar[Message] = _("This was decided already.")


class OwnPrecedent(DomainError):
    code = "own_precedent"
    message: ClassVar[Message] = _("You wrote this yourself: another person has to confirm it.")
    http = 403


def require_plain(
    *, text: str, language: str, purpose: str, at: datetime, field: str | None = None
) -> list[Finding]:
    """Refuse a text that must not go out so; the findings that are only advice come back.

    Raises WordingRefused.
    """
    found = queries.findings(text, language=language, purpose=purpose, at=at)
    refused = [one for one in found if one.refused]
    if refused:
        raise WordingRefused(field, refused)
    return found


def require_no_formula(*, texts: Iterable[str], at: datetime, field: str | None = None) -> None:
    """Refuse short reasons that name nothing; whatever else is not plain in them may stand.

    Raises WordingRefused.
    """
    refused = [
        one
        for text in texts
        for one in queries.findings(text, language=rules.written_in(text), purpose="reply", at=at)
        if one.code == "bare_formula"
    ]
    if refused:
        raise WordingRefused(field, refused)


def explain_clause(
    *,
    clause: str,
    language: str,
    plain: str,
    example: str,
    why: str,
    by: Actor,
    at: datetime,
    in_force_from: datetime | None = None,
) -> ClauseVersion:
    """Explain a clause anew from a moment on; the words themselves have to be plain.

    Raises MayNotExplain, ClauseUnknown, WordsMissing and WordingRefused.
    """
    if not by.roles & MAY_EXPLAIN:
        raise MayNotExplain
    if clause not in rulebook.rules(KnowledgeRules, at=at).clauses or language not in LANGUAGES:
        raise ClauseUnknown("clause", clause=clause)
    for field, words in (("plain", plain), ("example", example), ("why", why)):
        if not words.strip():
            raise WordsMissing(field, what=field)
    require_plain(text=plain, language=language, purpose="reply", at=at, field="plain")
    with transaction.atomic():
        rows = ClauseVersion.objects.filter(clause=clause, language=language)
        newest = rows.select_for_update().order_by("-number").first()
        return ClauseVersion.objects.create(
            clause=clause,
            language=language,
            number=newest.number + 1 if newest else 1,
            plain=plain.strip(),
            example=example.strip(),
            why=why.strip(),
            by=by.id,
            made_at=at,
            in_force_from=in_force_from or at,
        )


def explanations(text: str, cited: Mapping[str, Explained], *, at: datetime) -> dict[str, str]:
    """What a text says of each cited clause in words of its own; "" where it says nothing."""
    marks = rulebook.rules(KnowledgeRules, at=at).library.explains_clause.value
    patterns = marks.latin if rules.written_in(text) == "en" else marks.chinese
    return {key: rules.own_explanation(text, one.mentions, patterns) for key, one in cited.items()}


def note_uses(
    *,
    case_id: int,
    cited: Mapping[str, str],
    language: str,
    place: str,
    by: Actor,
    at: datetime,
) -> list[ClauseUse]:
    """Keep that clauses were cited, each with the words used for it ("" means the library's own).

    Words that do not say what the library says are kept, and raise a disagreement. Keys that the
    library does not know are left out: a person may cite any clause.
    """
    known = queries.clauses(cited.keys(), language, at=at)
    alike = rulebook.rules(KnowledgeRules, at=at).library.same_words.value
    rows: list[ClauseUse] = []
    against: list[str] = []
    for key, explained in known.items():
        words = cited[key].strip()
        other = bool(words) and not rules.same_explanation(words, explained.plain, at_least=alike)
        against.append(explained.plain if other else "")
        rows.append(
            ClauseUse(
                case_id=case_id,
                clause=key,
                language=explained.language,
                version=explained.version,
                place=place,
                own_words=words if other else "",
                by=by.id,
                at=at,
            )
        )
    with transaction.atomic():
        ClauseUse.objects.bulk_create(rows)
        Disagreement.objects.bulk_create(
            Disagreement(
                clause=row.clause, language=row.language, use=row, against=words, found_at=at
            )
            for row, words in zip(rows, against, strict=True)
            if words
        )
    return rows


def settle_disagreement(
    *, disagreement: Disagreement, holds: str, remark: str, by: Actor, at: datetime
) -> None:
    """Say which of two explanations holds: "library", "own_words" or "neither".

    Raises NotYoursToSettle, SettledAlready, ReadingUnknown and WordsMissing.
    """
    if not by.roles & MAY_RULE:
        raise NotYoursToSettle
    _check("holds", holds, ("library", "own_words", "neither"))
    if not remark.strip():
        raise WordsMissing("remark", what=_("why"))
    changed = Disagreement.objects.filter(pk=disagreement.pk, settled_at__isnull=True).update(
        holds=holds, remark=remark.strip(), settled_by=by.id, settled_at=at
    )
    if not changed:
        raise SettledAlready


# Special cases ---------------------------------------------------------------------------------


def write_precedent(
    *, title: str, situation: str, ruling: str, why: str, by: Actor, at: datetime, clause: str = ""
) -> Precedent:
    """Put down how an unclear situation is decided; it holds once a second person confirms it.

    Raises NotYoursToSettle, WordsMissing and ClauseUnknown.
    """
    if not by.roles & MAY_RULE:
        raise NotYoursToSettle
    given = {"title": title, "situation": situation, "ruling": ruling, "why": why}
    for field, words in given.items():
        if not words.strip():
            raise WordsMissing(field, what=field)
    if clause and clause not in rulebook.rules(KnowledgeRules, at=at).clauses:
        raise ClauseUnknown("clause", clause=clause)
    return Precedent.objects.create(
        **{field: words.strip() for field, words in given.items()},
        clause=clause,
        made_by=by.id,
        made_at=at,
    )


def confirm_precedent(*, precedent: Precedent, by: Actor, at: datetime) -> None:
    """Raises NotYoursToSettle, OwnPrecedent and SettledAlready."""
    if not by.roles & MAY_RULE:
        raise NotYoursToSettle
    if precedent.made_by == by.id:
        raise OwnPrecedent
    waiting = Precedent.objects.filter(pk=precedent.pk, checked_at__isnull=True)
    if not waiting.update(checked_by=by.id, checked_at=at):
        raise SettledAlready


def withdraw_precedent(*, precedent: Precedent, why: str, by: Actor, at: datetime) -> None:
    """Raises NotYoursToSettle, WordsMissing and SettledAlready."""
    if not by.roles & MAY_RULE:
        raise NotYoursToSettle
    if not why.strip():
        raise WordsMissing("why", what=_("why"))
    standing = Precedent.objects.filter(pk=precedent.pk, withdrawn_at__isnull=True)
    if not standing.update(withdrawn_by=by.id, withdrawn_at=at, withdrawn_why=why.strip()):
        raise SettledAlready


def follow_precedent(*, precedent: Precedent, case_id: int, by: Actor, at: datetime) -> None:
    """Keep that a case was decided after it; a second time changes nothing.

    Raises NotYoursToSettle for whoever decides nothing.
    """
    if not by.roles & MAY_FOLLOW:
        raise NotYoursToSettle
    PrecedentUse.objects.get_or_create(
        precedent=precedent, case_id=case_id, defaults={"by": by.id, "at": at}
    )


# Approved answers ------------------------------------------------------------------------------


def propose_answer(
    *,
    title: str,
    body: str,
    language: str,
    causes: Sequence[str] = (),
    audience: Sequence[str] = AUDIENCES,
    replaces: ApprovedAnswer | None = None,
    by: Actor,
    at: datetime,
) -> ApprovedAnswer:
    """Put an answer into words; it is offered once a second person has approved it.

    Raises OnlyPeopleCorrect, WordsMissing, ReadingUnknown, and WordingRefused for words that no
    customer should be sent.
    """
    if by.kind != "staff":
        raise OnlyPeopleCorrect
    for field, words in (("title", title), ("body", body)):
        if not words.strip():
            raise WordsMissing(field, what=field)
    _check("language", language, LANGUAGES)
    for cause in causes:
        _check("causes", cause, CAUSES)
    for place in audience:
        _check("audience", place, AUDIENCES)
    require_plain(text=body, language=language, purpose="reply", at=at, field="body")
    return ApprovedAnswer.objects.create(
        title=title.strip(),
        body=body.strip(),
        language=language,
        causes=list(causes),
        audience=list(audience),
        replaces=replaces,
        made_by=by.id,
        made_at=at,
    )


def approve_answer(*, answer: ApprovedAnswer, by: Actor, at: datetime) -> None:
    """The answer is offered from now on, and the one that it replaces no longer.

    Raises NotYoursToSettle, OwnPrecedent and SettledAlready.
    """
    if not by.roles & MAY_RULE:
        raise NotYoursToSettle
    if answer.made_by == by.id:
        raise OwnPrecedent
    with transaction.atomic():
        waiting = ApprovedAnswer.objects.filter(pk=answer.pk, checked_at=None, withdrawn_at=None)
        if not waiting.update(checked_by=by.id, checked_at=at):
            raise SettledAlready
        if answer.replaces_id is not None:
            before = ApprovedAnswer.objects.filter(pk=answer.replaces_id, withdrawn_at=None)
            before.update(withdrawn_by=by.id, withdrawn_at=at)


def withdraw_answer(*, answer: ApprovedAnswer, by: Actor, at: datetime) -> None:
    """Raises NotYoursToSettle and SettledAlready."""
    if not by.roles & MAY_RULE:
        raise NotYoursToSettle
    standing = ApprovedAnswer.objects.filter(pk=answer.pk, withdrawn_at=None)
    if not standing.update(withdrawn_by=by.id, withdrawn_at=at):
        raise SettledAlready


def use_answer(
    *, answer: ApprovedAnswer, case_id: int, changed: bool, by: Actor, at: datetime
) -> AnswerUse:
    """Keep that it was given to a customer, and whether in other words."""
    return AnswerUse.objects.create(
        answer=answer, case_id=case_id, changed=changed, by=by.id, at=at
    )
