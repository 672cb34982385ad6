"""Money out to a payee: what was instructed, in which file, and what the bank answered."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from yinuo.kit.crypto import EncryptedTextField


class PayeeAccount(models.Model):
    """A bank account as proposed by one person; a change is confirmed by another."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="accounts")
    subject = models.CharField(max_length=40, blank=True, help_text="as in loss:12")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="accounts")
    holder_kind = models.CharField(max_length=12, help_text="individual company")
    holder_name = models.CharField(max_length=80)
    number = EncryptedTextField()
    number_index = models.BinaryField(max_length=32)
    number_last4 = models.CharField(max_length=4)
    bank_name = models.CharField(max_length=80)
    bank_code = models.CharField(max_length=20, blank=True, help_text="CNAPS")
    proposed_by = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=40, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    is_correction = models.BooleanField(default=False)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(proposed_by=F("confirmed_by")), name="account_maker_is_not_checker"
            ),
            models.UniqueConstraint(
                fields=["case", "subject", "person"],
                condition=Q(replaced_at__isnull=True, confirmed_at__isnull=False),
                name="one_account_in_force_per_payee",
            ),
        ]


class PaymentBatch(models.Model):
    message_id = models.CharField(max_length=35, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    count = models.PositiveIntegerField()
    total = models.DecimalField(max_digits=16, decimal_places=2)
    content = models.BinaryField(help_text="the pain.001 file, byte for byte, encrypted")
    sha256 = models.BinaryField(max_length=32, help_text="of the file in clear")
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["made_at"],
                condition=Q(handed_over_at__isnull=True),
                name="batch_not_handed_over",
            )
        ]


class Payment(models.Model):
    """One instruction to pay. A correction after a return is a new row, attempt + 1."""

    class Status(models.TextChoices):
        READY = "ready"
        BATCHED = "batched"
        HANDED_OVER = "handed_over"
        UNDER_WAY = "under_way"
        ARRIVED = "arrived"
        RETURNED = "returned"
        CANCELLED = "cancelled"

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="payments")
    subject = models.CharField(max_length=40, blank=True, help_text="as in loss:12")
    attempt = models.PositiveSmallIntegerField(default=1)
    payee = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="payments")
    account = models.ForeignKey(PayeeAccount, on_delete=models.PROTECT, related_name="payments")
    approval = models.ForeignKey(
        "approvals.Approval", on_delete=models.PROTECT, related_name="payments"
    )
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)
    end_to_end_id = models.CharField(max_length=35, unique=True)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.READY)
    batch = models.ForeignKey(
        PaymentBatch, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    made_by = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_code = models.CharField(max_length=10, blank=True)
    return_text = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_is_positive"),
            models.UniqueConstraint(
                fields=["case", "subject", "payee", "attempt"], name="payment_attempt_once"
            ),
            models.UniqueConstraint(
                fields=["approval", "payee"],
                condition=~Q(status__in=["returned", "cancelled"]),
                name="one_live_payment_per_payee",
            ),
        ]
        indexes = [
            models.Index(fields=["made_at"], condition=Q(status="ready"), name="payment_ready"),
            models.Index(fields=["case"], name="payments_of_case"),
        ]


class BankAnswer(models.Model):
    """One answer file, read once by its content."""

    sha256 = models.BinaryField(max_length=32, unique=True)
    file_name = models.CharField(max_length=120)
    message_id = models.CharField(max_length=35, blank=True)
    read_at = models.DateTimeField()
    content = models.BinaryField(help_text="encrypted")
    findings = models.JSONField(default=list, help_text="unknown ids, contradictions")
