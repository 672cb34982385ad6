"""Letters: values in, a PDF or a Word file out. The same letter gives the same bytes of PDF."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import typst

from yinuo.core.documents.letters.values import (
    Block,
    Bullets,
    Clause,
    Facts,
    Heading,
    Letter,
    Paragraph,
    Row,
    Sum,
    SumLine,
    Way,
    Ways,
    as_data,
)
from yinuo.kit import env, extras

__all__ = [
    "Block",
    "Bullets",
    "Clause",
    "Facts",
    "Heading",
    "Letter",
    "Paragraph",
    "Row",
    "Sum",
    "SumLine",
    "Way",
    "Ways",
    "as_data",
    "render_docx",
    "render_pdf",
]

_TEMPLATES = env.PACKAGE / "templates" / "letters"
PDF_TEMPLATE: Path = _TEMPLATES / "letter.typ"
WORD_TEMPLATE: Path = _TEMPLATES / "letter.docx"


def render_pdf(letter: Letter) -> bytes:
    """The letter as PDF/A, for printing and keeping. The words are data, never markup."""
    return typst.compile(
        str(PDF_TEMPLATE),
        format="pdf",
        root=str(_TEMPLATES),
        sys_inputs={"letter": json.dumps(as_data(letter), ensure_ascii=False)},
        pdf_standards="a-2a",
        font_paths=_fonts(),
    )


@cache
def _fonts() -> typst.Fonts:
    """Looked for once: to look through the machine's fonts takes longer than to set a letter."""
    return typst.Fonts()


def render_docx(letter: Letter) -> bytes:
    """The letter for whoever has to go on writing it in a word processor."""
    return extras.fill_word_template(WORD_TEMPLATE, as_data(letter))
