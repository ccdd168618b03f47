"""Links and cases of a batch of children, decided and applied set by set in one pass (docs/reference/rules.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

from db.copying import put
from db.retention import store
from db.statements import statement
from mappers import cases, custody, events, quarantine, retention

_CHANGE_TYPES = ("text", "text", "text[]", "int8")

FIELDS: Mapping[str, list[str]] = {
    events.GROUP: ["patron_group"],
    events.GUARDIAN_LINKED: ["guardians"],
    events.GUARDIAN_ENDED: ["guardians"],
    events.GUARDIAN_CASE: ["cases"],
}

_KINDS = {
    name.lower(): getattr(cases, name)
    for name in (
        *("UNCERTAIN_BIRTH_DATE", "NO_HOLDER_OF_CUSTODY", "UNKNOWN_HOLDER", "GUARDIAN_NOT_CONFIRMED"),
        *("GUARDIAN_DECEASED", "GUARDIAN_DISAPPEARED", "GUARDIAN_IS_A_MINOR", "GUARDIAN_NOT_FOUND"),
    )
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run decides by. `child_groups`, `adult_group`: patron groups as the library names them.

    `kept_days`: a guardian who is no patron is deleted so many days after their last link ended.
    """

    run_id: int
    today: date
    child_groups: Sequence[str]
    adult_group: str
    kept_days: int = retention.GUARDIANS.period


@dataclass(slots=True)
class Changed:
    """What a batch changed: children by kind of event; numbers of links and cases."""

    children: dict[str, list[str]] = field(default_factory=dict)
    linked: int = 0
    ended: int = 0
    opened: int = 0
    closed: int = 0

    @property
    def patron_numbers(self) -> set[str]:
        """Every child with a change."""
        return {number for numbers in self.children.values() for number in numbers}


@dataclass(frozen=True, slots=True)
class Totals:
    """What stands in the library. `oldest`: the day of the oldest answer that custody is out of, or None."""

    links: int
    cases: int
    oldest: date | None


def list_children(connection: psycopg.Connection, terms: Terms) -> list[str]:
    """Every child about whose guardians there is something to decide, by patron number."""
    parameters = {
        "today": terms.today,
        "child_groups": list(terms.child_groups),
        "kinds": list(cases.ABOUT_GUARDIANS),
        "uncertain": cases.UNCERTAIN_BIRTH_DATE,
    }
    return [row[0] for row in connection.execute(statement("guardians/list_children"), parameters)]


def totals(connection: psycopg.Connection) -> Totals:
    """Links that stand, open cases about guardians, and how old the oldest custody is."""
    row = connection.execute(statement("guardians/count_links"), {"kinds": list(cases.ABOUT_GUARDIANS)}).fetchone()
    assert row is not None
    return Totals(*row)


def count_ending(connection: psycopg.Connection, patron_numbers: Sequence[str], terms: Terms) -> int:
    """How many links of these children would end. Needs a transaction that is rolled back afterwards."""
    children = {"patron_numbers": list(patron_numbers), "uncertain": cases.UNCERTAIN_BIRTH_DATE}
    connection.execute(statement("guardians/enlist_children"), {"today": terms.today, **children})
    connection.execute(statement("guardians/want_links"), {"today": terms.today})
    connection.execute(statement("guardians/analyze_work"))
    return connection.execute(statement("guardians/end_links"), {"today": terms.today}).rowcount


def decide_links(connection: psycopg.Connection, patron_numbers: Sequence[str], terms: Terms) -> Changed:
    """Decides and applies, for these children. In an open transaction, in which no other worker links."""
    today = {"today": terms.today}

    def run(name: str, **parameters: Any) -> list[str]:
        cursor = connection.execute(statement(f"guardians/{name}"), {**today, **parameters})
        return [row[0] for row in cursor] if cursor.description else []

    connection.execute(statement("guardians/find_by_index"))
    run("enlist_children", patron_numbers=list(patron_numbers), uncertain=cases.UNCERTAIN_BIRTH_DATE)
    run("want_links")
    ended = run("end_links")
    run("change_links")
    linked = run("add_links")
    run("confirm_links", kinds=list(custody.KINDS))
    reasons = {"not_found": quarantine.NOT_FOUND, "says_nothing": sorted(quarantine.SAYS_NOTHING)}
    run("want_cases", **_KINDS, **reasons)
    closed = run("close_cases", kinds=list(cases.ABOUT_GUARDIANS), uncertain=cases.UNCERTAIN_BIRTH_DATE)
    opened = run("open_cases")
    moved = _come_of_age(run, terms)
    run("drop_custody")
    found = {
        events.GROUP: moved,
        events.GUARDIAN_LINKED: linked,
        events.GUARDIAN_ENDED: ended,
        events.GUARDIAN_CASE: [*closed, *opened],
    }
    changed = Changed(
        {kind: sorted(set(numbers)) for kind, numbers in found.items() if numbers},
        linked=len(linked),
        ended=len(ended),
        opened=len(opened),
        closed=len(closed),
    )
    _append_events(connection, changed, terms.run_id)
    return changed


def delete_guardians(connection: psycopg.Connection, terms: Terms, size: int) -> int:
    """Deletes at most `size` guardians who are no patrons, whose last link ended long enough ago; how many it were.

    It is the rule of retention, in a night on which guardians are mapped.
    """
    by = store.Terms(terms.today, periods={retention.GUARDIANS.name: terms.kept_days})
    return store.remove_batch(connection, retention.GUARDIANS, by, size).removed


def empty_work(connection: psycopg.Connection) -> None:
    """Makes room for the next batch within one transaction."""
    connection.execute(statement("guardians/empty_work"))


def _come_of_age(run: Any, terms: Terms) -> list[str]:
    if not run("list_adults"):
        return []
    run("add_adult_group", adult_group=terms.adult_group)
    moved: list[str] = run("move_to_adult_group", adult_group=terms.adult_group, child_groups=list(terms.child_groups))
    return moved


def _append_events(connection: psycopg.Connection, changed: Changed, run_id: int) -> None:
    rows = [(number, kind, FIELDS[kind], run_id) for kind in events.KINDS for number in changed.children.get(kind, ())]
    if rows:
        put(connection.cursor(), "sync.change (patron_number, kind, fields, run_id)", _CHANGE_TYPES, rows)
