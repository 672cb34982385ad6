"""Whether money that is owed to somebody may be sent to this account."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from yinuo.core.payments.rulefile import AccountRules, Span
from yinuo.kit.errors import DomainError
from yinuo.kit.errors import gettext_noop as _
from yinuo.kit.ids import luhn_valid


class HolderKindUnknown(DomainError):
    code = "holder_kind_unknown"
    message = _("Say whether the account belongs to a person or to a company.")
    http = 422


class HolderMissing(DomainError):
    code = "account_holder_missing"
    message = _("Enter the name of the account's holder.")
    http = 422


class HolderIsNotPayee(DomainError):
    code = "holder_is_not_payee"
    message = _("The account is held by %(holder)s, but the money is owed to %(payee)s.")
    http = 422


class AccountNumberMissing(DomainError):
    code = "account_number_missing"
    message = _("Enter the account number.")
    http = 422


class NotACardNumber(DomainError):
    code = "not_a_card_number"
    message = _("A personal bank card has %(least)s to %(most)s digits and nothing else.")
    http = 422


class CardNumberMistyped(DomainError):
    code = "card_number_mistyped"
    message = _("The card number does not add up: a digit is wrong or two are swapped.")
    http = 422


class NotACompanyAccount(DomainError):
    code = "not_a_company_account"
    message = _("A company's account number has %(least)s to %(most)s digits, letters or dashes.")
    http = 422


class BankMissing(DomainError):
    code = "bank_missing"
    message = _("Enter the bank, with its branch.")
    http = 422


class NotABankCode(DomainError):
    code = "not_a_bank_code"
    message = _("The bank's clearing number (CNAPS) has %(digits)s digits.")
    http = 422


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """An account as somebody gave it. ``bank_code`` (CNAPS) may be empty; no BIN is asked."""

    holder_kind: str
    holder_name: str
    number: str
    bank_name: str
    bank_code: str = ""

    def tidy(self) -> AccountDetails:
        """The same account without the spaces and full-width digits that people type."""
        return AccountDetails(
            holder_kind=self.holder_kind,
            holder_name=" ".join(unicodedata.normalize("NFC", self.holder_name).split()),
            number=_compact(self.number).upper(),
            bank_name=" ".join(self.bank_name.split()),
            bank_code=_compact(self.bank_code),
        )


# A minority name's parts are joined by a dot that every keyboard and bank writes differently, or
# leaves out: · • ‧ ∙ ⋅ ・ ･ . ． 。 ｡ 丶 ᐧ ⸱ ꞏ
_DOTS = re.compile(
    "[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65.\uff0e\u3002\uff61\u4e36\u1427\u2e31\ua78f]"
)


def same_name(left: str, right: str) -> bool:
    """Whether two spellings are one name: spaces, width, case and dots do not count."""
    return plain_name(left) == plain_name(right) != ""


def plain_name(name: str) -> str:
    text = _DOTS.sub("", unicodedata.normalize("NFKC", name))
    kept = (c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))
    return unicodedata.normalize("NFKC", "".join(kept).casefold())


def account_problems(
    account: AccountDetails, *, payee_name: str, rules: AccountRules
) -> tuple[DomainError, ...]:
    """Everything that speaks against paying this payee into this account, field by field."""
    tidy = account.tidy()
    return (
        *_holder_problems(tidy, payee_name),
        *_number_problems(tidy, rules),
        *_bank_problems(tidy, rules),
    )


def _compact(text: str) -> str:
    """Without spaces and invisible characters. Dashes stay: in a company's number they count."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(c for c in plain if not c.isspace() and unicodedata.category(c) != "Cf")


def _holder_problems(account: AccountDetails, payee_name: str) -> Iterator[DomainError]:
    if not plain_name(account.holder_name):
        yield HolderMissing("holder_name")
    elif not same_name(account.holder_name, payee_name):
        yield HolderIsNotPayee("holder_name", holder=account.holder_name, payee=payee_name)


def _number_problems(account: AccountDetails, rules: AccountRules) -> Iterator[DomainError]:
    if account.holder_kind not in ("individual", "company"):
        yield HolderKindUnknown("holder_kind")
    elif not account.number:
        yield AccountNumberMissing("number")
    elif account.holder_kind == "individual":
        yield from _card_problems(account.number, rules.card_digits.value)
    else:
        span = rules.company_characters.value
        fits = span.least <= len(account.number) <= span.most
        # Luhn is left out on purpose: a company's number carries no check digit.
        if not fits or not re.fullmatch(r"[0-9A-Z](?:-?[0-9A-Z])*", account.number):
            yield NotACompanyAccount("number", least=span.least, most=span.most)


def _card_problems(number: str, span: Span) -> Iterator[DomainError]:
    digits = number.replace("-", "")
    if not re.fullmatch(r"[0-9]+", digits) or not span.least <= len(digits) <= span.most:
        yield NotACardNumber("number", least=span.least, most=span.most)
    elif not luhn_valid(digits):
        yield CardNumberMistyped("number")


def _bank_problems(account: AccountDetails, rules: AccountRules) -> Iterator[DomainError]:
    digits = rules.bank_code_digits.value
    if not account.bank_name:
        yield BankMissing("bank_name")
    if account.bank_code and not re.fullmatch(rf"[0-9]{{{digits}}}", account.bank_code):
        yield NotABankCode("bank_code", digits=digits)
