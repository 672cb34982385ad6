"""The words that we send, as files: texts/<language>/…

A `.md` file is one text: its first line "# subject", then the body. A `.toml` file is a list of
short texts: key -> title and why. A text's key is its path with dots, as in
"messages.claim_registered" or "promises.claims.payment".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yinuo.kit.errors import RuleError

LANGUAGES = ("zh-hans", "zh-hant", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """Subject and body; of a short text, its title and the line that explains it."""

    subject: str
    body: str

    @property
    def title(self) -> str:
        return self.subject

    @property
    def why(self) -> str:
        return self.body

    def __str__(self) -> str:
        return self.subject


def language_of(code: str) -> str:
    """The language that we write for a language code of a browser, a setting or a file."""
    lowered = code.lower().replace("_", "-")
    if lowered.startswith("en"):
        return "en"
    traditional = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")
    return "zh-hant" if lowered.startswith(traditional) else "zh-hans"


# Read by the clock engine and by settlement themselves, which put their sentences together.
SENTENCE_PATTERNS = frozenset({"clock.toml", "settlement.toml"})


def load(directory: Path) -> Mapping[tuple[str, str], Text]:
    """Every text by (key, language). Raises RuleError when a language lacks a text."""
    found = {
        (key, language): text
        for language in LANGUAGES
        for key, text in read_language(directory / language)
    }
    for key in sorted({key for key, _ in found}):
        for language in LANGUAGES:
            if (key, language) not in found:
                raise RuleError(f"{directory / language}: has no text {key}; write it")
    return found


def read_language(directory: Path) -> Iterator[tuple[str, Text]]:
    """Every text of one language with its key, in the order of the file names."""
    for path in sorted(directory.rglob("*.md")):
        parts = path.relative_to(directory).with_suffix("").parts
        yield ".".join(parts), parse(path.read_text(encoding="utf-8"), str(path))
    for path in sorted(directory.rglob("*.toml")):
        if path.name not in SENTENCE_PATTERNS:
            yield from _short_texts(path)


def parse(content: str, name: str) -> Text:
    """A text from "# subject", a blank line and the body. Raises RuleError."""
    first, _, body = content.partition("\n")
    subject = first.removeprefix("# ").strip()
    if not first.startswith("# ") or not subject or not body.strip():
        raise RuleError(f"{name}: begins with a line '# subject', then a body follows")
    return Text(subject, body.strip() + "\n")


def _short_texts(path: Path) -> Iterator[tuple[str, Text]]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RuleError(f"{path}: is not TOML ({error}); correct that line") from error
    for name, entry in entries.items():
        known = isinstance(entry, dict) and {"title"} <= entry.keys() <= {"title", "why"}
        if not known or not all(isinstance(value, str) for value in entry.values()):
            raise RuleError(f"{path}: {name}: holds a title, and a why if it needs one; both text")
        yield f"{path.stem}.{name}", Text(entry["title"], entry.get("why", ""))
