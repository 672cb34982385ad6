"""What the environment says: where state lives, in which mode we run, and the secrets."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from cryptography.fernet import Fernet

from yinuo.kit.embedded import Cluster

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent.parent


class Mode(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ConfigurationError(Exception):
    """The environment asks for something that cannot or must not be; the text says what to do."""


def read(name: str, default: str = "") -> str:
    """The variable `name`, or the content of the file that `name`_FILE points at.

    The file form is for secrets that an orchestrator mounts; it must not be readable by everyone.
    """
    path = os.environ.get(f"{name}_FILE", "")
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"{name}_FILE: {path} cannot be read: {error.strerror}") from error


def read_flag(name: str, *, default: bool) -> bool:
    value = read(name).lower()
    if value in ("", "1", "0", "yes", "no", "true", "false", "on", "off"):
        return value in ("1", "yes", "true", "on") if value else default
    raise ConfigurationError(f"{name}: '{value}' is neither yes nor no")


def read_number(name: str, default: int) -> int:
    value = read(name, str(default))
    if not value.isdecimal():
        raise ConfigurationError(f"{name}: '{value}' is not a whole number")
    return int(value)


def read_list(name: str) -> list[str]:
    return [part.strip() for part in read(name).split(",") if part.strip()]


def mode() -> Mode:
    value = read("YINUO_MODE", Mode.DEVELOPMENT)
    try:
        return Mode(value)
    except ValueError as error:
        known = ", ".join(Mode)
        raise ConfigurationError(f"YINUO_MODE: '{value}' is not one of {known}") from error


def state_directory() -> Path:
    """Where everything is that must survive a restart but is not source: ``.local`` by default."""
    given = read("YINUO_STATE")
    if given:
        return Path(given).expanduser().resolve()
    home = CHECKOUT if (CHECKOUT / "pyproject.toml").exists() else Path.cwd()
    return home / ".local"


def embedded_cluster() -> Cluster | None:
    """The embedded server of this environment, or None when DATABASE_URL names another one."""
    if read("DATABASE_URL"):
        return None
    if mode() is Mode.TEST:
        return Cluster(state_directory() / "pg-test", durable=False)
    return Cluster(state_directory() / "pg")


def database_url() -> str:
    cluster = embedded_cluster()
    return cluster.url() if cluster else read("DATABASE_URL")


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    name: str
    user: str
    password: str
    host: str
    port: str
    options: dict[str, str]


def parse_database_url(url: str) -> DatabaseAddress:
    """Take ``postgresql://user:password@host:port/name?option=value`` apart.

    A host given as an option (a socket directory) wins over the one before the slash, as in libpq.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ConfigurationError(
            "DATABASE_URL must read postgresql://user:password@host:port/database"
        )
    options = dict(parse_qsl(parts.query))
    return DatabaseAddress(
        name=unquote(parts.path.strip("/")),
        user=unquote(parts.username or options.pop("user", "")),
        password=unquote(parts.password or options.pop("password", "")),
        host=options.pop("host", parts.hostname or ""),
        port=options.pop("port", str(parts.port or "")),
        options=options,
    )


def _new_key() -> str:
    return Fernet.generate_key().decode()


GENERATED: dict[str, Callable[[], str]] = {
    "YINUO_SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "YINUO_DATA_KEYS": _new_key,
    "YINUO_INDEX_KEY": _new_key,
}
SECRETS_FILE = "secrets.json"
SHORTEST_SECRET_KEY = 40


def secret(name: str) -> str:
    """A secret from the environment; outside production, else one made once and kept in the state.

    Raises `ConfigurationError` in production when the environment does not hold it.
    """
    given = read(name)
    if given:
        return given
    if mode() is Mode.PRODUCTION:
        raise ConfigurationError(
            f"production mode needs {name} (or {name}_FILE); `yinuo new-key` prints one"
        )
    return _generated_secrets()[name]


def is_generated(name: str) -> bool:
    """True when the value in use is one that development mode made and kept in the state."""
    path = state_directory() / SECRETS_FILE
    if not path.exists():
        return False
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return read(name) in ("", kept.get(name))


def _generated_secrets() -> dict[str, str]:
    directory = state_directory()
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / SECRETS_FILE
    with (directory / f".{SECRETS_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        missing = {name: make() for name, make in GENERATED.items() if name not in kept}
        if missing:
            kept |= missing
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(json.dumps(kept, indent=2), encoding="utf-8")
            fresh.replace(path)
    return kept


def refuse_unsafe_production(*, debug: bool, sandbox: bool, hosts: list[str]) -> None:
    """Stop a production start that would run with what is only good for a trial.

    Raises `ConfigurationError` naming everything at fault at once. Demo accounts are in the
    database, so the server command looks for them when it can read it.
    """
    wrong: list[str] = []
    if debug:
        wrong.append("YINUO_DEBUG is on: switch it off, or strangers read our source in an error")
    if sandbox:
        wrong.append("YINUO_SANDBOX is on: a sandbox sends no messages and lets doors set the time")
    if embedded_cluster() is not None:
        wrong.append("DATABASE_URL is not set: the embedded database is for trials, name a server")
    wrong += [
        f"{name} is the one that development mode made: make a new one with `yinuo new-key`"
        for name in GENERATED
        if is_generated(name)
    ]
    if not hosts or "*" in hosts:
        wrong.append("YINUO_HOSTS must list the host names under which people reach us")
    if len(secret("YINUO_SECRET_KEY")) < SHORTEST_SECRET_KEY:
        wrong.append(f"YINUO_SECRET_KEY is shorter than {SHORTEST_SECRET_KEY} characters")
    if wrong:
        raise ConfigurationError("production mode refuses to start:\n- " + "\n- ".join(wrong))
