"""Papers: listed and fetched for every kind of case, sent in for a claim."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from yinuo.areas.claims import commands as claims
from yinuo.core.cases import queries as cases
from yinuo.core.documents import queries as documents
from yinuo.core.documents.commands import Upload
from yinuo.core.documents.models import Document
from yinuo.core.people import commands as people
from yinuo.interfaces.api import shapes
from yinuo.interfaces.api.idempotency import actor_of, now
from yinuo.interfaces.api.showing import PROBLEMS
from yinuo.interfaces.common import inputs
from yinuo.interfaces.common.kinds import Kind


def add_sending(router: Router) -> None:
    """Papers of a claim come in here as well as at the other doors."""

    @router.post("/{number}/documents", response={201: shapes.DocumentOut, **PROBLEMS})
    def send_document(
        request: HttpRequest,
        number: str,
        file: File[UploadedFile],
        given: Form[inputs.UploadInput],
    ) -> Status[Any]:
        """Send a photo or a paper; its content is looked at, whatever the name says."""
        actor, at = actor_of(request), now()
        case = cases.get_for(actor, number, kind="claim")
        upload = Upload(
            kind=given.kind,
            file_name=file.name or "",
            chunks=file.chunks(),
            taken_at=given.taken_at,
            latitude=given.latitude,
            longitude=given.longitude,
        )
        (row,) = claims.receive_papers(case=case, uploads=[upload], by=actor, at=at)
        return Status(201, _document(row))


def add_reading(router: Router, kind: Kind) -> None:
    """The papers of a case of any kind: listed, and fetched one by one."""

    @router.get(
        "/{number}/documents",
        response={200: shapes.DocumentListOut, **PROBLEMS},
        operation_id=f"{kind.name}_documents",
        summary="List the papers",
    )
    def listed(request: HttpRequest, number: str) -> dict[str, Any]:
        actor, at = actor_of(request), now()
        case = cases.get_for(actor, number, kind=kind.name)
        people.record_access(case_id=case.pk, what="api.documents", by=actor, at=at)
        return {"items": [_document(row) for row in documents.of_case(actor, case)]}

    @router.get(
        "/{number}/documents/{document}/file",
        response={200: None, **PROBLEMS},
        operation_id=f"{kind.name}_document_file",
        summary="Fetch a paper",
    )
    def fetched(request: HttpRequest, number: str, document: int) -> Any:
        """The file as it came in; who fetched it is recorded."""
        actor, at = actor_of(request), now()
        case = cases.get_for(actor, number, kind=kind.name)
        row = documents.document_for(actor, case, document)
        opened = documents.open_file(row, "original", at=at)
        people.record_access(case_id=case.pk, what=f"document:{row.pk}", by=actor, at=at)
        answer = StreamingHttpResponse(opened.blocks, content_type=opened.content_type)
        for name, value in opened.headers.items():
            answer[name] = value
        return answer


def _document(row: Document) -> dict[str, Any]:
    return {
        "id": row.pk,
        "kind": row.kind,
        "status": row.status,
        "sha256": bytes(row.file.sha256).hex() if row.file else None,
        "size_bytes": row.file.size_bytes if row.file else None,
        "content_type": row.file.content_type if row.file else None,
        "received_at": row.received_at,
        "taken_at": row.taken_at,
        "uploaded_by": row.uploaded_by,
        "reason": row.rejection,
    }
