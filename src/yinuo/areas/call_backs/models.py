"""What a call-back adds to its case: rounds, contacts, answers, and why some get none."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Campaign(models.Model):
    """A round of questions that follows no single ending: periodic, or after a complaint."""

    class Kind(models.TextChoices):
        PERIODIC = "periodic"
        AFTER_COMPLAINT = "after_complaint"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    strategy = models.CharField(max_length=30)
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="campaigns")
    selection = models.JSONField(default=dict, help_text="kind and span of the cases asked about")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    last_case = models.PositiveBigIntegerField(default=0, help_text="how far the selection got")
    opened = models.PositiveIntegerField(default=0)
    excluded = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)


class CallBack(models.Model):
    """The questions to one customer after one case ended, over as many rounds as it takes."""

    case = models.OneToOneField(
        "cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="call_back"
    )
    # An index that begins with the same column answers for each of these two.
    followed = models.ForeignKey(
        "cases.Case",
        on_delete=models.PROTECT,
        related_name="call_backs",
        db_index=False,
        help_text="the case asked about, as in Case.about",
    )
    person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, related_name="call_backs", db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="call_backs"
    )
    occasion = models.CharField(
        max_length=20, help_text="paid refused withdrawn zero periodic after_complaint"
    )
    facts = models.JSONField(
        default=dict, help_text="what happened to the case followed; no personal data"
    )
    programme_version = models.PositiveIntegerField()
    strategy = models.CharField(max_length=30)
    channels = models.JSONField(default=list, help_text="message call, in their order")
    questionnaire = models.CharField(max_length=40)
    questionnaire_version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    round = models.PositiveSmallIntegerField(default=1)
    # What comes next. Null while nothing is planned: it was reached, or it has ended.
    channel = models.CharField(max_length=10, blank=True, help_text="message call")
    next_contact_at = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveSmallIntegerField(default=0, help_text="of this round")
    last_contact_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(null=True, blank=True, help_text="in this round")
    link_used_at = models.DateTimeField(null=True, blank=True, help_text="in this round")
    first_contact_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    satisfied = models.BooleanField(null=True, blank=True, help_text="by the newest answers")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["followed", "campaign"],
                nulls_distinct=False,
                name="call_back_once_per_case_and_campaign",
            ),
            models.CheckConstraint(
                condition=Q(channel="") ^ Q(next_contact_at__isnull=False),
                name="call_back_plans_channel_with_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "next_contact_at", "case"],
                condition=Q(next_contact_at__isnull=False),
                name="call_back_to_contact",
            ),
            models.Index(fields=["person", "last_contact_at"], name="call_backs_of_person"),
        ]


class Attempt(models.Model):
    """One contact: an invitation that was written, or a call. A running call has no outcome yet."""

    call_back = models.ForeignKey(CallBack, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField(help_text="over all rounds")
    round = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=10, help_text="message call")
    by = models.CharField(max_length=40)
    staff = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="attempts"
    )
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=15,
        blank=True,
        help_text="sent reached no_answer busy wrong_number refused later abandoned",
    )
    next_at = models.DateTimeField(null=True, blank=True, help_text="what the customer asked for")
    recording = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text="of the telephone system"
    )
    recording_until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call_back", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["call_back"], condition=Q(outcome=""), name="one_running_call"
            ),
            models.CheckConstraint(
                condition=Q(outcome="") ^ Q(ended_at__isnull=False),
                name="attempt_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("at")),
                name="attempt_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(
                fields=["staff", "at"], condition=Q(outcome=""), name="running_call_of_agent"
            ),
            models.Index(fields=["at"], name="attempts_by_time"),
            models.Index(
                fields=["recording_until_on"],
                condition=~Q(recording=""),
                name="recordings_by_end",
            ),
        ]


class Response(models.Model):
    """The answers of one round, kept with the version of the questions. Free text is a note."""

    call_back = models.ForeignKey(CallBack, on_delete=models.PROTECT, related_name="responses")
    round = models.PositiveSmallIntegerField()
    questionnaire = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=10)
    channel = models.CharField(max_length=10, help_text="portal call")
    script = models.CharField(
        max_length=50, blank=True, default="", help_text="name/version of what a caller said"
    )
    by = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    answers = models.JSONField(default=dict, help_text="question → value; no free text")
    notes = models.JSONField(default=dict, help_text="question → id of the note with the words")
    csat = models.PositiveSmallIntegerField(null=True, blank=True)
    nps = models.PositiveSmallIntegerField(null=True, blank=True)
    ces = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["call_back", "round"], name="response_once_per_round"),
            models.CheckConstraint(
                condition=Q(csat__isnull=True) | Q(csat__range=(1, 5)), name="csat_from_1_to_5"
            ),
            models.CheckConstraint(
                condition=Q(nps__isnull=True) | Q(nps__range=(0, 10)), name="nps_from_0_to_10"
            ),
            models.CheckConstraint(
                condition=Q(ces__isnull=True) | Q(ces__range=(1, 7)), name="ces_from_1_to_7"
            ),
        ]
        indexes = [models.Index(fields=["finished_at"], name="responses_by_time")]


class Exclusion(models.Model):
    """Why an ended case gets no call-back. Recorded once, visible on the case followed."""

    followed = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="call_back_exclusions"
    )
    campaign = models.ForeignKey(
        Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="exclusions"
    )
    reason = models.CharField(max_length=30)
    programme_version = models.PositiveIntegerField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["followed", "campaign"],
                nulls_distinct=False,
                name="exclusion_once_per_case_and_campaign",
            )
        ]
        indexes = [models.Index(fields=["reason", "at"], name="exclusions_by_reason")]


class CoverageCheck(models.Model):
    """The nightly proof: of the cases that ended, which have neither call-back nor exclusion."""

    at = models.DateTimeField()
    ended = models.PositiveIntegerField()
    opened = models.PositiveIntegerField()
    excluded = models.PositiveIntegerField()
    missing = models.PositiveIntegerField()
    numbers = models.JSONField(default=list, help_text="the first cases without either")

    class Meta:
        indexes = [models.Index(fields=["-at"], name="newest_coverage_check")]


class Measure(models.Model):
    """What somebody does so that a goal of the programme is met: steps, owner, day and result."""

    goal = models.CharField(max_length=30, help_text="the name of a target")
    programme_version = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    steps = models.TextField()
    owner = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="measures")
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="measures")
    due_on = models.DateField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    result = models.TextField(blank=True)
    worked = models.BooleanField(null=True, blank=True)
    ended_by = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) ^ ~Q(result=""),
                name="measure_ends_with_a_result",
            )
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(ended_at__isnull=True), name="open_measure")
        ]


class QualityDraw(models.Model):
    """One day's lot: with seed, share and least anybody draws the same calls again."""

    drawn_on = models.DateField(unique=True, help_text="the day of the calls")
    seed = models.CharField(max_length=64)
    share = models.DecimalField(max_digits=5, decimal_places=4)
    least = models.PositiveSmallIntegerField(help_text="of each caller")
    calls = models.PositiveIntegerField(help_text="how many there were to draw from")
    at = models.DateTimeField()


class QualityCheck(models.Model):
    """A call that a second person listens to. Points and words are there once it is reviewed."""

    draw = models.ForeignKey(QualityDraw, on_delete=models.PROTECT, related_name="checks")
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="quality_check")
    staff = models.ForeignKey(
        "people.Staff", on_delete=models.PROTECT, related_name="+", help_text="who called"
    )
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="+")
    sheet_version = models.PositiveIntegerField(null=True, blank=True)
    points = models.JSONField(default=dict, help_text="line of the sheet → points")
    total = models.PositiveSmallIntegerField(null=True, blank=True, help_text="percent")
    passed = models.BooleanField(null=True, blank=True)
    words = models.TextField(blank=True)
    reviewer = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True) ^ Q(reviewer__isnull=False, total__lte=100),
                name="quality_check_has_points_once_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("staff")),
                name="nobody_checks_an_own_call",
            ),
        ]
        indexes = [
            models.Index(fields=["staff", "reviewed_at"], name="quality_checks_of_caller"),
            models.Index(fields=["branch", "reviewed_at"], name="quality_checks_of_branch"),
        ]
