"""The only late importer: libraries that are heavy to load and wanted by few.

Whoever never writes a Word file never pays for the half second that its library takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any


def fill_word_template(template: Path, values: Mapping[str, Any]) -> bytes:
    """A .docx from a template whose places are named as in Jinja; values are escaped."""
    document = import_module("docxtpl").DocxTemplate(str(template))
    document.render(dict(values), autoescape=True)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
