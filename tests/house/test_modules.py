"""Rules that hold for every module: documented, small, without a clock or a print of its own."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from tests.house.tree import ROOMS, ROOT, committed_files, named, parsed, under

MAY_READ_THE_CLOCK = {
    "flows/clock.py": "the one place",
    "cpr_client/lookup.py": "stamps each answer for the access log; nothing is decided by it",
}
MAY_ASK_FOR_THE_DAY = {
    "db/clock/copenhagen_day.sql": "the one place",
    "db/functions/copenhagen_today.sql": "the day for views, which take no parameter",
    "db/runs/ensure_partitions.sql": "months of storage, in UTC; no rule counts by them",
}
LONGEST = 500
LONG_BY_NATURE = (
    "LICENSE",
    "db/schema.sql",
    "db/migrations/versions/",
    "docs/reference/schema.md",
    "docs/reference/commands.md",
)
"""A licence, generated files, and migrations, which are never changed once they are out."""

_NOW = {"now", "utcnow", "today"}
_CLOCKS = {"time": {"time", "time_ns", "localtime", "gmtime", "ctime"}, "os": {"times"}}


MODULES = under(*ROOMS)


def test_everything_public_has_a_docstring():
    silent = [
        f"{named(path)}: {name}"
        for path in MODULES
        for name in _undocumented(parsed(path))
        if not (name and _is_a_library_s(path, name))
    ]
    assert silent == []


def test_no_module_reads_the_clock_but_the_two_that_may():
    reading = {named(path) for path in MODULES if any(map(_reads_clock, ast.walk(parsed(path))))}
    assert reading == set(MAY_READ_THE_CLOCK)


def test_no_statement_asks_the_server_for_the_day():
    """A day comes in as a parameter, so that any night can be replayed; `now()` may stamp rows and count leases."""
    asking = []
    for path in under("db", suffix=".sql"):
        if path.name == "schema.sql":  # made from the others
            continue
        code = "".join(line.partition("--")[0] for line in path.read_text(encoding="utf-8").lower().splitlines())
        if re.search(r"current_date|now\(\)\s*(::|at time zone)", code):
            asking.append(named(path))
    assert set(asking) == set(MAY_ASK_FOR_THE_DAY)


def test_nothing_is_printed_outside_the_command_line():
    """Not even by a `print` that is handed on."""
    printing = [
        f"{named(path)}, line {node.lineno}"
        for path in MODULES
        if "cli" not in path.parts
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Name) and node.id == "print"
    ]
    assert printing == []


def test_no_file_is_too_long_to_read():
    too_long = []
    for path in committed_files():
        if named(path).startswith(LONG_BY_NATURE) or path.suffix not in {".py", ".sql", ".md", ".toml", ".yaml", ".sh"}:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines >= LONGEST:
            too_long.append(f"{named(path)}: {lines} lines")
    assert too_long == []


def _undocumented(module: ast.Module) -> Iterator[str]:
    """Names of what is public and has no docstring, `Class.method`; the module itself is ''."""
    if module.body and ast.get_docstring(module) is None:
        yield ""
    yield from _members(module, "")


def _members(parent: ast.Module | ast.ClassDef, before: str) -> Iterator[str]:
    for node in parent.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None and not _is_said_elsewhere(node):
            yield before + node.name
        if isinstance(node, ast.ClassDef):
            yield from _members(node, f"{before}{node.name}.")


def _is_a_library_s(path: Path, name: str) -> bool:
    """Whether the method replaces one of a class that is not ours: its words are that library's."""
    owner, _, method = name.rpartition(".")
    if not owner:
        return False
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    bases = attrgetter(owner)(module).__mro__[1:-1]
    return any(method in vars(base) and base.__module__.partition(".")[0] not in ROOMS for base in bases)


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


def test_the_guard_sees_what_is_undocumented():
    assert list(_undocumented(ast.parse("class A:\n def b(self): ...\n def _c(self): ..."))) == ["", "A", "A.b"]
