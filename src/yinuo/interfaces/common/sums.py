"""How the covers of a sum are called on screen."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yinuo.interfaces.common import labels

SETTLED_BY: labels.Words = {
    "ctpli.property": gettext_noop("compulsory cover, property"),
    "ctpli.medical": gettext_noop("compulsory cover, medical cost"),
    "ctpli.death": gettext_noop("compulsory cover, death and disability"),
    "ctpli.proxy": gettext_noop("no-liability proxy"),
    "own_damage": gettext_noop("own damage"),
    "third_party": gettext_noop("third-party liability"),
    "seats": gettext_noop("people in the car"),
    "addons.no_deductible": gettext_noop("rider without deductible"),
    "addons.outside_list_medical": gettext_noop("medicine outside the list"),
    "addons.moral_damages": gettext_noop("moral damages"),
    "addons.scratch": gettext_noop("scratches"),
    "addons.repair_days": gettext_noop("repair days"),
    "addons.cargo": gettext_noop("cargo"),
    "addons.wheels": gettext_noop("wheels"),
    "addons.new_equipment": gettext_noop("added equipment"),
}


def cover_name(cover: str) -> str:
    return labels.word(SETTLED_BY, cover)
