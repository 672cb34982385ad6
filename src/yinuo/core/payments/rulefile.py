"""The shape of payments.toml: accounts, batches, and what a bank's answer means."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from yinuo.kit.rules import Plain, Rule, RuleFile, RuleTable

Meaning = Literal["arrived", "under_way", "returned", "mixed"]


Count = Annotated[int, Field(gt=0)]


class Span(Plain):
    """A smallest and a largest number, both allowed."""

    least: Count
    most: Count

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if self.least > self.most:
            raise ValueError("least must not be above most")
        return self


class BatchRules(RuleTable):
    """``reference`` is what the payee reads on the bank statement; it names the case."""

    # A batch's cases are locked together, and a command locks at most 1,000.
    most_payments: Rule[Annotated[int, Field(gt=0, le=1000)]]
    reference: Rule[Annotated[str, Field(max_length=100, pattern=r"\{number\}")]]
    most_answer_bytes: Rule[Count]


class AccountRules(RuleTable):
    card_digits: Rule[Span]
    company_characters: Rule[Span]
    bank_code_digits: Rule[Count]


class PaymentsRules(RuleFile):
    batch: BatchRules
    account: AccountRules
    meaning: dict[str, Rule[Meaning]]

    def meanings(self) -> dict[str, Meaning]:
        """What each status code of a bank's answer means."""
        return {code: rule.value for code, rule in self.meaning.items()}
