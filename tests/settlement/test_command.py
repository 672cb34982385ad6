"""`yinuo settle` and `yinuo explain`: a line in, a line out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tests.settlement.accidents import two_cars
from yinuo.interfaces.cli.main import yinuo


def run(*words: str, text: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(yinuo, list(words), input=text)
    return result.exit_code, result.stdout


def rows(output: str) -> list[Any]:
    return [json.loads(line) for line in output.splitlines()]


def test_a_file_is_settled_line_by_line_and_a_failing_line_does_not_stop_it(tmp_path: Path) -> None:
    wrong = two_cars() | {"id": "wrong", "speed": 80}
    lines = [json.dumps(two_cars()), "not json", json.dumps(wrong), "", json.dumps(two_cars())]
    file = tmp_path / "accidents.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, output = run("--lang", "en", "settle", str(file))
    first, second, third, last = rows(output)
    assert code == 1
    assert first == last
    assert first["commercial"]["A"]["own_damage"]["payment"] == "5600.00"
    assert second == {
        "id": None,
        "error": {"code": "not_json", "message": "This line is not valid JSON.", "where": ""},
    }
    assert third["id"] == "wrong"
    assert third["error"]["where"] == "speed"


def test_no_line_stops_the_file_whatever_stands_in_it(tmp_path: Path) -> None:
    """Not JSON at all, in another encoding, a number that no machine holds, a line without end."""
    good = json.dumps(two_cars()).encode()
    bad = [
        b"\xff\xfe\x00",
        good.replace(b'"two"', '"zwölf"'.encode("latin-1")),
        b'{"id":"x","accident_at":1e99999999999999999999}',
        b'{"id":"x","vehicles":' + b"[" * 100_000,
        b'{"id":"' + b"x" * 9_000_000 + b'"}',
        b"[1]",
        b"\x00",
    ]
    file = tmp_path / "accidents.jsonl"
    file.write_bytes(b"\n".join([good, *[part for one in bad for part in (one, good)]]))
    code, output = run("--lang", "en", "settle", str(file))
    found = rows(output)
    assert code == 1
    assert [("error" in one) for one in found] == [False, *[True, False] * len(bad)]
    codes = [one["error"]["code"] for one in found if "error" in one]
    assert codes == [
        "not_json", "not_json", "not_text", "not_json", "too_long", "not_an_object", "not_json",
    ]  # fmt: skip
    assert found[9]["error"]["message"] == "This line is longer than 4000000 bytes."


def test_a_name_that_no_terminal_can_show_does_not_stop_the_file() -> None:
    lines = ['{"id": "x", "\\ud800": 1}', '{"id": "\\ud800"}', json.dumps(two_cars())]
    code, output = run("settle", "-", text="\n".join(lines))
    first, second, last = rows(output)
    assert code == 1
    assert first["error"]["code"] == "unknown_key"
    assert second["error"] | {"message": ""} == {"code": "not_text", "message": "", "where": "id"}
    assert last["id"] == "two"


def test_standard_input_is_read_and_sentences_come_when_asked() -> None:
    code, output = run("settle", "-", "--say", "zh-hans", text=json.dumps(two_cars()) + "\n")
    assert code == 0
    assert rows(output)[0]["steps"][2]["sentence"] == "B车的交强险为A_car赔¥2,000.00。"


def test_a_json_file_holds_one_accident(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(two_cars(), indent=2), encoding="utf-8")
    code, output = run("settle", str(file))
    assert (code, rows(output)[0]["id"]) == (0, "two")


def test_explain_says_every_step_in_sentences(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    file.write_text(json.dumps(two_cars()), encoding="utf-8")
    code, output = run("explain", str(file), "--say", "en")
    assert code == 0
    assert output.startswith("# two\n1. Car A is liable")
    code, output = run("explain", str(file), "--say", "zh-hant", "--auditor")
    assert "責任比例70%" in output
