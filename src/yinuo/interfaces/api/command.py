"""`yinuo openapi`: the description of the API as a file that is committed and compared."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from django.utils import translation

from yinuo.interfaces.api.app import api

TARGET = Path(__file__).resolve().parents[4] / "docs" / "openapi.json"


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when the file is stale.")
def openapi(*, check: bool) -> None:
    """Write docs/openapi.json, so that a change of the API is seen in review."""
    # Descriptions are translated; the file is in the language of the source.
    with translation.override("en"):
        text = json.dumps(api.get_openapi_schema(), indent=1, ensure_ascii=False, default=str)
    if not check:
        TARGET.write_text(text + "\n", encoding="utf-8")
    elif not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text + "\n":
        click.echo("docs/openapi.json is stale: run `make generate`", err=True)
        sys.exit(1)
