from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from yinuo.kit import env
from yinuo.kit.crypto import new_key

DATABASE = "postgresql://yinuo:p%40ss@db.example:5433/claims?sslmode=require"


def load_settings(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a fresh process says when it loads the settings under this environment alone."""
    clean = {"PATH": os.environ["PATH"], "YINUO_STATE": str(tmp_path / "state"), **environment}
    program = "from yinuo.conf import settings; print('loaded', settings.SECRET_KEY)"
    return subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, env=clean
    )


def production(**environment: str) -> dict[str, str]:
    return {
        "YINUO_MODE": "production",
        "YINUO_HOSTS": "claims.example",
        "DATABASE_URL": DATABASE,
        "YINUO_SECRET_KEY": "k" * 50,
        "YINUO_DATA_KEYS": new_key(),
        "YINUO_INDEX_KEY": new_key(),
        **environment,
    }


def test_a_production_with_everything_named_starts(tmp_path: Path) -> None:
    answer = load_settings(tmp_path, **production())
    assert answer.returncode == 0, answer.stderr
    assert not (tmp_path / "state" / env.SECRETS_FILE).exists()


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"YINUO_DEBUG": "1"}, "YINUO_DEBUG is on"),
        ({"DATABASE_URL": ""}, "the embedded database is for trials"),
        ({"YINUO_HOSTS": ""}, "YINUO_HOSTS must list"),
        ({"YINUO_HOSTS": "*"}, "YINUO_HOSTS must list"),
        ({"YINUO_SANDBOX": "yes"}, "YINUO_SANDBOX is on"),
        ({"YINUO_SECRET_KEY": "short"}, "shorter than 40"),
        ({"YINUO_SECRET_KEY": ""}, "production mode needs YINUO_SECRET_KEY"),
        ({"YINUO_DATA_KEYS": ""}, "production mode needs YINUO_DATA_KEYS"),
        ({"YINUO_DEBUG": "perhaps"}, "neither yes nor no"),
        ({"YINUO_MODE": "live"}, "not one of development, test, production"),
    ],
)
def test_an_unsafe_production_does_not_start_and_says_why(
    tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    answer = load_settings(tmp_path, **production(**environment))
    assert answer.returncode != 0
    assert reason in answer.stderr


def test_production_refuses_the_secrets_that_a_trial_made(tmp_path: Path) -> None:
    assert load_settings(tmp_path).returncode == 0
    made = json.loads((tmp_path / "state" / env.SECRETS_FILE).read_text(encoding="utf-8"))

    answer = load_settings(tmp_path, **production(**made))

    assert answer.returncode != 0
    assert "YINUO_INDEX_KEY is the one that development mode made" in answer.stderr


def test_a_trial_makes_its_secrets_once_and_for_itself_alone(tmp_path: Path) -> None:
    first, second = load_settings(tmp_path), load_settings(tmp_path)
    assert first.stdout == second.stdout
    kept = tmp_path / "state" / env.SECRETS_FILE
    assert kept.stat().st_mode & 0o077 == 0


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("f" * 45 + "\n", encoding="utf-8")
    answer = load_settings(tmp_path, **production(YINUO_SECRET_KEY_FILE=str(secret)))
    assert answer.stdout.strip() == "loaded " + "f" * 45


def test_a_secret_file_that_is_missing_is_named(tmp_path: Path) -> None:
    answer = load_settings(tmp_path, YINUO_SECRET_KEY_FILE=str(tmp_path / "nowhere"))
    assert "YINUO_SECRET_KEY_FILE" in answer.stderr
    assert "cannot be read" in answer.stderr


def test_a_database_address_is_taken_apart() -> None:
    address = env.parse_database_url(DATABASE)
    assert (address.name, address.user, address.password) == ("claims", "yinuo", "p@ss")
    assert (address.host, address.port) == ("db.example", "5433")
    assert address.options == {"sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "claims", ""])
def test_what_is_no_database_address_is_refused(url: str) -> None:
    with pytest.raises(env.ConfigurationError, match="DATABASE_URL must read"):
        env.parse_database_url(url)
