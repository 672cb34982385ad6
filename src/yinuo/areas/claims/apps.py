from __future__ import annotations

from django.apps import AppConfig

from yinuo.areas import kinds


class ClaimsConfig(AppConfig):
    name = "yinuo.areas.claims"

    def ready(self) -> None:
        kinds.register_all()
