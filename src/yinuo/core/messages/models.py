"""What was said to whom, why, by which channel, and what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Message(models.Model):
    class Channel(models.TextChoices):
        INBOX = "inbox"
        EMAIL = "email"

    class Status(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        NOT_SENT = "not_sent"

    # An index that begins with the same column answers for each of these two.
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    event = models.ForeignKey(
        "cases.Event",
        null=True,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
    )
    reason = models.CharField(max_length=60)
    person = models.ForeignKey(
        "people.Person", null=True, on_delete=models.PROTECT, related_name="messages"
    )
    staff = models.ForeignKey(
        "people.Staff", null=True, on_delete=models.PROTECT, related_name="messages"
    )
    channel = models.CharField(max_length=12, choices=Channel.choices)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    by = models.CharField(max_length=40, help_text="actor id")
    written_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    why_not = models.CharField(max_length=200, blank=True)
    page = models.CharField(
        max_length=80, blank=True, default="", db_default="",
        help_text="where the desk shows what it is about, when that belongs to no case",
    )  # fmt: skip
    message_id = models.CharField(max_length=120, unique=True)
    not_before_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_tried_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    possibly_sent_twice = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False) ^ Q(staff__isnull=False),
                name="message_has_one_reader",
            ),
            models.UniqueConstraint(
                fields=["event", "reason", "person", "staff", "channel"],
                nulls_distinct=False,
                condition=Q(event__isnull=False),
                name="message_once_per_event_reader_channel",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before_at", "id"],
                condition=Q(status__in=["queued", "sending"]),
                name="message_waiting",
            ),
            models.Index(fields=["case", "written_at"], name="messages_of_case"),
        ]
