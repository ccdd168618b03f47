"""Rules that hold for every module: documented, small, without a clock or a print of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import ROOMS, committed_files, named, parsed, under

CLOCK = "flows/clock.py"
LONGEST = 500
LONG_BY_NATURE = ("LICENSE", "db/schema.sql", "db/migrations/versions/", "docs/reference/schema.md")
"""A licence, generated files, and migrations, which are never changed once they are out."""

_NOW = {"now", "utcnow", "today"}
_CLOCKS = {"time": {"time", "time_ns", "localtime", "gmtime", "ctime"}, "os": {"times"}}


@pytest.mark.parametrize("path", under(*ROOMS), ids=named)
def test_everything_public_has_a_docstring(path):
    assert list(_undocumented(parsed(path), named(path))) == []


@pytest.mark.parametrize("path", [path for path in under(*ROOMS) if named(path) != CLOCK], ids=named)
def test_the_clock_is_read_in_one_place_alone(path):
    assert [node.lineno for node in ast.walk(parsed(path)) if _reads_clock(node)] == []


@pytest.mark.parametrize("path", [path for path in under(*ROOMS, suffix=".sql") if "clock" not in path.parts], ids=named)
def test_no_statement_asks_the_server_for_the_day(path):
    """A day comes in as a parameter, so that any night can be replayed; `now()` may stamp rows and count leases."""
    code = "\n".join(line.partition("--")[0] for line in path.read_text(encoding="utf-8").lower().splitlines())
    assert "current_date" not in code
    assert "now()::date" not in code.replace(" ", "")


@pytest.mark.parametrize("path", [path for path in under(*ROOMS) if "cli" not in path.parts], ids=named)
def test_nothing_is_printed_outside_the_command_line(path):
    calls = [
        node.lineno
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


def test_no_file_is_too_long_to_read():
    too_long = []
    for path in committed_files():
        if named(path).startswith(LONG_BY_NATURE) or path.suffix not in {".py", ".sql", ".md", ".toml", ".yaml", ".sh"}:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines >= LONGEST:
            too_long.append(f"{named(path)}: {lines} lines")
    assert too_long == []


def _undocumented(module: ast.Module, name: str) -> Iterator[str]:
    if module.body and ast.get_docstring(module) is None:
        yield name
    yield from _members(module, name)


def _members(parent: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    for node in parent.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not _is_said_elsewhere(node):
            yield f"{name}: {node.name}"
        if isinstance(node, ast.ClassDef):
            yield from _members(node, f"{name}: {node.name}")


def _is_said_elsewhere(node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """An overload, or a property's setter: its twin has the words."""
    marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
    return bool(marks & {"overload", "setter", "override"})


def _reads_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Attribute):
        return False
    owner = ast.unparse(node.value).rpartition(".")[2]
    return (owner in {"date", "datetime"} and node.attr in _NOW) or node.attr in _CLOCKS.get(owner, ())


def test_the_guard_sees_a_clock():
    seen = [_reads_clock(node) for node in ast.walk(ast.parse("datetime.now(UTC); time.time(); date.today()"))]
    assert sum(seen) == 3


def test_the_guard_sees_what_is_undocumented(tmp_path: Path):
    assert list(_undocumented(ast.parse("class A:\n def b(self): ...\n def _c(self): ..."), "m")) == [
        "m",
        "m: A",
        "m: A: b",
    ]
