"""Nights of a library that borrows out, played on a database and by the oracle, and what differs afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from db.connect import Connection
from tests.proofs.households import LENGTH, Household, by_day
from tests.proofs.retaining import prove, retain, settings_of
from tests.proofs.retention_oracle import KEYS, Act, Oracle, Row, Tally, Terms, differences

COLUMNS = {
    "patron": ("patron_number", "gone_on"),
    "loan": (
        *("loan_number", "patron_number", "item_number", "title", "author", "lent_at", "due_on", "returned_at"),
        "lost_at",
    ),
    "reservation": (
        *("reservation_number", "patron_number", "item_number", "title", "author", "reserved_at", "fulfilled_at"),
        "deleted_at",
    ),
    "charge": ("charge_number", "patron_number", "loan_number", "kind", "amount", "charged_at"),
    "payment": ("payment_number", "charge_number", "amount", "paid_at"),
    "message": (
        *("message_number", "patron_number", "channel", "kind", "sent_at", "loan_number", "item_number", "title"),
        *("author", "text"),
    ),
    "legal_hold": ("patron_number", "reason", "placed_on", "lifted_on"),
}
"""Each table's columns, in the order in which the oracle's rows have them."""

PROVED = ("messages", "reservations", "loans", "balances")
"""Rules whose proof, before a run, finds what the run is about to remove; who is gone may have to wait for a loan."""

Tables = dict[str, dict[tuple[Any, ...], Row]]


@dataclass(repr=False)
class Nights:
    """A library, its households, and an oracle for each of them."""

    connection: Connection
    url: str
    terms: Terms
    households: Sequence[Household]
    batch: int
    oracles: list[Oracle] = field(default_factory=list)
    ahead: list[list[tuple[date, list[Act]]]] = field(default_factory=list)
    removed: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    played: int = 0

    @property
    def start(self) -> date:
        """The first day of the year."""
        return self.households[0].start

    @property
    def last(self) -> date:
        """The last day of the year."""
        return self.start + timedelta(days=LENGTH - 1)

    def begin(self, acts: Iterable[list[Act]]) -> None:
        """The library is empty, and these acts of each household lie ahead."""
        tables = ", ".join(f"library.{table}" for table in KEYS)
        self.connection.execute(f"TRUNCATE {tables}, sync.forgotten, sync.run CASCADE")  # type: ignore[call-overload]
        self.ahead = [by_day(act for act in these if act.learnt <= self.last) for these in acts]
        self.oracles = [Oracle(self.terms) for _ in self.ahead]

    def play(self, today: date, learnt_until: date | None = None) -> list[str]:
        """One night: what has happened until then, and the run. `learnt_until`: the day is played again on this one."""
        self.catch_up(learnt_until or today)
        settings = settings_of(self.terms)
        overdue = prove(self.url, today, settings)
        report = retain(self.url, today, settings, self.batch)
        tallies: dict[str, Tally] = {}
        for oracle in self.oracles:
            for rule, tally in oracle.night(today).items():
                whole = tallies.setdefault(rule, Tally())
                whole.removed += tally.removed
                whole.held += tally.held
        self.played += 1
        self.removed.update({rule: tally.removed for rule, tally in tallies.items()})
        self.held.update({rule: tally.held for rule, tally in tallies.items()})
        found = [*self.differing(), *_of_counts(report, tallies)]
        for rule in PROVED:
            wanted = (tallies[rule].removed, tallies[rule].held)
            if overdue[rule] != wanted:
                found.append(f"{rule}: the proof beforehand says overdue, held {overdue[rule]} / {wanted}")
        return found

    def differing(self) -> list[str]:
        """Rows and remembered numbers that database and oracle do not have alike."""
        wanted: Tables = {table: {} for table in KEYS}
        for oracle in self.oracles:
            for table, rows in oracle.tables.items():
                wanted[table].update(rows)
        found = differences(stored(self.connection), wanted)
        forgotten = {number for oracle in self.oracles for number in oracle.forgotten}
        remembered = set(self.connection.execute("SELECT kind, number FROM sync.forgotten WHERE kind <> 'message'"))
        found += [f"remembered as gone, but is not: {' '.join(one)}" for one in sorted(remembered - forgotten)]
        return found + [f"not remembered as gone: {' '.join(one)}" for one in sorted(forgotten - remembered)]

    def story(self, found: list[str]) -> str:
        """What differs, under which terms, and what happened to it, its patrons and their holds."""
        lines = [f"database / oracle, {self.terms}, night {self.played}:", *found]
        told = " ".join(found)
        named = set(re.findall(r"\b[A-Z]+[0-9]+\.[0-9]+\b", told))
        for household in self.households:
            if re.search(rf"[A-Z]{household.place}\.", told):
                lines.append(f"seed {household.seed}, household {household.place}, from {household.start}:")
                lines += [
                    f"  {act.learnt} {act.what} {act.table} {_shown(act.row)}"
                    for act in household.acts
                    if _is_about(act, named)
                ]
        return "\n".join(lines)

    def catch_up(self, today: date) -> None:
        """What has happened until then."""
        with self.connection.transaction():
            for oracle, days in zip(self.oracles, self.ahead, strict=True):
                while days and days[0][0] <= today:
                    for act in days.pop(0)[1]:
                        if row := oracle.happens(act):
                            write(self.connection, act, row)


def write(connection: Connection, act: Act, row: Row) -> None:
    """An act, as an extract would bring it into the database."""
    marks = ", ".join(f"%({name})s" for name in row)
    names = ", ".join(row)
    if act.what == "new":
        query = f"INSERT INTO library.{act.table} ({names}) VALUES ({marks})"
    else:
        where = " AND ".join(f"{name} = %({name})s" for name in KEYS[act.table])
        query = f"UPDATE library.{act.table} SET ({names}) = ROW ({marks}) WHERE {where}"
    connection.execute(query, row)  # type: ignore[call-overload]


def stored(connection: Connection) -> Tables:
    """What the database has, as the oracle keeps it."""
    found: Tables = {}
    for table, columns in COLUMNS.items():
        rows = connection.execute(f"SELECT {', '.join(columns)} FROM library.{table}")  # type: ignore[call-overload]
        made = (dict(zip(columns, row, strict=True)) for row in rows)
        found[table] = {tuple(row[name] for name in KEYS[table]): row for row in made}
    return found


def _of_counts(report: dict[str, Any], tallies: dict[str, Tally]) -> list[str]:
    """What the run says of itself that the oracle does not say."""
    found = [] if report["state"] == "done" else [f"the run is {report['state']}: {report['message']}"]
    for line in report["rules"]:
        rule = line["rule"]
        if line["due"] != line["removed"] + line["held"] + line["skipped"]:
            found.append(f"{rule}: the counts do not add up: {line}")
        if line["overdue"] or line["skipped"]:
            found.append(f"{rule}: {line['overdue']} overdue, {line['skipped']} skipped")
        if (tally := tallies.get(rule)) and (line["removed"], line["held"]) != (tally.removed, tally.held):
            found.append(f"{rule}: removed, held {line['removed']}, {line['held']} / {tally.removed}, {tally.held}")
    return found


def _shown(row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def _is_about(act: Act, named: set[str]) -> bool:
    return act.table in ("patron", "legal_hold") or not named.isdisjoint(act.row.values())
