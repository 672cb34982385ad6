"""The chain of a timeline: each line carries the hash of the line before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

EMPTY_HASH = bytes(32)
"""What the first line follows."""


def event_hash(
    *,
    number: str,
    seq: int,
    prev_hash: bytes,
    at: datetime,
    recorded_at: datetime,
    actor: str,
    type_: str,
    data: Mapping[str, Any],
    source: str,
) -> bytes:
    """SHA-256 over the previous hash and every column of the line, in one canonical form.

    Raises TypeError for data that would not come back from the database as it went in.
    """
    line = [
        number,
        seq,
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        recorded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        actor,
        type_,
        _plain(data),
        source,
    ]
    return hashlib.sha256(prev_hash + _encode(line).encode()).digest()


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_SIMPLE = frozenset((str, int, bool, type(None)))


def _plain(value: Any) -> Any:
    """JSON without floats and with text keys only, since jsonb writes those in its own way."""
    if type(value) in _SIMPLE or isinstance(value, (str, int)):
        return value
    if type(value) is dict and all(type(key) is str for key in value):
        return {key: v if type(v) in _SIMPLE else _plain(v) for key, v in value.items()}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    raise TypeError(f"the data of an event holds text, whole numbers and lists, not {value!r}")
