"""Nights of a library with families, played on a database and by the oracle, and what differs afterwards."""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from cpr_client import CprNumber
from tests.fixtures.library import Library
from tests.proofs.families import Act, Facts, Family
from tests.proofs.guardian_facts import KINDS, Asked, Link, in_force_link
from tests.proofs.guardians_oracle import Oracle
from tests.proofs.night import NO_BRAKES

START = date(2025, 3, 15)
YEAR = 365

WITHOUT_BRAKES = {**NO_BRAKES, "brake_guardian_links_ended_percent": 100.0}

LINKS = """
    SELECT link.patron_number, coalesce(guardian.patron_number, guardian.cpr_number, ''), link.source, link.kind,
           link.valid_from, link.valid_to, link.confirmed
    FROM library.guardian_link AS link LEFT JOIN library.guardian AS guardian USING (guardian_id)
"""
CASES = "SELECT patron_number, kind, since, closed_on FROM library.staff_case WHERE kind = ANY (%s)"
GROUPS = "SELECT patron_number, patron_group FROM library.patron"
OUTSIDE = """
    SELECT cpr_number, name FROM library.guardian WHERE patron_number IS NULL
    AND (EXISTS (SELECT FROM library.guardian_link AS link WHERE link.guardian_id = guardian.guardian_id)
         OR NOT EXISTS (SELECT FROM library.custody WHERE custody.cpr_number = guardian.cpr_number))
"""
"""Guardians who are no patrons; but for those whose custody lies ahead: they have no link yet."""

TOLD = "SELECT patron_number, kind FROM sync.change WHERE position > %s AND kind = ANY (%s)"
EVENTS = ["guardian.linked", "guardian.ended", "guardian.case", "patron.group"]

Difference = tuple[str, Any, Any]
"""What it is about, what the database has, what the oracle says; numbers are shown as whose and which they are."""


@dataclass(repr=False)
class Nights:
    """A library, its families, and the oracle that follows them."""

    library: Library
    oracle: Oracle
    families: list[Family]
    settings: dict[str, Any]
    persons: dict[str, Facts]
    told: Facts = field(default_factory=dict)  # what the registry was told of each number
    look_ups: int = 0
    played: int = 0

    def play(self, today: date, look_ups: bool = True) -> list[Difference]:
        """One night: what happened since the last one, what staff did, the refresh, the links; and what differs."""
        for family in self.families:
            for act in family.moves_on(today):
                self._staff(act, today)
        self._tell_the_registry()
        if look_ups:
            report = self.library.refresh(today, **self.settings)
            assert report["state"] == "done", report
            self.oracle.refresh(today)
        before = Counter(self.library.registry.asked)
        [(position,)] = self.library.rows("SELECT coalesce(max(position), 0) FROM sync.change")
        report = self.library.guardians(today, look_ups=look_ups, **self.settings)
        assert report["state"] == "done", report
        asked = self.oracle.night(today, look_ups)
        self.played += 1
        times = Counter(self.library.registry.asked) - before
        assert report["look_ups"] == times.total()
        self.look_ups += times.total()
        found = [*self._differences(today), *self._of_events(position, asked), *_of_look_ups(times, asked)]
        return [(self._shown(what), database, oracle) for what, database, oracle in found]

    def story(self, differences: Sequence[Difference]) -> str:
        """What differs, and what has happened to the families concerned."""
        lines = [f"{what}: the database has {database}, the oracle {oracle}" for what, database, oracle in differences]
        told = "\n".join(lines)
        for family in self.families:
            if re.search(rf"[BV]{family.place}\.|Voksen {family.place}\.", told):
                lines += [f"seed {family.seed}, family {family.place}:", *(f"  {line}" for line in family.told)]
        return "\n".join(lines)

    def _shown(self, text: str) -> str:
        """No number is written out, not even one that is made up."""
        return re.sub(r"\b[0-9]{10}\b", lambda found: self._whose(found.group()), text)

    def _whose(self, number: str) -> str:
        for family in self.families:
            if number in family.names:
                return f"{family.names[number]} number {int(number[6:]) - family.place * 33 % 10_000}"
            if number in family.children.values():
                return f"B{family.place} child's number"
        return "a number that is nobody's"

    def _tell_the_registry(self) -> None:
        for number in self.told.keys() - self.persons.keys():
            self.library.registry.forget(CprNumber(number))
            del self.told[number]
        for number, facts in self.persons.items():
            if self.told.get(number) != facts:
                self.told[number] = copy.deepcopy(facts)
                self.library.person(number, **{key: value for key, value in facts.items() if key != "broken"})

    def _staff(self, act: Act, today: date) -> None:
        what, patron, *more = act
        rows = self.library.rows
        if what == "enrol":
            self.library.enrol(patron, more[0], patron_group=more[1])
            self.oracle.enrol(patron, more[0], more[1])
        elif what == "drop":
            rows("DELETE FROM library.patron WHERE patron_number = %s RETURNING 1", patron)
            self.oracle.drop(patron)
        elif what == "form" and self.oracle.stage(patron, today) in ("minor", "unknown"):
            sign(self.library, patron, more[0], today)
            self.oracle.form(patron, more[0], today)
        elif what == "close":
            close_cases(self.library, patron, today)
            self.oracle.close(patron, today)

    def _differences(self, today: date) -> Iterator[Difference]:
        database, wanted = _links(self.library.rows(LINKS), today), _links(list(_of_oracle(self.oracle)), today)
        for key in sorted(database.keys() | wanted.keys(), key=str):
            if database.get(key) != wanted.get(key):
                yield f"link {key}", database.get(key), wanted.get(key)
        cases = Counter(self.library.rows(CASES, list(KINDS)))
        expected = Counter(
            (child, case.kind, case.since, case.closed_on)
            for child, found in self.oracle.cases.items()
            for case in found
        )
        for case in sorted((cases - expected) + (expected - cases), key=str):
            yield f"case {case}", cases[case], expected[case]
        groups = dict(self.library.rows(GROUPS))
        for number, patron in self.oracle.patrons.items():
            if groups[number] != patron.group:
                yield f"group of {number}", groups[number], patron.group
        outside = dict(self.library.rows(OUTSIDE))
        known = {link.who for links in self.oracle.links.values() for link in links} - self.oracle.patrons.keys() - {""}
        for number in sorted(outside.keys() | known):
            if (number in outside) != (number in known):
                yield f"guardian {number}", number in outside, number in known
            elif (facts := self.oracle.known(number).facts) and facts["name"]["addressing"] != outside[number]:
                yield f"name of {number}", outside[number], facts["name"]["addressing"]

    def _of_events(self, position: int, asked: Asked) -> Iterator[Difference]:
        told = Counter(self.library.rows(TOLD, position, EVENTS))
        for event in sorted(told.keys() | asked.told):
            if told[event] != (event in asked.told):
                yield f"event {event}", told[event], event in asked.told


def _of_look_ups(times: Counter[CprNumber], asked: Asked) -> Iterator[Difference]:
    """Each guardian who is due, once; nobody else."""
    of = {number.digits: count for number, count in times.items()}
    for number in sorted(of.keys() | asked.owed):
        if of.get(number, 0) != (number in asked.owed):
            yield f"look-ups of {number}", of.get(number, 0), number in asked.owed


def _of_oracle(oracle: Oracle) -> Iterator[tuple[Any, ...]]:
    for child, links in oracle.links.items():
        for link in links:
            yield child, link.who, link.source, link.kind, link.start, link.to, link.confirmed


def _links(rows: Sequence[tuple[Any, ...]], today: date) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """By child, guardian, source, kind and first day: of two that are the same, the one in force, else the latest."""
    found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for child, who, source, kind, start, to, confirmed in sorted(rows, key=lambda row: row[5] or date.max):
        key = (child, who, source, kind if source == "registry" else "-", start)
        in_force = in_force_link(Link(who, source, kind, start, to), today)
        found[key] = ("in force" if in_force else "ended", to, kind, confirmed if in_force else None)
    return found


def add_groups(library: Library) -> None:
    """The groups of children and of adults."""
    library.connection.execute("INSERT INTO library.patron_group (patron_group) VALUES ('Barn'), ('Voksen')")


def of_families(library: Library, seed: int, places: Sequence[int], interval: int, batch: int) -> Nights:
    """Families of these places of a seed in an empty library; the same alone as among others."""
    persons: dict[str, Facts] = {}
    add_groups(library)
    families = [Family(place, seed, START, persons) for place in places]
    settings = {
        **NO_BRAKES,
        "refresh_interval_days": interval,
        "batch_size": batch,
        "brake_guardian_links_ended_percent": 100.0,
    }
    return Nights(library, Oracle(persons, interval), families, settings, persons)


def some_nights(source: random.Random, most: int) -> Iterator[tuple[date, bool]]:
    """(day, whether the registry is asked) through a year: some next to each other, some a month apart."""
    day = START
    gaps = [1, 1, 1, 2, 3, 7, 12, 30] if most < YEAR else [1]
    for _ in range(most):
        yield day, source.random() > 0.15
        day += timedelta(days=source.choice(gaps))
        if day >= START + timedelta(days=YEAR):
            return


def sign(library: Library, child: str, number: str, signed_on: date) -> None:
    """A form is signed on paper and its link made."""
    found = [
        row
        for query in (
            "SELECT guardian_id FROM library.guardian WHERE cpr_number = %s",
            "SELECT guardian_id FROM library.former_guardian_number WHERE cpr_number = %s",
            "SELECT guardian_id FROM library.guardian JOIN library.patron USING (patron_number) "
            "WHERE patron.cpr_number = %s",
        )
        for row in library.rows(query, number)
    ]
    if found:
        guardian = found[0][0]
    else:
        [(guardian,)] = library.rows(
            "INSERT INTO library.guardian (cpr_number, name) VALUES (%s, 'Efter Formular') RETURNING guardian_id",
            number,
        )
    if library.rows(
        "SELECT 1 FROM library.guardian_link WHERE patron_number = %s AND guardian_id = %s AND source = 'enrolled' "
        "AND NOT ended",
        child,
        guardian,
    ):
        return
    library.connection.execute(
        "UPDATE library.guardian_link SET valid_to = %s, ended = true WHERE patron_number = %s AND source = 'enrolled' "
        "AND NOT ended",
        (signed_on, child),
    )
    library.connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, valid_from, signed_on) "
        "VALUES (%s, %s, 'enrolled', %s, %s)",
        (child, guardian, signed_on, signed_on),
    )


def close_cases(library: Library, child: str, today: date) -> None:
    """Staff close a child's open cases."""
    library.connection.execute(
        "UPDATE library.staff_case SET closed_on = %s, closed_by = 'staff', closing_word = 'set' "
        "WHERE patron_number = %s AND closed_on IS NULL AND kind = ANY (%s)",
        (today, child, list(KINDS)),
    )
