"""Every column in which the library keeps something has its place in the inventory, and its meaning in the schema."""

from __future__ import annotations

import re

from tests.house.tree import ROOT

SCHEMA = (ROOT / "db/schema.sql").read_text(encoding="utf-8")
INVENTORY = set(re.findall(r"`((?:library|sync)\.\w+(?:\.\w+)?)`", (ROOT / "docs/reference/inventory.md").read_text()))

NOT_ABOUT_PATRONS = {"sync.alembic_version", "sync.instance"}


def columns() -> list[str]:
    """`library.patron.name` and so on, of every table."""
    found = []
    for table, body in re.findall(r"^CREATE (?:UNLOGGED )?TABLE (\S+) \(\n(.*?)^\)", SCHEMA, re.MULTILINE | re.DOTALL):
        found += [f"{table}.{name}" for name in re.findall(r"^    ([a-z]\w*) ", body, re.MULTILINE)]
    return found


def table_of(column: str) -> str:
    """`library.patron` for `library.patron.name`; a partition is its table."""
    return column.rpartition(".")[0].removesuffix("_default")


def test_every_column_of_the_library_is_in_the_inventory():
    homeless = [
        column
        for column in columns()
        if column.startswith("library.") and column not in INVENTORY and table_of(column) not in INVENTORY
    ]
    assert homeless == []


def test_every_table_of_the_worker_is_in_the_inventory():
    tables = {table_of(column) for column in columns() if column.startswith("sync.")}
    assert tables - NOT_ABOUT_PATRONS - INVENTORY == set()


def test_everything_in_the_inventory_is_there():
    there = {*columns(), *map(table_of, columns())}
    assert INVENTORY - there == set()


def test_the_patron_s_columns_are_named_one_by_one():
    """Of the table that holds the most, none slips in with the table's name."""
    assert "library.patron" not in INVENTORY


def test_every_table_and_column_has_its_meaning():
    said = set(re.findall(r"^COMMENT ON (?:TABLE|COLUMN) (\S+) IS", SCHEMA, re.MULTILINE))
    tables = {column.rpartition(".")[0] for column in columns()}
    of_a_partition = {column for column in columns() if column.startswith("sync.registry_access_default.")}
    assert (tables | set(columns())) - said - of_a_partition == set()
