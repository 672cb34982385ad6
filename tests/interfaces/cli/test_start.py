"""What a start does not load: a newcomer waits for all that lies between command and page."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from yinuo.interfaces.cli.main import COMMANDS, said_of, yinuo

HEAVY = ("docxtpl", "ninja", "numpy", "python_calamine", "schemathesis", "sepaxml", "openpyxl")
PAGES = "import django; django.setup(); import yinuo.conf.pages"


def loaded_after(code: str) -> set[str]:
    """The packages that a fresh process has loaded after this code."""
    asked = f"{code}; import json, sys; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "yinuo.conf.settings"},
    )
    names: list[str] = json.loads(answer.stdout.splitlines()[-1])
    return {name.partition(".")[0] for name in names} | set(names)


@pytest.mark.parametrize("name", ["main", "run", "serve"])
def test_what_starts_other_programs_loads_neither_django_nor_the_rules(name: str) -> None:
    loaded = loaded_after(f"import yinuo.interfaces.cli.{name}")
    assert "click" in loaded
    assert not loaded & {"django", "pydantic", "psycopg", "procrastinate", *HEAVY}


def test_help_names_every_command_and_loads_none() -> None:
    asked = "from click.testing import CliRunner; from yinuo.interfaces.cli.main import yinuo"
    loaded = loaded_after(f"{asked}; CliRunner().invoke(yinuo, ['--help'])")
    assert not loaded & {"django", "pydantic", "psycopg", "yinuo.interfaces.cli.run"}
    told = CliRunner().invoke(yinuo, ["--help"]).output
    for name, place in COMMANDS.items():
        command = yinuo.get_command(click.Context(yinuo), name)
        assert command is not None
        assert command.get_short_help_str(200).startswith(said_of(place, 40).removesuffix("...")), (
            name
        )
        assert f"  {name} " in told


def test_pages_are_served_before_the_api_and_without_what_only_a_command_needs() -> None:
    loaded = loaded_after(PAGES)
    assert "yinuo.interfaces.desk.urls" in loaded
    assert "yinuo.interfaces.api.app" not in loaded
    assert not loaded & set(HEAVY)
