"""Retention killed anywhere, by two at once, dry, done again: what is left is what one undisturbed run leaves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from db.connect import Connection, connect
from db.embedded import EmbeddedServer
from tests.fixtures.library import one_more_database
from tests.fixtures.proofs import Proof
from tests.proofs.households import Household, some_start
from tests.proofs.retaining import retain, retain_apart, settings_of
from tests.proofs.retention_nights import Nights, stored
from tests.proofs.retention_oracle import Terms

TERMS = Terms()
SETTINGS, BATCH = settings_of(TERMS), 4


def outcome(connection: Connection) -> list[Any]:
    """What a run leaves: the library's rows, remembered numbers, events."""
    return [
        stored(connection),
        connection.execute("SELECT kind, number, day FROM sync.forgotten ORDER BY 1, 2").fetchall(),
        connection.execute("SELECT patron_number, kind, fields FROM sync.change ORDER BY 1, 2").fetchall(),
    ]


class Stage:
    """A night after a year in which nothing was ever removed, and what an undisturbed run makes of it, in how long."""

    def __init__(self, server: EmbeddedServer, template: str, nights: Nights) -> None:
        self._server, self._template = server, template
        self.day = nights.last
        with self.night() as (url, connection):
            began = time.monotonic()
            self.report = retain(url, self.day, SETTINGS, BATCH)
            self.seconds = time.monotonic() - began
            assert self.report["state"] == "done", self.report
            self.undisturbed = outcome(connection)

    @contextmanager
    def night(self) -> Iterator[tuple[str, Connection]]:
        """The night once more, from its beginning."""
        with one_more_database(self._server, self._template) as url, connect(url, autocommit=True) as connection:
            yield url, connection


@pytest.fixture
def stage(postgres_server: EmbeddedServer, migrated_template: str, proof: Proof) -> Iterator[Stage]:
    """Households whose whole year is learnt at its end."""
    start, seed = some_start(proof.random), proof.random.randrange(1_000_000)
    households = [Household(place, seed, start) for place in range(proof.size(small=8, full=400))]
    with one_more_database(postgres_server, migrated_template) as url:
        with connect(url, autocommit=True) as connection:
            nights = Nights(connection, url, TERMS, households, BATCH)
            nights.begin(household.acts for household in households)
            nights.catch_up(nights.last)
        yield Stage(postgres_server, url.partition("?")[0].rpartition("/")[2], nights)


def states_of(connection: Connection) -> list[str]:
    """How the night's runs ended, or where they stand."""
    return [state for (state,) in connection.execute("SELECT state FROM sync.run ORDER BY run_id")]


def test_retention_killed_anywhere_leaves_what_the_next_run_finishes(stage: Stage, proof: Proof) -> None:
    times, states = proof.size(small=2, full=20), []
    for _ in range(times):
        with stage.night() as (url, connection):
            run = retain_apart(url, stage.day, SETTINGS, BATCH)
            while run.is_alive() and not states_of(connection):
                time.sleep(0.005)
            time.sleep(proof.random.uniform(0, stage.seconds))
            run.kill()
            run.join()
            report = retain(url, stage.day, SETTINGS, BATCH)
            assert (report["state"], sum(line["overdue"] for line in report["rules"])) == ("done", 0)
            assert outcome(connection) == stage.undisturbed
            states += states_of(connection)
    proof.tell(f"{times} kills within {stage.seconds:.1f} seconds, {states.count('killed')} before the run was done")


def test_retention_by_two_at_once_removes_once(stage: Stage, proof: Proof) -> None:
    times, shares = proof.size(small=1, full=10), []
    for _ in range(times):
        with stage.night() as (url, connection):
            runs = [retain_apart(url, stage.day, SETTINGS, BATCH) for _ in range(2)]
            for run in runs:
                run.join()
            assert [run.exitcode for run in runs] == [0, 0]
            assert outcome(connection) == stage.undisturbed
            removed = connection.execute(
                "SELECT run_id, sum(removed)::int FROM sync.retention_outcome GROUP BY 1 ORDER BY 2"
            ).fetchall()
            assert len(removed) == 2
            assert sum(count for _, count in removed) == sum(line["removed"] for line in stage.report["rules"])
            shares.append(removed[0][1])
    proof.tell(f"{times} times two processes at once; the lesser share was {min(shares)} rows or more")


def test_a_dry_run_of_retention_says_what_the_live_run_does_and_a_second_one_does_nothing(
    stage: Stage, proof: Proof
) -> None:
    counted = ("rule", "cut_off", "due", "removed", "held", "skipped")
    with stage.night() as (url, connection):
        before = outcome(connection)
        dry = retain(url, stage.day, SETTINGS, BATCH, dry_run=True)
        assert outcome(connection) == before
        live = retain(url, stage.day, SETTINGS, BATCH)
        assert [[line[name] for name in counted] for line in dry["rules"]] == [
            [line[name] for name in counted] for line in live["rules"]
        ]
        versions = connection.execute("SELECT xmin::text, ctid::text, * FROM library.message ORDER BY 3").fetchall()
        again = retain(url, stage.day, SETTINGS, BATCH)
        assert [(line["due"], line["removed"]) for line in again["rules"]] == [
            (line["held"], 0) for line in again["rules"]
        ]
        # Fewer may be held than before: a message to one of them may have named the loan of another, which is gone.
        assert all(line["held"] <= was["held"] for line, was in zip(again["rules"], live["rules"], strict=True))
        assert outcome(connection) == stage.undisturbed
        rows = connection.execute("SELECT xmin::text, ctid::text, * FROM library.message ORDER BY 3").fetchall()
        assert rows == versions
    proof.tell(f"{sum(line['removed'] for line in live['rules'])} rows removed of {len(live['rules'])} rules")
