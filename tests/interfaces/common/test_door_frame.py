"""What surrounds every request: headers, limits, health, log lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings as SettingsWrapper

from yinuo.interfaces.common import rate_limits


@pytest.mark.django_db
def test_every_page_forbids_inline_script_and_foreign_frames(client: Client) -> None:
    answer = client.get("/accounts/login/")

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_request_keeps_a_sane_number_from_the_proxy_and_gets_one_otherwise(
    client: Client,
) -> None:
    kept = client.get("/healthz", headers={"X-Request-Id": "proxy-12345678"})
    made = client.get("/healthz", headers={"X-Request-Id": "<script>"})

    assert kept.headers["X-Request-Id"] == "proxy-12345678"
    assert len(made.headers["X-Request-Id"]) == 16


def test_alive_needs_no_database(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_means_database_and_migrations(client: Client) -> None:
    assert client.get("/readyz").json() == {"status": "ready"}


@pytest.mark.django_db
def test_figures_name_routes_and_never_addresses(client: Client) -> None:
    client.get("/accounts/login/?next=/track/open/secret-token")
    figures = client.get("/metrics").content.decode()

    assert 'yinuo_request_seconds_count{method="GET",route="accounts/login/"' in figures
    assert "secret-token" not in figures


@pytest.mark.django_db
def test_figures_need_their_token_once_there_is_one(
    client: Client, settings: SettingsWrapper
) -> None:
    settings.METRICS_TOKEN = "figures-only"
    assert client.get("/metrics").status_code == 401
    allowed = client.get("/metrics", headers={"Authorization": "Bearer figures-only"})
    assert allowed.status_code == 200


@pytest.mark.django_db
def test_a_stranger_who_guesses_passwords_is_told_to_wait(
    client: Client, settings: SettingsWrapper
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (3, 300)}
    guess = {"login": "nobody", "password": "guess"}

    answers = [client.post("/accounts/login/", guess).status_code for _ in range(4)]
    refused = client.post("/accounts/login/", guess, headers={"Accept-Language": "en"})
    elsewhere = client.post("/accounts/login/", guess, REMOTE_ADDR="10.0.0.9")

    assert answers == [200, 200, 200, 429]
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    assert "Content-Security-Policy" in refused.headers
    assert elsewhere.status_code == 200


@pytest.mark.django_db
def test_a_limit_opens_again_when_its_time_is_over(settings: SettingsWrapper) -> None:
    settings.RATE_LIMITS = {"code": (2, 60)}
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    waits = [rate_limits.wait_seconds("code", "10.0.0.1", now=start) for _ in range(3)]
    half = rate_limits.wait_seconds("code", "10.0.0.1", now=start + timedelta(seconds=30))
    later = rate_limits.wait_seconds("code", "10.0.0.1", now=start + timedelta(seconds=61))

    assert waits == [0, 0, 60]
    assert half == 30
    assert later == 0
    assert rate_limits.forget_old(now=start + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_a_forged_forwarding_header_does_not_give_a_new_address(
    client: Client, settings: SettingsWrapper
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "sign_in": (1, 300)}
    settings.TRUSTED_PROXIES = 1
    answers = [
        client.post(
            "/accounts/login/",
            {"login": "x", "password": "y"},
            headers={"X-Forwarded-For": f"1.2.3.{n}, 10.9.9.9"},
        ).status_code
        for n in range(2)
    ]
    assert answers == [200, 429]
