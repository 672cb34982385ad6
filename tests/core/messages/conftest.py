from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from tests.core.cases import trial
from tests.core.messages import post


@pytest.fixture(autouse=True)
def trial_kind() -> Iterator[None]:
    trial.install()
    yield
    trial.uninstall()


@pytest.fixture
def office(db: None) -> post.Customers:
    return post.Customers()


@pytest.fixture
def committed_office(transactional_db: None) -> post.Customers:
    return post.Customers()


@pytest.fixture
def mail(settings: Settings) -> Iterator[post.MailServer]:
    with post.running() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_TIMEOUT = 5
        yield server
