"""Files go out: as downloads, or as pictures of which nothing but pixels is left."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.http import StreamingHttpResponse
from PIL import Image

from tests.core.cases.trial import START, Office, later
from tests.core.documents import samples
from yinuo.core.documents import commands, queries, storage
from yinuo.core.documents.commands import Upload
from yinuo.core.documents.links import (
    FileLinkExpired,
    FileLinkNotGood,
    FileTicket,
    read_token,
    token_for,
)
from yinuo.core.documents.models import Document
from yinuo.core.people.actors import customer_actor


def receive(
    office: Office, content: bytes, name: str = "car.jpg", kind: str = "identity"
) -> Document:
    return commands.receive(
        case=office.open(), upload=Upload(kind, name, [content]), by=office.by_customer, at=START
    )


def body(file: queries.OpenedFile) -> bytes:
    return b"".join(file.blocks)


def test_the_original_comes_back_as_it_was_and_only_as_a_download(office: Office) -> None:
    content = samples.paper()
    file = queries.open_file(receive(office, content, "账单 1.pdf"), "original", at=START)
    assert body(file) == content
    assert (file.content_type, file.size) == ("application/pdf", len(content))
    assert file.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E8%B4%A6%E5%8D%95%201.pdf"
    )
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in file.headers["Content-Security-Policy"]


def test_a_name_cannot_write_headers(office: Office) -> None:
    row = receive(office, samples.picture(), 'a"\r\nSet-Cookie: x=1; b.jpg')
    opened = queries.open_file(row, "original", at=START)
    opened.blocks.close()
    disposition = opened.headers["Content-Disposition"]
    assert "\r" not in disposition
    assert "\n" not in disposition
    assert '"' not in disposition


def test_a_file_that_nobody_reads_to_the_end_is_closed(office: Office) -> None:
    row = receive(office, samples.picture(size=(1_000, 1_000)))
    for method in ("GET", "HEAD"):
        opened = queries.open_file(row, "original", at=START)
        answer = StreamingHttpResponse(opened.blocks)
        if method == "GET":
            assert next(iter(answer))
        answer.close()


def test_the_preview_is_smaller_upright_and_bare(office: Office) -> None:
    exif = samples.notes(
        latitude=((31, 13, 48), "N"), longitude=((121, 28, 12), "E"), orientation=6
    )
    content = samples.picture(size=(2_000, 1_000), exif=exif, comment=b"secret place")
    file = queries.open_file(receive(office, content), "preview", at=START)
    shown = body(file)
    with Image.open(io.BytesIO(shown)) as image:
        assert image.format == "JPEG"
        assert image.size == (480, 960)
        assert dict(image.getexif()) == {}
        assert "comment" not in image.info
    assert b"Exif" not in shown
    assert b"secret" not in shown
    assert file.headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "1"), ("WEBP", "RGBA"), ("JPEG", "CMYK")],
)
def test_every_kind_of_picture_has_a_preview(office: Office, kind: str, mode: str) -> None:
    row = receive(office, samples.picture(kind, mode=mode))
    with Image.open(io.BytesIO(body(queries.open_file(row, "preview", at=START)))) as image:
        assert (image.format, image.mode) == ("JPEG", "RGB")


def test_the_preview_is_made_once(office: Office, store: Path) -> None:
    row = receive(office, samples.picture())
    first = body(queries.open_file(row, "preview", at=START))
    (made,) = (store / "previews").rglob("*.jpg")
    stamp = made.stat().st_mtime_ns
    assert body(queries.open_file(row, "preview", at=START)) == first
    assert made.stat().st_mtime_ns == stamp


def test_a_pdf_has_no_preview(office: Office) -> None:
    row = receive(office, samples.paper(), "bill.pdf")
    with pytest.raises(queries.NoPreview):
        queries.open_file(row, "preview", at=START)


def test_lost_and_changed_bytes_are_noticed(office: Office) -> None:
    row = receive(office, samples.picture())
    assert row.file is not None
    sha256 = bytes(row.file.sha256)
    path = storage.path_of(sha256)
    path.chmod(0o600)
    path.write_bytes(b"changed")
    assert not storage.is_intact(sha256)
    path.unlink()
    assert not storage.is_intact(sha256)
    with pytest.raises(storage.FileLost):
        queries.open_file(row, "original", at=START)


def test_a_broken_file_in_the_store_is_replaced_when_it_comes_again(office: Office) -> None:
    content = samples.picture()
    row = receive(office, content)
    assert row.file is not None
    path = storage.path_of(bytes(row.file.sha256))
    path.chmod(0o600)
    path.write_bytes(content[:100])
    receive(office, content)
    assert storage.is_intact(bytes(row.file.sha256))


def test_a_link_opens_for_its_reader_and_for_its_time(office: Office) -> None:
    row = receive(office, samples.picture())
    token = token_for(row, "preview", reader=office.by_customer, at=START)
    ticket = FileTicket(row.pk, row.case_id, "preview")
    assert read_token(token, reader=office.by_customer, at=later("14 minutes")) == ticket
    with pytest.raises(FileLinkExpired):
        read_token(token, reader=office.by_customer, at=later("15 minutes"))
    with pytest.raises(FileLinkNotGood):
        read_token(token, reader=office.by_agent, at=START)
    stranger = customer_actor(person_id=office.customer.pk + 1)
    with pytest.raises(FileLinkNotGood):
        read_token(token, reader=stranger, at=START)


def test_a_link_without_a_reader_is_good_for_whoever_may_see_the_case(office: Office) -> None:
    row = receive(office, samples.picture())
    token = token_for(row, "original", reader=None, at=START)
    assert read_token(token, reader=office.by_agent, at=START).case_id == row.case_id


def test_a_changed_link_opens_nothing(office: Office) -> None:
    row = receive(office, samples.picture())
    token = token_for(row, "original", reader=None, at=START)
    for broken in (token[:-1], "x" + token, "", "é", "x" * 10_000):
        with pytest.raises(FileLinkNotGood):
            read_token(broken, reader=office.by_agent, at=START)


def test_files_are_readable_by_nobody_else_and_never_writable(office: Office, store: Path) -> None:
    receive(office, samples.picture())
    (path,) = (p for p in store.rglob("*") if p.is_file())
    assert path.stat().st_mode & 0o777 == 0o400
