"""The API: the same commands as on screen, typed, with OpenAPI 3.1 at /api/openapi.json."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError
from ninja.errors import ValidationError as NinjaValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer
from pydantic import ValidationError

from yinuo.core.people import queries as people
from yinuo.core.people.actors import Actor
from yinuo.core.rulebook.textfiles import language_of
from yinuo.interfaces.api import bank, complaints, kinds, lookups, settlement
from yinuo.interfaces.common import problems
from yinuo.interfaces.common.problems import Problem
from yinuo.kit.errors import DomainError

JSON_PROBLEM = "application/problem+json"


class ClientKey(HttpBearer):
    """`Authorization: Bearer KEY`, a key made by `yinuo client`."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        translation.activate(language_of(request.headers.get("Accept-Language", "")))
        return people.actor_of_client(token)


class DescribedOnce(NinjaAPI):
    """Writes its description once a language: it takes seconds of work and stays the same."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        prefix = path_prefix if path_prefix is not None else self.get_root_path(path_params or {})
        return self._described(prefix, translation.get_language())

    @lru_cache(maxsize=8)  # noqa: B019 - there is one of it as long as the program runs
    def _described(self, prefix: str, language: str | None) -> OpenAPISchema:
        return super().get_openapi_schema(path_prefix=prefix)


def _answer(problem: Problem) -> HttpResponse:
    answer = HttpResponse(content_type=JSON_PROBLEM, status=problem.status)
    answer.content = problems.dump(problem)
    if problem.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


def make_api() -> NinjaAPI:
    made = DescribedOnce(
        title="Yinuo",
        version="1",
        description="Cases of every kind with their promises and their timeline. "
        "Errors follow RFC 9457.",
        auth=ClientKey(),
        urls_namespace="api",
        docs_url=None,
    )
    for place, router in kinds.routers():
        made.add_router(place, router)
    made.add_router("/voices", complaints.voices)
    made.add_router("", lookups.router)
    made.add_router("/bank", bank.router)
    made.add_router("/settlement", settlement.router)

    @made.exception_handler(DomainError)
    def refused(request: HttpRequest, error: Any) -> HttpResponse:
        return _answer(problems.of_refusal(error))

    @made.exception_handler(ValidationError)
    def not_valid(request: HttpRequest, error: Any) -> HttpResponse:
        return _answer(problems.of_input(error))

    @made.exception_handler(NinjaValidationError)
    def not_valid_either(request: HttpRequest, error: Any) -> HttpResponse:
        return _answer(problems.of_error_list(error.errors))

    @made.exception_handler(AuthenticationError)
    def not_signed_in(request: HttpRequest, error: Any) -> HttpResponse:
        return _answer(problems.of_refusal(people.KeyUnknown()))

    @made.exception_handler(HttpError)
    def other(request: HttpRequest, error: Any) -> HttpResponse:
        return _answer(Problem("bad_request", error.status_code, str(error), ()))

    return made


api = make_api()
