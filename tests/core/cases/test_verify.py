"""Whoever may do everything in the database changes a timeline, and it shows."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from tests.core.cases import trial
from tests.core.cases.trial import START, Office, later
from yinuo.core.cases import commands as cases
from yinuo.core.cases import seal_files
from yinuo.core.cases.commands.sealing import seal
from yinuo.core.cases.merkle import EMPTY, MerkleRoot
from yinuo.core.cases.models import Case, Event, Seal
from yinuo.core.cases.verifying import Fault, Finding, verify
from yinuo.core.people.actors import SYSTEM


@pytest.fixture(autouse=True)
def seals(settings: Settings, tmp_path: Path) -> Path:
    settings.SEALS_ROOT = tmp_path / "seals"
    return tmp_path / "seals"


@pytest.fixture
def told(office: Office) -> list[Case]:
    """Three cases of five lines each."""
    opened = office.open_many(3)
    for number in range(4):
        lines = [(case, "trial.seen", {"n": number}) for case in opened]
        cases.record_many(lines, by=SYSTEM, at=START)
    for case in opened:
        case.refresh_from_db()
    return opened


def tamper(statement: str, *values: int | str | bytes) -> None:
    """Do what no trigger stops: a superuser who switches triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")


def rewrite(case: Case, seq: int, data: str) -> None:
    """Change a line and hash everything after it again, up to the head on the case."""
    tamper("UPDATE cases_event SET data = %s WHERE case_id = %s AND seq = %s", data, case.pk, seq)
    before = bytes(32)
    for event in Event.objects.filter(case=case).order_by("seq"):
        before_it, before = before, _hash(case, event, before)
        tamper(
            "UPDATE cases_event SET prev_hash = %s, hash = %s WHERE id = %s",
            before_it,
            before,
            event.pk,
        )
    tamper("UPDATE cases_case SET head_hash = %s WHERE id = %s", before, case.pk)


def put_head_back(case: Case) -> None:
    """Make the case agree with whatever its last line is now."""
    last = trial.last(case)
    tamper(
        "UPDATE cases_case SET head_seq = %s, head_hash = %s WHERE id = %s",
        last.seq,
        bytes(last.hash),
        case.pk,
    )


def _hash(case: Case, event: Event, before: bytes) -> bytes:
    return cases.event_hash(
        number=case.number,
        seq=event.seq,
        prev_hash=before,
        at=event.at,
        recorded_at=event.recorded_at,
        actor=event.actor,
        type_=event.type,
        data=event.data,
        source=event.source,
    )


def findings() -> list[Finding]:
    found: list[Finding] = []
    verify(report=found.append)
    return found


def faults() -> list[tuple[Fault, str, int | None]]:
    return [(one.fault, one.case, one.line) for one in findings()]


def test_untouched_timelines_and_seals_verify(told: list[Case]) -> None:
    seal(at=START)
    cases.record(case=told[0], type="trial.seen", data={}, by=SYSTEM, at=START)
    seal(at=later("1 day"))
    lines: list[int] = []

    found = verify(report=lambda finding: pytest.fail(str(finding)), progress=lines.append)

    assert (found.cases, found.events, found.seals) == (3, 16, 2)
    assert sum(lines) == 16


def test_a_changed_line_is_found_and_named(told: list[Case]) -> None:
    tamper("UPDATE cases_event SET data = '{}' WHERE case_id = %s AND seq = 3", told[1].pk)

    assert faults() == [(Fault.LINE_CHANGED, told[1].number, 3)]
    with translation.override("en"):
        assert str(findings()[0]) == (
            f"Case {told[1].number}: line 3 was changed after it was written."
        )


@pytest.mark.parametrize(
    "column",
    [
        "at = at + interval '1 second'",
        "recorded_at = recorded_at - interval '1 microsecond'",
        "actor = 'staff:99'",
        "type = 'trial.unseen'",
        "source = 'replay'",
        "hash = prev_hash",
    ],
)
def test_no_column_of_a_line_can_be_changed_unseen(told: list[Case], column: str) -> None:
    tamper(f"UPDATE cases_event SET {column} WHERE case_id = %s AND seq = 2", told[0].pk)

    assert (Fault.LINE_CHANGED, told[0].number, 2) in faults()


def test_a_cut_tail_is_found_by_the_head_on_the_case(told: list[Case]) -> None:
    tamper("DELETE FROM cases_event WHERE case_id = %s AND seq > 3", told[1].pk)

    [found] = findings()
    assert (found.fault, found.case, found.line) == (Fault.TAIL_CUT, told[1].number, 3)
    with translation.override("en"):
        assert "ends with line 3 and should end with line 5" in str(found)


def test_a_cut_tail_is_found_by_the_seal_even_when_the_head_was_put_back(
    told: list[Case],
) -> None:
    seal(at=START)
    tamper("DELETE FROM cases_event WHERE case_id = %s AND seq > 3", told[1].pk)
    put_head_back(told[1])

    assert faults() == [(Fault.SEALED_LINE_MISSING, told[1].number, 5)]


def test_an_older_seal_remembers_what_a_newer_one_was_made_to_forget(told: list[Case]) -> None:
    seal(at=START)
    tamper("DELETE FROM cases_event WHERE case_id = %s AND seq > 3", told[1].pk)
    put_head_back(told[1])
    seal(at=later("1 day"))

    assert faults() == [(Fault.SEALED_LINE_MISSING, told[1].number, 5)]


def test_a_timeline_that_was_rewritten_as_a_whole_is_found_by_the_seal(told: list[Case]) -> None:
    seal(at=START)
    rewrite(told[2], 2, '{"n": 77}')

    assert faults() == [(Fault.SEALED_LINE_CHANGED, told[2].number, 5)]


def test_a_line_missing_in_the_middle_is_found(told: list[Case]) -> None:
    tamper("DELETE FROM cases_event WHERE case_id = %s AND seq = 2", told[0].pk)

    assert faults() == [(Fault.LINE_MISSING, told[0].number, 2)]


def test_a_reordered_pair_is_found_and_both_places_are_named(told: list[Case]) -> None:
    swap = "UPDATE cases_event SET seq = %s WHERE case_id = %s AND seq = %s"
    tamper(swap, 99, told[0].pk, 2)
    tamper(swap, 2, told[0].pk, 3)
    tamper(swap, 3, told[0].pk, 99)

    found = findings()

    assert [(one.fault, one.line, one.more["was"]) for one in found] == [
        (Fault.LINE_MOVED, 2, 3),
        (Fault.LINE_MOVED, 3, 2),
    ]


def test_a_replaced_line_with_a_good_hash_breaks_the_link_to_the_next(told: list[Case]) -> None:
    tamper("UPDATE cases_event SET data = '{}' WHERE case_id = %s AND seq = 2", told[0].pk)
    event = Event.objects.get(case=told[0], seq=2)
    new_hash = _hash(told[0], event, bytes(event.prev_hash))
    tamper("UPDATE cases_event SET hash = %s WHERE id = %s", new_hash, event.pk)

    assert faults() == [(Fault.LINK_BROKEN, told[0].number, 3)]


def test_a_removed_case_is_found_by_its_lines_or_by_the_seal(told: list[Case]) -> None:
    seal(at=START)
    tamper("DELETE FROM cases_promise WHERE case_id = %s", told[1].pk)
    tamper("DELETE FROM cases_case WHERE id = %s", told[1].pk)
    assert faults() == [
        (Fault.CASE_REMOVED, str(told[1].pk), None),
        (Fault.SEALED_CASE_REMOVED, told[1].number, 5),
    ]

    tamper("DELETE FROM cases_event WHERE case_id = %s", told[1].pk)
    assert faults() == [(Fault.SEALED_CASE_REMOVED, told[1].number, 5)]


@pytest.mark.parametrize("which", [0, 2])
def test_the_first_or_last_case_removed_is_found_too(told: list[Case], which: int) -> None:
    tamper("DELETE FROM cases_case WHERE id = %s", told[which].pk)

    assert faults() == [(Fault.CASE_REMOVED, str(told[which].pk), None)]


def test_a_head_that_was_changed_is_found(told: list[Case]) -> None:
    tamper("UPDATE cases_case SET head_hash = %s WHERE id = %s", bytes(32), told[0].pk)

    assert faults() == [(Fault.HEAD_DIFFERS, told[0].number, None)]


def test_a_seal_lies_in_a_file_outside_the_database_and_follows_the_one_before(
    told: list[Case], seals: Path
) -> None:
    first = seal(at=START)
    second = seal(at=later("1 day"))

    assert second.previous == first
    assert bytes(second.root) != bytes(first.root)
    assert [path.name for path in sorted(seals.iterdir())] == [first.file_name, second.file_name]
    with gzip.open(seals / second.file_name, "rt") as lines:
        body = lines.read().splitlines()
    assert len(body) == 5
    assert told[0].number in body[1]
    assert (second.cases, second.events) == (3, 15)


def test_what_a_crash_left_half_written_is_cleared_away(told: list[Case], seals: Path) -> None:
    seals.mkdir()
    (seals / ".4711.part").write_bytes(b"half")

    made = seal(at=START)

    assert [path.name for path in seals.iterdir()] == [made.file_name]
    assert findings() == []


def test_a_missing_a_changed_and_an_unknown_seal_file_are_named(
    told: list[Case], seals: Path
) -> None:
    gone, changed = seal(at=START), seal(at=later("1 day"))
    (seals / gone.file_name).unlink()
    leaves = list(seal_files.leaves_of(changed.file_name))
    (seals / changed.file_name).unlink()
    name, _sum = seal_files.write(leaves[:2], previous=b"", at=later("1 day"))
    (seals / name).rename(seals / changed.file_name)
    seal_files.write(leaves, previous=b"", at=later("2 days"))

    assert [one.fault for one in findings()] == [
        Fault.SEAL_FILE_BROKEN,
        Fault.SEAL_DIFFERS,
        Fault.SEAL_UNKNOWN,
    ]


def test_a_seal_file_that_was_cut_is_named(told: list[Case], seals: Path) -> None:
    made = seal(at=START)
    path = seals / made.file_name
    path.write_bytes(path.read_bytes()[:-20])

    assert [one.fault for one in findings()] == [Fault.SEAL_FILE_BROKEN]


def test_a_seal_removed_from_the_database_is_found(told: list[Case]) -> None:
    first = seal(at=START)
    second = seal(at=later("1 day"))
    third = seal(at=later("2 days"))
    tamper("DELETE FROM cases_seal WHERE id = %s", second.pk)

    assert [one.fault for one in findings()] == [Fault.SEAL_CHAIN_BROKEN, Fault.SEAL_UNKNOWN]
    assert findings()[1].more["file"] == second.file_name
    assert third.previous_id == second.pk
    assert Seal.objects.filter(pk=first.pk).exists()


def test_every_fault_has_its_sentence() -> None:
    for fault in Fault:
        more = {"was": 1, "last": 2, "sealed": "2026-03-02", "file": "f", "why": "w"}
        assert str(Finding(fault, "T26-0000001-1", 1, more))


def test_the_merkle_root_is_that_of_the_certificate_transparency_standard() -> None:
    # Test vectors of RFC 6962 as published with its reference implementation.
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    leaves.append("606162636465666768696a6b6c6d6e6f")
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    tree = MerkleRoot()
    assert tree.root() == EMPTY
    for number, leaf in enumerate(leaves, start=1):
        tree.add(bytes.fromhex(leaf))
        if number in roots:
            assert tree.root().hex() == roots[number]
