"""What may come in and what is still needed: the decisions alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yinuo.core.documents import rules
from yinuo.core.documents.rulefile import FileType
from yinuo.core.documents.rules import Held, Slot

JPEG = FileType(
    content_type="image/jpeg", endings=(".jpg", ".jpeg"), picture=True, largest_bytes=1_000
)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("car.jpg", "car.jpg"),
        ("CAR.JPEG", "CAR.jpeg"),
        ("car.png", "car.jpg"),
        ("invoice.pdf.exe", "invoice.pdf.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\Users\\me\\car.jpg", "car.jpg"),
        ("事故 现场.jpg", "事故 现场.jpg"),
        ("photo\u202egpj.exe", "photogpj.jpg"),
        ("a\r\nSet-Cookie: x.jpg", "aSet-Cookie_ x.jpg"),
        ('a"b<c>.jpg', "a_b_c_.jpg"),
        ("", "file.jpg"),
        (".jpg", "file.jpg"),
        ("...", "file.jpg"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
    ],
)
def test_a_file_is_called_what_it_is(given: str, kept: str) -> None:
    name = rules.clean_name(given, JPEG)
    assert name == kept
    assert len(name) <= rules.LONGEST_NAME


@pytest.mark.parametrize(
    ("place", "believed"),
    [
        ((31.23, 121.47), (31.23, 121.47)),
        ((0.0, 0.0), (None, None)),
        ((None, 121.47), (None, None)),
        ((91.0, 0.0), (None, None)),
        ((0.0, -181.0), (None, None)),
        ((float("nan"), 1.0), (None, None)),
        ((float("inf"), 1.0), (None, None)),
    ],
)
def test_only_a_place_on_earth_is_believed(
    place: tuple[float | None, float | None], believed: tuple[float | None, float | None]
) -> None:
    assert rules.credible_place(*place) == believed


def test_a_time_in_the_future_or_without_a_zone_is_not_believed() -> None:
    assert rules.credible_time(NOON, NOON) == NOON
    assert rules.credible_time(NOON.replace(hour=5), NOON) is None
    assert rules.credible_time(NOON.replace(tzinfo=None), NOON) is None


@pytest.mark.parametrize(
    ("statuses", "status", "is_open"),
    [
        ((), "needed", True),
        (("asked",), "asked", True),
        (("rejected",), "rejected", True),
        (("rejected", "received"), "received", False),
        (("accepted", "rejected"), "accepted", False),
        (("asked", "waived"), "waived", False),
    ],
)
def test_a_slot_stands_where_its_best_row_stands(
    statuses: tuple[str, ...], status: str, is_open: bool
) -> None:
    slot = Slot("identity")
    found = rules.status_of(Held(slot, one, one != "asked") for one in statuses)
    assert (found, rules.is_open(found)) == (status, is_open)


def test_the_list_holds_every_slot_once_and_what_is_needed_first() -> None:
    needed = [Slot("claim_form"), Slot("repair_list", "loss:1")]
    held = [Held(Slot("other"), "received", True), Held(Slot("claim_form"), "asked", False)]
    found = rules.slots_of(needed, held)
    assert list(found) == [*needed, Slot("other")]
    assert found[Slot("claim_form")] == (held[1],)
    assert found[Slot("repair_list", "loss:1")] == ()


@pytest.mark.parametrize(
    ("reason", "refusal"), [("  ", rules.ReasonMissing), ("x" * 201, rules.ReasonTooLong)]
)
def test_a_reason_is_a_sentence(reason: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        rules.clean_reason(reason)
    assert rules.clean_reason(" too \n dark ") == "too dark"
