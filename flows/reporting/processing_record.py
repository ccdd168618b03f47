"""The library's record of processing: what is kept, why, from where, for how long, and who reads it.

Made from the inventory (mappers/inventory.py), the periods in force, and the grants of the database in use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.inventory.store import Reading, not_as_declared, roles_of
from flows.reporting.inventory_words import kept_words, rule_words, source_words
from flows.reporting.retention_words import lengthened
from flows.settings.names import variable
from flows.wording import Words
from mappers.inventory import PARTS, ROWS, Row, lies_in, table_of
from mappers.retention import RULES


@dataclass(frozen=True, slots=True)
class Record:
    """What a record of processing is made from. `periods`: rule -> the period in force. `readings`: key of a row -> who
    may read it. `undeclared`: what the database holds that is in no row."""

    day: date
    database: str
    periods: Mapping[str, int]
    readings: Mapping[str, Sequence[Reading]]
    undeclared: Sequence[str]

    @property
    def is_whole(self) -> bool:
        """Whether all that the database holds is in the record, and read by whom the inventory says."""
        return not self.undeclared and not not_as_declared(self.readings)


def record_json(record: Record, said: Words) -> dict[str, Any]:
    """The object of `patronsync inventory --json` (docs/reference/commands.md)."""
    return {
        "today": record.day.isoformat(),
        "database": record.database,
        "ok": record.is_whole,
        "rows": [_row_json(row, record, said) for row in ROWS],
        "rules": [
            {
                "rule": rule.name,
                "what": said.say("retention_what", rule.name),
                "basis": said.say("retention_basis", rule.name),
                "clock": said.say("retention_clock", rule.basis),
                "period": record.periods[rule.name],
                "unit": rule.unit,
                "setting": variable(rule.field),
            }
            for rule in RULES
        ],
        "undeclared": list(record.undeclared),
        "warnings": warnings(record, said),
    }


def _row_json(row: Row, record: Record, said: Words) -> dict[str, Any]:
    return {
        "key": row.key,
        "part": row.part,
        "term": said.say("inventory_term", row.key),
        "what": said.say("inventory_what", row.key),
        "why": said.say("inventory_why", row.key),
        "sources": list(row.sources),
        "places": list(row.places),
        "rule": row.rule.name if row.rule else None,
        "period": record.periods[row.rule.name] if row.rule else None,
        "unit": row.rule.unit if row.rule else None,
        "kept": kept_words(row, record.periods, said),
        "shown": row.is_shown,
        "left_out": row.left_out,
        "read_by": [
            {"role": one.role, "through": one.reader, "kind": one.kind, "places": list(one.places)}
            for one in record.readings[row.key]
        ],
    }


def warnings(record: Record, said: Words) -> list[str]:
    """Loud lines: what is in no row, readers that are not those declared, promises that a setting has lengthened."""
    w = said["inventory"]
    loud = [w["undeclared"].format(places=", ".join(record.undeclared))] if record.undeclared else []
    more: dict[str, list[str]] = {}
    fewer: dict[str, list[str]] = {}
    for key, (also, not_at_all) in not_as_declared(record.readings).items():
        for told, roles in ((more, also), (fewer, not_at_all)):
            for role in roles:
                told.setdefault(role, []).append(said.say("inventory_term", key))
    loud += [w["also_read"].format(role=role, terms=", ".join(terms)) for role, terms in more.items()]
    loud += [w["not_read"].format(role=role, terms=", ".join(terms)) for role, terms in fewer.items()]
    return loud + lengthened(record.periods, said)


def record_tables(record: Record, said: Words) -> Iterator[tuple[str, list[str], list[list[object]]]]:
    """A table a part: its heading, its header, and its rows; `record_lines` has the rest."""
    w = said["inventory"]
    for part in PARTS:
        rows: list[list[object]] = [
            [
                said.say("inventory_term", row.key),
                source_words(row, said),
                kept_words(row, record.periods, said),
                readers_words(record.readings[row.key], said),
            ]
            for row in ROWS
            if row.part == part
        ]
        yield said.say("inventory_part", part), [w["term"], w["source"], w["kept"], w["read_by"]], rows


def readers_words(readings: Sequence[Reading], said: Words) -> str:
    """Who may read a row, in words."""
    roles = [said.say("inventory_role", role) for role in roles_of(readings)]
    return ", ".join(roles) or str(said["inventory"]["nobody"])


def record_lines(record: Record, said: Words) -> Iterator[str]:
    """Of each row what it is, why it is kept, where it lies, who reads it through what, and whether the patron is shown
    it; then the rules that remove."""
    w = said["inventory"]
    for row in ROWS:
        yield f"{said.say('inventory_term', row.key)}: {said.say('inventory_what', row.key)}"
        yield f"  {w['why']}: {said.say('inventory_why', row.key)}"
        yield f"  {w['lies_in']}: {', '.join(lies_in(row))}"
        yield f"  {w['read_by']}: {'; '.join(_through(row, record.readings[row.key], said)) or w['nobody']}"
        shown = w["yes"] if row.left_out is None else f"{w['no']}, {said.say('inventory_left_out', row.left_out)}"
        yield f"  {w['shown']}: {shown}"
    yield ""
    yield w["rules"]
    for rule in RULES:
        ruled = rule_words(rule, record.periods[rule.name], said)
        yield f"{rule.name}: {said.say('retention_what', rule.name)}"
        yield f"  {w['kept']}: {ruled}"
        yield f"  {said['retention']['basis']}: {said.say('retention_basis', rule.name)}"


def _through(row: Row, readings: Sequence[Reading], said: Words) -> Iterator[str]:
    """Reader by reader: the columns, where they are not all of the row's, and the roles; a role that reads the tables
    themselves is not told again at a view of them."""
    own = {one.role for one in readings if one.kind == "table"}
    for name in dict.fromkeys(
        one.reader for one in sorted(readings, key=lambda one: (one.kind != "table", one.reader))
    ):
        here = [one for one in readings if one.reader == name and (one.kind == "table" or one.role not in own)]
        if not here:
            continue
        places = {place for one in here for place in one.places}
        roles = ", ".join(said.say("inventory_role", role) for role in roles_of(here))
        yield f"{name}{_columns(row, name, places)}: {roles}"


def _columns(row: Row, reader: str, places: set[str]) -> str:
    """The columns that a reader shows, in brackets, where they are not all of the row's (of a table: of its own)."""
    whole = {place for place in row.places if reader not in row.tables or table_of(place) == reader}
    if whole <= places or any(place == table_of(place) for place in row.places):
        return ""
    return f" ({', '.join(sorted(place.rpartition('.')[2] for place in places))})"
