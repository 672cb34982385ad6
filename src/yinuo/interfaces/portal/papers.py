"""Papers and photos as the customer sees them: what is wanted, what has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from pydantic import TypeAdapter, ValidationError

from yinuo.core.documents import queries as documents
from yinuo.core.documents.commands import Upload
from yinuo.core.documents.links import Variant, token_for
from yinuo.core.documents.models import Document
from yinuo.core.documents.queries import Line
from yinuo.core.documents.rulefile import DocumentsRules
from yinuo.core.rulebook import queries as rulebook
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.fields import FieldKind, FieldState
from yinuo.interfaces.common.present import DocumentTile, PaperState
from yinuo.interfaces.portal.door import ClaimVisit

PHOTOS, OTHER = "scene_photos", "other"
ALWAYS_TAKEN = (PHOTOS, OTHER)
MOST_AT_ONCE = 20

_STATES = {
    "received": gettext_noop("Received, being checked"),
    "accepted": gettext_noop("Accepted"),
    "rejected": gettext_noop("Please send again"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One paper to send: its name, why it is wanted, and the field for its photo."""

    kind: str
    subject: str
    name: str
    why: str
    again: bool
    field: FieldState


def slips(visit: ClaimVisit, lines: Iterable[Line], language: str) -> tuple[Slip, ...]:
    """The wanted papers, then photos and whatever else the customer wants us to see."""
    wanted = [
        _slip(visit, line.slot.kind, line.slot.subject, line.name, line.why, line.status)
        for line in lines
    ]
    here = {slip.kind for slip in wanted}
    more = [
        _slip(visit, kind, "", documents.name_of(kind, language, at=visit.at), "", "")
        for kind in ALWAYS_TAKEN
        if kind not in here
    ]
    return (*wanted, *more)


def _slip(visit: ClaimVisit, kind: str, subject: str, name: str, why: str, status: str) -> Slip:
    return Slip(
        kind=kind,
        subject=subject,
        name=name,
        why=why,
        again=status == "rejected",
        field=file_field(visit, f"files-{kind}", name, kind),
    )


def file_field(visit: ClaimVisit, name: str, label: str, kind: str) -> FieldState:
    """A field that opens the camera of a phone, where only pictures are of use."""
    table = rulebook.rules(DocumentsRules, at=visit.at)
    only_pictures = table.kinds[kind].value.pictures_only
    types = [
        one.content_type for one in table.upload.types.value if one.picture or not only_pictures
    ]
    return FieldState(
        name=name,
        label=label,
        kind=FieldKind.FILE,
        required=True,
        multiple=True,
        accept=",".join(types),
    )


_LATITUDE: TypeAdapter[float | None] = TypeAdapter(inputs.Latitude)
_LONGITUDE: TypeAdapter[float | None] = TypeAdapter(inputs.Longitude)


def uploads(
    request: HttpRequest, kind: str, subject: str, files: Sequence[UploadedFile[Any]]
) -> list[Upload]:
    """The files of a form; a place that makes no sense is left out, for it is only a help."""
    try:
        latitude = _LATITUDE.validate_python(request.POST.get("latitude", ""))
        longitude = _LONGITUDE.validate_python(request.POST.get("longitude", ""))
    except ValidationError:
        latitude = longitude = None
    return [
        Upload(
            kind=kind,
            subject=subject,
            file_name=file.name or "",
            chunks=file.chunks(),
            latitude=latitude,
            longitude=longitude,
        )
        for file in files
    ]


def tiles(visit: ClaimVisit) -> tuple[DocumentTile, ...]:
    """What has come, each with a private link that is good for a short time."""
    rows = documents.of_case(visit.actor, visit.case).filter(file__isnull=False)
    return tuple(_tile(visit, row) for row in rows if row.status in _STATES)


def _tile(visit: ClaimVisit, row: Document) -> DocumentTile:
    language = visit.language
    picture = row.file is not None and row.file.width is not None
    return DocumentTile(
        title=documents.name_of(row.kind, language, at=visit.at),
        state=PaperState(row.status),
        state_label=_(_STATES[row.status]),
        now=visit.at,
        url=link(visit, row, "original"),
        thumbnail_url=link(visit, row, "preview") if picture else "",
        taken_at=row.taken_at or row.received_at,
        reason=row.rejection,
    )


def link(visit: ClaimVisit, row: Document, variant: Variant) -> str:
    token = token_for(row, variant, reader=visit.actor, at=visit.at)
    return reverse("portal:file", args=[visit.case.number, token])
