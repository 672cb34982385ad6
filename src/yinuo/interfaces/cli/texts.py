"""``yinuo texts``: derive the Traditional Chinese texts that we send from the Simplified ones.

texts/zh-hans is written by people; texts/zh-hant comes from it by OpenCC and the reviewed words of
locale/zh_Hant.overrides.toml, the same as for the screens. A text that Hong Kong or Taiwan would
say differently stands whole in texts/zh-hant.reviewed/ and is taken as it is. The sentence
patterns of the clock and of settlement are reviewed by hand in each language and left alone.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import click
from django.conf import settings
from opencc import OpenCC

import yinuo
from yinuo.core.rulebook.textfiles import SENTENCE_PATTERNS

OVERRIDES = Path(yinuo.__file__).parent / "locale" / "zh_Hant.overrides.toml"
SUFFIXES = frozenset({".md", ".toml"})


def derived(directory: Path, overrides: Path = OVERRIDES) -> dict[str, str]:
    """What texts/zh-hant should hold: content by relative path."""
    reviewed = directory / "zh-hant.reviewed"
    terms: Mapping[str, str] = tomllib.loads(overrides.read_text(encoding="utf-8"))["terms"]
    converter = OpenCC("s2twp")
    wanted: dict[str, str] = {}
    for path in _files(directory / "zh-hans"):
        name = path.relative_to(directory / "zh-hans").as_posix()
        if (reviewed / name).exists():
            wanted[name] = (reviewed / name).read_text(encoding="utf-8")
            continue
        text = str(converter.convert(path.read_text(encoding="utf-8")))
        for wrong, right in terms.items():
            text = text.replace(wrong, right)
        wanted[name] = text
    return wanted


def stale(directory: Path) -> list[str]:
    """The files of texts/zh-hant that differ from what they should be, missing ones included."""
    target = directory / "zh-hant"
    wanted = derived(directory)
    present = {p.relative_to(target).as_posix(): p for p in _files(target)}
    wrong = [name for name in present if name not in wanted]
    for name, text in wanted.items():
        if name not in present or present[name].read_text(encoding="utf-8") != text:
            wrong.append(name)
    return sorted(wrong)


def write(directory: Path) -> list[str]:
    """Bring texts/zh-hant up to date; returns what changed."""
    changed = stale(directory)
    wanted = derived(directory)
    for name in changed:
        path = directory / "zh-hant" / name
        if name not in wanted:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[name], encoding="utf-8")
    return changed


def _files(directory: Path) -> list[Path]:
    found = (path for path in directory.rglob("*") if path.suffix in SUFFIXES)
    return sorted(path for path in found if path.name not in SENTENCE_PATTERNS)


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail when a text is out of date.")
def texts(check: bool) -> None:
    """Derive the Traditional Chinese texts from the Simplified ones."""
    directory = Path(settings.TEXTS_DIRECTORY)
    if check:
        wrong = stale(directory)
        for name in wrong:
            click.echo(f"texts/zh-hant/{name}: out of date; run yinuo texts", err=True)
        sys.exit(1 if wrong else 0)
    for name in write(directory):
        click.echo(f"texts/zh-hant/{name}")
