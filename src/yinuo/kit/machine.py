"""What the machine offers beside Python: a browser, fonts, PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from yinuo.kit import embedded

SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FONT_DIRECTORIES = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
)
CJK_FONT_FILE = re.compile(
    r"cjk|sourcehan|noto(sans|serif)(sc|tc)|wqy|uming|ukai|simsun", re.IGNORECASE
)
ANSWER_SECONDS = 30


def find_chromium() -> Path | None:
    """A Chromium that can start: CHROMIUM, the system's, or the one Playwright downloaded."""
    return next((path for path in _browsers() if version_of(path)), None)


def _browsers() -> Iterator[Path]:
    if os.environ.get("CHROMIUM"):
        yield Path(os.environ["CHROMIUM"])
    for name in SYSTEM_BROWSERS:
        found = shutil.which(name)
        if found:
            yield Path(found)
    store = os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright"
    yield from sorted(Path(store).glob("chromium-*/chrome-linux*/chrome"), reverse=True)


def version_of(program: Path) -> tuple[int, ...]:
    """What ``--version`` answers, as numbers; empty when the program does not start.

    Ubuntu's ``chromium-browser`` may be a script that only says to install a snap.
    """
    try:
        answer = subprocess.run(
            [program, "--version"],
            check=False,
            capture_output=True,
            text=True,
            timeout=ANSWER_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    numbers = re.search(r"\d+(\.\d+)+", answer.stdout) if answer.returncode == 0 else None
    return tuple(int(part) for part in numbers.group().split(".")) if numbers else ()


def has_cjk_font() -> bool:
    """True when letters and pictures can show Chinese."""
    if shutil.which("fc-list"):
        listing = subprocess.run(
            ["fc-list", ":lang=zh"], check=False, capture_output=True, text=True
        )
        return bool(listing.stdout.strip())
    files = (
        path for place in FONT_DIRECTORIES for path in Path(place).expanduser().rglob("*.[to]t*")
    )
    return any(CJK_FONT_FILE.search(path.name) for path in files)


def postgres_program(name: str, server_major: int, *, newer_will_do: bool) -> Path | None:
    """``pg_dump`` or another client of the server's own version.

    A newer pg_dump reads an older server, but a newer pg_restore may write what it cannot read.
    """
    candidates = [Path(f"/usr/lib/postgresql/{server_major}/bin") / name]
    with suppress(embedded.EmbeddedPostgresError):
        candidates.append(embedded.programs() / name)
    found = shutil.which(name)
    if found:
        candidates.append(Path(found))
    versions = {path: version_of(path)[:1] for path in candidates if path.exists()}
    for path, version in versions.items():
        if version == (server_major,):
            return path
    if newer_will_do:
        return next((path for path, v in versions.items() if v and v[0] > server_major), None)
    return None
