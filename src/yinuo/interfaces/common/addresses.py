"""The word for a kind of case in an address: `/desk/<plural:kind>/<str:number>`."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import get_converters

from yinuo.interfaces.common.kinds import BY_PLURAL, Kind


class Plural:
    """`claims` is the kind `claim`, and back. What is no kind of ours is no address of ours."""

    regex = "|".join(BY_PLURAL)

    def to_python(self, value: str) -> Kind:
        return BY_PLURAL[value]

    def to_url(self, value: Kind | str) -> str:
        return value if isinstance(value, str) else value.plural


def register() -> None:
    """Make `<plural:kind>` known; the list of addresses of each door asks for it."""
    if "plural" not in get_converters():
        register_converter(Plural, "plural")
