"""The rules of retention and the proof, for a script and for people: what goes, why, when, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from db.retention.store import Figures, Overdue, Terms
from flows.reporting.retention_words import period_words, rules_with_numbers
from flows.settings.names import variable
from flows.wording import Words
from mappers.retention import RULES, Rule


def explained_json(
    terms: Terms, counted: Mapping[str, Figures], warnings: Sequence[str], said: Words
) -> dict[str, Any]:
    """The object of `patronsync retention --explain --json` (docs/reference/commands.md)."""
    return {
        "today": terms.today.isoformat(),
        "rules": [
            {
                "rule": rule.name,
                "what": said.say("retention_what", rule.name),
                "basis": said.say("retention_basis", rule.name),
                "clock": said.say("retention_clock", rule.basis),
                "period": terms.period(rule),
                "unit": rule.unit,
                "promise": rule.promise,
                "source": _source(rule, terms.period(rule)),
                "setting": variable(rule.field),
                "promised": rule.period,
                "cut_off": terms.cut_off(rule).isoformat(),
                "due": counted[rule.name].due,
                "held": counted[rule.name].held,
            }
            for rule in RULES
        ],
        "warnings": list(warnings),
    }


def explained_table(terms: Terms, counted: Mapping[str, Figures], said: Words) -> tuple[list[str], list[list[object]]]:
    """Header and rows of what is short of a rule; `explained_lines` has the rest."""
    w = said["retention"]
    header = [w["rule"], w["period"], w["source"], w["cut_off"], w["due_now"], w["held"]]
    rows: list[list[object]] = []
    for rule in RULES:
        found, cut_off = counted[rule.name], terms.cut_off(rule).isoformat()
        period = period_words(rule, terms.period(rule), said)
        rows.append([rule.name, period, _source_words(rule, terms, said), cut_off, found.due, found.held])
    return header, rows


def explained_lines(terms: Terms, said: Words) -> Iterable[str]:
    """Of each rule what goes, when its clock starts, and on which basis."""
    w = said["retention"]
    for rule in RULES:
        period = period_words(rule, terms.period(rule), said)
        yield f"{rule.name}: {said.say('retention_what', rule.name)}"
        yield f"  {w['period']}: {period} {said.say('retention_clock', rule.basis)}"
        yield f"  {w['basis']}: {said.say('retention_basis', rule.name)}"


def _source(rule: Rule, period: int) -> str:
    if period != rule.period:
        return "setting"
    return "notice" if rule.promise else "default"


def _source_words(rule: Rule, terms: Terms, said: Words) -> str:
    source = _source(rule, terms.period(rule))
    promised = period_words(rule, rule.period, said)
    return said.say("retention_source", source, setting=variable(rule.field), promised=promised)


def verified_json(terms: Terms, overdue: Mapping[str, Overdue], warnings: Sequence[str], said: Words) -> dict[str, Any]:
    """The object of `patronsync retention --verify --json` (docs/reference/commands.md)."""
    left = {rule: found.rows for rule, found in overdue.items() if found.rows}
    kept = {rule: found.held for rule, found in overdue.items() if found.held}
    message = said["retention"]["not_verified" if left else "verified"].format(
        day=terms.today, rules=rules_with_numbers(left)
    )
    if kept:
        message += " " + said["retention"]["kept_by_holds"].format(rules=rules_with_numbers(kept))
    return {
        "today": terms.today.isoformat(),
        "ok": not left,
        "rules": [
            {
                "rule": rule.name,
                "cut_off": terms.cut_off(rule).isoformat(),
                "overdue": overdue[rule.name].rows,
                "held": overdue[rule.name].held,
            }
            for rule in RULES
        ],
        "warnings": list(warnings),
        "message": message,
    }
