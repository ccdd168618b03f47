"""Who may import whom: the rooms one way, mappers nothing that reaches out, no module that shadows the library."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

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


@pytest.mark.parametrize("path", under("mappers"), ids=named)
def test_mappers_import_nothing_that_reaches_out(path):
    imported = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
    assert not imported & REACHES_OUT


def test_no_module_at_the_top_of_flows_is_named_like_one_of_the_standard_library():
    """A file entrypoint puts `flows/` first on `sys.path`: `flows/calendar.py` would be everybody's `calendar`."""
    shadows = [
        named(path) for path in under("flows") if path.parent.name == "flows" and path.stem in sys.stdlib_module_names
    ]
    assert not shadows


def test_no_room_is_named_like_an_installed_package():
    assert not {"flows", "db", "mappers", "cpr_client", "tests", "docs"} & set(sys.stdlib_module_names)


@pytest.mark.parametrize("path", under("flows", "mappers", "cpr_client"), ids=named)
def test_sql_stands_in_db_alone(path):
    assert [text for text in texts_in(parsed(path)) if SQL.match(text)] == []


def test_the_guard_sees_sql():
    assert SQL.match("SELECT name FROM library.patron")
    assert not SQL.match("Select the patrons that are due")


@pytest.mark.parametrize("path", under("flows", "mappers", "db"), ids=named)
def test_xml_is_the_client_s_alone(path):
    imported = {node.module for node in ast.walk(parsed(path)) if isinstance(node, ast.ImportFrom)}
    imported |= {alias.name for node in ast.walk(parsed(path)) if isinstance(node, ast.Import) for alias in node.names}
    assert not {(name or "").partition(".")[0] for name in imported} & {"lxml", "zeep", "xml", "requests"}
