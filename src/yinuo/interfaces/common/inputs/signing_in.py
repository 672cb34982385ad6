"""What a customer sends to come in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yinuo.interfaces.common.inputs.base import Input


class SignInInput(Input):
    number: Annotated[str, Field(min_length=1, max_length=20)]
    phone: Annotated[str, Field(min_length=1, max_length=40)]


class CodeInput(Input):
    code: Annotated[str, Field(min_length=1, max_length=12)]
