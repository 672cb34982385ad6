"""Files come in: the good ones once, the bad ones not at all, and nothing in between."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from tests.core.documents import samples
from yinuo.core.cases.models import Case
from yinuo.core.documents import commands, rules, storage
from yinuo.core.documents.commands import TooManyFiles, Upload, Wanted
from yinuo.core.documents.models import Document, StoredFile
from yinuo.core.people.rules import NotForYou
from yinuo.core.rulebook.models import RuleRevision
from yinuo.kit.errors import DomainError, SeveralProblems


def upload(content: bytes, name: str = "car.jpg", kind: str = "scene_photos") -> Upload:
    return Upload(kind=kind, file_name=name, chunks=[content])


def receive(office: Office, case: Case, content: bytes, **changes: str) -> Document:
    return commands.receive(
        case=case, upload=upload(content, **changes), by=office.by_customer, at=START
    )


def files_in(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def test_a_photo_is_kept_under_its_hash_with_who_and_when(office: Office, store: Path) -> None:
    case = office.open()
    content = samples.picture()
    row = receive(office, case, content)
    digest = hashlib.sha256(content)
    assert row.file is not None
    assert bytes(row.file.sha256) == digest.digest()
    assert (row.file.width, row.file.height) == (640, 480)
    assert (row.file.content_type, row.file.size_bytes) == ("image/jpeg", len(content))
    assert (row.status, row.received_at, row.uploaded_by) == (
        "received",
        START,
        office.by_customer.id,
    )
    name = digest.hexdigest()
    assert [path.relative_to(store) for path in files_in(store)] == [
        Path(name[:2]) / name[2:4] / name
    ]
    assert storage.is_intact(digest.digest())


def test_the_timeline_says_what_came_by_hash_and_not_by_name(office: Office) -> None:
    case = office.open()
    row = receive(office, case, samples.picture(), name="Mr Wang's face.jpg")
    event = trial.last(case)
    assert event.type == "document.received"
    assert event.data["document"] == row.pk
    assert row.file is not None
    assert event.data["sha256"] == bytes(row.file.sha256).hex()
    assert "Wang" not in str(event.data)
    assert trial.chain_holds(case)


@pytest.mark.parametrize(
    ("kind", "name"), [("JPEG", "a.jpg"), ("PNG", "a.png"), ("WEBP", "a.webp")]
)
def test_what_phones_make_is_taken(office: Office, kind: str, name: str) -> None:
    row = receive(office, office.open(), samples.picture(kind), name=name)
    assert row.file_name == name


def test_the_two_pictures_in_one_of_some_phones_are_a_jpeg(office: Office) -> None:
    row = receive(office, office.open(), samples.double_picture(), name="a.jpg")
    assert row.file is not None
    assert row.file.content_type == "image/jpeg"


def test_a_pdf_is_taken_where_a_paper_is_meant(office: Office) -> None:
    row = receive(office, office.open(), samples.paper(), name="bill.pdf", kind="repair_invoice")
    assert row.file is not None
    assert (row.file.content_type, row.file.width) == ("application/pdf", None)


def test_a_pdf_is_refused_where_a_photo_is_meant(office: Office) -> None:
    with pytest.raises(rules.PictureWanted):
        receive(office, office.open(), samples.paper(), name="bill.pdf")


def test_a_wrong_name_is_corrected_because_only_the_content_counts(office: Office) -> None:
    row = receive(office, office.open(), samples.picture("PNG"), name="car.jpg")
    assert row.file_name == "car.png"


GOOD = samples.picture()
TRUNCATED_PNG = samples.picture("PNG")[:-200]
BAD: dict[str, tuple[bytes, str, type[DomainError]]] = {
    "empty": (b"", "car.jpg", rules.FileEmpty),
    "a few bytes": (b"\xff\xd8\xff", "car.jpg", rules.FileDamaged),
    "noise": (b"\x07" * 5_000, "car.jpg", rules.TypeRefused),
    "svg": (samples.SVG, "car.svg", rules.TypeRefused),
    "svg that is called a jpeg": (samples.SVG, "car.jpg", rules.TypeRefused),
    "web page": (samples.PAGE, "car.jpg", rules.TypeRefused),
    "program": (samples.PROGRAM, "car.jpg", rules.TypeRefused),
    "script": (samples.SCRIPT, "car.jpg", rules.TypeRefused),
    "archive": (samples.archive(), "car.jpg", rules.TypeRefused),
    "gif": (samples.picture("GIF"), "car.gif", rules.TypeRefused),
    "tiff": (samples.picture("TIFF"), "car.tif", rules.TypeRefused),
    "half a jpeg": (GOOD[: len(GOOD) // 2], "car.jpg", rules.FileDamaged),
    "head of a jpeg": (GOOD[:600], "car.jpg", rules.FileDamaged),
    "cut png": (TRUNCATED_PNG, "car.png", rules.FileDamaged),
    "half a webp": (samples.picture("WEBP")[:5_000], "car.webp", rules.FileDamaged),
    "jpeg with an archive behind": (GOOD + samples.archive(), "car.jpg", rules.FileMixed),
    "jpeg with a page behind": (GOOD + samples.PAGE, "car.jpg", rules.FileMixed),
    "jpeg with a php script in its comment": (
        samples.picture(comment=b"<?php system($_GET[0]); ?>"),
        "car.jpg",
        rules.FileMixed,
    ),
    "jpeg that is a pdf too": (
        samples.picture(comment=b"%PDF-1.7 startxref %%EOF"),
        "car.jpg",
        rules.FileMixed,
    ),
    "too small": (samples.picture(size=(199, 400)), "car.jpg", rules.PictureTooSmall),
    "too long": (samples.picture("PNG", (16_001, 200)), "car.png", rules.PictureTooLarge),
    "decompression bomb": (samples.bomb(), "car.png", rules.PictureTooLarge),
    "bomb with allowed sides": (samples.bomb(15_000, 15_000), "car.png", rules.PictureTooLarge),
}


@pytest.mark.parametrize("case_name", BAD)
def test_a_bad_file_is_refused_and_leaves_nothing(
    office: Office, store: Path, case_name: str
) -> None:
    content, name, refusal = BAD[case_name]
    case = office.open()
    before = trial.types(case)
    with pytest.raises(refusal) as caught:
        receive(office, case, content, name=name)
    assert caught.value.field == "file"
    assert name in str(caught.value)
    assert files_in(store) == []
    assert not Document.objects.exists()
    assert not StoredFile.objects.exists()
    assert trial.types(case) == before


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (samples.paper()[:-20], rules.FileDamaged),
        (b"x" + samples.paper(), rules.TypeRefused),
        (samples.paper() + samples.archive(), rules.FileMixed),
        (samples.paper(b"<html><script>alert(1)</script></html>"), rules.FileMixed),
    ],
)
def test_a_bad_paper_is_refused(office: Office, content: bytes, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        receive(office, office.open(), content, name="bill.pdf", kind="repair_invoice")


def test_an_endless_upload_is_cut_off_while_it_comes(office: Office, store: Path) -> None:
    seen = 0

    def endless() -> Iterator[bytes]:
        nonlocal seen
        yield samples.picture()
        while True:
            seen += 1
            yield bytes(1024 * 1024)

    with pytest.raises(rules.FileTooLarge) as caught:
        commands.receive(
            case=office.open(),
            upload=Upload("scene_photos", "car.jpg", endless()),
            by=office.by_customer,
            at=START,
        )
    assert "20 MB" in str(caught.value)
    assert seen <= 20
    assert files_in(store) == []


def test_a_picture_has_its_own_limit_below_that_of_papers(office: Office) -> None:
    with pytest.raises(rules.FileTooLarge) as caught:
        receive(office, office.open(), samples.picture() + bytes(16 * 1024 * 1024))
    assert "15 MB" in str(caught.value)


def test_a_line_that_breaks_leaves_nothing(office: Office, store: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield samples.picture()
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        commands.receive(
            case=office.open(),
            upload=Upload("scene_photos", "car.jpg", broken()),
            by=office.by_customer,
            at=START,
        )
    assert files_in(store) == []


def test_time_and_place_are_what_the_camera_claims(office: Office) -> None:
    exif = samples.notes(latitude=((31, 13, 48), "N"), longitude=((121, 28, 12), "E"))
    row = receive(office, office.open(), samples.picture(exif=exif))
    # The camera names no zone, so its clock is read where the insurer is.
    assert row.taken_at == datetime(2026, 3, 2, 3, 30, tzinfo=UTC)
    assert row.latitude == pytest.approx(31.23)
    assert row.longitude == pytest.approx(121.47)


def test_a_camera_that_names_its_zone_is_read_in_it(office: Office) -> None:
    exif = samples.notes(offset="+09:00", latitude=((33, 0, 0), "S"), longitude=((70, 0, 0), "W"))
    row = receive(office, office.open(), samples.picture(exif=exif))
    assert row.taken_at == datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
    assert (row.latitude, row.longitude) == (-33.0, -70.0)


@pytest.mark.parametrize("taken", ["0000:00:00 00:00:00", "yesterday", "", "2027:01:01 00:00:00"])
def test_a_camera_whose_clock_is_wrong_is_not_believed(office: Office, taken: str) -> None:
    row = receive(office, office.open(), samples.picture(exif=samples.notes(taken=taken)))
    assert row.taken_at is None


def test_time_and_place_of_the_phone_go_before_those_of_the_picture(office: Office) -> None:
    exif = samples.notes(latitude=((31, 13, 48), "N"), longitude=((121, 28, 12), "E"))
    row = commands.receive(
        case=office.open(),
        upload=Upload(
            kind="survey_photos",
            file_name="car.jpg",
            chunks=[samples.picture(exif=exif)],
            taken_at=START,
            latitude=30.0,
            longitude=120.0,
        ),
        by=office.by_agent,
        at=START,
    )
    assert (row.taken_at, row.latitude, row.longitude) == (START, 30.0, 120.0)


def test_the_same_picture_again_is_no_news(office: Office, store: Path) -> None:
    case = office.open()
    content = samples.picture()
    first = receive(office, case, content)
    assert receive(office, case, content, name="copy.jpg").pk == first.pk
    assert Document.objects.count() == 1
    assert trial.types(case).count("document.received") == 1
    assert len(files_in(store)) == 1


def test_the_same_picture_in_another_case_is_stored_once(office: Office, store: Path) -> None:
    content = samples.picture()
    for case in (office.open(), office.open()):
        receive(office, case, content)
    assert Document.objects.count() == 2
    assert StoredFile.objects.count() == 1
    assert len(files_in(store)) == 1


def test_a_set_comes_in_whole_with_one_line_for_each(office: Office) -> None:
    case = office.open()
    uploads = [upload(samples.picture(shade=shade)) for shade in (10, 20, 30)]
    rows = commands.receive_many(case=case, uploads=uploads, by=office.by_customer, at=START)
    assert [row.status for row in rows] == ["received"] * 3
    assert trial.types(case).count("document.received") == 3


def test_what_was_looked_at_is_in_no_case_until_it_is_received(office: Office, store: Path) -> None:
    case = office.open()
    uploads = [upload(samples.picture())]
    taken = commands.look_at(uploads=uploads, by=office.by_customer, at=START)
    assert len(files_in(store)) == 1
    assert not Document.objects.exists()
    (row,) = commands.receive_taken(case=case, taken=taken, by=office.by_customer, at=START)
    assert row.status == "received"


def test_a_set_with_bad_files_is_refused_and_each_is_named(office: Office) -> None:
    case = office.open()
    uploads = [upload(samples.picture()), upload(b""), upload(samples.SVG)]
    with pytest.raises(SeveralProblems) as caught:
        commands.receive_many(case=case, uploads=uploads, by=office.by_customer, at=START)
    assert [(p.field, p.code) for p in caught.value.parts] == [
        ("files.1", "file_empty"),
        ("files.2", "file_type_refused"),
    ]
    assert not Document.objects.exists()


def test_what_was_asked_for_is_filled_and_more_is_added(office: Office) -> None:
    case = office.open()
    wanted = [Wanted("scene_photos", "We need to see the damage.")]
    (asked,) = commands.request_documents(case=case, wanted=wanted, by=office.by_agent, at=START)
    first = receive(office, case, samples.picture(shade=10))
    second = receive(office, case, samples.picture(shade=20))
    assert first.pk == asked.pk
    first.refresh_from_db()
    assert (first.status, first.why_asked) == ("received", "We need to see the damage.")
    assert second.pk != asked.pk


def test_a_rejected_picture_is_followed_by_a_new_row(office: Office) -> None:
    case = office.open()
    content = samples.picture()
    first = receive(office, case, content)
    commands.judge(
        case=case,
        document_id=first.pk,
        accepted=False,
        reason="Too dark.",
        by=office.by_agent,
        at=START,
    )
    second = receive(office, case, content)
    assert second.pk != first.pk
    assert second.file_id == first.file_id


def test_a_kind_that_nobody_knows_is_refused(office: Office) -> None:
    with pytest.raises(rules.UnknownKind):
        receive(office, office.open(), samples.picture(), kind="selfie")


def test_customers_do_not_hand_in_our_own_papers(office: Office) -> None:
    RuleRevision.objects.create(
        key="documents.kinds.survey_report",
        number=1,
        value={
            "name": {"zh-hans": "查勘报告", "zh-hant": "查勘報告", "en": "Survey report"},
            "for_customer": False,
        },
        why="For this test.",
        source="test",
        by="staff:1",
        made_at=START,
        in_force_from=START,
    )
    case = office.open()
    with pytest.raises(NotForYou):
        receive(office, case, samples.picture(), kind="survey_report")
    row = commands.receive(
        case=case,
        upload=upload(samples.picture(), kind="survey_report"),
        by=office.by_agent,
        at=START,
    )
    assert not row.for_customer


def test_a_case_holds_so_many_files_and_no_more(office: Office) -> None:
    RuleRevision.objects.create(
        key="documents.upload.files_per_case",
        number=1,
        value=2,
        why="For this test.",
        source="test",
        by="staff:1",
        made_at=START,
        in_force_from=START,
    )
    case = office.open()
    receive(office, case, samples.picture(shade=10))
    receive(office, case, samples.picture(shade=20))
    with pytest.raises(TooManyFiles):
        receive(office, case, samples.picture(shade=30))
    assert Document.objects.count() == 2


def test_the_rule_of_the_day_counts(office: Office) -> None:
    row = commands.receive(
        case=office.open(),
        upload=upload(samples.picture()),
        by=office.by_customer,
        at=later("9 days"),
    )
    assert row.received_at == later("9 days")
