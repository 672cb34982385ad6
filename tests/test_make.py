"""`python tests/make.py browser` finds a Chromium, gets one, or says how: on machines made up here.

The real script runs with a PATH that holds nothing but our own programs.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.paths import CHECKOUT

# Who runs it decides whether it may install, and tests are run by either.
SCRIPT = """
import os, runpy, sys
os.geteuid = lambda: {user}
sys.argv = ["tests/make.py", "browser"]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
ROOT, SOMEBODY = 0, 1000
ANSWERS = 'echo "Chromium 130.0.6723.58"'
SNAP = 'echo "Command requires the chromium snap to be installed." >&2; exit 1'
FONTS = 'echo "/usr/share/fonts/NotoSansCJK-Regular.ttc: Noto Sans CJK SC"'


@dataclass(slots=True)
class Machine:
    home: Path

    @property
    def programs(self) -> Path:
        return self.home / "bin"

    @property
    def installed(self) -> list[str]:
        """What was asked of apt-get and of Playwright, a line each."""
        log = self.home / "asked"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def has(self, name: str, does: str, *, folder: Path | None = None) -> Path:
        path = (folder or self.programs) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def has_apt(self, *, brings: str = "") -> None:
        """An apt-get that notes what it is asked, and brings a program when it installs."""
        note = f'echo "apt-get $*" >> {self.home}/asked'
        if brings:
            new = f"{self.programs}/chromium"
            note += f'\n[ "$1" = install ] || exit 0\nprintf "%s" \'{brings}\' > {new}'
            # There is no chmod on this machine, so the file is there already, and empty.
            self.has("chromium", "exit 1")
        self.has("apt-get", note)

    def has_playwright(self, *, brings: bool) -> None:
        """The package under the name of the real one, found before it."""
        chrome = self.store / "chromium-1140" / "chrome-linux" / "chrome"
        package = self.home / "packages" / "playwright"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        lines = [
            "import pathlib, sys",
            f"log = pathlib.Path({str(self.home / 'asked')!r}).open('a')",
            "log.write('playwright ' + ' '.join(sys.argv[1:]) + chr(10))",
        ]
        if brings:
            lines += [
                f"chrome = pathlib.Path({str(chrome)!r})",
                "chrome.parent.mkdir(parents=True)",
                f"chrome.write_text('#!/bin/sh' + chr(10) + {ANSWERS!r} + chr(10))",
                "chrome.chmod(0o755)",
            ]
        (package / "__main__.py").write_text("\n".join(lines), encoding="utf-8")

    @property
    def store(self) -> Path:
        return self.home / "store"

    def look(self, user: int, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.programs),
            "HOME": str(self.home),
            "PYTHONPATH": str(self.home / "packages"),
            "PLAYWRIGHT_BROWSERS_PATH": str(self.store),
            **more,
        }
        return subprocess.run(
            [sys.executable, "-c", SCRIPT.format(user=user)],
            check=False,
            capture_output=True,
            text=True,
            cwd=CHECKOUT,
            env=environment,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.has("fc-list", FONTS)
    return made


@pytest.mark.parametrize("name", ["chromium", "chromium-browser", "google-chrome"])
def test_the_chromium_of_the_system_is_taken(machine: Machine, name: str) -> None:
    path = machine.has(name, ANSWERS)
    machine.has_apt()
    found = machine.look(ROOT)
    assert (found.returncode, found.stdout) == (0, f"browser: {path}\n")
    assert machine.installed == []


def test_the_one_that_is_named_goes_before_the_one_of_the_system(machine: Machine) -> None:
    machine.has("chromium", ANSWERS)
    own = machine.has("my-browser", ANSWERS, folder=machine.home / "opt")
    found = machine.look(SOMEBODY, CHROMIUM=str(own))
    assert found.stdout == f"browser: {own}\n"


def test_the_newest_of_playwrights_own_is_taken(machine: Machine) -> None:
    for number in ("1134", "1140"):
        folder = machine.store / f"chromium-{number}" / "chrome-linux"
        newest = machine.has("chrome", ANSWERS, folder=folder)
    found = machine.look(SOMEBODY)
    assert (found.returncode, found.stdout) == (0, f"browser: {newest}\n")


def test_a_program_that_only_asks_for_a_snap_is_no_browser(machine: Machine) -> None:
    machine.has("chromium-browser", SNAP)
    refused = machine.look(SOMEBODY)
    assert refused.returncode == 1


def test_root_gets_one_from_apt_with_a_chinese_font(machine: Machine) -> None:
    machine.has_apt(brings=f"#!/bin/sh\n{ANSWERS}\n")
    found = machine.look(ROOT)
    assert found.returncode == 0, found.stderr
    assert f"browser: {machine.programs}/chromium" in found.stdout
    assert machine.installed[0].startswith("apt-get update")
    assert machine.installed[1].endswith("chromium fonts-noto-cjk")


def test_where_apt_has_only_a_snap_root_gets_playwrights_own(machine: Machine) -> None:
    machine.has("chromium-browser", SNAP)
    machine.has_apt()
    machine.has_playwright(brings=True)
    found = machine.look(ROOT)
    assert found.returncode == 0, found.stderr
    assert "chromium-1140" in found.stdout
    assert machine.installed[-1] == "playwright install --with-deps chromium"


def test_a_missing_font_is_fetched_by_root(machine: Machine) -> None:
    machine.has("chromium", ANSWERS)
    machine.has("fc-list", ":")
    machine.has_apt()
    assert machine.look(ROOT).returncode == 0
    assert machine.installed[-1].endswith("fonts-noto-cjk")


@pytest.mark.parametrize("user", [ROOT, SOMEBODY])
def test_where_nothing_helps_it_fails_with_the_commands_to_run(machine: Machine, user: int) -> None:
    machine.has_apt()
    machine.has_playwright(brings=False)
    refused = machine.look(user)
    assert refused.returncode == 1
    assert "sudo apt-get install chromium fonts-noto-cjk" in refused.stderr
    assert "playwright install --with-deps chromium" in refused.stderr
    assert bool(machine.installed) is (user == ROOT), "only root installs"
