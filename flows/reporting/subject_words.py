"""The answer to a person who asks what is kept about them, in words: what the page and the plain lines are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cpr_client import CprNumber
from flows.observability.redaction import mask
from flows.reporting.inventory_words import kept_words, rule_words, source_words
from flows.reporting.subject_access import Answer
from flows.wording import Words
from mappers.inventory import NOTICE, PARTS, Row
from mappers.local_days import COPENHAGEN
from mappers.municipalities import MUNICIPALITIES
from mappers.subject_access import PERSON, Going, Lot, Named, Thing, left_out_codes, says_something

_WORDS: Mapping[str, str] = {
    "address_kind": "address",
    "registry_status": "status",
    "outcome": "outcome",
    "library.net_media_right.reason": "net_media_outcome",
    "library.staff_case.kind": "case_kind",
    "sync.change.kind": "change",
    "sync.quarantine.reason": "outcome",
    "sync.guardian_check.reason": "outcome",
}
"""Column, with its table where it means something else elsewhere -> the section that has words for its codes."""

_HOLDS = ("library.guardian_link.kind", "library.custody.kind")
_QUIET = (
    "unsettled_charges",
    "lost_billed",
    "gone_lost_billed",
    "failed_before",
    "birth_date_uncertain",
    "ended",
    "tries",
)
"""Columns that are left away where they say no, or none, of all rows."""

FREE = ("name", "title", "author", "text", "internal_note", "note_to_patron", "detail", "reason")
"""Columns in which somebody has written: what looks like a CPR number there is masked, whoever's it is."""

_GOES = {"library.message": "material_goes"}
"""Table -> what its rows' days are the days of, where it is not that the row is forgotten."""

_FEW = 3


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under headings; the first column heads its row. `is_short`: it can stand in a cell, a row a line."""

    caption: str
    header: list[str]
    rows: list[list[str]]
    is_short: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the notice, filled in. `values`: label (empty: the term says it) and text. `note`: if nothing is."""

    key: str
    term: str
    what: str
    why: str
    source: str
    read_by: str
    kept: str
    values: list[tuple[str, str]] = field(default_factory=list)
    listings: list[Listing] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the answer: a heading and its entries."""

    name: str
    title: str
    entries: list[Entry]


class Speaker:
    """Says one answer in one language."""

    def __init__(self, answer: Answer, said: Words) -> None:
        self.answer, self.said, self.w = answer, said, said["answer"]

    def about(self) -> str:
        """Whom it is about."""
        number = self.answer.subject.patron_number
        return str(self.w["about_guardian"] if number is None else self.w["about_patron"].format(number=number))

    def moment(self) -> str:
        """When it was made."""
        return _moment(self.answer.moment)

    def written(self, file: object) -> str:
        """That it is in a file."""
        number = self.answer.subject.patron_number
        who = self.w["who_guardian"] if number is None else self.w["who_patron"].format(number=number)
        return str(self.w["written"].format(who=who, file=file))

    def parts(self) -> list[Part]:
        """The notice whole, and of the rest, or of a guardian who is no patron, what holds something."""
        return [
            Part(part, self.w[part], [self.entry(thing) for thing in self.answer.things if self._is_told(thing, part)])
            for part in PARTS
        ]

    def nothing_more(self) -> str:
        """Of what else nothing is kept; "" where there is no such thing."""
        told = {entry.key for part in self.parts() for entry in part.entries}
        terms = [self.term(thing.row) for thing in self.answer.things if thing.row.key not in told]
        words = "nothing_about_patrons" if self.answer.subject.patron_number is None else "nothing_more"
        return str(self.w[words].format(terms=", ".join(terms))) if terms else ""

    def _is_told(self, thing: Thing, part: str) -> bool:
        is_patron = self.answer.subject.patron_number is not None
        return thing.row.part == part and (not thing.is_empty or (is_patron and part == NOTICE))

    def entry(self, thing: Thing) -> Entry:
        """One row of the notice, filled in."""
        row = thing.row
        alone = len(thing.values) == 1
        values = [
            ("" if alone else self.column(PERSON, column), self.value(PERSON, column, value))
            for column, value in thing.values.items()
            if says_something(value)
        ]
        listings = [listing for lot in thing.lots if (listing := self.listing(lot)).header]
        note = "" if values or listings else self.w["nothing"]
        if thing.told_with is not None:
            note = self.w["told_with"].format(term=self.term(thing.told_with))
        return Entry(
            key=row.key,
            term=self.term(row),
            what=self.what(row),
            why=self.why(row),
            source=source_words(row, self.said),
            read_by=self.read_by(row),
            kept=self.kept(row),
            values=values,
            listings=listings,
            note=note,
        )

    def term(self, row: Row) -> str:
        """What the notice calls it."""
        return self.said.say("inventory_term", row.key)

    def what(self, row: Row) -> str:
        """What it is."""
        return self.said.say("inventory_what", row.key)

    def why(self, row: Row) -> str:
        """Why it is kept."""
        return self.said.say("inventory_why", row.key)

    def kept(self, row: Row) -> str:
        """Until when it is kept."""
        return kept_words(row, self.answer.periods, self.said)

    def put_right(self, row: Row) -> list[str]:
        """Who puts it right if it is wrong, a sentence a source."""
        return [self.said.say("answer_put_right", source) for source in row.sources]

    def read_by(self, row: Row) -> str:
        """Who can see it."""
        roles = [self.said.say("inventory_role", role) for role in self.answer.readers[row.key]]
        return ", ".join(roles) or str(self.said["inventory"]["nobody"])

    def left_out(self, code: str) -> str:
        """What is left out, and why."""
        return self.said.say("answer_left_out", code)

    def left_outs(self) -> list[str]:
        """All that is left out."""
        return [self.left_out(code) for code in left_out_codes()]

    def corrections(self) -> list[tuple[str, str]]:
        """Source, and how what comes from it is put right."""
        sources = dict.fromkeys(source for thing in self.answer.things for source in thing.row.sources)
        return [
            (self.said.say("inventory_source", source), self.said.say("answer_put_right", source)) for source in sources
        ]

    def listing(self, lot: Lot) -> Listing:
        """A table's rows; a column in which nothing stands is left away."""
        columns = [
            column
            for column in lot.columns
            if any(_is_worth_a_column(column, record.values[column]) for record in lot.records)
        ]
        header = [self.column(lot.table, column) for column in columns]
        with_others = any(record.other for record in lot.records)
        with_days = any(record.going for record in lot.records)
        header += [self.w["other"]] * with_others + [self.w[_GOES.get(lot.table, "lot_goes")]] * with_days
        rows = []
        for record in lot.records:
            cells = [self.value(lot.table, column, record.values[column]) for column in columns]
            cells += [self.said.say("answer_other", record.other) if record.other else ""] * with_others
            cells += [self.goes(record.going)] * with_days
            rows.append(cells)
        is_short = not with_others and not with_days and len(columns) <= _FEW and len(rows) <= _FEW
        return Listing(self.said.say("answer_table", lot.table), header, rows, is_short)

    def goes(self, going: Going | None) -> str:
        """When a row is forgotten."""
        if going is None:
            return ""
        ruled = rule_words(going.rule, self.answer.periods[going.rule.name], self.said)
        return self.said.say("answer_going", going.code, day=going.day, ruled=ruled)

    def column(self, table: str, column: str) -> str:
        """What a column is called."""
        named = self.said["answer_column"]
        return str(named.get(f"{table}.{column}") or named[column])

    def value(self, table: str, column: str, value: Any) -> str:
        """What stands in a column, for a person."""
        if isinstance(value, CprNumber):
            return str(self.w["number_kept"])
        if isinstance(value, Named):
            return f"{value.name} ({value.code})"
        if isinstance(value, bool):
            return str(self.w["yes" if value else "no"])
        if isinstance(value, Decimal):
            kroner, _, oere = f"{value:.2f}".partition(".")
            return str(self.w["amount"].format(kroner=kroner, oere=oere))
        if isinstance(value, datetime):
            return _moment(value)
        if column == "fields":
            return ", ".join(self._field(one) for one in value)
        if isinstance(value, list | tuple):
            return ", ".join(str(one) for one in value)
        if isinstance(value, dict):
            return ", ".join(self.value(table, "", one) for one in value.values() if says_something(one))
        if value is None or isinstance(value, date):
            return "" if value is None else str(value)
        return self._code(table, column, mask(value) if column in FREE else str(value))

    def _field(self, field: str) -> str:
        """A field of an event: a column, something of its own, or a service, which is named as it is."""
        return str(self.said["answer_field"].get(field) or self.said["answer_column"].get(field, field))

    def _code(self, table: str, column: str, code: str) -> str:
        if column == "municipality_code" and code in MUNICIPALITIES:
            return f"{MUNICIPALITIES[code].name} ({code})"
        if f"{table}.{column}" in _HOLDS:
            return str(self.said["patron"].get(f"holds as {code}", code))
        section = _WORDS.get(f"{table}.{column}") or _WORDS.get(column) or "answer_value"
        return str(self.said[section].get(code, code))  # what is no code of ours is somebody's own words


def _is_worth_a_column(column: str, value: Any) -> bool:
    return says_something(value) and not (column in _QUIET and not value)


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(COPENHAGEN):%Y-%m-%d %H:%M}"
