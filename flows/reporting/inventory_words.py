"""How long a row of the inventory is kept, in words: the period is that of its rule of retention, as it runs here."""

from __future__ import annotations

from collections.abc import Mapping

from flows.reporting.retention_words import period_words
from flows.wording import Words
from mappers.inventory import Row
from mappers.retention import FORGOTTEN_MONTHS, Rule


def kept_words(row: Row, periods: Mapping[str, int], said: Words) -> str:
    """Until when the row is kept: "30 days after it was sent". `periods`: rule -> the period in force."""
    ruled = rule_words(row.rule, periods[row.rule.name], said) if row.rule else ""
    if row.end in said["inventory_end"]:
        return said.say("inventory_end", row.end, rule=ruled, months=FORGOTTEN_MONTHS)
    return ruled


def rule_words(rule: Rule, period: int, said: Words) -> str:
    """The period of a rule and the clock that it goes by, in words."""
    return f"{period_words(rule, period, said)} {said.say('retention_clock', rule.basis)}"


def source_words(row: Row, said: Words) -> str:
    """Where the row comes from, in words."""
    return ", ".join(said.say("inventory_source", source) for source in row.sources)
