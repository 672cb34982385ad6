"""The collector of garbage in a process that lives long."""

from __future__ import annotations

import gc

YOUNG_OBJECTS = 50_000
OLDER = 20


def keep_what_is_loaded() -> None:
    """Never look again at what the start has loaded, and look less often at the rest.

    Classes, rules, texts and addresses are some hundred thousand objects that never go; a process
    that makes thousands of rows would walk through all of them again and again, which took a
    quarter of the time of a large set. Call it once, when everything is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, OLDER, OLDER)
