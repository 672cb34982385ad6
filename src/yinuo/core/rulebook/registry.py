"""The rule and text files, read once when the process starts.

settings.RULE_FILES names the class of every rule file; a file that is wrong stops the start with
a message that names file, key and remedy. Nothing here touches the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_origin

from django.conf import settings
from django.utils.module_loading import import_string

from yinuo.core.rulebook import textfiles
from yinuo.core.rulebook.textfiles import Text
from yinuo.kit import rules
from yinuo.kit.errors import RuleError
from yinuo.kit.rules import Rule, RuleFile

F = TypeVar("F", bound=RuleFile)


@dataclass(frozen=True, slots=True)
class Files:
    """Everything that the files say: typed rules, their raw form, and texts by language."""

    schemas: Mapping[str, type[RuleFile]]
    rules: Mapping[str, RuleFile]
    raw: Mapping[str, Mapping[str, Any]]
    texts: Mapping[tuple[str, str], Text]

    def stem_of(self, schema: type[RuleFile]) -> str:
        for stem, known in self.schemas.items():
            if known is schema:
                return stem
        raise RuleError(f"{schema.__name__} is not declared; add it to RULE_FILES in the settings")

    def by_key(self) -> dict[str, Rule[Any]]:
        """Every rule of every file by its full key."""
        return {
            key: rule
            for stem, schema in self.schemas.items()
            for key, rule in rules.keys(stem, schema, self.rules[stem])
        }

    def text(self, key: str, language: str) -> Text:
        """The text of the file in the nearest language. Raises RuleError."""
        spoken = textfiles.language_of(language)
        try:
            return self.texts[key, spoken]
        except KeyError:
            raise RuleError(f"{key}: there is no such text in {spoken}; write it") from None


@cache
def load() -> Files:
    """Read everything; later calls get the same. Raises RuleError."""
    schemas: dict[str, type[RuleFile]] = {
        stem: import_string(path) for stem, path in settings.RULE_FILES.items()
    }
    directory = Path(settings.RULES_DIRECTORY)
    raw = rules.read_files(directory, schemas)
    typed = rules.check_files(directory, schemas, raw)
    return Files(schemas, typed, raw, textfiles.load(Path(settings.TEXTS_DIRECTORY)))


def parts_of(key: str) -> tuple[str, str, str]:
    """File, table and name of a rule key. Raises RuleError when there is no such rule.

    A table without a fixed list of names takes a new one: the year that a notice publishes.
    """
    parts = key.split(".")
    known = key in load().by_key() or (len(parts) == 3 and _takes_new_names(parts[0], parts[1]))
    if len(parts) != 3 or not known:
        raise RuleError(f"{key}: there is no such rule; see docs/rules.md")
    return parts[0], parts[1], parts[2]


def _takes_new_names(stem: str, table: str) -> bool:
    schema = load().schemas.get(stem)
    field = schema.model_fields.get(table) if schema else None
    return field is not None and get_origin(field.annotation) is dict
