"""Who may import whom: the rooms one way, mappers nothing that reaches out, no module that shadows the library."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from tests.house.tree import ROOT, named, parsed, texts_in, under

REACHES_OUT = {
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "shutil", "socket"),
    *("ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib"),
    *("httpx", "lxml", "platformdirs", "prefect", "psycopg", "pydantic_settings", "requests", "sqlalchemy", "zeep"),
}
"""What a pure function has no use for: files, networks, clocks, chance, settings."""

SQL = re.compile(
    r"^\s*(SELECT|INSERT\s+INTO|UPDATE|DELETE\s+FROM|CREATE|ALTER|DROP|COPY|WITH)\s.*"
    r"\b(FROM|INTO|SET|TABLE|VALUES|STDIN)\b",
    re.DOTALL,
)
"""A text that begins as a statement does and goes on as one."""


def test_the_rooms_import_one_way():
    lint = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout + lint.stderr


def test_mappers_import_nothing_that_reaches_out():
    reaching = {named(path): imported_by(path) & REACHES_OUT for path in under("mappers")}
    assert {name: packages for name, packages in reaching.items() if packages} == {}


def test_no_module_at_the_top_of_flows_is_named_like_one_of_the_standard_library():
    """A file entrypoint puts `flows/` first on `sys.path`: `flows/calendar.py` would be everybody's `calendar`."""
    shadows = [
        named(path) for path in under("flows") if path.parent.name == "flows" and path.stem in sys.stdlib_module_names
    ]
    assert not shadows


def test_no_room_is_named_like_an_installed_package():
    assert not {"flows", "db", "mappers", "cpr_client", "tests", "docs"} & set(sys.stdlib_module_names)


def test_sql_stands_in_db_alone():
    found = {
        named(path): [text for text in texts_in(parsed(path)) if SQL.match(text)]
        for path in under("flows", "mappers", "cpr_client")
    }
    assert {name: statements for name, statements in found.items() if statements} == {}


def test_xml_is_the_client_s_alone():
    found = {named(path): imported_by(path) & {"lxml", "xml", "zeep"} for path in under("flows", "mappers", "db")}
    assert {name: packages for name, packages in found.items() if packages} == {}


def test_the_guard_sees_sql():
    assert SQL.match("SELECT name FROM library.patron")
    assert not SQL.match("Select the patrons that are due")


def imported_by(path: Path) -> set[str]:
    """The packages that a module imports, anywhere in it."""
    imported: set[str] = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
    return imported
