"""Where tests find the checkout, and public data that is never committed."""

from __future__ import annotations

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PACKAGE = CHECKOUT / "src" / "yinuo"


def shared(name: str) -> Path:
    """A file of the public data, from YINUO_SHARED or from ``shared`` beside the checkout."""
    return Path(os.environ.get("YINUO_SHARED", CHECKOUT.parent / "shared")) / name
