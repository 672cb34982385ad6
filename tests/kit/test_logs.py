from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.log import log_response

from yinuo.kit import logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configuration = logs.configuration("INFO")
    configuration["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(configuration)
    logs.start_context()
    yield stream
    logging.config.dictConfig(settings.LOGGING)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_carries_the_case_it_is_about(written: io.StringIO) -> None:
    logger = logs.log("yinuo.test")
    with logs.bind_case("C-2026-000017"):
        logger.info("paid", batch=3)
    logger.info("idle")

    first, second = lines(written)
    assert first["case"] == "C-2026-000017"
    assert first["event"] == "paid"
    assert first["batch"] == 3
    assert "case" not in second


def test_lines_of_libraries_have_the_same_shape(written: io.StringIO) -> None:
    with logs.bind_case("C-1"):
        logging.getLogger("some.library").warning("slow")

    (line,) = lines(written)
    assert line["case"] == "C-1"
    assert line["level"] == "warning"


def test_an_error_is_logged_by_place_and_type_but_not_with_what_was_typed(
    written: io.StringIO,
) -> None:
    try:
        int("13800138000 x")
    except ValueError:
        logs.log("yinuo.test").exception("failed")

    (line,) = lines(written)
    assert line["error"] == "builtins.ValueError"
    assert "test_logs.py" in str(line["trace"])
    assert "13800138000" not in written.getvalue()


def test_an_address_with_a_signed_link_stays_out_of_the_log(written: io.StringIO) -> None:
    request = RequestFactory().get("/track/open/signed-secret")
    log_response("Not Found: %s", request.path, response=HttpResponse(status=404), request=request)

    (line,) = lines(written)
    assert line["status"] == 404
    assert line["event"] == "request_refused"
    assert "signed-secret" not in written.getvalue()
