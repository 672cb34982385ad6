from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext

from yinuo.kit.errors import translate_with


class CommonConfig(AppConfig):
    name = "yinuo.interfaces.common"
    label = "doors"

    def ready(self) -> None:
        # Refusals of pure modules are marked there and become the reader's language here.
        translate_with(gettext)
