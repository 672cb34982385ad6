"""A report that is being written: kept in the session, encrypted, until it is sent or left.

The session's row lies in the database, and what a person tells about a crash is personal.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from yinuo.kit.crypto import CannotDecrypt, decrypt, encrypt

DRAFT = "portal_report"
REPORTED = "portal_reported"


@dataclass(slots=True)
class Photo:
    """A picture that lies in the store and waits for its case."""

    sha256: str
    file_name: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(slots=True)
class Draft:
    """`what` and `who` are the fields of the first two steps, as they were typed."""

    person_id: int
    policy_number: str
    plate: str
    what: dict[str, str] = field(default_factory=dict)
    who: dict[str, str] = field(default_factory=dict)
    photos: list[Photo] = field(default_factory=list)
    photos_seen: bool = False

    @property
    def reached(self) -> int:
        """The number of the first step that still has to be done: 1 to 4."""
        done = (bool(self.what), bool(self.who), self.photos_seen)
        return next((i for i, one in enumerate(done, start=1) if not one), 4)


def load(request: HttpRequest) -> Draft | None:
    kept = request.session.get(DRAFT)
    if not isinstance(kept, str):
        return None
    try:
        values: dict[str, Any] = json.loads(decrypt(kept))
    except CannotDecrypt:
        return None
    photos = [Photo(**one) for one in values.pop("photos")]
    return Draft(photos=photos, **values)


def save(request: HttpRequest, draft: Draft) -> None:
    request.session[DRAFT] = encrypt(json.dumps(asdict(draft), ensure_ascii=False))


def finish(request: HttpRequest, *, case_id: int, person_id: int) -> None:
    """Forget the draft and remember the case, so that its end page can be shown again."""
    request.session.pop(DRAFT, None)
    request.session[REPORTED] = [person_id, case_id]
