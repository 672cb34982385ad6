"""Customers, staff, branches, and the keys by which people and machines come in."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from yinuo.kit.crypto import EncryptedTextField


class Branch(models.Model):
    """A node of the insurer's tree; `path` lists the ids from the root, as in `1.4.9.`."""

    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20, unique=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=200, unique=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["path"], name="branch_path_prefix", opclasses=["varchar_pattern_ops"]
            )
        ]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    def get_by_natural_key(self, username: str | None) -> Staff:
        return self.get(username__iexact=username)


class Staff(AbstractBaseUser):
    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    work_phone = models.CharField(max_length=40, blank=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="staff")
    roles = ArrayField(models.CharField(max_length=30), default=list)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    on_duty = models.BooleanField(default=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    joined_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        indexes = [
            models.Index(fields=["branch", "is_active"], name="staff_of_branch"),
            GinIndex(fields=["roles"], name="staff_by_role"),
        ]

    def __str__(self) -> str:
        return self.name


class Competence(models.Model):
    """A qualification or training of a person with its dates: no valid record, no work of it."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="competences")
    kind = models.CharField(max_length=40)
    reference = models.CharField(max_length=60, blank=True)
    valid_from_on = models.DateField()
    valid_until_on = models.DateField(null=True, blank=True)
    by = models.CharField(max_length=40, blank=True, default="", db_default="")
    at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=40, blank=True, default="", db_default="")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="ended before its time")

    class Meta:
        indexes = [models.Index(fields=["kind", "staff"], name="competence_by_kind")]


class Person(models.Model):
    """A customer or another outside party: policyholder, driver, injured person, payee."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual"
        COMPANY = "company"

    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.INDIVIDUAL)
    name = models.CharField(max_length=80)
    phone = EncryptedTextField(blank=True, default="")
    phone_index = models.BinaryField(max_length=32, null=True, blank=True)
    phone_last4_index = models.BinaryField(max_length=32, null=True, blank=True)
    id_number = EncryptedTextField(blank=True, default="")
    id_number_index = models.BinaryField(max_length=32, null=True, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    channel = models.CharField(max_length=12, default="email", help_text="preferred channel")
    do_not_disturb = models.CharField(max_length=60, blank=True, help_text="e.g. 21:00-09:00")
    opted_out = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    vulnerability = models.CharField(max_length=80, blank=True)
    needs = models.CharField(
        max_length=400, blank=True, default="", db_default="", help_text="needs and expectations"
    )
    home_branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="people")
    external_key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["phone_index"], name="person_by_phone"),
            models.Index(fields=["phone_last4_index"], name="person_by_last_four"),
            models.Index(fields=["id_number_index"], name="person_by_id_number"),
            models.Index(
                fields=["name"], name="person_name_prefix", opclasses=["varchar_pattern_ops"]
            ),
            models.Index(
                fields=["home_branch", "name"],
                name="person_of_branch_by_name",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApiClient(models.Model):
    """A machine that calls the API; only the hash of its key is kept."""

    name = models.CharField(max_length=80, unique=True)
    key_hash = models.BinaryField(max_length=32, unique=True)
    roles = ArrayField(models.CharField(max_length=30), default=list)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="api_clients")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()


class ApiAnswer(models.Model):
    """What a request with an idempotency key was answered, so that a repeat gets the same."""

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="answers")
    key = models.CharField(max_length=120)
    request_hash = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="api_answer_once_per_key")
        ]


class SignInCode(models.Model):
    """A one-time code sent to a customer; hashed, bounded in tries and in time."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="sign_in_codes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sign_in_codes")
    code_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "person", "-made_at"], name="newest_sign_in_code")]


class AccessRecord(models.Model):
    """Who read or exported which customer's file, and when; append-only.

    `sha256` is that of a file that was handed out, so that one that turns up elsewhere is known.
    """

    actor = models.CharField(max_length=40)
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="access_records"
    )
    what = models.CharField(max_length=60)
    at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    sha256 = models.BinaryField(max_length=32, null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "-at"], name="access_of_case"),
            models.Index(fields=["actor", "-at"], name="access_by_actor"),
        ]
