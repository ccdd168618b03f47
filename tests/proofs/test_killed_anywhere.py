"""Killed anywhere: a rerun at once brings library and feed to where an undisturbed run would have brought them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from db.embedded import EmbeddedServer
from tests.fixtures.proofs import Proof
from tests.proofs.night import DAY, Night, Outcome, Stage, stage
from tests.proofs.one_refresh import Apart
from tests.proofs.own_server import OwnServer

LATENCY = 0.01
"""Seconds for each answer: a small night takes a second."""


def test_the_flow_s_process_is_killed_at_random_moments(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons, kills = proof.size(small=300, full=3_000), proof.size(small=3, full=20)
    with stage(postgres_server, migrated_template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        hit = 0
        for _ in range(kills):
            with place.night() as night:
                hit += killed_after(night, proof.random.uniform(0, seconds))
                assert rerun(night)["state"] == "done"
                assert_as_if_nothing_had_happened(night, undisturbed)
    proof.tell(f"{hit} of {kills} kills hit a refresh of {patrons} patrons that takes {seconds:.1f} s")
    assert hit


def test_the_database_server_is_killed_at_random_moments(own_server: OwnServer, proof: Proof) -> None:
    """It comes back after a moment. The run goes on by itself, and the one after it has nothing to do."""
    patrons, kills = proof.size(small=300, full=3_000), proof.size(small=3, full=20)
    with stage(own_server.server, own_server.template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        hit = went_on = 0
        for _ in range(kills):
            with place.night() as night, Apart(night.settings, DAY) as run:
                run.began()
                time.sleep(proof.random.uniform(0, seconds))
                hit += run.running()
                own_server.kill()
                time.sleep(proof.random.uniform(0, 1))
                own_server.start()
                report = run.report()
                assert report is not None
                went_on += report["state"] == "done"
                assert_counts_add_up(night, report)
                assert rerun(night)["state"] == "done"
                assert_as_if_nothing_had_happened(night, undisturbed)
    proof.tell(f"{hit} of {kills} kills hit a refresh of {patrons} patrons, and {went_on} went on by themselves")
    assert hit and went_on == kills


def undisturbed_night(place: Stage) -> tuple[Outcome, float]:
    """What a run leaves that nobody disturbs, and how long it takes from its first question on."""
    with place.night() as night, Apart(night.settings, DAY) as run:
        run.began()
        started = time.monotonic()
        report = run.report()
        seconds = time.monotonic() - started
        assert report is not None and report["state"] == "done", report
        assert not night.unlogged()
        return night.outcome(), seconds


def killed_after(night: Night, seconds: float) -> bool:
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
        assert_counts_add_up(night, report)
        return report


def assert_counts_add_up(night: Night, report: dict[str, Any]) -> None:
    """Those of the report, and that they are the record's."""
    counts = report["patrons"]
    assert counts["due"] == counts["checked"] + counts["failed"] + counts["left"]
    assert counts["checked"] == counts["first_answers"] + counts["changed"] + counts["unchanged"] + counts["quarantined"]
    [(state, kept)] = night.rows("SELECT state, counts FROM sync.run WHERE run_id = %s", report["run"])
    assert (state, {name: kept[name] for name in counts}) == (report["state"], counts)


def assert_as_if_nothing_had_happened(night: Night, undisturbed: Outcome) -> None:
    """Library, feed, quarantine and due days are those of an undisturbed run; nobody is claimed; look-ups are logged."""
    outcome = night.outcome()
    for table, rows in undisturbed.items():
        assert outcome[table] == rows, table
    assert night.claims() == 0
    states = [state for (state,) in night.rows("SELECT state FROM sync.run ORDER BY run_id")]
    assert states in (["done"], ["killed", "done"], ["done", "done"]), states
    may_lack = night.rows("SELECT coalesce(sum(unlogged), 0)::int FROM sync.run")[0][0]
    lacking = night.unlogged()
    assert len(lacking) <= may_lack, f"{len(lacking)} patrons' look-ups are not logged; the records say {may_lack}"
