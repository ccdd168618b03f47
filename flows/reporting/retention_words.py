"""Rules of retention in words: their periods, the promises that a setting has lengthened, what is overdue and why."""

from __future__ import annotations

from collections.abc import Mapping

from flows.settings.names import variable
from flows.wording import Words
from mappers.retention import RULES, Rule


def period_words(rule: Rule, period: int, said: Words) -> str:
    """A period in words: "30 days", "at once"."""
    few = {0: "no ", 1: "one "}.get(period, "")
    return said.say("retention_period", f"{few}{rule.unit}", count=period)


def lengthened(periods: Mapping[str, int], said: Words) -> list[str]:
    """A loud line for each promise that a setting has lengthened past what the notice says."""
    return [
        said["retention"]["lengthened"].format(
            rule=rule.name,
            promised=period_words(rule, rule.period, said),
            setting=variable(rule.field),
            period=period_words(rule, periods[rule.name], said),
        )
        for rule in RULES
        if rule.is_lengthened(periods[rule.name])
    ]


def rules_with_numbers(numbers: Mapping[str, int]) -> str:
    """"loans 3, messages 20"."""
    return ", ".join(f"{rule} {number}" for rule, number in numbers.items())
