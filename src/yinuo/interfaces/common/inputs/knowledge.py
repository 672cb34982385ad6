"""What may be sent in about clauses, their explanations, and special cases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yinuo.interfaces.common.inputs.base import Input, Needed, NeededText

Reason = Annotated[str, Field(min_length=1, max_length=400)]


class ExplanationInput(Input):
    language: Literal["zh-hans", "zh-hant", "en"]
    plain: NeededText
    example: NeededText
    why: Reason


class SettlementOfWordsInput(Input):
    """Which of two explanations of one clause holds."""

    disagreement: Annotated[int, Field(ge=1, le=2**62)]
    holds: Literal["library", "own_words", "neither"]
    remark: Reason


class PrecedentInput(Input):
    title: Needed
    situation: NeededText
    ruling: NeededText
    why: NeededText
    clause: Annotated[str, Field(max_length=60)] = ""


class PrecedentStepInput(Input):
    precedent: Annotated[int, Field(ge=1, le=2**62)]
    step: Literal["confirm", "withdraw"]
    why: Annotated[str, Field(max_length=400)] = ""


class PrecedentUseInput(Input):
    """A case that is decided after a special case."""

    precedent: Annotated[int, Field(ge=1, le=2**62)]
    case: Annotated[str, Field(min_length=1, max_length=40)]
