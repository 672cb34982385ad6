"""What a complaint adds to its case, and the voices that come in before there is a case."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from yinuo.kit.crypto import EncryptedTextField

CHANNELS = "phone portal web_form email visit letter wechat regulator media call_back api import"


class Inbound(models.Model):
    """One voice from outside, until a person has told what it is.

    The words stay here only as long as no case has them; then they are a note of that case.
    """

    channel = models.CharField(max_length=12, help_text=CHANNELS)
    received_at = models.DateTimeField()
    first_spoken_at = models.DateTimeField(help_text="when the words were first said to anybody")
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="inbound")
    branch_path = models.CharField(max_length=200)
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="inbound"
    )
    name = models.CharField(max_length=80, blank=True)
    phone = EncryptedTextField(blank=True, default="")
    email = models.EmailField(blank=True)
    words = EncryptedTextField(blank=True, default="")
    restated = EncryptedTextField(
        blank=True, default="", help_text="as said back to the customer, who agreed"
    )
    suggested = models.CharField(max_length=12)
    suggested_why = models.JSONField(default=list, help_text="[{code, start, end}] in the words")
    heated = models.BooleanField(default=False)
    about = models.ForeignKey(
        "cases.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="inbound"
    )
    due_at = models.DateTimeField()
    due_provisional = models.BooleanField(default=False)
    taken_by = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, blank=True, help_text="as told apart by a person")
    sorted_by = models.CharField(max_length=40, blank=True)
    sorted_at = models.DateTimeField(null=True, blank=True)
    case = models.ForeignKey(
        "cases.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="heard_as"
    )
    note = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="heard_as"
    )
    passed_to = models.CharField(max_length=80, blank=True)
    answer = EncryptedTextField(blank=True, default="")
    answered_by = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    told_how = models.CharField(
        max_length=12, blank=True, default="", db_default="", help_text="how the answer was told"
    )
    told_at = models.DateTimeField(
        null=True, blank=True, help_text="when the answer reached the person, or its letter left"
    )
    rating = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5")
    external_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    named = EncryptedTextField(  # type: ignore[misc]
        null=True, blank=True, help_text="case number or plate, as the sender wrote it"
    )
    mail_id = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="Message-ID of an e-mail"
    )
    automatic = models.CharField(
        max_length=8, blank=True, default="", db_default="",
        help_text="reply list: a machine wrote it, so no machine answers",
    )  # fmt: skip
    left_out = models.JSONField(
        null=True, blank=True, help_text="[{name, why}] of what came along and was not taken"
    )
    acknowledged_at = models.DateTimeField(
        null=True, blank=True, help_text="when the letter with the number left"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sorted_at__isnull=True) | ~Q(kind=""), name="sorted_voice_has_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="voice_rating_one_to_five",
            ),
        ]
        indexes = [
            models.Index(
                fields=["branch_path", "due_at"],
                condition=Q(sorted_at__isnull=True),
                name="voice_to_sort",
            ),
            models.Index(
                fields=["branch_path", "due_at"],
                condition=Q(kind="question", answered_at__isnull=True),
                name="question_to_answer",
            ),
        ]


class VoicePromise(models.Model):
    """What was promised about a voice that belongs to no case; a case keeps its own promises."""

    voice = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="promises")
    branch_path = models.CharField(max_length=200)
    rule = models.CharField(max_length=60)
    rule_revision = models.IntegerField(help_text="0: the file")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    provisional = models.BooleanField(default=False)
    checks = models.JSONField(default=list, help_text="[[ISO time, warn|miss|escalate, detail], …]")
    checks_done = models.PositiveSmallIntegerField(default=0)
    next_check_at = models.DateTimeField(null=True, blank=True)
    told = models.JSONField(default=list, help_text="[[ISO time, level, staff ids], …]")
    told_staff = ArrayField(models.BigIntegerField(), default=list)
    recounted = models.JSONField(
        null=True, blank=True, help_text="[[ISO time, due before, due since], …]"
    )
    missed_at = models.DateTimeField(null=True, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voice", "rule"], name="voice_promised_once_by_rule")
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=Q(next_check_at__isnull=False),
                name="voice_promise_to_check",
            ),
            models.Index(
                fields=["branch_path", "due_at"],
                condition=Q(kept_at__isnull=True),
                name="voice_promise_open",
            ),
        ]


class VoicePaper(models.Model):
    """A file that came with a voice. When the voice lands on a case, it becomes a paper there."""

    voice = models.ForeignKey(Inbound, on_delete=models.PROTECT, related_name="papers")
    file = models.ForeignKey(
        "documents.StoredFile", on_delete=models.PROTECT, related_name="came_with"
    )
    file_name = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voice", "file"], name="file_once_per_voice")
        ]


class Complaint(models.Model):
    class Complexity(models.TextChoices):
        SIMPLE = "simple"
        COMPLEX = "complex"
        SPECIAL = "special"

    class Response(models.TextChoices):
        IN_PROGRESS = "in_progress"
        EXPLANATION = "closed_with_explanation"
        MONEY = "closed_with_monetary_relief"
        RELIEF = "closed_with_non_monetary_relief"
        REJECTED = "closed_rejected"
        WITHDRAWN = "withdrawn"

    case = models.OneToOneField(
        "cases.Case", primary_key=True, on_delete=models.PROTECT, related_name="complaint"
    )
    channel = models.CharField(max_length=12, help_text=CHANNELS)
    first_spoken_at = models.DateTimeField()
    received_at = models.DateTimeField()
    words = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="complaints"
    )
    wanted = models.ForeignKey(
        "cases.Note", null=True, blank=True, on_delete=models.PROTECT, related_name="wanted_in"
    )
    source = models.ForeignKey(
        "cases.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="became",
        help_text="the concern or call-back in which it was first said",
    )  # fmt: skip
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    complexity = models.CharField(
        max_length=8, choices=Complexity.choices, default=Complexity.SIMPLE
    )
    response = models.CharField(
        max_length=40, choices=Response.choices, default=Response.IN_PROGRESS
    )
    upheld = models.CharField(max_length=6, blank=True, help_text="yes partly no")
    group_size = models.PositiveIntegerField(default=1)
    face_to_face = models.BooleanField(default=False)
    product = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=30, blank=True, help_text="stage of the claim concerned")
    clause = models.CharField(max_length=60, blank=True, help_text="key of the knowledge rules")
    repair_shop = models.CharField(max_length=80, blank=True)
    told_at_sale = models.CharField(max_length=10, blank=True, help_text="yes no unclear")
    regulator_ref = models.CharField(max_length=60, blank=True)
    forwarded_at = models.DateTimeField(null=True, blank=True)
    declared_by = models.CharField(max_length=40, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    passed_to = models.CharField(max_length=80, blank=True)
    heated_talks = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5")
    rated_at = models.DateTimeField(null=True, blank=True)
    external_key = models.CharField(max_length=120, null=True, blank=True, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=1, rating__lte=5),
                name="complaint_rating_one_to_five",
            ),
            models.CheckConstraint(
                condition=~Q(follows=F("case")) & ~Q(merged_into=F("case")),
                name="complaint_does_not_follow_itself",
            ),
        ]
        indexes = [
            models.Index(fields=["received_at"], name="complaint_by_receipt"),
            models.Index(fields=["told_at"], name="complaint_by_answer"),
        ]


class Party(models.Model):
    """Who complains, and who may speak for them."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="parties")
    role = models.CharField(max_length=14, help_text="complainant agent heir representative")
    person = models.ForeignKey(
        "people.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="complains"
    )
    name = models.CharField(max_length=80)
    phone = EncryptedTextField(blank=True, default="")
    power = models.ForeignKey(
        "documents.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="powers"
    )
    power_seen = models.BooleanField(
        default=False, help_text="a signed power or proof of heirship was seen"
    )
    power_kind = models.CharField(
        max_length=24, blank=True, default="", db_default="", help_text="of the rule powers.kinds"
    )
    power_until_on = models.DateField(null=True, blank=True, help_text="the last day, included")
    power_checked_by = models.CharField(max_length=40, blank=True, default="", db_default="")
    power_checked_at = models.DateTimeField(null=True, blank=True)
    power_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="it is asked for once, and nobody is turned away"
    )


class NamedCause(models.Model):
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="causes")
    code = models.CharField(max_length=40, help_text="key of the causes rules")
    main = models.BooleanField(default=False)
    why = models.JSONField(default=list, help_text="what it rests on: codes of words and evidence")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "code"], name="cause_once_per_complaint"),
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(main=True), name="one_main_cause"
            ),
        ]
        indexes = [models.Index(fields=["code", "main"], name="complaints_by_cause")]


class Why(models.Model):
    """One rung of the ladder of questions; the last answer is the root."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="whys")
    ordinal = models.PositiveSmallIntegerField()
    because = models.TextField()
    prevention = models.CharField(max_length=40, blank=True, help_text="of the catalogue, at root")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "ordinal"], name="why_once_per_rung")
        ]


class Suspicion(models.Model):
    """An internal tag. Never shown to the customer, and it stops no clock."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="suspicions")
    kind = models.CharField(max_length=8, help_text="malice fraud")
    evidence = models.TextField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    verdict = models.CharField(max_length=10, blank=True, help_text="confirmed dismissed")
    remark = models.TextField(blank=True)
    reviewed_by = models.CharField(max_length=40, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="suspicion_has_evidence"),
            models.CheckConstraint(
                condition=~Q(by=F("reviewed_by")), name="suspicion_maker_is_not_checker"
            ),
            models.UniqueConstraint(
                fields=["complaint", "kind"],
                condition=Q(verdict=""),
                name="one_open_suspicion_per_kind",
            ),
        ]


class Proposal(models.Model):
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="proposals")
    round = models.PositiveSmallIntegerField()
    words = models.TextField()
    held_back = models.BooleanField(
        default=False, db_default=False, help_text="the complainant hears of it when it is approved"
    )
    by = models.CharField(max_length=40)
    at = models.DateTimeField()
    answer = models.CharField(
        max_length=8, blank=True, help_text="agreed refused replaced returned"
    )
    answer_words = models.TextField(blank=True)
    answered_by = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "round"], name="proposal_round_once")
        ]


class Measure(models.Model):
    """One thing to be done for the complainant, and whether it was."""

    proposal = models.ForeignKey(
        Proposal, null=True, blank=True, on_delete=models.PROTECT, related_name="measures"
    )
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(
        max_length=14, help_text="apology explanation recalculation compensation resurvey training"
    )
    what = models.TextField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    staff = models.ForeignKey(
        "people.Staff", null=True, blank=True, on_delete=models.PROTECT, related_name="trainings",
        help_text="who is trained",
    )  # fmt: skip
    approval = models.OneToOneField(
        "approvals.Approval", null=True, blank=True, on_delete=models.PROTECT
    )
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    done_by = models.CharField(max_length=40, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.CharField(max_length=40, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    helped = models.BooleanField(null=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="compensation") | Q(amount__gt=0), name="compensation_is_money"
            ),
            models.CheckConstraint(
                condition=~Q(kind="training") | Q(staff__isnull=False), name="training_of_somebody"
            ),
        ]


class Answer(models.Model):
    """The answer letter, one version for each decision; none is changed once it was told."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="answers")
    version = models.PositiveSmallIntegerField()
    of_review = models.BooleanField(default=False)
    language = models.CharField(max_length=10)
    facts = models.TextField()
    decision = models.TextField()
    basis = models.TextField()
    remedies = ArrayField(models.CharField(max_length=30), default=list)
    upheld = models.CharField(max_length=6, help_text="yes partly no")
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    told_how = models.CharField(max_length=12, blank=True)
    told_by = models.CharField(max_length=40, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    proof = models.ForeignKey(
        "documents.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="proofs"
    )
    proof_words = models.CharField(max_length=200, blank=True)
    proved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "version"], name="answer_version_once"),
            models.CheckConstraint(
                condition=~Q(facts="") & ~Q(decision="") & ~Q(basis="") & ~Q(remedies=[]),
                name="answer_has_facts_basis_and_remedies",
            ),
            models.CheckConstraint(
                condition=Q(made_by__startswith="staff:"), name="answer_by_a_person"
            ),
        ]


class MoreTime(models.Model):
    """More time asked for. It extends nothing until it was approved and told."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="more_time")
    round = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="that of the promise of an answer that it is for"
    )
    stage = models.CharField(max_length=8, help_text="complex special")
    limit = models.CharField(max_length=20)
    reason = models.TextField()
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    approved_by = models.CharField(max_length=40, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(asked_by=F("approved_by")), name="more_time_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(told_at__isnull=True) | Q(approved_at__isnull=False),
                name="told_time_was_approved",
            ),
            models.UniqueConstraint(
                fields=["complaint", "round", "stage"],
                condition=Q(declined_at__isnull=True),
                name="each_stage_of_time_once_a_round",
            ),
        ]


class Review(models.Model):
    """核查: the answer looked at again by somebody else."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    asked_by = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    words = models.ForeignKey("cases.Note", on_delete=models.PROTECT, related_name="reviews")
    declared_by = models.CharField(
        max_length=40, blank=True, default="", db_default="",
        help_text="who decides it and has declared to have no interest",
    )  # fmt: skip
    declared_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=8, blank=True, help_text="upheld changed")
    decided_by = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "round"], name="review_round_once")
        ]


class Talk(models.Model):
    """What was said in a talk, whether it was understood, and what comes next."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="talks")
    how = models.CharField(max_length=12, help_text=CHANNELS)
    note = models.ForeignKey("cases.Note", on_delete=models.PROTECT, related_name="talks")
    restated = models.BooleanField(default=False, help_text="said back, and the customer agreed")
    understood = models.CharField(max_length=6, help_text="yes partly no")
    next_step = models.CharField(max_length=200, blank=True)
    heated = models.BooleanField(default=False)
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Remark(models.Model):
    """A handler's note on a piece of evidence, by the code that the evidence page gives it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="remarks")
    evidence = models.CharField(max_length=60)
    words = models.CharField(max_length=400)
    cited = models.BooleanField(default=False, help_text="stands in the answer letter")
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Lesson(models.Model):
    """What others can learn from it; no personal data, checked by a second person."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="lesson")
    kind = models.CharField(max_length=10, help_text="handled prevented")
    what = models.TextField()
    treatment = models.TextField()
    lesson = models.TextField()
    by = models.CharField(max_length=40)
    at = models.DateTimeField()


class Baseline(models.Model):
    """A figure of a past period, kept as it was, that later periods are held against."""

    measure = models.CharField(max_length=30, help_text="per_thousand_claims per_ten_thousand …")
    from_on = models.DateField()
    until_on = models.DateField(help_text="not included")
    branch_path = models.CharField(max_length=200)
    numerator = models.DecimalField(max_digits=18, decimal_places=2)
    denominator = models.DecimalField(max_digits=18, decimal_places=2)
    stored_by = models.CharField(max_length=40)
    stored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gt=F("from_on")), name="baseline_ends_after_start"
            ),
            models.CheckConstraint(condition=Q(denominator__gt=0), name="baseline_of_something"),
        ]
        indexes = [models.Index(fields=["measure", "-stored_at"], name="newest_baseline")]


class ChannelOutage(models.Model):
    """A way to reach us that does not work, from when until when, and what is wrong with it."""

    channel = models.CharField(max_length=12, help_text="a channel of the rule inbound.channels")
    began_at = models.DateTimeField()
    why = models.CharField(max_length=200)
    reported_by = models.CharField(max_length=40)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel"],
                condition=Q(ended_at__isnull=True),
                name="one_running_outage_per_channel",
            )
        ]
