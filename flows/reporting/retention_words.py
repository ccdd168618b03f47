"""Rules of retention in words: their periods, the promises that a setting has lengthened, what is overdue and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flows.settings.names import variable
from flows.wording import Words
from mappers.retention import CONSUMER_DEAD_DAYS, RULES, Rule


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


def consumer_dead(consumer: str, said: Words) -> str:
    """A loud line on a consumer of the change feed that has not read for so long that nothing waits for it any more."""
    return str(said["retention"]["consumer_dead"].format(consumer=consumer, days=CONSUMER_DEAD_DAYS))


def overdue_message(overdue: Mapping[str, int], left_out: Collection[str], locked: Collection[str], said: Words) -> str:
    """Which rules left something overdue, why, and what to do: a sentence a reason."""
    reasons: dict[str, dict[str, int]] = {"left out": {}, "locked": {}, "unexplained": {}}
    for rule, number in overdue.items():
        reason = "left out" if rule in left_out else "locked" if rule in locked else "unexplained"
        reasons[reason][rule] = number
    return "; ".join(
        said.say("retention_overdue", reason, rules=rules_with_numbers(numbers))
        for reason, numbers in reasons.items()
        if numbers
    )


def rules_with_numbers(numbers: Mapping[str, int]) -> str:
    """Rules and how many rows of each, such as `loans 3, messages 20`."""
    return ", ".join(f"{rule} {number}" for rule, number in numbers.items())
