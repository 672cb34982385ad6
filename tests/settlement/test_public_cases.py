"""The worked cases that are public, and what they say."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.paths import shared
from yinuo.settlement.reading import parse, read_accident
from yinuo.settlement.settling import settle
from yinuo.settlement.tables import shipped_tables

TABLES = shipped_tables()
TOLERANCE = Decimal("0.02")
CASES = [
    parse(line)
    for line in shared("cases/public_cases.jsonl").read_text(encoding="utf-8").splitlines()
    if line.strip()
]


def at(found: Any, path: str) -> Any:
    for part in path.split("."):
        found = found[part]
    return found


def same(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[k], wanted[k]) for k in wanted)
    return abs(Decimal(found) - Decimal(wanted)) <= TOLERANCE


@pytest.mark.parametrize("case", CASES, ids=[case["input"]["id"] for case in CASES])
def test_a_public_case_comes_out_as_published(case: Any) -> None:
    result = settle(read_accident(case["input"], TABLES), TABLES).as_dict()
    for path, wanted in case["expect"].items():
        assert same(at(result, path), wanted), f"{path}: {at(result, path)}, not {wanted}"
    json.dumps(result)
