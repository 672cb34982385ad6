"""What we know about words: how a customer's were read, and how a person corrected it."""

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
