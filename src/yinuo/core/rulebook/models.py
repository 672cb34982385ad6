"""Revisions of rules and texts that a manager made on screen; the files hold the first one."""

from __future__ import annotations

from django.db import models


class Revision(models.Model):
    """One numbered override: who, when, why, and from when it is in force."""

    key = models.CharField(max_length=120)
    number = models.PositiveIntegerField()
    why = models.TextField()
    by = models.CharField(max_length=40, help_text="actor id")
    made_at = models.DateTimeField()
    in_force_from = models.DateTimeField()

    class Meta:
        abstract = True


class RuleRevision(Revision):
    value = models.JSONField(null=True, help_text="null gives the value of the file back")
    source = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "number"], name="rule_revision_number_once")
        ]
        indexes = [models.Index(fields=["key", "in_force_from"], name="rule_revision_in_force")]


class TextRevision(Revision):
    language = models.CharField(max_length=10)
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "language", "number"], name="text_revision_number_once"
            )
        ]
        indexes = [
            models.Index(fields=["key", "language", "in_force_from"], name="text_revision_in_force")
        ]
