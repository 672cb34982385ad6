"""What we know about words: how a customer's were read, and how we explain a clause."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Reading(models.Model):
    """How a customer's words were read, and how a person corrected it.

    Places in the words are kept as numbers only: once the note is erased they point at nothing.
    """

    note = models.OneToOneField(
        "cases.Note", primary_key=True, on_delete=models.PROTECT, related_name="reading"
    )
    sentiment = models.CharField(max_length=3, help_text="pos neu neg")
    causes = ArrayField(models.CharField(max_length=12), default=list)
    urgency = models.CharField(max_length=8, help_text="high normal low")
    confidence = models.FloatField(help_text="0 to 1")
    person = models.BooleanField(help_text="a person should read the words")
    spans = models.JSONField(default=list, help_text="[[start, end, what it says], …]")
    model = models.CharField(max_length=16, help_text="which weights and lexicons read it")
    read_at = models.DateTimeField()
    corrected_sentiment = models.CharField(max_length=3, blank=True)
    corrected_causes = ArrayField(models.CharField(max_length=12), default=list)
    corrected_urgency = models.CharField(max_length=8, blank=True)
    corrected_by = models.CharField(max_length=40, blank=True)
    corrected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(corrected_by="") | Q(corrected_by__startswith="staff:"),
                name="reading_corrected_by_a_person",
            )
        ]
        indexes = [
            models.Index(
                fields=["corrected_at"],
                condition=Q(corrected_at__isnull=False),
                name="corrected_reading",
            )
        ]


class ClauseVersion(models.Model):
    """A clause explained anew on screen; the first explanation stands in the files, as number 0."""

    clause = models.CharField(max_length=60, help_text="key of the knowledge rules")
    language = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField()
    plain = models.TextField()
    example = models.TextField()
    why = models.CharField(max_length=400)
    by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    in_force_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clause", "language", "number"], name="clause_version_number_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["clause", "language", "in_force_from"], name="clause_version_in_force"
            )
        ]


class ClauseUse(models.Model):
    """A clause was cited to somebody: where, in which version, and in which words if in others."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="clause_uses")
    clause = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    version = models.PositiveSmallIntegerField(default=0)
    place = models.CharField(max_length=20, help_text="decision letter answer survey")
    own_words = models.TextField(blank=True, help_text="where they differ from the library's")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["clause", "-at"], name="use_of_clause"),
            models.Index(fields=["case"], name="clauses_of_case"),
        ]


class Disagreement(models.Model):
    """Two explanations of one clause that do not say the same. Open until somebody decides."""

    clause = models.CharField(max_length=60)
    language = models.CharField(max_length=10)
    use = models.OneToOneField(ClauseUse, on_delete=models.PROTECT, related_name="disagreement")
    against = models.TextField(help_text="the other explanation, as it stood then")
    found_at = models.DateTimeField()
    settled_by = models.CharField(max_length=40, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    holds = models.CharField(max_length=10, blank=True, help_text="library own_words neither")
    remark = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | ~Q(holds=""),
                name="settled_disagreement_says_what_holds",
            )
        ]
        indexes = [
            models.Index(
                fields=["found_at"],
                condition=Q(settled_at__isnull=True),
                name="open_disagreement",
            )
        ]


class Precedent(models.Model):
    """How an unclear situation was decided, so that the next one is decided the same way."""

    title = models.CharField(max_length=120)
    situation = models.TextField(help_text="what was unclear; no personal data")
    ruling = models.TextField(help_text="what holds")
    why = models.TextField()
    clause = models.CharField(max_length=60, blank=True)
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    checked_by = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=40, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by="") | ~Q(made_by=models.F("checked_by")),
                name="precedent_maker_is_not_checker",
            )
        ]


class PrecedentUse(models.Model):
    precedent = models.ForeignKey(Precedent, on_delete=models.PROTECT, related_name="uses")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="precedents")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["precedent", "case"], name="precedent_once_per_case")
        ]


class ApprovedAnswer(models.Model):
    """What sales, service and claims say to a question, in the same words: 口径.

    A new version is a row of its own that takes the place of the one before once a second person
    has approved it; what was said yesterday stays readable.
    """

    title = models.CharField(max_length=120, help_text="the question that it answers")
    body = models.TextField(help_text="the words for the customer")
    language = models.CharField(max_length=10)
    causes = ArrayField(models.CharField(max_length=12), default=list)
    audience = ArrayField(models.CharField(max_length=10), help_text="sales service claims")
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    checked_by = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=40, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by="") | ~Q(made_by=models.F("checked_by")),
                name="approved_answer_maker_is_not_checker",
            )
        ]


class AnswerUse(models.Model):
    """An approved answer was given to a customer; `changed` when it was put in other words."""

    answer = models.ForeignKey(ApprovedAnswer, on_delete=models.PROTECT, related_name="uses")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="answer_uses")
    changed = models.BooleanField(default=False)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["answer", "-at"], name="use_of_answer")]
