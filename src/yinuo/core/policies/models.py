"""What was insured, for how much, and what was told at sale."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q


class Vehicle(models.Model):
    plate = models.CharField(max_length=20, blank=True)
    vin = models.CharField(max_length=30, blank=True)
    make = models.CharField(max_length=60)
    model = models.CharField(max_length=60, blank=True)
    model_year = models.PositiveSmallIntegerField(null=True, blank=True)
    use = models.CharField(max_length=30, default="family")
    seats = models.PositiveSmallIntegerField(default=5)
    external_key = models.CharField(max_length=80, null=True, blank=True, unique=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["plate"], name="vehicle_plate_prefix", opclasses=["varchar_pattern_ops"]
            )
        ]


class Policy(models.Model):
    number = models.CharField(max_length=40, unique=True)
    product = models.CharField(max_length=40)
    holder = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="policies")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="policies")
    branch = models.ForeignKey("people.Branch", on_delete=models.PROTECT, related_name="policies")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    premium = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3, default="CNY")
    sold_by = models.CharField(max_length=80, blank=True)
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="policy_ends_after_start"
            )
        ]
        indexes = [
            models.Index(fields=["vehicle", "starts_at"], name="policy_of_vehicle"),
            models.Index(fields=["holder"], name="policy_of_holder"),
            models.Index(
                fields=["number"], name="policy_number_prefix", opclasses=["varchar_pattern_ops"]
            ),
        ]


class Cover(models.Model):
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="covers")
    kind = models.CharField(max_length=30, help_text="ctpli own_damage third_party seats …")
    limit = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    deductible = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    deductible_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    loss_kinds = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "kind"], name="cover_once_per_policy")
        ]


class PolicyDriver(models.Model):
    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="drivers")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="drives")
    relation = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "person"], name="driver_once_per_policy")
        ]


class Disclosure(models.Model):
    """One thing that was explained at sale, with its proof (保险法 art 17)."""

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="disclosures")
    topic = models.CharField(max_length=40, help_text="cover exclusions process papers deductible")
    explained = models.BooleanField()
    proof = models.CharField(max_length=80, blank=True)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["policy", "topic"], name="disclosure_once_per_topic")
        ]
