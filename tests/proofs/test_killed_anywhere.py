"""Killed anywhere: a rerun at once brings library and feed to where an undisturbed run would have brought them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from db import embedded
from db.embedded import EmbeddedServer
from db.upgrade import migrate
from tests.fixtures.proofs import Proof
from tests.proofs.night import DAY, Night, Stage, stage
from tests.proofs.one_refresh import Apart

LATENCY = 0.01

DURABLE_BUT_FOR_POWER_CUTS = ("-c", "fsync=off", "-c", "autovacuum=off")
"""What was committed outlives the server's end, as the machine does not go down."""


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server that may be killed, with the whole schema in its database `patronsync`."""
    with embedded.running(tmp_path, options=DURABLE_BUT_FOR_POWER_CUTS) as server:
        migrate(server.url)
        yield server
    embedded.remove(tmp_path)


def test_the_flow_s_process_is_killed_at_random_moments(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons, kills = proof.size(small=300, full=3_000), proof.size(small=3, full=20)
    with stage(postgres_server, migrated_template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        killed = 0
        for _ in range(kills):
            with place.night() as night:
                killed += kill_after(night, proof.random.uniform(0, seconds))
                done = rerun(night)
                assert_as_if_nothing_had_happened(night, undisturbed)
        proof.tell(f"{killed} of {kills} kills hit a refresh of {patrons} patrons that takes {seconds:.1f} s")
    assert killed


def undisturbed_night(place: Stage) -> tuple[dict[str, list[Any]], float]:
    """What a run leaves that nobody disturbs, and how long it takes from its first question on."""
    with place.night() as night, Apart(night.settings, DAY) as run:
        run.began()
        started = time.monotonic()
        report = run.report()
        seconds = time.monotonic() - started
        assert report is not None and report["state"] == "done", report
        assert not night.unlogged()
        return night.outcome(), seconds


def kill_after(night: Night, seconds: float) -> bool:
    """Kills a refresh so many seconds after it has begun to ask; False where it had ended by then."""
    with Apart(night.settings, DAY) as run:
        run.began()
        time.sleep(seconds)
        run.kill()
        return run.report() is None


def rerun(night: Night) -> dict[str, Any]:
    """The next run, at once."""
    with Apart(night.settings, DAY) as run:
        report = run.report()
        assert report is not None
        return report


def assert_as_if_nothing_had_happened(night: Night, undisturbed: dict[str, list[Any]]) -> None:
    outcome = night.outcome()
    for table, rows in undisturbed.items():
        assert outcome[table] == rows, table
    assert night.claims() == 0
    states = [state for (state,) in night.rows("SELECT state FROM sync.run ORDER BY run_id")]
    assert states in (["done"], ["killed", "done"], ["done", "done"]), states
    unlogged = night.rows("SELECT coalesce(sum(unlogged), 0)::int FROM sync.run")[0][0]
    assert len(night.unlogged()) <= unlogged
