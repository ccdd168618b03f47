"""Every column in which something is kept has its place in the inventory, and its meaning in the schema."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from mappers import inventory
from mappers.inventory import BY_KEY, PARTS, ROWS, SOURCES, Row, table_of
from mappers.retention import BALANCES, LOANS, PATRONS_GONE, RULES, Rule
from tests.house.tree import ROOT

SCHEMA = (ROOT / "db/schema.sql").read_text(encoding="utf-8")
PLACES = [place for row in ROWS for place in row.places]


CASCADES = re.findall(
    r"^ALTER TABLE ONLY (\S+)\n    ADD CONSTRAINT .* REFERENCES (\S+?)\(.* ON DELETE CASCADE", SCHEMA, re.MULTILINE
)
"""(table, table whose rows take this one's with them)."""

TAKEN = re.compile(r"\bDELETE FROM ((?:library|sync)\.\w+)")
EMPTIED = re.compile(r"\bUPDATE ((?:library|sync)\.\w+)\s+SET ((?:\w+ = NULL(?:, )?)+)")


def columns(schema: str = SCHEMA) -> list[str]:
    """`library.patron.name` and so on, of every table; a partition's are its table's."""
    found = []
    for table, body in re.findall(r"^CREATE (?:UNLOGGED )?TABLE (\S+) \(\n(.*?)^\)", schema, re.MULTILINE | re.DOTALL):
        found += [
            f"{table.removesuffix('_default')}.{name}"
            for name in re.findall(r'^    "?([a-z]\w*)"? ', body, re.MULTILINE)
        ]
    return found


def homeless(schema: str = SCHEMA) -> set[str]:
    """Columns of the library, and tables of the worker, that are in no row."""
    there = {column if column.startswith("library.") else table_of(column) for column in columns(schema)}
    return there - set(PLACES)


def gone_by(rule: Rule) -> set[str]:
    """Places that a rule's own statements delete, with all that goes with them by a foreign key, or empty."""
    tables: set[str] = set()
    gone: set[str] = set()
    for part in rule.parts:
        text = (ROOT / f"db/retention/remove/{part.name}.sql").read_text(encoding="utf-8")
        tables |= set(TAKEN.findall(text))
        gone |= {f"{table}.{one}" for table, set_ in EMPTIED.findall(text) for one in re.findall(r"(\w+) = NULL", set_)}
    while more := {child for child, parent in CASCADES if parent in tables} - tables:
        tables |= more
    return gone | {place for place in PLACES if table_of(place) in tables}


def test_every_column_of_the_library_and_every_table_of_the_worker_is_in_one_row():
    assert homeless() == set()
    assert [place for place, times in Counter(PLACES).items() if times > 1] == []


def test_a_column_that_is_new_is_seen():
    grown = SCHEMA.replace(
        "    patron_number text NOT NULL,\n", "    patron_number text NOT NULL,\n    shoe_size text,\n", 1
    )
    assert homeless(grown) == {"library.patron.shoe_size"}


def test_everything_in_the_inventory_is_there():
    there = {*columns(), *(table_of(column) for column in columns() if column.startswith("sync."))}
    assert set(PLACES) - there == set()
    assert [row.key for row in ROWS if not row.places] == []


def test_a_row_is_said_once_and_in_words_that_are_declared():
    assert len(BY_KEY) == len(ROWS)
    for row in ROWS:
        assert row.part in PARTS, row.key
        assert row.sources and set(row.sources) <= set(SOURCES), row.key
        assert row.rule in RULES if row.rule else row.kept in inventory.OTHER_ENDS, row.key
        assert row.left_out is None or row.left_out in inventory.LEFT_OUT, row.key
    assert [row.part for row in ROWS] == sorted((row.part for row in ROWS), key=PARTS.index)


def test_every_code_of_the_inventory_is_used():
    assert {row.kept for row in ROWS if not row.rule} == set(inventory.OTHER_ENDS)
    assert {row.left_out for row in ROWS} - {None} == set(inventory.LEFT_OUT)
    assert {row.rule for row in ROWS} - {None} == set(RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule is not PATRONS_GONE], ids=lambda rule: rule.name)
def test_what_a_rule_of_retention_removes_is_what_the_inventory_says_goes_by_it(rule):
    """Row by row: the period that is said is that of the statement that removes it."""
    assert {place for row in ROWS if row.rule is rule for place in row.places} == gone_by(rule)


def test_what_is_kept_as_long_as_the_patron_goes_with_the_patron():
    assert {place for row in ROWS if row.rule is PATRONS_GONE for place in row.places} <= gone_by(PATRONS_GONE)


def test_every_table_and_column_has_its_meaning():
    said = set(re.findall(r"^COMMENT ON (?:TABLE|COLUMN) (\S+) IS", SCHEMA.replace('"', ""), re.MULTILINE))
    tables = {table_of(column) for column in columns()}
    assert (tables | set(columns())) - said == set()


def test_a_row_knows_its_tables_and_its_end():
    loans = Row("loans", "notice", ("library.loan.title", "library.loan.author", "sync.run"), ("library",), LOANS)
    assert loans.tables == ("library.loan", "sync.run")
    assert (loans.end, loans.rule, loans.is_shown, loans.from_registry) == ("loans", LOANS, True, False)
    assert BY_KEY["balances"].rule is BALANCES
