"""Net media killed anywhere, two at once, a second run, a dry run: the rights are those of one undisturbed run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from db.connect import Connection, connect
from db.embedded import EmbeddedServer
from tests.fixtures.library import DAY, one_more_database
from tests.fixtures.proofs import Proof
from tests.proofs.deciding import decide, decide_apart, fill, move_some, outcome

NEXT = DAY + timedelta(days=1)


class Stage:
    """A night as it begins (a template), and what an undisturbed run makes of it, in how many seconds."""

    def __init__(self, server: EmbeddedServer, template: str) -> None:
        self._server, self._template = server, template
        with self.night() as (url, connection):
            began = time.monotonic()
            decide(url, NEXT)
            self.seconds = time.monotonic() - began
            self.undisturbed = outcome(connection)

    @contextmanager
    def night(self) -> Iterator[tuple[str, Connection]]:
        """The night once more, from its beginning."""
        with one_more_database(self._server, self._template) as url, connect(url, autocommit=True) as connection:
            yield url, connection


def states_of(connection: Connection) -> list[str]:
    """How the night's runs ended, or where they stand."""
    return [state for (state,) in connection.execute("SELECT state FROM sync.run WHERE today = %s", [NEXT])]


@pytest.fixture
def stage(postgres_server: EmbeddedServer, migrated_template: str, proof: Proof) -> Iterator[Stage]:
    """A library that was decided once, and in which a day has passed."""
    with one_more_database(postgres_server, migrated_template) as url:
        with connect(url, autocommit=True) as connection:
            fill(connection, proof.size(small=1_000, full=100_000))
            decide(url, DAY)
            move_some(connection)
        yield Stage(postgres_server, url.partition("?")[0].rpartition("/")[2])


def test_net_media_killed_anywhere_leaves_what_the_next_run_mends(stage: Stage, proof: Proof) -> None:
    times = proof.size(small=2, full=20)
    states: list[str] = []
    for _ in range(times):
        with stage.night() as (url, connection):
            run = decide_apart(url, NEXT)
            while run.is_alive() and not states_of(connection):
                time.sleep(0.005)
            time.sleep(proof.random.uniform(0, stage.seconds))
            run.kill()
            run.join()
            decide(url, NEXT)
            assert outcome(connection) == stage.undisturbed
            states += states_of(connection)
    killed = states.count("killed")
    proof.tell(f"{times} kills within {stage.seconds:.1f} seconds, {killed} of them before the run was done")


def test_net_media_by_two_at_once_is_decided_once(stage: Stage, proof: Proof) -> None:
    times = proof.size(small=1, full=10)
    for _ in range(times):
        with stage.night() as (url, connection):
            runs = [decide_apart(url, NEXT) for _ in range(2)]
            for run in runs:
                run.join()
            assert [run.exitcode for run in runs] == [0, 0]
            assert outcome(connection) == stage.undisturbed
    proof.tell(f"{times} times two processes at once")


def test_net_media_dry_and_done_again_changes_nothing(stage: Stage, proof: Proof) -> None:
    with stage.night() as (url, connection):
        before = outcome(connection)
        dry = decide(url, NEXT, dry_run=True)
        assert outcome(connection) == before
        live = decide(url, NEXT)
        for part in ("patrons", "services", "changes", "outcomes"):
            assert dry[part] == live[part], part
        versions = connection.execute("SELECT ctid, xmin, * FROM library.net_media_right ORDER BY 3, 4").fetchall()
        again = decide(url, NEXT)
        assert (again["patrons"]["changed"], again["changes"]) == (0, {})
        assert outcome(connection) == stage.undisturbed
        rows = connection.execute("SELECT ctid, xmin, * FROM library.net_media_right ORDER BY 3, 4").fetchall()
        assert rows == versions
        proof.tell(f"{live['patrons']['changed']} of {live['patrons']['due']} patrons decided on had other rights")
