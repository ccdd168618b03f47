"""How long a row of the inventory is kept is said with the period of its rule, and with no other."""

from __future__ import annotations

import pytest

from flows.reporting.inventory_words import kept_words, source_words
from flows.settings import Settings
from flows.wording import LANGUAGES, words
from mappers.inventory import BY_KEY, ROWS, lies_in
from mappers.retention import PATRONS_GONE

ENGLISH = words("en")
PERIODS = Settings().periods()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_period_that_is_another_is_said(language):
    """But for what is kept as long as the patron: that rule's days begin when the patron is gone."""
    said = words(language)
    ruled = [row for row in ROWS if row.rule and row.rule is not PATRONS_GONE]
    assert len(ruled) > 8
    for row in ruled:
        kept = kept_words(row, PERIODS | {row.rule.name: 77}, said)
        assert kept.startswith(f"77 {said.say('retention_period', row.rule.unit, count='').strip()}")
    assert not [row.key for row in ROWS if "77" in kept_words(row, PERIODS, said)]


def test_what_no_rule_removes_says_until_when():
    assert kept_words(BY_KEY["custody"], PERIODS, ENGLISH) == "until the child is 18"
    assert kept_words(BY_KEY["forgotten"], PERIODS, ENGLISH) == "13 months"
    assert kept_words(BY_KEY["name"], PERIODS, ENGLISH) == "as long as the patron"


def test_sources_are_said_in_words():
    assert source_words(BY_KEY["email"], ENGLISH) == "the patron, the library"


def test_a_table_that_no_other_row_has_a_part_of_is_named_whole():
    assert lies_in(BY_KEY["balances"]) == ("library.charge", "library.payment")
    assert lies_in(BY_KEY["email"]) == ("library.patron.email",)
    assert lies_in(BY_KEY["cpr_number"]) == ("library.patron.cpr_number", "library.former_cpr_number")
    assert "library.message.title" in lies_in(BY_KEY["messages_material"])
