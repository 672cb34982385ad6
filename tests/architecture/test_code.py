"""How the code is written: lengths, imports, clocks, and words that must not stay."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.sources import (
    Function,
    Module,
    checks_and_bench,
    command_modules,
    dotted,
    modules,
)
from tests.paths import CHECKOUT, PACKAGE

LONGEST_FUNCTION = 60
LONGEST_FILE = 600
LATE_IMPORTER = "src/yinuo/kit/extras.py"
# Written by a tool: how long they are is not for us to say.
WRITTEN_BY_TOOLS = re.compile(r"/migrations/0\d{3}_initial\.py$")
CLOCKS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "timezone.localdate",
    "time.time",
    "dt.now",
}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|(?i:for now|lorem ipsum))\b")


def all_modules() -> tuple[Module, ...]:
    return tuple(
        module
        for module in (*modules(), *checks_and_bench())
        if not WRITTEN_BY_TOOLS.search(module.path.as_posix())
    )


def test_no_function_is_longer_than_an_eye_can_hold() -> None:
    long = [
        f"{module.name}:{function.lineno} {function.name}: {length}"
        for module in all_modules()
        for function in module.functions()
        if (length := _length(function)) > LONGEST_FUNCTION
    ]
    assert not long


def _length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_longer_than_a_sitting() -> None:
    long = [
        f"{module.name}: {lines}"
        for module in all_modules()
        if (lines := module.text.count("\n")) > LONGEST_FILE
    ]
    assert not long


def test_imports_stand_at_the_top() -> None:
    inner = [
        f"{module.name}:{node.lineno}"
        for module in all_modules()
        if module.name != LATE_IMPORTER
        for function in module.functions()
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not inner


def _lasting_files() -> list[Path]:
    endings = {".py", ".html", ".css", ".js", ".toml", ".md", ".svg", ".txt"}
    found = [path for path in PACKAGE.rglob("*") if path.suffix in endings]
    return [path for path in found if "/vendor/" not in path.as_posix()]


def test_nothing_is_left_for_later() -> None:
    left = []
    for path in _lasting_files():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if UNFINISHED.search(line):
                left.append(f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:80]}")
    assert not left


def test_areas_and_core_never_read_the_clock() -> None:
    read = [
        f"{module.name}:{call.lineno} {dotted(call.func)}"
        for module in modules("areas", "core", "overview")
        for call in module.calls()
        if any(dotted(call.func).endswith(clock) for clock in CLOCKS)
    ]
    assert not read


def test_areas_and_core_hold_no_lengths_of_time() -> None:
    """A length of time is a rule with a reason and a source, and stands in rules/."""
    held = [
        f"{module.name}:{call.lineno}"
        for module in modules("areas", "core")
        for call in module.calls()
        if dotted(call.func).split(".")[-1] == "timedelta" and call.args + call.keywords
    ]
    assert not held


def test_commands_take_keywords_only_and_say_who_and_when() -> None:
    wrong = [
        f"{module.name}:{function.lineno} {function.name}"
        for module in command_modules()
        for function in module.tree.body
        if isinstance(function, Function)
        and _changes_something(module, function)
        and not _is_a_good_command(function)
    ]
    assert not wrong


# What is left out, and why it can be.
WITHOUT = {
    "sweep": {"by"},  # only the house itself sweeps
    "watch_voices": {"by"},  # as it does here, what belongs to no case
    "recount_voices": {"by"},  # the calendar does, whoever published it
    "check_sign_in_code": {"by"},  # nobody is known before the code was right
    "follow_link": {"by"},  # nobody is known before the link was read
    "sweep_many": {"by", "at"},  # only the house sweeps; each case brings its own moment
    "take_over_many": {"at"},  # each history brings the days on which it happened
}


def _is_a_good_command(function: Function) -> bool:
    named = {argument.arg for argument in function.args.kwonlyargs}
    sets = function.name.endswith("_many")
    # A set form may take its rows by position: `open_many(openings, by=…, at=…)`.
    positional = len(function.args.args)
    wanted = {"by", "at"} - WITHOUT.get(function.name, set())
    return wanted <= named and positional <= (1 if sets else 0)


def _changes_something(module: Module, function: Function) -> bool:
    """Public, and it writes or opens a transaction: what only computes or reads is no command."""
    if function.name.startswith("_") or function.decorator_list:
        return False
    return any(
        isinstance(node, ast.With)
        and any(_is_transaction(item.context_expr) for item in node.items)
        for node in ast.walk(function)
    )


def _is_transaction(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) in {
        "cases.transaction",
        "transaction",
        "transaction.atomic",
    }


WRITES = {"create", "bulk_create", "bulk_update", "update", "delete", "save", "get_or_create"}


def test_doors_and_overview_write_no_tables() -> None:
    """Doors translate. What a manager's `objects` would write is a command's business."""
    wrote = [
        f"{module.name}:{call.lineno} {ast.unparse(call.func)[:60]}"
        for module in (*modules("interfaces"), *modules("overview"))
        for call in module.calls()
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in WRITES
        and ".objects" in ast.unparse(call.func)
        and not ast.unparse(call.func).startswith("Session.")  # of Django, not of ours
    ]
    assert not wrote


def test_only_advance_moves_a_case_or_its_parts() -> None:
    allowed = "src/yinuo/core/cases/commands/"
    moved = [
        f"{module.name}:{node.lineno} {ast.unparse(target)}"
        for module in modules()
        if not module.name.startswith(allowed)
        for node in module.nodes
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Attribute) and target.attr in ("state", "stage")
    ]
    assert not moved


def _columns() -> list[tuple[str, models.Field]]:  # type: ignore[type-arg]
    ours = [model for model in apps.get_models() if model.__module__.startswith("yinuo.")]
    # What Django's own user brings keeps its names.
    inherited = {"last_login", "date_joined"}
    return [
        (f"{model.__name__}.{column.name}", column)
        for model in ours
        for column in model._meta.get_fields()
        if isinstance(column, models.Field) and column.name not in inherited
    ]


def test_the_name_of_a_column_says_whether_it_is_a_moment_or_a_day() -> None:
    for name, column in _columns():
        if isinstance(column, models.DateTimeField):
            assert name.endswith(("_at", "_from", ".at")), name
        elif isinstance(column, models.DateField):
            assert name.endswith("_on"), name


LITERAL_ARGUMENTS = {
    "promise_rule", "promise_title", "short_text", "render_to_string", "record", "promise", "pause",
}  # fmt: skip


def test_keys_and_event_types_are_never_glued() -> None:
    """Whoever searches for a key finds every use, so none is put together from parts."""
    glued = [
        f"{module.name}:{call.lineno}"
        for module in modules()
        if "/core/rulebook/" not in module.name  # it finds the words of any key
        for call in module.calls()
        if dotted(call.func).split(".")[-1] in LITERAL_ARGUMENTS
        for value in (*call.args[:2], *(k.value for k in call.keywords if k.arg in _KEY_WORDS))
        if isinstance(value, ast.JoinedStr | ast.BinOp)
    ]
    assert not glued


_KEY_WORDS = {"type", "rule", "key", "reason", "template_name"}


@pytest.mark.parametrize("word", ["signals", "post_save", "pre_save"])
def test_no_signals_of_django_hide_business(word: str) -> None:
    used = [
        module.name
        for module in modules("areas", "core")
        if re.search(rf"django\.db\.models\.signals|\b{word}\b.*connect", module.text)
    ]
    assert not used


def test_no_model_hides_business_in_save() -> None:
    hidden = [
        f"{module.name}:{function.lineno}"
        for module in modules("areas", "core")
        if module.path.stem == "models"
        for function in module.functions()
        if function.name in ("save", "delete")
    ]
    assert not hidden
