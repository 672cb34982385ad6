"""Keep the screen texts of three languages in step with the source, without the gettext programs.

``python -m yinuo.interfaces.cli.catalogs``              read the source, merge, derive, compile
``python -m yinuo.interfaces.cli.catalogs --missing``    print what has no zh-Hans text, as TSV
``python -m yinuo.interfaces.cli.catalogs --fill FILE``  take translations from such a TSV
``python -m yinuo.interfaces.cli.catalogs --check``      change nothing, fail when anything is amiss

zh_Hans is written by people; zh_Hant is derived from it with OpenCC and the reviewed words of
``zh_Hant.overrides.toml``; en is the msgid itself. This is a developer's tool: Babel belongs to the
development requirements, so no other command may import this module.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize
from opencc import OpenCC

import yinuo

SOURCE = Path(yinuo.__file__).parent
LOCALE = SOURCE / "locale"
LANGUAGES = ("zh_Hans", "zh_Hant", "en")
WRITTEN_BY_PEOPLE = "zh_Hans"
OVERRIDES = LOCALE / "zh_Hant.overrides.toml"
TEMPLATE_SUFFIXES = frozenset({".html", ".txt", ".md"})
# Compiled texts hold a date: with that of today they would change with nothing changed.
ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A sentence's English words, and a context where two meanings share them."""

    text: str
    context: str = ""


@dataclass(slots=True)
class Sentence:
    plural: str = ""
    files: set[str] = field(default_factory=set)


Translations = dict[Key, tuple[str, ...]]


def find_sentences(source: Path) -> dict[Key, Sentence]:
    """Every marked sentence of the Python files and templates below ``source``."""
    found: dict[Key, Sentence] = {}
    for path in sorted(source.rglob("*")):
        if "locale" in path.parts or "texts" in path.parts or not path.is_file():
            continue
        if path.suffix == ".py":
            code = path.read_text(encoding="utf-8")
        elif path.suffix in TEMPLATE_SUFFIXES and "templates" in path.parts:
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        else:
            continue
        name = path.relative_to(source).as_posix()
        for _line, message, _comments, context in extract(
            "python", BytesIO(code.encode("utf-8")), keywords=KEYWORDS, options={}
        ):
            singular, plural = message if isinstance(message, tuple) else (message, "")
            sentence = found.setdefault(Key(singular, context or ""), Sentence())
            sentence.plural = sentence.plural or plural
            sentence.files.add(name)
    return found


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_translations(path: Path) -> Translations:
    """The filled sentences of one .po file; those no longer used stay known, should they return."""
    if not path.exists():
        return {}
    with path.open("rb") as handle:
        catalog = read_po(handle)
    result: Translations = {}
    for message in [*catalog.obsolete.values(), *catalog]:
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        if ids[0] and all(strings):
            result[Key(ids[0], message.context or "")] = tuple(strings)
    return result


def to_traditional(simplified: Translations) -> Translations:
    """zh_Hant from zh_Hans; the reviewed file has the last word, by term and by sentence."""
    overrides = tomllib.loads(OVERRIDES.read_text(encoding="utf-8")) if OVERRIDES.exists() else {}
    terms: Mapping[str, str] = overrides.get("terms", {})
    sentences: Mapping[str, str] = overrides.get("sentences", {})
    converter = OpenCC("s2twp")

    def convert(key: Key, text: str) -> str:
        if key.text in sentences:
            return sentences[key.text]
        converted = str(converter.convert(text))
        for wrong, right in terms.items():
            converted = converted.replace(wrong, right)
        return converted

    return {key: tuple(convert(key, text) for text in texts) for key, texts in simplified.items()}


def build(language: str, sentences: Mapping[Key, Sentence], translations: Translations) -> Catalog:
    catalog = Catalog(
        locale=language,
        domain="django",
        project="Yinuo",
        version="1",
        fuzzy=False,
        creation_date=ALWAYS,
        revision_date=ALWAYS,
        header_comment="# Screen texts of Yinuo. Run yinuo.interfaces.cli.catalogs after a change.",
    )
    for key, sentence in sentences.items():
        texts = translations.get(key)
        if sentence.plural:
            empty = ("",) * catalog.num_plurals
            message_id: str | tuple[str, str] = (key.text, sentence.plural)
            string: str | tuple[str, ...] = texts if texts and len(texts) == len(empty) else empty
        else:
            message_id, string = key.text, texts[0] if texts else ""
        catalog.add(
            message_id,
            string,
            locations=[(name, 0) for name in sorted(sentence.files)],
            context=key.context or None,
        )
    keep_unused(catalog, sentences, translations)
    return catalog


def keep_unused(
    catalog: Catalog, sentences: Mapping[Key, Sentence], translations: Translations
) -> None:
    unused = Catalog(locale=catalog.locale)
    for key in translations.keys() - sentences.keys():
        if len(translations[key]) == 1:
            unused.add(key.text, translations[key][0], context=key.context or None)
    for message in unused:
        if message.id:
            catalog.obsolete[str(message.id)] = message


def write(language: str, catalog: Catalog) -> None:
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace(path, po_bytes(catalog))
    compiled = BytesIO()
    write_mo(compiled, catalog)
    replace(path.with_suffix(".mo"), compiled.getvalue())


def po_bytes(catalog: Catalog) -> bytes:
    """The file without the lines that would differ from day to day or between versions of Babel."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=100, sort_output=True, include_lineno=False)
    volatile = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Generated-By', b'"Last-Translator')
    return b"".join(
        line
        for line in buffer.getvalue().splitlines(keepends=True)
        if not line.startswith(volatile)
    )


def replace(path: Path, content: bytes) -> None:
    if path.exists() and path.read_bytes() == content:
        return
    beside = path.with_suffix(path.suffix + f".{os.getpid()}")
    beside.write_bytes(content)
    beside.replace(path)


def english(sentences: Mapping[Key, Sentence]) -> Translations:
    return {
        key: (key.text, sentence.plural) if sentence.plural else (key.text,)
        for key, sentence in sentences.items()
    }


def entries(catalog: Catalog) -> dict[tuple[str, str], tuple[str, ...]]:
    """Ids and texts alone, so that a moved file or a newer Babel does not look like a change."""
    result: dict[tuple[str, str], tuple[str, ...]] = {}
    for message in catalog:
        ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        # Babel hands out the context of a compiled message as bytes.
        context: str | bytes = message.context or ""
        if isinstance(context, bytes):
            context = context.decode("utf-8")
        if ids[0]:
            result[(context, ids[0])] = tuple(text or "" for text in strings)
    return result


def complaints() -> Iterator[str]:
    """One sentence for each thing that is missing, stale or damaged."""
    sentences = find_sentences(SOURCE)
    simplified = read_translations(po_path(WRITTEN_BY_PEOPLE))
    for key, sentence in sentences.items():
        texts = simplified.get(key)
        where = ", ".join(sorted(sentence.files))
        if texts is None:
            yield f"no zh_Hans text: {key.text!r} ({where})"
            continue
        wanted = set(PLACEHOLDER.findall(key.text)) | set(PLACEHOLDER.findall(sentence.plural))
        for text in texts:
            if set(PLACEHOLDER.findall(text)) != wanted:
                yield f"placeholders differ: {key.text!r} → {text!r} ({where})"
    for language, translations in all_languages(sentences, simplified).items():
        wanted_entries = entries(build(language, sentences, translations))
        path = po_path(language)
        if not path.exists() or not path.with_suffix(".mo").exists():
            yield f"{language}: not compiled"
            continue
        with path.open("rb") as po, path.with_suffix(".mo").open("rb") as mo:
            if entries(read_po(po)) != wanted_entries:
                yield f"{language}: django.po is stale"
            filled = {key: texts for key, texts in wanted_entries.items() if all(texts)}
            if entries(read_mo(mo)) != filled:
                yield f"{language}: django.mo is stale"


def all_languages(
    sentences: Mapping[Key, Sentence], simplified: Translations
) -> dict[str, Translations]:
    return {
        "zh_Hans": simplified,
        "zh_Hant": to_traditional(simplified),
        "en": english(sentences),
    }


def update(filled: Translations | None = None) -> int:
    """Write all catalogs; returns how many sentences still have no zh_Hans text."""
    with alone():
        sentences = find_sentences(SOURCE)
        simplified = {**read_translations(po_path(WRITTEN_BY_PEOPLE)), **(filled or {})}
        for language, translations in all_languages(sentences, simplified).items():
            write(language, build(language, sentences, translations))
    return len(sentences.keys() - simplified.keys())


@contextmanager
def alone() -> Iterator[None]:
    """Two people who run the tool at once take turns, so that neither loses a translation."""
    LOCALE.mkdir(exist_ok=True)
    handle = os.open(LOCALE, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def read_tsv(path: Path) -> Translations:
    """Lines of ``English<tab>text`` or ``context<tab>English<tab>text``; \\n breaks a line."""
    result: Translations = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.replace("\\n", "\n") for cell in line.split("\t")]
        if len(cells) == 2 and all(cells):
            result[Key(cells[0])] = (cells[1],)
        elif len(cells) == 3 and cells[1] and cells[2]:
            result[Key(cells[1], cells[0])] = (cells[2],)
        elif cells[-1]:
            raise click.BadParameter(f"{path}:{number}: two or three columns are needed")
    return result


def missing_tsv() -> Iterator[str]:
    known = read_translations(po_path(WRITTEN_BY_PEOPLE))
    for key in find_sentences(SOURCE):
        if key not in known:
            text = key.text.replace("\n", "\\n")
            yield f"{key.context}\t{text}\t" if key.context else f"{text}\t"


@click.command(help=__doc__)
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when anything is amiss.")
@click.option("--missing", is_flag=True, help="Print the untranslated sentences as TSV.")
@click.option("--fill", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(check: bool, missing: bool, fill: Path | None) -> None:
    if missing:
        for line in missing_tsv():
            click.echo(line)
        return
    if check:
        found = list(complaints())
        for complaint in found:
            click.echo(complaint, err=True)
        sys.exit(1 if found else 0)
    filled = read_tsv(fill) if fill else {}
    left = update(filled)
    unused = filled.keys() - find_sentences(SOURCE).keys()
    for key in sorted(unused, key=lambda key: key.text):
        click.echo(f"kept, but used nowhere yet: {key.text!r}", err=True)
    click.echo(f"{left} sentences without a zh_Hans text")


if __name__ == "__main__":
    main()
