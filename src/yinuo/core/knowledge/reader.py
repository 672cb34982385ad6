"""The reader of customers' words with the weights of this installation."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings

from yinuo.perception import reading
from yinuo.perception.learned import SHIPPED, Weights, read_weights
from yinuo.perception.reading import Reading


def read_words(text: str) -> Reading:
    """What a text says, by our lexicons and the weights that this installation uses."""
    return reading.read(text, _weights())


def model() -> str:
    """Which weights these are: the beginning of the hash of what they were made of."""
    return str(_weights().made_of.get("sha256", ""))[:12]


@cache
def _weights() -> Weights:
    return read_weights(Path(settings.WORD_WEIGHTS) if settings.WORD_WEIGHTS else SHIPPED)
