"""Structured logs: one JSON object a line, with the request, the case and the job it is about.

Numbers and codes go into a log, never names, phones or free text: a log is read by people who
have no business with the customer.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, clear_contextvars
from structlog.typing import Processor

Event = MutableMapping[str, Any]


@contextmanager
def bind_case(number: str) -> Iterator[None]:
    """Everything logged inside carries this case number."""
    with bound_contextvars(case=number):
        yield


def note_case(number: str) -> None:
    """As `bind_case`, until the request or job that we are in ends."""
    bind_contextvars(case=number)


def start_context(**values: object) -> None:
    """Forget what the thread's last request or job bound, and bind this."""
    clear_contextvars()
    bind_contextvars(**values)


def log(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger


# Django puts the request object, and with it everything that was typed, into `extra`.
PLAIN_MESSAGES = (AttributeError, ImportError, NameError, NotImplementedError, OSError, TypeError)
"""Errors whose messages speak of code and machines, never of customers."""
_NOT_FOR_LOGS = frozenset({"request", "params", "sql", "server_time"})


def _add_extra(_: logging.Logger, __: str, event: Event) -> Event:
    record = event.get("_record")
    if hasattr(record, "request"):
        # Django's own words hold the address, and with it perhaps a customer's signed link.
        event["event"] = "request_refused"
        event["status"] = getattr(record, "status_code", None)
    return event


def _trace(_: logging.Logger, __: str, event: Event) -> Event:
    """Where and what an exception was, without its message: messages quote what people typed."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        if isinstance(error, PLAIN_MESSAGES):
            event["says"] = str(error)[:500]
        if error.__cause__ is not None:
            event["cause"] = type(error.__cause__).__qualname__
    return event


def _drop_forbidden(_: logging.Logger, __: str, event: Event) -> Event:
    for key in _NOT_FOR_LOGS & event.keys():
        del event[key]
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    _drop_forbidden,
]


def configuration(level: str) -> dict[str, Any]:
    """The ``LOGGING`` setting; also points structlog at the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, _add_extra],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _trace,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "stream": sys.stderr, "formatter": "json"}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            # Every request is logged once, by our own middleware.
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "procrastinate": {"level": "WARNING"},
        },
    }
