"""The source as data: every module of the package, read once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from tests.paths import CHECKOUT, PACKAGE

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(CHECKOUT).as_posix()

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        return tuple(ast.walk(self.tree))

    def functions(self) -> Iterator[Function]:
        return (node for node in self.nodes if isinstance(node, Function))

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in self.nodes if isinstance(node, ast.Call))


@cache
def modules(*parts: str) -> tuple[Module, ...]:
    """The modules under these folders of the package; all of them when none is named."""
    folders = [PACKAGE / part for part in parts] or [PACKAGE]
    return tuple(_read(path) for folder in folders for path in sorted(folder.rglob("*.py")))


@cache
def checks_and_bench() -> tuple[Module, ...]:
    folders = (CHECKOUT / "tests", CHECKOUT / "bench")
    return tuple(_read(path) for folder in folders for path in sorted(folder.rglob("*.py")))


def command_modules() -> tuple[Module, ...]:
    """`commands.py` and the modules of `commands/`."""
    return tuple(
        module
        for module in modules("areas", "core")
        if module.path.stem == "commands" or module.path.parent.name == "commands"
    )


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a name or an attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


@cache
def _read(path: Path) -> Module:
    text = path.read_text(encoding="utf-8")
    return Module(path, text, ast.parse(text))
