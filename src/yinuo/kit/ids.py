"""Identifiers: numbers that people read aloud, tokens that nobody can guess, stable digests."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass
from functools import cache

from yinuo.kit.errors import DomainError
from yinuo.kit.errors import gettext_noop as _

# Check digits --------------------------------------------------------------------------------


def luhn_digit(digits: str) -> int:
    """The Luhn (mod 10, ISO/IEC 7812-1) check digit to append to a string of ASCII digits."""
    doubled = digits[::-2].translate(_DOUBLED)
    return -sum(map(int, doubled + digits[-2::-2])) % 10


_DOUBLED = str.maketrans("0123456789", "0246813579")


def luhn_valid(digits: str) -> bool:
    """False for anything but two or more ASCII digits that end in their own check digit."""
    if not re.fullmatch(r"[0-9]{2,}", digits):
        return False
    return luhn_digit(digits[:-1]) == int(digits[-1])


# Case numbers --------------------------------------------------------------------------------

_PREFIX = re.compile(r"[A-Z]{1,2}")
_NUMBER = re.compile(r"([A-Z]{1,2})([0-9]{2})([0-9]{7,9})([0-9])")


@cache
def _letters(prefix: str) -> str:
    """A is 10, B is 11 …, so that a letter counts in the check digit."""
    return "".join(str(ord(letter) - ord("A") + 10) for letter in prefix)


class NotACaseNumber(DomainError):
    code = "not_a_case_number"
    message = _('"%(text)s" is not a case number. It looks like C26-0001234-0.')
    http = 422


class CaseNumberMistyped(DomainError):
    code = "case_number_mistyped"
    message = _("The last digit does not fit %(text)s: one digit is wrong or two are swapped.")
    http = 422


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A kind's letters, a year (2000 to 2099) and a running number: C26-0001234-0.

    The last digit checks all the others and the letters, so that one wrong digit heard on the
    phone is noticed instead of opening a stranger's case.
    """

    prefix: str
    year: int
    sequence: int

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise ValueError(f"a prefix is one or two capital letters, not {self.prefix!r}")
        if not 2000 <= self.year <= 2099 or not 0 < self.sequence < 10**9:
            raise ValueError(f"no case number for year {self.year}, sequence {self.sequence}")

    @property
    def check_digit(self) -> int:
        return luhn_digit(f"{_letters(self.prefix)}{self.year % 100:02d}{self.sequence:07d}")

    def __str__(self) -> str:
        return f"{self.prefix}{self.year % 100:02d}-{self.sequence:07d}-{self.check_digit}"

    @classmethod
    def parse(cls, text: str, *, field: str | None = None) -> CaseNumber:
        """Reads what a person typed: any case, any dashes, spaces or full-width characters.

        Raises NotACaseNumber or CaseNumberMistyped.
        """
        shown = text.strip()[:40]
        compact = re.sub(r"[\s\-‐-―−_.]+", "", unicodedata.normalize("NFKC", text)).upper()
        match = _NUMBER.fullmatch(compact)
        if match is None or int(match[3]) == 0 or f"{int(match[3]):07d}" != match[3]:
            raise NotACaseNumber(field, text=shown)
        number = cls(match[1], 2000 + int(match[2]), int(match[3]))
        if str(number.check_digit) != match[4]:
            raise CaseNumberMistyped(field, text=shown)
        return number


# Secrets -------------------------------------------------------------------------------------


def new_token() -> str:
    """192 random bits in 32 URL-safe characters, for links; store only its ``fingerprint``."""
    return secrets.token_urlsafe(24)


def new_code(digits: int) -> str:
    """A one-time code of that many digits, each value equally likely, leading zeros kept.

    It is short, so whoever checks it must count the attempts, let it expire, and store only
    ``kit.crypto.keyed_digest`` of it.
    """
    if not 4 <= digits <= 12:
        raise ValueError("a one-time code has 4 to 12 digits")
    return f"{secrets.randbelow(10**digits):0{digits}d}"


def same(left: str, right: str) -> bool:
    """Compares two secrets in a time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode("utf-8"), right.encode("utf-8"))


# Stable digests ------------------------------------------------------------------------------


def fingerprint(content: str | bytes) -> str:
    """SHA-256 in hexadecimal (64 characters)."""
    return hashlib.sha256(
        content.encode("utf-8") if isinstance(content, str) else content
    ).hexdigest()


def digest_of(*parts: object) -> str:
    """SHA-256 over the parts in order; ("ab", "c") and ("a", "bc") differ."""
    texts = [str(part) for part in parts]
    return fingerprint("".join(f"{len(text)}:{text}" for text in texts))


def message_id(domain: str, *parts: object) -> str:
    """An RFC 5322 Message-ID that is the same whenever the same message is sent again."""
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", domain):
        raise ValueError(f"{domain!r} is not a domain name")
    return f"<{digest_of(*parts)[:40]}@{domain}>"
