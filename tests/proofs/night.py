"""A night that can be played again and again: a library, a registry that has moved on, what a run makes of it.

The registry has spoken about everybody once. Since then 20 of 100 have changed: moves, new names, deaths,
protections, emigrations, new numbers (one step and two), doubles, disappearances, answers that can't be read, and
some whom it did not know and knows now. Each playing begins with a copy of the same database.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import SecretStr

from cpr_client import CprNumber
from cpr_client.demo.persons_file import read_person
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import DemoRegistry
from db.connect import Connection, connect
from db.embedded import EmbeddedServer
from flows.settings import Settings
from mappers.plausibility import LINES
from tests.proofs.one_refresh import refresh

BEFORE, DAY = date(2026, 3, 1), date(2026, 3, 2)

NO_BRAKES = {f"brake_{line.key}": 100.0 for line in LINES}
"""Much happens at once here: what the brakes do has proofs of its own."""

NAME: dict[str, Any] = {"addressing": "Prøve Prøvesen"}
HOME: dict[str, Any] = {
    "municipality_code": 851,
    "road_code": 7200,
    "house_number": "012A",
    "road_name": "Strandvejen",
    "postal_code": "9000",
    "postal_district": "Aalborg",
}
AARHUS = {**HOME, "municipality_code": 751, "postal_code": "8000", "postal_district": "Aarhus C"}
PARIS = {"country_code": 5130, "lines": ["12 rue Inventée", "75000 Paris"]}
NEWCOMER = 8
"""The place in each hundred of whom the registry does not know on the first night."""

Outcome = dict[str, list[Any]]

LIBRARY_TABLES = """
    SELECT table_name, coalesce(string_agg(quote_literal(column_name), ',') FILTER (WHERE is_identity = 'YES'), '')
    FROM information_schema.columns
    WHERE table_schema = 'library' AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'library')
    GROUP BY 1
"""
"""Each table, and the columns of it that the database numbers by itself."""

KEPT_IN_SYNC = {
    "checks": "SELECT patron_number, checked_on, next_due FROM sync.patron_check ORDER BY 1",
    "quarantine": """
        SELECT patron_number, reason, detail, since, tries, closed_on FROM sync.quarantine ORDER BY 1, 2, 4
    """,
    "feed": """
        SELECT patron_number, array_agg(ARRAY[kind, fields::text] ORDER BY position) FROM sync.change
        GROUP BY 1 ORDER BY 1
    """,
}

_names = itertools.count(1)


def cpr_number(place: int, step: int = 0) -> str:
    """A patron's number; with `step`, the one that the registry replaces it with, and that one's successor."""
    born = date(1940, 1, 1) + timedelta(days=place % 20_000)
    return f"{born:%d%m%y}{step}{place // 20_000:03}"


def patron_number(place: int) -> str:
    """It begins with a letter, and so can't be taken for a CPR number."""
    return f"L{place:06}"


def enrol(connection: Connection, patrons: int) -> None:
    """Patrons as an import leaves them, with facts of the library's own that no refresh may touch."""
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY library.patron (patron_number, cpr_number, name, email, internal_note) FROM STDIN") as copy,
    ):
        for place in range(patrons):
            copy.write_row(
                (patron_number(place), cpr_number(place), "Indlæst Navn", f"l{place}@example.org", "egen note")
            )
    connection.execute(
        "INSERT INTO library.block SELECT patron_number, 'lost card', 'staff', %s FROM library.patron "
        "WHERE right(patron_number, 1) = '0'",
        [BEFORE],
    )


def people(patrons: int) -> Registry:
    """The registry on the first night."""
    registry = Registry(BEFORE)
    for place in range(patrons):
        if place % 100 != NEWCOMER:
            put(registry, place, 0, name=NAME, residence=HOME)
    return registry


def move_on(registry: Registry, patrons: int) -> None:
    """What happens until the second night, to 20 of each 100."""
    for place in range(patrons):
        kind = place % 100
        if kind == 0:
            put(registry, place, 0, 90, name=NAME, status_date=BEFORE.isoformat())
        elif kind == 1:
            put(registry, place, 0, 60, successor=cpr_number(place, 5))
            put(registry, place, 5, name=NAME, residence=HOME)
        elif kind == 2:
            put(registry, place, 0, 60, successor=cpr_number(place, 5))
            put(registry, place, 5, 60, successor=cpr_number(place, 6))
            put(registry, place, 6, name={"addressing": "Ny Navnesen"}, residence=AARHUS)
        elif kind == 3:
            put(registry, place, 0, 50, successor=cpr_number(place + 50))
        elif kind == 4:
            registry.remove(CprNumber(cpr_number(place)))
        elif kind == 5:
            put(registry, place, 0, name=NAME, residence=HOME, raw={"adresse/aktuelAdresse/vejkode": "ulæselig"})
        elif kind == 6:
            put(registry, place, 0, name=NAME, residence=HOME, protection={"flag": True})
        elif kind == 7:
            put(registry, place, 0, 80, name=NAME, emigration=PARIS)
        elif kind == NEWCOMER:
            put(registry, place, 0, name=NAME, residence=HOME)
        elif kind == 9:
            put(registry, place, 0, name=NAME, residence=AARHUS)
        elif kind % 10 == 5:
            put(registry, place, 0, name=NAME, residence={**HOME, "house_number": f"{place % 90 + 1:03}"})
    for place in range(20, patrons, 100):
        put(registry, place, 0, name={"addressing": "Ny Navnesen"}, residence=HOME)
    registry.today = DAY


def put(registry: Registry, place: int, step: int, status: int = 1, **facts: Any) -> None:
    """Who has a number from now on."""
    registry.put(read_person({"cpr_number": cpr_number(place, step), "status": status, **facts}))


@dataclass(slots=True)
class Night:
    """The playing of one night: `database` is a copy made for it."""

    registry: DemoRegistry
    settings: Settings
    patrons: int
    database: str

    @property
    def url(self) -> str:
        """Of the database."""
        assert self.settings.database_url is not None
        return self.settings.database_url.get_secret_value()

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Any query, on a connection of its own: the server may have been away since the last one."""
        with connect(self.url, name="proof", autocommit=True) as connection:
            return connection.execute(query, parameters).fetchall()  # type: ignore[call-overload, no-any-return]

    def outcome(self) -> Outcome:
        """Every table of the library, the feed, quarantines and due days: without run numbers, times, and the numbers
        that the database gives to rows; the feed per patron, in order.
        """
        with connect(self.url, name="proof", autocommit=True) as connection:
            queries = {
                table: f"SELECT to_jsonb(t) - ARRAY[{numbered}]::text[] FROM library.{table} AS t ORDER BY 1"
                for table, numbered in connection.execute(LIBRARY_TABLES)
            }
            return {
                name: connection.execute(query).fetchall()  # type: ignore[call-overload]
                for name, query in {**queries, **KEPT_IN_SYNC}.items()
            }

    def claims(self) -> int:
        """How many patrons are claimed."""
        return int(self.rows("SELECT count(*) FROM sync.claim")[0][0])

    def asked(self) -> Counter[str]:
        """How often the registry was asked about each patron, under whichever number."""
        times = self.registry.asked
        asked: Counter[str] = Counter()
        for place in range(self.patrons):
            asked[patron_number(place)] = sum(times[CprNumber(cpr_number(place, step))] for step in (0, 5, 6))
        return +asked

    def unlogged(self) -> Counter[str]:
        """Patrons about whom the registry was asked more often than the access log has, and how often."""
        asked = self.asked()
        logged = Counter(dict(self.rows("SELECT patron_number, count(*)::int FROM sync.registry_access GROUP BY 1")))
        invented = logged - asked
        assert not invented, f"the access log has {invented.total()} look-ups that were not made"
        return asked - logged


@dataclass(slots=True)
class Stage:
    """Where nights are played: a server with the database at their beginning, and the registry."""

    server: EmbeddedServer
    registry: DemoRegistry
    patrons: int
    template: str
    settings: Settings

    @contextmanager
    def night(self, **settings: Any) -> Iterator[Night]:
        """One more playing, on a database of its own; the registry behaves, and has counted nothing yet."""
        self.registry.behave()
        self.registry.up()
        self.registry.forget_asked()
        with copied(self.server, self.template) as database:
            update = {"database_url": SecretStr(self.server.url_of(database)), **settings}
            yield Night(self.registry, self.settings.model_copy(update=update), self.patrons, database)


@contextmanager
def stage(server: EmbeddedServer, template: str, patrons: int, *, latency: float = 0.0) -> Iterator[Stage]:
    """Sets it all up, with the first night behind."""
    with DemoRegistry(people(patrons)) as registry, copied(server, template) as database:
        url = server.url_of(database)
        settings = Settings(
            database_url=SecretStr(url), registry_url=registry.url, registry_concurrency=4, batch_size=50, **NO_BRAKES
        )
        with connect(url, name="proof", autocommit=True) as connection:
            enrol(connection, patrons)
        first = refresh(settings, BEFORE)
        assert first["state"] == "done", first
        with connect(url, name="proof", autocommit=True) as connection:
            connection.execute("TRUNCATE sync.registry_access, sync.batch, sync.run CASCADE")
            connection.execute("VACUUM ANALYZE")
        move_on(registry.registry, patrons)
        registry.latency = latency
        yield Stage(server, registry, patrons, database, settings)


@contextmanager
def copied(server: EmbeddedServer, template: str) -> Iterator[str]:
    """A database that is a copy of another, while the block runs; yields its name."""
    name = f"proof_{os.getpid()}_{next(_names)}"
    with connect(server.url, name="proof", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[call-overload]
        # Without it a server that is killed may give the numbers of the copy's sequences out twice: PostgreSQL logs
        # them 32 ahead, and takes those of the template for logged in the copy.
        admin.execute("CHECKPOINT")
    yield name
    with connect(server.url, name="proof", autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[call-overload]
