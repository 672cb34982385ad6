from __future__ import annotations

from django.apps import AppConfig

from yinuo.areas import kinds


class AreasConfig(AppConfig):
    name = "yinuo.areas"

    def ready(self) -> None:
        kinds.register_all()
