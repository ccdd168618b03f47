"""Rights decided set by set are those that the mappers give patron by patron, night after night, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.connect import Connection, connect
from db.net_media import rights
from mappers import events
from mappers.net_media import Agreement, Block, Patron, Right, decide

SERVICES = ("film", "lyd")
CODES = ("0851", "0101", "0740", "0956", "0999", None)
DAYS = [date(2026, 2, 27) + timedelta(days=day) for day in range(5)] + [date(2028, 2, 29)]
BORN = [date(2008, 2, 29), date(2012, 2, 29), *(day.replace(year=day.year - 18, day=28) for day in DAYS[:2])]
BORN += [date(2008, 2, 28), date(2008, 3, 1), date(2010, 3, 2), date(2015, 5, 5), date(1950, 1, 1)]

EMPTIED = (
    *("library.patron", "library.patron_group", "library.net_media_agreement", "library.net_media_service"),
    *("sync.net_media_touched", "sync.net_media_in_force", "sync.net_media_decided", "sync.change", "sync.run"),
)

days = st.sampled_from(DAYS)
ages = st.sampled_from([None, None, 0, 13, 15, 17, 18])


@st.composite
def agreement_lists(draw: st.DrawFn) -> list[Agreement]:
    """Agreements whose periods do not overlap."""
    found = []
    for service in SERVICES:
        for code in CODES[:3]:
            first = draw(st.sampled_from([None, date(2020, 1, 1), DAYS[1], DAYS[2]]))
            if first is None:
                continue
            last = draw(st.sampled_from([None, None, DAYS[2], DAYS[3]]))
            youngest, oldest = draw(ages), draw(ages)
            if youngest is not None and oldest is not None and oldest < youngest:
                oldest = None
            groups = draw(st.sampled_from([(), (), ("Barn",), ("Barn", "Hjemmel\u00e5ner")]))
            grace = draw(st.sampled_from([0, 0, 1, 2, 30]))
            found.append(Agreement(service, code or "", first, last, youngest, oldest, groups, grace))
            if last is not None and draw(st.booleans()):
                found.append(Agreement(service, code or "", last + timedelta(days=1), None, 18, None, (), 2))
    return found


patrons = st.builds(
    Patron,
    registry_status=st.sampled_from([1, 1, 1, 3, None, 30, 5, 20, 70, 80, 90]),
    municipality_code=st.sampled_from(CODES[:2] * 3 + CODES),
    birth_date=st.sampled_from([None, *BORN]),
    patron_group=st.sampled_from([None, "Voksen", "Barn"]),
    blocks=st.lists(
        st.builds(Block, st.sampled_from(["fees", "stolen card"]), days),
        max_size=2,
        unique_by=lambda block: block.reason,
    ),
)
"""What a patron may be."""


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


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
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


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
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
