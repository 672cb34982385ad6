"""The rule and text files are read when the process starts, so that a wrong one stops it then."""

from __future__ import annotations

from django.apps import AppConfig

from yinuo.core.rulebook import registry
from yinuo.kit import moments


class RulebookConfig(AppConfig):
    name = "yinuo.core.rulebook"

    def ready(self) -> None:
        moments.read_fast()
        registry.load()
