"""Personal data at rest: encryption with key rotation, keyed blind indexes, and masks.

A column of ciphertext cannot be searched, so a searchable value has two more columns: a blind
index (keyed HMAC-SHA256) of the whole normalised value and one of its last four characters.
Losing ``YINUO_DATA_KEYS`` loses the data; changing ``YINUO_INDEX_KEY`` means computing every
index again.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression
    from django.db.models.lookups import Lookup

    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class Secret(StrEnum):
    """The kinds of value that have blind indexes; equal digits of two kinds never match."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    ACCOUNT = "account"


class CannotDecrypt(Exception):
    """The stored text was not written with any of the keys in ``YINUO_DATA_KEYS``."""


def new_key() -> str:
    """A fresh key for ``YINUO_DATA_KEYS`` or ``YINUO_INDEX_KEY``: 32 bytes, URL-safe base64."""
    return Fernet.generate_key().decode("ascii")


@lru_cache(maxsize=8)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except (ValueError, binascii.Error) as error:
        raise ImproperlyConfigured(
            "YINUO_DATA_KEYS must hold at least one key, each 32 bytes in URL-safe base64; "
            "make one with `yinuo new-key`."
        ) from error


def _keyring() -> MultiFernet:
    keys: Sequence[str] = getattr(settings, "YINUO_DATA_KEYS", ())
    return _fernet(tuple(keys))


@lru_cache(maxsize=8)
def _index_key_bytes(key: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(key)
    except (ValueError, binascii.Error) as error:
        raise ImproperlyConfigured("YINUO_INDEX_KEY must be URL-safe base64.") from error
    if len(raw) < 32:
        raise ImproperlyConfigured(
            "YINUO_INDEX_KEY must hold at least 32 bytes; make one with `yinuo new-key`."
        )
    return raw


def check_keys() -> None:
    """Raise ImproperlyConfigured, saying what to do, when a key is missing or malformed."""
    _keyring()
    _index_key_bytes(getattr(settings, "YINUO_INDEX_KEY", ""))


def encrypt_bytes(data: bytes) -> bytes:
    return _keyring().encrypt(data)


def decrypt_bytes(token: bytes) -> bytes:
    """Raises CannotDecrypt; the message never holds the data."""
    try:
        return _keyring().decrypt(token)
    except InvalidToken as error:
        raise CannotDecrypt("no key in YINUO_DATA_KEYS opens this value") from error


def encrypt(text: str) -> str:
    """The empty string stays empty, so that "not given" can be told from "given"."""
    return encrypt_bytes(text.encode("utf-8")).decode("ascii") if text else ""


def decrypt(token: str) -> str:
    return decrypt_bytes(token.encode("ascii")).decode("utf-8") if token else ""


def rotate(token: str) -> str:
    """The same text encrypted again under the first key, for retiring an old one."""
    if not token:
        return ""
    try:
        return _keyring().rotate(token.encode("ascii")).decode("ascii")
    except InvalidToken as error:
        raise CannotDecrypt("no key in YINUO_DATA_KEYS opens this value") from error


# Blind indexes ------------------------------------------------------------------------------

_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]+")
_CHINA_PREFIX = re.compile(r"^(?:\+|00)86(?=\d{5,})|^86(?=1\d{10}$)")


def normalise(kind: Secret, value: str) -> str:
    """One spelling per value: half-width, upper case, no spaces or dashes, no +86 of a phone."""
    if value.isascii() and value.isdigit() and not value.startswith(("00", "86")):
        return value  # An import normalises 100,000 numbers, and most are plain digits already.
    text = unicodedata.normalize("NFKC", value).strip().upper()
    if kind is not Secret.PHONE:
        return _NOT_ALPHANUMERIC.sub("", text)
    digits = _NOT_ALPHANUMERIC.sub("", text)
    plus = "+" if text.startswith("+") else ""
    return _CHINA_PREFIX.sub("", plus + digits)


def keyed_digest(purpose: str, value: str) -> bytes:
    """HMAC-SHA256 (32 bytes); for short secrets such as one-time codes too."""
    key = _index_key_bytes(getattr(settings, "YINUO_INDEX_KEY", ""))
    return hmac.digest(key, f"{purpose}\x00{value}".encode(), "sha256")


def blind_index(kind: Secret, value: str) -> bytes | None:
    """32 bytes, equal for equal values however they are written; None for an empty value."""
    plain = normalise(kind, value)
    return keyed_digest(kind.value, plain) if plain else None


def last_four_index(kind: Secret, value: str) -> bytes | None:
    """The index of the last four characters; a whole value and its last four give the same."""
    plain = normalise(kind, value)
    return keyed_digest(f"{kind.value}:last4", plain[-4:]) if plain else None


# Masks ---------------------------------------------------------------------------------------


def _mask(value: str, *, head: int, tail: int, stars: int) -> str:
    """Too short a value is hidden whole: what is shown must not give away what is not."""
    if len(value) < head + tail + 4:
        return "*" * min(len(value), stars)
    return f"{value[:head]}{'*' * stars}{value[len(value) - tail :]}"


def mask_phone(phone: str) -> str:
    """13800001234 becomes 138****1234."""
    return _mask(normalise(Secret.PHONE, phone), head=3, tail=4, stars=4)


def mask_id(number: str) -> str:
    """110101199003071234 becomes 110****1234; the date of birth stays hidden."""
    return _mask(normalise(Secret.ID_NUMBER, number), head=3, tail=4, stars=4)


def mask_account(number: str) -> str:
    """6222020200112233445 becomes ****3445; the length stays hidden."""
    return _mask(normalise(Secret.ACCOUNT, number), head=0, tail=4, stars=4)


# Model field ---------------------------------------------------------------------------------


class EncryptedTextField(_TextField):
    """Plain text in Python, ciphertext in the database. Can be written and read, not searched."""

    description = "Encrypted text"

    def from_db_value(
        self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> str | None:
        return None if value is None else decrypt(value)

    def get_db_prep_value(
        self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> Any:
        plain = super().get_db_prep_value(value, connection, prepared)
        return encrypt(plain) if isinstance(plain, str) else plain

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        # Two encryptions of one text differ, so a comparison would silently find nothing.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
