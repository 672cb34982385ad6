"""Papers and pictures of a case: what was asked, what came, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StoredFile(models.Model):
    """Bytes on disk by their SHA-256; several documents may hold the same bytes."""

    sha256 = models.BinaryField(max_length=32, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=80, help_text="sniffed, not claimed")
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    stored_at = models.DateTimeField()


class Document(models.Model):
    class Status(models.TextChoices):
        ASKED = "asked"
        RECEIVED = "received"
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        WAIVED = "waived"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="documents")
    subject = models.CharField(max_length=40, blank=True, help_text="as in loss:12")
    kind = models.CharField(max_length=40, help_text="key of the document rules")
    status = models.CharField(max_length=10, choices=Status.choices)
    why_asked = models.CharField(max_length=200, blank=True)
    request_round = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_by = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    file_name = models.CharField(max_length=120, blank=True)
    uploaded_by = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    judged_by = models.CharField(max_length=40, blank=True)
    rejection = models.CharField(max_length=200, blank=True)
    for_customer = models.BooleanField(default=True, help_text="the customer may see it")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="rejected") | ~Q(rejection=""),
                name="rejected_document_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["received", "accepted"]) | Q(file__isnull=False),
                name="received_document_has_a_file",
            ),
        ]
        indexes = [models.Index(fields=["case", "kind"], name="documents_of_case")]
