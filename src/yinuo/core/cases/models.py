"""The case, its timeline, its promises, its notes and the seals over all of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Case(models.Model):
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    workflow_version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=30)
    care = models.CharField(
        max_length=12, default="regular", help_text="major regular special small"
    )
    # An index that begins with the same column answers for it; so it is with every db_index=False.
    customer = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="cases", db_index=False
    )
    handler = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="cases")
    branch_path = models.CharField(max_length=200, help_text="copy of the branch's, for the lists")
    about = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    state_since_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True, blank=True, help_text="earliest open promise")
    waiting_for_customer = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0, help_text="grows with what people do")
    head_seq = models.PositiveIntegerField(default=0)
    head_hash = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        indexes = [
            models.Index(
                fields=["branch", "kind", "next_due_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="open_case_by_branch_kind_due",
            ),
            models.Index(
                fields=["handler", "next_due_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="open_case_by_handler_due",
            ),
            models.Index(
                fields=["kind", "next_due_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="open_case_by_kind_due",
            ),
            models.Index(
                fields=["branch", "state_since_at", "id"],
                condition=Q(closed_at__isnull=True, waiting_for_customer=True),
                name="waiting_case_by_branch",
            ),
            models.Index(
                fields=["handler", "state_since_at", "id"],
                condition=Q(closed_at__isnull=True, waiting_for_customer=True),
                name="waiting_case_by_handler",
            ),
            models.Index(
                fields=["state_since_at", "id"],
                condition=Q(closed_at__isnull=True, waiting_for_customer=True),
                name="waiting_case",
            ),
            # Hardly any: somebody forgot to promise the next thing.
            models.Index(
                fields=["branch", "state_since_at"],
                condition=Q(
                    closed_at__isnull=True, waiting_for_customer=False, next_due_at__isnull=True
                ),
                name="open_case_without_promise",
            ),
            models.Index(fields=["customer", "-opened_at"], name="case_of_customer"),
            models.Index(fields=["kind", "state"], name="case_by_kind_state"),
            # Lists of one kind, the newest first, pass the newer cases of other kinds by.
            models.Index(fields=["kind", "-id"], name="case_by_kind_newest"),
        ]

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """One line of the timeline. A trigger refuses UPDATE, DELETE and TRUNCATE."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    prev_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    type = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    source = models.CharField(max_length=12, blank=True, help_text="'replay' in a sandbox")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="event_seq_once")]


class Promise(models.Model):
    """One commitment. Open while neither kept nor withdrawn; a missed one is still owed."""

    class Audience(models.TextChoices):
        CUSTOMER = "customer"
        INTERNAL = "internal"

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="promises", db_index=False
    )
    rule = models.CharField(max_length=60)
    rule_revision = models.PositiveIntegerField(default=0)
    subject = models.CharField(max_length=40, blank=True, help_text="as in loss:12")
    round = models.PositiveSmallIntegerField(default=1)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    statutory = models.BooleanField(default=False)
    owner = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="promises"
    )
    owner_role = models.CharField(max_length=30)
    limit = models.CharField(max_length=60, help_text="as written in the rule, e.g. 30 days")
    roll_forward = models.BooleanField(default=False)
    pausable = models.JSONField(default=list, help_text="reasons that stop this clock")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False, help_text="counts days of an unpublished year")
    paused_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=60, blank=True)
    checks = models.JSONField(default=list, help_text="[[ISO time, warn|miss|escalate, detail], …]")
    checks_done = models.PositiveSmallIntegerField(default=0)
    next_check_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule", "subject", "round"], name="promise_once_per_round"
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="promise_kept_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(next_check_at__isnull=True)
                | (Q(kept_at__isnull=True) & Q(withdrawn_at__isnull=True)),
                name="ended_promise_is_not_swept",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at", "id"],
                condition=Q(next_check_at__isnull=False),
                name="promise_to_check",
            ),
            models.Index(
                fields=["owner", "due_at", "case"],
                condition=Q(
                    kept_at__isnull=True, withdrawn_at__isnull=True, paused_at__isnull=True
                ),
                name="running_promise_of_owner",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(provisional=True, kept_at__isnull=True, withdrawn_at__isnull=True),
                name="provisional_promise",
            ),
        ]


class PromisePause(models.Model):
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="pauses")
    reason = models.CharField(max_length=60)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "reason"],
                condition=Q(ended_at__isnull=True),
                name="one_running_pause_per_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="pause_ends_after_start",
            ),
        ]


class PromiseExtension(models.Model):
    promise = models.ForeignKey(Promise, on_delete=models.PROTECT, related_name="extensions")
    limit = models.CharField(max_length=60)
    reason = models.TextField()
    by = models.CharField(max_length=40)
    approved_by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(by=F("approved_by")), name="extension_maker_is_not_checker"
            )
        ]


class Note(models.Model):
    """Free text by a person. Erasable: the timeline holds only the salted hash."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    thread = models.CharField(max_length=60, default="general")
    kind = models.CharField(max_length=20, help_text="question answer internal minutes reason")
    in_reply_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT)
    body = models.TextField()
    salt = models.BinaryField(max_length=16)
    digest = models.BinaryField(max_length=32)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    for_customer = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="notes_of_case")]


class Seal(models.Model):
    """A Merkle root over all heads. The leaves lie in a file outside the database."""

    sealed_at = models.DateTimeField(db_default=Now())
    root = models.BinaryField(max_length=32)
    cases = models.PositiveBigIntegerField()
    events = models.PositiveBigIntegerField()
    file_name = models.CharField(max_length=120)
    previous = models.OneToOneField("self", null=True, on_delete=models.PROTECT)
