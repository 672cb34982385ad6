"""What `make` needs beside pytest: a browser, and generated files that are fresh.

``browser``   find a Chromium, or install one, or say the command that does
``generate``  write every generated file;  ``fresh``  fail when one of them is stale
``freeze``    keep the state of this code, for the test that the next code runs on it
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from yinuo.kit.machine import find_chromium, has_cjk_font

CHECKOUT = Path(__file__).resolve().parent.parent
FONT_PACKAGE = "fonts-noto-cjk"
# Each writes a file that is committed; with --check it changes nothing and fails when stale.
GENERATORS: tuple[tuple[str, ...], ...] = (
    ("-m", "yinuo.interfaces.cli.catalogs"),
    ("-m", "yinuo.interfaces.cli.main", "openapi"),
    ("-m", "yinuo.interfaces.cli.main", "texts"),
    ("-m", "yinuo.interfaces.cli.main", "docs"),
    ("tests/coverage.py",),
)
# In the open: they read the invented cases of the frozen state and nothing else.
FROZEN_KEYS = {
    "YINUO_DATA_KEYS": "ZnJvemVuLXN0YXRlLWtleS1vZi10aGUtdGVzdHMtMDE=",
    "YINUO_INDEX_KEY": "ZnJvemVuLXN0YXRlLWluZGV4LW9mLXRoZS10ZXN0czE=",
}


def browser() -> int:
    if find_chromium() is None and os.geteuid() == 0:
        _install_as_root()
    found = find_chromium()
    if found is None:
        print(
            "The tests drive a Chromium, and none was found. Run one of:\n"
            "  sudo apt-get install chromium fonts-noto-cjk\n"
            f"  {sys.executable} -m playwright install --with-deps chromium\n"
            "or set CHROMIUM to the program.",
            file=sys.stderr,
        )
        return 1
    if not has_cjk_font() and os.geteuid() == 0:
        _apt(FONT_PACKAGE)
    print(f"browser: {found}")
    return 0


def _install_as_root() -> None:
    if _apt("chromium", FONT_PACKAGE) and find_chromium() is not None:
        return
    # Ubuntu has Chromium only as a snap, which a container cannot run.
    command = [sys.executable, "-m", "playwright", "install", "--with-deps", "chromium"]
    subprocess.run(command, check=False)


def _apt(*packages: str) -> bool:
    if shutil.which("apt-get") is None:
        return False
    print("installing", *packages)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def freeze() -> int:
    """Once per release, on its own revision; docs/decisions/0005 says why."""
    begin = "import django; django.setup(); from tests.upgrade import freeze; freeze.freeze()"
    settings = {"DJANGO_SETTINGS_MODULE": "yinuo.conf.testing", **FROZEN_KEYS}
    command = [sys.executable, "-c", begin]
    environment = {**os.environ, **settings}
    return subprocess.run(command, check=False, cwd=CHECKOUT, env=environment).returncode


def generate() -> int:
    return max(_generator(*command) for command in GENERATORS)


def fresh() -> int:
    """Run every generator with --check, all of them, so that one run names all stale files."""
    return max(_generator(*command, "--check") for command in GENERATORS)


def _generator(*arguments: str) -> int:
    return subprocess.run([sys.executable, *arguments], check=False, cwd=CHECKOUT).returncode


COMMANDS: dict[str, Callable[..., int]] = {
    "browser": browser,
    "freeze": freeze,
    "generate": generate,
    "fresh": fresh,
}

if __name__ == "__main__":
    sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
