"""A decision within authority by a second person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Approval(models.Model):
    class Verdict(models.TextChoices):
        WAITING = "waiting"
        APPROVED = "approved"
        RETURNED = "returned"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="approvals")
    subject = models.CharField(max_length=40, blank=True, help_text="as in loss:12")
    kind = models.CharField(max_length=30, help_text="calculation settlement refusal account")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    level = models.CharField(max_length=30, help_text="authority that the rule asked for")
    requested_by = models.CharField(max_length=40)
    requested_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    rule_revision = models.PositiveIntegerField(
        null=True, blank=True, help_text="set when a rule under its amount limit checked alone"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(requested_by=F("decided_by")) | Q(rule_revision__isnull=False),
                name="approval_maker_is_not_checker",
            ),
            models.UniqueConstraint(
                fields=["case", "subject", "kind"],
                condition=Q(verdict="waiting"),
                name="one_waiting_approval_per_subject",
            ),
        ]
        indexes = [
            models.Index(
                fields=["requested_at"], condition=Q(verdict="waiting"), name="approval_waiting"
            )
        ]
