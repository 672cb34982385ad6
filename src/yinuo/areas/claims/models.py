"""What a motor claim adds to its case."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.kit.crypto import EncryptedTextField


class Claim(models.Model):
    case = models.OneToOneField(
        "cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="claim"
    )
    policy = models.ForeignKey("policies.Policy", on_delete=models.PROTECT, related_name="claims")
    plate = models.CharField(max_length=20, blank=True)
    accident_at = models.DateTimeField()
    accident_on = models.DateField(help_text="local day of the accident, for duplicates")
    reported_at = models.DateTimeField()
    door = models.CharField(max_length=12, help_text="phone web api import")
    reporter_name = models.CharField(max_length=80, blank=True)
    reporter_phone = EncryptedTextField(blank=True, default="")
    reporter_relation = models.CharField(max_length=40, blank=True)
    driver_name = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=200)
    in_town = models.BooleanField(default=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    cause = models.CharField(max_length=40)
    circumstances = models.TextField(blank=True)
    police_called = models.BooleanField(null=True)
    injured = models.PositiveSmallIntegerField(default=0)
    dead = models.PositiveSmallIntegerField(default=0)
    drivable = models.BooleanField(null=True)
    other_vehicles = models.PositiveSmallIntegerField(default=0)
    estimate = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    facts = models.JSONField(
        default=dict, help_text="what conditions of the rules test; no personal data"
    )
    confirmed_new = models.BooleanField(
        default=False, help_text="a person saw the possible duplicates and reported all the same"
    )
    papers_complete_at = models.DateTimeField(null=True, blank=True)
    follow_up = models.CharField(
        max_length=12,
        blank=True,
        default="",
        db_default="",
        help_text="call_back excluded history: who asks the customer how it was",
    )
    external_key = models.CharField(max_length=80, null=True, blank=True, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["plate", "accident_on"], name="claim_by_plate_day"),
            models.Index(
                fields=["plate"], name="claim_plate_prefix", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(fields=["policy", "accident_on"], name="claim_of_policy"),
        ]


class Loss(models.Model):
    """A claim's unit of work with its own stage."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="losses")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, help_text="own_vehicle other_vehicle property injury")
    title = models.CharField(max_length=80, blank=True)
    stage = models.CharField(max_length=20)
    stage_since_at = models.DateTimeField()
    owner = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="losses"
    )
    severity = models.CharField(max_length=20, blank=True)
    estimate = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    reserve = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True, help_text="pay part refuse")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "ordinal"], name="loss_ordinal_once")
        ]
        indexes = [
            models.Index(
                fields=["stage", "stage_since_at"],
                condition=Q(ended_at__isnull=True),
                name="open_loss_by_stage",
            )
        ]


class Survey(models.Model):
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="surveys")
    round = models.PositiveSmallIntegerField(default=1)
    mode = models.CharField(max_length=10, help_text="on_site remote")
    surveyor = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="surveys")
    assigned_by = models.CharField(max_length=40)
    assigned_at = models.DateTimeField()
    assigned_why = models.JSONField(default=dict, help_text="the scores that chose this surveyor")
    no_interest_declared_at = models.DateTimeField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    arrived_at = models.DateTimeField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    authenticity = models.CharField(
        max_length=20, blank=True, help_text="consistent doubtful false"
    )
    liability = models.CharField(max_length=20, blank=True, help_text="full main equal minor none")
    findings = models.TextField(blank=True)
    told = models.JSONField(default=list, help_text="what was explained to the customer, ticked")
    completed_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "round"], name="survey_round_once"),
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(completed_at__isnull=True, replaced_at__isnull=True),
                name="one_running_survey_per_claim",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(no_interest_declared_at__isnull=False),
                name="survey_needs_declaration_of_no_interest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["surveyor", "assigned_at"],
                condition=Q(completed_at__isnull=True, replaced_at__isnull=True),
                name="running_survey_of",
            )
        ]


class DamagedPart(models.Model):
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="parts")
    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="parts")
    part = models.CharField(max_length=60)
    degree = models.CharField(max_length=20, help_text="light medium heavy destroyed")


class InjuredPerson(models.Model):
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="injured_people")
    loss = models.ForeignKey(
        Loss, null=True, blank=True, on_delete=models.PROTECT, related_name="injured_people"
    )
    name = models.CharField(max_length=80, blank=True)
    phone = EncryptedTextField(blank=True, default="")
    severity = models.CharField(max_length=20, help_text="light serious dead")
    condition = EncryptedTextField(blank=True, default="", help_text="health data, sensitive")
    hospital = models.CharField(max_length=80, blank=True)


class Assessment(models.Model):
    """One version of a loss assessment; a newer one replaces it, none is changed."""

    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="assessments")
    version = models.PositiveSmallIntegerField()
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    asked = models.DecimalField(max_digits=14, decimal_places=2)
    approved = models.DecimalField(max_digits=14, decimal_places=2)
    repair_shop = models.CharField(max_length=80, blank=True)
    remark = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loss", "version"], name="assessment_version_once")
        ]


class AssessmentLine(models.Model):
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="lines")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, help_text="part labour material other")
    name = models.CharField(max_length=80)
    quantity = models.DecimalField(max_digits=8, decimal_places=2, default=1)
    asked = models.DecimalField(max_digits=14, decimal_places=2)
    approved = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True)
    clause = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(asked__gte=0, approved__gte=0, quantity__gt=0),
                name="assessment_line_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(approved__lte=F("asked")), name="assessment_line_within_asked"
            ),
            models.CheckConstraint(
                condition=Q(approved=F("asked")) | ~Q(reason=""),
                name="assessment_line_cut_has_a_reason",
            ),
        ]


class Calculation(models.Model):
    """The sum of one loss by one person, reviewed by another."""

    class Verdict(models.TextChoices):
        WAITING = "waiting"
        CONFIRMED = "confirmed"
        RETURNED = "returned"

    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="calculations")
    version = models.PositiveSmallIntegerField()
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=10, help_text="pay part refuse")
    asked = models.DecimalField(max_digits=14, decimal_places=2)
    approved = models.DecimalField(max_digits=14, decimal_places=2)
    deductible = models.DecimalField(max_digits=14, decimal_places=2)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    steps = models.JSONField(default=list)
    reasons = models.JSONField(default=list, help_text="[{reason, clause}] of cuts or refusal")
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    reviewed_by = models.CharField(max_length=40, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_remark = models.TextField(blank=True)
    rule_revision = models.PositiveIntegerField(null=True, blank=True)
    sheet = models.JSONField(
        null=True, blank=True, help_text="accident, result and what is ours, to work it out again"
    )
    digest = models.CharField(
        max_length=64, blank=True, db_default="", default="", help_text="SHA-256 of the sheet"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loss", "version"], name="calculation_version_once"),
            models.CheckConstraint(
                condition=~Q(made_by=F("reviewed_by")) | Q(rule_revision__isnull=False),
                name="calculation_maker_is_not_checker",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="calculation_not_negative"),
        ]


class AccidentFacts(models.Model):
    """What a person entered about the accident that the claim does not know by itself: the other
    cars, injuries by head, rescue, salvage, options. In the words of accident_format.md."""

    claim = models.OneToOneField(
        Claim, primary_key=True, on_delete=models.PROTECT, related_name="entered"
    )
    facts = models.JSONField(default=dict)
    version = models.PositiveSmallIntegerField(default=1)
    entered_by = models.CharField(max_length=40)
    entered_at = models.DateTimeField()


class Recovery(models.Model):
    """What another party owes us for what we paid in its place (代位求偿). The ledger's entries
    say what came in; what is owed stays as it was when it was opened."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="recoveries")
    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="recoveries")
    debtor = models.CharField(max_length=40, help_text="the vehicle in the calculation")
    debtor_name = models.CharField(max_length=80, blank=True)
    insurer = models.CharField(max_length=80, blank=True)
    ctpli = models.DecimalField(max_digits=14, decimal_places=2)
    third_party = models.DecimalField(max_digits=14, decimal_places=2)
    owner = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=40)
    notified_at = models.DateTimeField(null=True, blank=True)
    notified_how = models.CharField(max_length=80, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loss", "debtor"], name="recovery_once_per_debtor"),
            models.CheckConstraint(
                condition=Q(ctpli__gte=0, third_party__gte=0, owner__gte=0),
                name="recovery_not_negative",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opened_at"], condition=Q(ended_at__isnull=True), name="open_recovery"
            )
        ]


class RecoveryEntry(models.Model):
    """One line of the ledger. Nothing is changed or taken out; a mistake is booked back."""

    recovery = models.ForeignKey(Recovery, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, help_text="received waived")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    remark = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Decision(models.Model):
    """What a person decided about a loss. A machine never writes one."""

    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="decisions")
    calculation = models.OneToOneField(Calculation, on_delete=models.PROTECT)
    approval = models.OneToOneField("approvals.Approval", on_delete=models.PROTECT)
    outcome = models.CharField(max_length=10)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    reasons = models.JSONField(default=list)
    decided_by = models.CharField(max_length=40)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__startswith="staff:"), name="decision_by_a_person"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="refuse") | ~Q(reasons=[]),
                name="refusal_has_reasons",
            ),
        ]


class Payee(models.Model):
    """Who receives which share of a decided loss."""

    loss = models.ForeignKey(Loss, on_delete=models.PROTECT, related_name="payees")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="payee_of")
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loss", "person"], name="payee_once_per_loss")
        ]


class EarlyWarning(models.Model):
    """Signs on an open claim that a complaint may come, and what was done about them.

    What is held out is on no timeline and no list: whoever knew of it would act.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="early_warnings")
    at = models.DateTimeField()
    points = models.PositiveSmallIntegerField()
    reasons = models.JSONField(help_text="[[signal, value, points], …], the strongest first")
    held_out = models.BooleanField()
    contacted_at = models.DateTimeField(null=True, blank=True)
    contacted_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(held_out=False) | Q(contacted_at__isnull=True),
                name="held_out_is_not_contacted",
            )
        ]
        indexes = [
            models.Index(fields=["claim", "-at"], name="warnings_of_claim"),
            models.Index(
                fields=["-points", "at"],
                condition=Q(held_out=False, contacted_at__isnull=True),
                name="warning_to_act_on",
            ),
        ]
