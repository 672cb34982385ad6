"""What a concern adds to its case, how it ends without a yes, and what is learned from it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Concern(models.Model):
    """A customer's problem with an owner. The customer's words are notes, here only referred to."""

    class Outcome(models.TextChoices):
        OPEN = ""
        CONFIRMED = "confirmed"
        REVIEWED = "reviewed"
        COMPLAINT = "complaint"

    case = models.OneToOneField(
        "cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="concern"
    )
    door = models.CharField(max_length=12, help_text="call_back words portal desk api")
    source_case = models.ForeignKey(
        "cases.Case",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="raised_concerns",
        help_text="the case on which it was said, when that is not the case it is about",
    )
    source_event = models.BigIntegerField(
        null=True, blank=True, unique=True, help_text="the event that a reaction made it of"
    )
    words = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="concerns"
    )
    reasons = ArrayField(models.CharField(max_length=30), default=list)
    causes = ArrayField(models.CharField(max_length=12), default=list)
    urgency = models.CharField(max_length=8, help_text="high normal low")
    apart = models.BooleanField(
        default=False, help_text="kept from the handler of the case that it is about"
    )
    first_spoken_at = models.DateTimeField()
    round = models.PositiveSmallIntegerField(default=1)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="the first answer")
    solved_at = models.DateTimeField(null=True, blank=True, help_text="the latest solution")
    solved_by = models.CharField(max_length=40, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome.choices, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(confirmed_by="") | ~Q(confirmed_by=F("solved_by")),
                name="nobody_confirms_their_own_solution",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed") | Q(confirmed_at__isnull=False),
                name="confirmed_concern_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["first_spoken_at"], name="concern_by_first_words"),
        ]


class Closing(models.Model):
    """A proposal to close what the customer did not confirm, and the second person's verdict."""

    class Verdict(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        RETURNED = "returned"
        DROPPED = "dropped"

    concern = models.ForeignKey(Concern, on_delete=models.PROTECT, related_name="closings")
    reason = models.CharField(max_length=30)
    note = models.ForeignKey("cases.Note", on_delete=models.PROTECT, related_name="closings")
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    reviewed_by = models.CharField(max_length=40, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("reviewed_by")), name="closing_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=~Q(verdict="accepted") | ~Q(reviewed_by=""),
                name="accepted_closing_has_a_second_person",
            ),
            models.UniqueConstraint(
                fields=["concern"],
                condition=Q(verdict="waiting"),
                name="one_waiting_closing_per_concern",
            ),
        ]


class Finding(models.Model):
    """A suggestion or a lesson kept for improvement, and what we did with it."""

    class Standing(models.TextChoices):
        NEW = "new"
        CONSIDERED = "considered"
        ADOPTED = "adopted"
        DECLINED = "declined"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="findings")
    note = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    source_event = models.BigIntegerField(null=True, blank=True, unique=True)
    title = models.CharField(max_length=200, blank=True, help_text="in our words, without names")
    cause = models.CharField(max_length=12, blank=True)
    product = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=30, blank=True, help_text="where the claim stood")
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="findings")
    branch_path = models.CharField(max_length=200)
    standing = models.CharField(max_length=10, choices=Standing.choices, default=Standing.NEW)
    kept_by = models.CharField(max_length=40)
    kept_at = models.DateTimeField()
    answer = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    answered_by = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    change = models.TextField(
        blank=True, default="", db_default="", help_text="what we do differently; without names"
    )
    changed_on = models.DateField(null=True, blank=True, help_text="since when")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(standing__in=["adopted", "declined"]) | Q(answer__isnull=False),
                name="decided_finding_has_an_answer",
            )
        ]
        indexes = [
            models.Index(fields=["standing", "-kept_at"], name="finding_by_standing"),
            models.Index(
                fields=["branch_path", "-kept_at"],
                name="finding_by_branch",
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
            ),
        ]


class Ground(models.Model):
    """What a finding rests on: an opinion (a case, or words on it) or a figure with its source."""

    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="grounds")
    case = models.ForeignKey(
        "cases.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="grounds"
    )
    note = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="grounds"
    )
    figure = models.CharField(max_length=200, blank=True, help_text="without names")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False) | ~Q(figure=""), name="ground_says_what"
            ),
            models.UniqueConstraint(
                fields=["finding", "case", "note", "figure"],
                nulls_distinct=False,
                name="ground_once_per_finding",
            ),
        ]
