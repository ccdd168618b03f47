"""Every statement of db/: described, used, and planned by PostgreSQL on the newest schema."""

from __future__ import annotations

import ast
import itertools
import re
from collections import defaultdict
from pathlib import Path
from typing import cast

import psycopg

from db.imports.borrowing import kinds as borrowing
from db.imports.borrowing.columns import STAGED, filled
from db.refresh.columns import with_columns
from mappers.retention import RULES
from tests.house.tree import named, parsed, texts_in, under

APPLIED_WHOLE = {"functions", "downstream", "migrations"}
"""Folders whose files are applied whole, one after the other, without being named."""

FILES = under("db", suffix=".sql")
STATEMENTS = {
    named(path).removeprefix("db/").removesuffix(".sql"): path
    for path in FILES
    if path.name != "schema.sql" and not APPLIED_WHOLE & set(path.parts)
}
"""Name, as code gives it to `statement` -> file."""

STAGING = (
    "refresh/create_staging",
    "imports/create_reject",
    "imports/patrons/create_staging",
    "imports/guardians/create_staging",
    "imports/agreements/create_staging",
    "imports/borrowing/create_staging",
    "guardians/create_staging",
    "net_media/create_staging",
)
"""What makes the temporary tables that other statements work on."""

OUTSIDE_A_TRANSACTION = {"embedded_database/create"}

OF_THE_RULES = {
    f"retention/{verb}/{part.name}" for verb in ("remove", "count", "proof") for rule in RULES for part in rule.parts
}
"""What is named by the declared rules of retention (tests/house/test_retention.py)."""

CALLS = {"statement", "with_columns"}
PLANNED = re.compile(r"(SELECT|INSERT|UPDATE|DELETE|WITH|MERGE|VALUES)\b", re.IGNORECASE)


def test_every_sql_file_opens_with_what_it_does_what_goes_in_and_what_comes_out():
    silent = [named(path) for path in FILES if path.name != "schema.sql" and not _is_described(path)]
    assert silent == []


def test_every_statement_is_used():
    """Named whole anywhere in db/, or by its bare name in a module of its own folder or of the one above, which puts
    the two together."""
    texts: dict[Path, set[str]] = defaultdict(set)
    for module in under("db"):
        texts[module.parent].update(texts_in(parsed(module)))
    whole = set().union(*texts.values())
    unused = [
        name
        for name, path in STATEMENTS.items()
        if name not in whole | OF_THE_RULES and path.stem not in {*texts[path.parent], *texts[path.parent.parent]}
    ]
    assert unused == []


def test_every_statement_that_is_named_is_there():
    missing = [
        f"{named(module)}: {name}" for module in under("db") for name in _named_in(module) if name not in STATEMENTS
    ]
    assert missing == []


def test_every_statement_is_planned_on_the_newest_schema(connection):
    """With parameters of unknown value and, as psycopg sends texts and dates, of unknown type."""
    for name in STAGING:
        connection.execute(_as_sent(name)[0])
    broken = {}
    for name in sorted(set(STATEMENTS) - OUTSIDE_A_TRANSACTION):
        for sent in _as_sent(name):
            text = sent.partition("*/")[2].strip()
            try:
                with connection.transaction(force_rollback=True):
                    connection.execute(_planned(text).encode())
            except psycopg.Error as error:
                broken[name] = str(error)
    assert broken == {}


def test_no_trigger_joins_what_was_with_what_is():
    """It is planned once a session: planned for an update that met no row, it would take days for a million."""
    text = next(path for path in FILES if path.name == "schema.sql").read_text(encoding="utf-8")
    assert "FROM before" in text
    assert re.findall(r"\b(?:before|after)\s+(?:\w+ )*JOIN\s+(?:before|after)\b", text) == []


def _as_sent(name: str) -> list[str]:
    """The statement with what is declared elsewhere put in: one that kinds of borrowing share, for each of them."""
    if not name.startswith("imports/borrowing/"):
        return [with_columns(name)]
    every = [(load, reference) for load in borrowing.LOADS for reference in load.references]
    return list(dict.fromkeys(filled(name, load.extract, load.table, STAGED, reference) for load, reference in every))


def _is_described(path: Path) -> bool:
    lines = path.read_text(encoding="utf-8").splitlines()
    comment = " ".join(itertools.takewhile(lambda line: line.startswith("--"), lines)).lower()
    return len(comment) > 20 and bool(re.search(r"\bin:", comment)) and bool(re.search(r"\bout:", comment))


def _planned(text: str) -> str:
    """What plans a statement that can be planned; another (DDL, SET, ANALYZE) can only be run, and takes nothing."""
    if PLANNED.match(text):
        return f"EXPLAIN (GENERIC_PLAN) {_numbered(text)}"
    assert "%" not in text
    return text


def _named_in(module: Path) -> list[str]:
    return [
        cast(str, node.args[0].value)
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in CALLS
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def _numbered(text: str) -> str:
    """The statement as the server gets it: `$1`, `$2` ... in the place of psycopg's parameters."""
    numbers: dict[str, int] = {}
    places = itertools.count(1)

    def number(found: re.Match[str]) -> str:
        name = found["name"]
        return f"${next(places) if name is None else numbers.setdefault(name, len(numbers) + 1)}"

    return re.sub(r"%(?:\((?P<name>\w+)\))?s", number, text).replace("%%", "%")
