"""What the library has promised to forget is declared once, and everything that is needed for it is there."""

from __future__ import annotations

import re

import pytest

from mappers.retention import FORGOTTEN_KINDS, LOST_ITEM, RULES
from tests.house.tree import ROOT, named, under

PARTS = [part for rule in RULES for part in rule.parts]
VERBS = ("remove", "count", "proof")
DOCUMENTS = ("docs/reference/rules.md", "docs/reference/inventory.md")
CLOCKS = re.compile(
    r"\b(?:over_on|charge\.settled_on|loan\.settled_on|lost_billed|unsettled_charges|held_patrons|patrons_with_hold|patrons_to_go|living_consumers)\b"
)
"""What the deleting statements go by and a proof may not: clocks that triggers keep, and functions."""


@pytest.mark.parametrize("verb", VERBS)
def test_every_rule_has_its_statements_and_every_statement_its_rule(verb):
    files = {path.stem for path in under("db", suffix=".sql") if named(path).startswith(f"db/retention/{verb}/")}
    assert files == {part.name for part in PARTS}


def test_names_are_taken_once():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({part.name for part in PARTS}) == len(PARTS)
    assert len({rule.setting for rule in RULES}) == len(RULES)


def test_every_table_that_a_rule_takes_from_can_be_counted():
    text = (ROOT / "db/retention/count_rows.sql").read_text()
    assert set(re.findall(r"FROM (\w+\.\w+)", text)) == {part.table for part in PARTS}
    assert set(re.findall(r"= '([\w.]+)'", text)) == {part.table for part in PARTS}


def test_every_kind_of_number_is_remembered_by_a_rule_and_may_be_stored():
    assert {kind for part in PARTS for kind in part.remembers} == set(FORGOTTEN_KINDS)
    for part in PARTS:
        text = (ROOT / f"db/retention/remove/{part.name}.sql").read_text()
        assert set(re.findall(r"SELECT '(\w+)', \w+_number", text)) == set(part.remembers)


def test_no_proof_goes_by_what_the_deleting_statements_go_by():
    shared = {
        part.name: CLOCKS.findall(
            (ROOT / f"db/retention/proof/{part.name}.sql").read_text().replace("gone_lost_billed", "")
        )
        for part in PARTS
    }
    assert {name: found for name, found in shared.items() if found} == {}


def test_the_bill_for_a_lost_item_has_one_name():
    schema = (ROOT / "db/schema.sql").read_text()
    assert set(re.findall(r"kind = '([^']+)'", schema[schema.index("FUNCTION sync.sum_up_loans") :][:2000])) == {
        LOST_ITEM
    }


def test_every_rule_is_in_the_documents_and_nothing_there_is_said_to_be_unenforced():
    for document in DOCUMENTS:
        text = (ROOT / document).read_text()
        assert [rule.name for rule in RULES if f"`{rule.name}`" not in text] == []
        assert "not enforced" not in text
