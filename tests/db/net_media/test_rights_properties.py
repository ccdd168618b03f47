"""Rights decided set by set are those that the mappers give patron by patron, night after night, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connect import Connection, connect
from db.net_media import rights
from mappers import events
from mappers.net_media import Agreement, Patron, Right, decide
from tests.fixtures.examples import examples
from tests.mappers.net_media_strategies import CODES, DAYS, SERVICES, agreement_lists, days, patrons

EMPTIED = (
    *("library.patron", "library.patron_group", "library.net_media_agreement", "library.net_media_service"),
    "library.net_media_right",
    *("sync.net_media_touched", "sync.net_media_in_force", "sync.net_media_decided", "sync.change", "sync.run"),
)


@dataclass
class World:
    """What the library knows, in the database and beside it."""

    database: Connection
    agreements: list[Agreement] = field(default_factory=list)
    patrons: dict[str, Patron] = field(default_factory=dict)
    held: dict[tuple[str, str], Right] = field(default_factory=dict)

    def agree(self, agreements: list[Agreement]) -> None:
        """Other agreements from now on."""
        self.agreements = agreements
        self.database.execute("DELETE FROM library.net_media_agreement")
        for agreement in agreements:
            row = [*agreement[:6], list(agreement.excluded_groups), agreement.grace_days]
            self.database.execute("INSERT INTO library.net_media_agreement VALUES (%s,%s,%s,%s,%s,%s,%s,%s)", row)

    def put(self, number: str, patron: Patron, learnt_on: date | None = None) -> None:
        """The patron is this from now on; a move was learnt by a run of that day (None: by nobody knows what)."""
        before = self.patrons.get(number)
        moved = before is not None and before.municipality_code != patron.municipality_code
        facts = (patron.municipality_code, patron.registry_status, patron.birth_date, patron.patron_group)
        with self.database.transaction():
            if before is None:
                self.database.execute("INSERT INTO library.patron (patron_number) VALUES (%s)", [number])
            self.database.execute(
                "UPDATE library.patron SET (municipality_code, registry_status, birth_date, patron_group) "
                "= (%s, %s, %s, %s) WHERE patron_number = %s",
                [*facts, number],
            )
            if moved and learnt_on is not None:
                self.database.execute(
                    "WITH run AS (INSERT INTO sync.run (flow, today, state) VALUES ('t', %s, 'done') RETURNING run_id) "
                    "INSERT INTO sync.change (patron_number, kind, run_id) SELECT %s, %s, run_id FROM run",
                    [learnt_on, number, events.MUNICIPALITY],
                )
            if before is None or before.blocks != patron.blocks:
                self.database.execute("DELETE FROM library.block WHERE patron_number = %s", [number])
                for block in patron.blocks:
                    row = [number, block.reason, block.since]
                    self.database.execute("INSERT INTO library.block VALUES (%s, %s, 'staff', %s)", row)
        self.patrons[number] = replace(patron, learnt_on=learnt_on if moved else None)

    def decide(self, day: date, not_barring: list[str]) -> tuple[rights.Changed, dict[str, int]]:
        """A night of the database's, and the events that the mappers' night would make."""
        with self.database.transaction():
            changed = rights.decide_rights(self.database, rights.Terms(1, day, not_barring))
        told: set[tuple[str, bool]] = set()
        for number, patron in self.patrons.items():
            for service in SERVICES:
                held = self.held.get((number, service))
                right = decide(patron, service, self.agreements, held, day, not_barring)
                if right.granted != (held.granted if held else False):
                    told.add((number, right.granted))
                self.held[number, service] = right
            self.patrons[number] = replace(patron, learnt_on=None)
        counts = {events.NET_MEDIA_GRANTED: sum(granted for _, granted in told)}
        counts[events.NET_MEDIA_REVOKED] = len(told) - counts[events.NET_MEDIA_GRANTED]
        return changed, {kind: count for kind, count in counts.items() if count}

    def decided_anew(self, day: date, not_barring: list[str]) -> dict[tuple[str, str], Right]:
        """The rights, were everyone decided on at the end of the night."""
        with self.database.transaction(force_rollback=True):
            self.database.execute("DELETE FROM sync.net_media_decided")
            rights.decide_rights(self.database, rights.Terms(1, day, not_barring))
            return self.stored()

    def stored(self) -> dict[tuple[str, str], Right]:
        """The rights in the database."""
        rows: list[Any] = self.database.execute("SELECT * FROM library.net_media_right").fetchall()
        return {(number, service): Right(*right) for number, service, *right in rows}


@pytest.fixture(scope="module")
def database(shared_net_media: str) -> Iterator[Connection]:
    """A connection that the examples share."""
    with connect(shared_net_media, autocommit=True) as connection:
        rights.create_staging(connection)
        yield connection


@pytest.fixture(scope="module")
def shared_net_media(postgres_server: Any, migrated_template: str) -> Iterator[str]:
    """A database of this module's own."""
    from tests.fixtures.library import one_more_database

    with one_more_database(postgres_server, migrated_template) as url:
        yield url


def world(database: Connection) -> World:
    """A library without anybody, with two services."""
    with database.transaction():
        for table in EMPTIED:
            database.execute(f"DELETE FROM {table}")  # type: ignore[call-overload]
        database.execute("INSERT INTO library.net_media_service VALUES ('film'), ('lyd')")
        database.execute("INSERT INTO library.patron_group VALUES ('Voksen'), ('Barn')")
    return World(database)


@settings(max_examples=examples(25), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_night_after_night_the_database_decides_as_the_mappers_do(database: Connection, data: st.DataObject) -> None:
    here = world(database)
    here.agree(data.draw(agreement_lists()))
    for number in range(5):
        here.put(f"P{number}", data.draw(patrons))
    day, not_barring = DAYS[0], data.draw(st.sampled_from([[], ["fees"]]))
    for _ in range(4):
        changed, told = here.decide(day, not_barring)
        assert here.stored() == here.held
        assert here.decided_anew(day, not_barring) == here.held
        assert changed.events == told
        match data.draw(st.sampled_from(["nothing", "patrons", "patrons", "agreements", "blocks", "both"])):
            case "patrons" | "both" as what:
                for number in data.draw(st.sets(st.sampled_from(sorted(here.patrons)), min_size=1)):
                    moved = data.draw(st.sampled_from([CODES[1], CODES[2], "0751"]))
                    now = here.patrons[number]
                    after = data.draw(st.one_of(st.just(replace(now, municipality_code=moved)), patrons))
                    here.put(number, after, data.draw(st.sampled_from([None, day])))
                if what == "both":
                    here.agree(data.draw(agreement_lists()))
            case "agreements":
                here.agree(data.draw(agreement_lists()))
            case "blocks":
                not_barring = data.draw(st.sampled_from([[], ["fees"], ["fees", "stolen card"]]))
        day = data.draw(days)


@settings(max_examples=examples(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(agreements=agreement_lists(), people=st.lists(patrons, min_size=1, max_size=4), day=days)
def test_a_second_night_on_the_same_day_decides_on_nobody_new_and_rewrites_nothing(
    database: Connection, agreements: list[Agreement], people: list[Patron], day: date
) -> None:
    here = world(database)
    here.agree(agreements)
    for number, patron in enumerate(people):
        here.put(f"P{number}", patron)
    here.decide(day, [])
    before = database.execute("SELECT xmin::text, * FROM library.net_media_right ORDER BY 2, 3").fetchall()
    changed, _ = here.decide(day, [])
    assert database.execute("SELECT xmin::text, * FROM library.net_media_right ORDER BY 2, 3").fetchall() == before
    assert (changed.changed, changed.events, changed.outcomes) == (0, {}, {})
