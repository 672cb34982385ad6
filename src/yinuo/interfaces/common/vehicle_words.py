"""What the classes and uses of a vehicle in the tables of the law are called on a screen."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from yinuo.interfaces.common.labels import Words

CLASSES: Words = {
    "bus_le9": gettext_noop("car up to nine seats"),
    "bus_ge10": gettext_noop("bus from ten seats"),
    "light_truck": gettext_noop("light truck"),
    "truck_with_trailer": gettext_noop("truck with trailer"),
    "low_speed_or_tricycle": gettext_noop("low-speed truck, tricycle"),
    "other": gettext_noop("other"),
}
USES: Words = {
    "family": gettext_noop("family"),
    "non_business": gettext_noop("company"),
    "taxi": gettext_noop("taxi, hire"),
    "other_business": gettext_noop("other business"),
}
