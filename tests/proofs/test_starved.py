"""Starved of its registry, its database, its disk or a lock, a run does what it can, says what to do, loses nothing."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from db.connect import connect
from db.embedded import EmbeddedServer
from db.embedded_programs import Account
from tests.fixtures.proofs import Proof
from tests.proofs.night import DAY, Night, Outcome, Stage, enrol, patron_number, stage
from tests.proofs.one_refresh import Apart
from tests.proofs.own_server import OwnServer
from tests.proofs.playing import (
    assert_counts_add_up,
    assert_look_ups_logged,
    assert_same_outcome,
    rerun,
    states,
    undisturbed_night,
)

SMALL_TIMES = {"registry_read_timeout": 0.3, "registry_deadline": 3.0}
"""Seconds; at full size they are the settings' own."""

SMALL_BREAKER = {"breaker_seconds": 0.5}


def client_at(proof: Proof) -> dict[str, Any]:
    """What of the registry client is other than it comes: nothing at full size."""
    return {} if proof.full else SMALL_BREAKER


@dataclass(slots=True)
class Played:
    """A stage, what an undisturbed run leaves there, and its seconds."""

    stage: Stage
    undisturbed: Outcome
    seconds: float


@pytest.fixture(scope="module")
def played(postgres_server: EmbeddedServer, migrated_template: str, pytestconfig: pytest.Config) -> Iterator[Played]:
    """300 patrons, or 3,000 at full size."""
    patrons = 3_000 if pytestconfig.getoption("--full-size") else 300
    with stage(postgres_server, migrated_template, patrons, latency=0.005) as place:
        yield Played(place, *undisturbed_night(place))


TROUBLES: dict[str, dict[str, Any]] = {
    "slow beyond the time-out": {"kind": "slow", "seconds": 40},
    "resetting in mid-answer": {"kind": "reset"},
    "cutting answers off": {"kind": "truncate"},
    "503, try again in a second": {"kind": "unavailable", "seconds": 1},
    "503": {"kind": "unavailable"},
    "503, try again in an hour": {"kind": "unavailable", "seconds": 3600},
    "429": {"kind": "busy"},
    "429, try again in an hour": {"kind": "busy", "seconds": 3600},
    "faulting": {"kind": "fault"},
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_registry_that_fails_everybody_is_not_asked_any_more(played: Played, trouble: str, proof: Proof) -> None:
    """Nobody is quarantined for it, and the next run does the rest."""
    times = {} if proof.full else SMALL_TIMES
    with played.stage.night(**times) as night:
        with Apart(night.settings, DAY, client=client_at(proof)) as run:
            run.began()
            time.sleep(played.seconds / 3)
            asked, began = night.registry.asked.total(), time.monotonic()
            night.registry.fail(**TROUBLES[trouble])
            report = run.report()
            seconds = time.monotonic() - began
        assert report is not None
        in_vain = night.registry.asked.total() - asked
        assert_stopped_asking(night, report)
        assert in_vain < 100 and seconds < (100 if proof.full else 8)
        proof.tell(f"{trouble}: {in_vain} requests in vain, stopped after {seconds:.1f} s")
        night.registry.behave()
        assert rerun(night)["state"] == "done"
        assert_same_outcome(night, played.undisturbed)
        assert_all_asked_about_are_logged(night)


def test_a_registry_that_fails_now_and_then_holds_nobody_up(played: Played, proof: Proof) -> None:
    passing = [name for name in TROUBLES if "hour" not in name and name != "faulting"]
    with played.stage.night(**{**SMALL_TIMES, "registry_deadline": 20.0}) as night:
        for trouble in passing:
            night.registry.fail(**TROUBLES[trouble], share=0.02)
        with Apart(night.settings, DAY) as run:
            report = run.report()
        assert report is not None and report["state"] == "done", report
        assert_counts_add_up(night, report)
        assert_same_outcome(night, played.undisturbed)
        assert_all_asked_about_are_logged(night)
        struck = night.registry.struck
    assert set(struck) >= {TROUBLES[trouble]["kind"] for trouble in passing}
    proof.tell(f"{', '.join(passing)}: 2 of 100 requests each, and all {played.stage.patrons} patrons were checked")


def assert_stopped_asking(night: Night, report: dict[str, Any]) -> None:
    assert_counts_add_up(night, report)
    counts = report["patrons"]
    assert report["state"] == "incomplete" and counts["left"] > 0
    stay = counts["left"] + counts["failed"]
    assert "the registry stopped answering" in report["message"] and f"{stay} patrons stay due" in report["message"]
    assert night.claims() == 0
    still_due = "next_due <= %s AND checked_on IS DISTINCT FROM %s"
    [(due,)] = night.rows(f"SELECT count(*)::int FROM sync.askable WHERE {still_due}", DAY, DAY)
    assert due == stay


def assert_all_asked_about_are_logged(night: Night) -> None:
    """At least once each: a request that was repeated is one look-up."""
    logged = {number for (number,) in night.rows("SELECT DISTINCT patron_number FROM sync.registry_access")}
    assert set(night.asked()) <= logged


def test_a_registry_that_is_down_for_a_moment_is_waited_for(played: Played, proof: Proof) -> None:
    away = proof.size(small=1, full=3)
    with played.stage.night() as night, Apart(night.settings, DAY) as run:
        run.began()
        time.sleep(played.seconds / 3)
        night.registry.down()
        time.sleep(away)
        night.registry.up()
        report = run.report()
        assert report is not None and report["state"] == "done", report
        assert_counts_add_up(night, report)
        assert_same_outcome(night, played.undisturbed)
    proof.tell(f"{away} s")


def test_a_registry_that_is_down_for_longer_ends_the_run_and_the_next_one_does_the_rest(
    played: Played, proof: Proof
) -> None:
    away = proof.size(small=3, full=180)
    with played.stage.night() as night:
        with Apart(night.settings, DAY, client=client_at(proof)) as run:
            run.began()
            time.sleep(played.seconds / 3)
            night.registry.down()
            began = time.monotonic()
            report = run.report()
            seconds = time.monotonic() - began
        assert report is not None
        assert_stopped_asking(night, report)
        assert "refuses connections" in report["message"]
        assert seconds < (15 if proof.full else 5)
        again = rerun(night, client=client_at(proof))
        assert_stopped_asking(night, again)
        time.sleep(max(0, away - (time.monotonic() - began)))
        night.registry.up()
        assert rerun(night)["state"] == "done"
        assert_same_outcome(night, played.undisturbed)
    proof.tell(f"down for {away} s: stopped after {seconds:.1f} s, did the rest in the next run after that")


def test_a_registry_that_is_down_burns_through_nobody(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons = proof.size(small=2_000, full=100_000)
    with stage(postgres_server, migrated_template, 0) as place, place.night(batch_size=1000) as night:
        with connect(night.url, autocommit=True) as connection:
            enrol(connection, patrons)
        night.registry.down()
        began = time.monotonic()
        with Apart(night.settings, DAY, client=client_at(proof)) as run:
            report = run.report()
        seconds = time.monotonic() - began
        assert report is not None
        assert_stopped_asking(night, report)
        counts = report["patrons"]
        assert (counts["due"], counts["checked"]) == (patrons, 0) and counts["failed"] <= 100
        assert night.rows("SELECT FROM sync.quarantine") == []
        assert seconds < 20
    proof.tell(f"{patrons} patrons: stopped after {seconds:.1f} s, {counts['left']} not asked, nobody in quarantine")


def test_a_database_that_is_gone_for_a_while_is_waited_for(own_server: OwnServer, proof: Proof) -> None:
    patrons, away = proof.size(small=300, full=3_000), proof.size(small=2, full=20)
    with stage(own_server.server, own_server.template, patrons, latency=0.005) as place:
        undisturbed, seconds = undisturbed_night(place)
        with place.night() as night, Apart(night.settings, DAY, patience=60) as run:
            run.began()
            time.sleep(seconds / 3)
            own_server.stop()
            time.sleep(away)
            own_server.start()
            report = run.report()
            assert report is not None and report["state"] == "done", report
            assert_counts_add_up(night, report)
            assert_same_outcome(night, undisturbed)
            assert_look_ups_logged(night)
            assert states(night) == ["done"]
        with place.night() as night:
            with Apart(night.settings, DAY, patience=1) as run:
                run.began()
                time.sleep(seconds / 3)
                own_server.stop()
                report = run.report()
            own_server.start()
            assert report is not None and report["state"] == "failed"
            assert "PATRONSYNC_DATABASE_URL" in report["message"]
            assert rerun(night)["state"] == "done"
            assert states(night) == ["killed", "done"]
            assert_same_outcome(night, undisturbed)
            assert_look_ups_logged(night)
    proof.tell(f"gone for {away} s: went on; gone for good: the next run did the rest")


DISK_FULL = """
    CREATE FUNCTION public.disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$;
"""
FULL_FOR = {
    "a batch": ("sync.batch", "NEW.batch_number > 2"),
    "the access log": ("sync.registry_access", "NEW.asked_at > now() - interval '1 day'"),
    "a claim": ("sync.claim", f"NEW.patron_number > '{patron_number(170)}'"),
}


@pytest.mark.parametrize("full_for", [("a batch",), ("a batch", "the access log"), ("a claim",)], ids=" and ".join)
def test_a_full_disk_ends_the_run_and_says_so(played: Played, full_for: tuple[str, ...], proof: Proof) -> None:
    """Nothing is lost: what was asked and can't be applied is logged, or counted as not logged."""
    log_too = "the access log" in full_for
    with played.stage.night() as night:
        with connect(night.url, autocommit=True) as connection:
            connection.execute(DISK_FULL)
            for table, when in map(FULL_FOR.__getitem__, full_for):
                connection.execute(
                    f"CREATE TRIGGER disk_full BEFORE INSERT ON {table} FOR EACH ROW WHEN ({when}) "
                    "EXECUTE FUNCTION public.disk_full()".encode()
                )
        with Apart(night.settings, DAY) as run:
            report = run.report()
        assert report is not None
        assert_says_that_the_disk_is_full(night, report)
        assert bool(night.unlogged()) == bool(night.claims()) == log_too
        with connect(night.url, autocommit=True) as connection:
            connection.execute("DROP FUNCTION public.disk_full() CASCADE")
        assert rerun(night)["state"] == "done"
        assert_same_outcome(night, played.undisturbed)
        assert_look_ups_logged(night)
        assert states(night) == ["failed", "done"]


def test_a_file_system_that_is_full_ends_the_run_and_says_so(own_server: OwnServer, proof: Proof) -> None:
    if not proof.full or os.geteuid() != 0:
        pytest.skip("a small file system is mounted at full size alone (make soak), and by root")
    with stage(own_server.server, own_server.template, 3_000) as place, small_file_system(256) as disk:
        undisturbed, _ = undisturbed_night(place)
        with connect(own_server.server.url, autocommit=True) as admin:
            admin.execute(f"CREATE TABLESPACE small LOCATION '{disk}'")  # type: ignore[call-overload]
        with place.night() as night:
            with connect(own_server.server.url, autocommit=True) as admin:
                admin.execute(f"ALTER DATABASE {night.database} SET TABLESPACE small")  # type: ignore[call-overload]
            with Apart(night.settings, DAY) as run:
                run.began()
                ballast = filled(disk)
                report = run.report()
            assert report is not None
            assert_says_that_the_disk_is_full(night, report)
            ballast.unlink()
            assert rerun(night)["state"] == "done"
            assert_same_outcome(night, undisturbed)
            assert_look_ups_logged(night)
        with connect(own_server.server.url, autocommit=True) as admin:
            admin.execute("DROP TABLESPACE small")
    proof.tell("a file system of 256 MB, filled in mid-run")


@contextmanager
def small_file_system(megabytes: int) -> Iterator[Path]:
    """A folder of so many MB that the database server may write to."""
    folder = Path(tempfile.mkdtemp(prefix="patronsync-proof-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "proof", folder], check=True)
    try:
        Account.to_run_as().own(folder)
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


def filled(disk: Path) -> Path:
    """Leaves not a byte free; returns the file that takes them."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (1_000_000, 4096):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return ballast


def assert_says_that_the_disk_is_full(night: Night, report: dict[str, Any]) -> None:
    assert report["state"] == "failed"
    assert "disk is full" in report["message"] and "run it again" in report["message"]
    [(counts, message)] = night.rows("SELECT counts, message FROM sync.run")
    assert counts["due"] == counts["checked"] + counts["failed"] + counts["left"] and counts["left"] > 0
    assert "disk is full" in message and "still due" in message


def test_a_patron_whom_somebody_holds_locked_does_not_hold_the_others_up(played: Played, proof: Proof) -> None:
    held_for = proof.size(small=3, full=60)
    with played.stage.night() as night, connect(night.url, name="desk") as desk:
        desk.execute("SELECT FROM library.patron WHERE patron_number = 'L000009' FOR UPDATE")
        began = time.monotonic()
        with Apart(night.settings, DAY) as run:
            while not night.rows("SELECT FROM sync.run WHERE (counts ->> 'left')::int = 1"):
                assert time.monotonic() - began < 50 and run.running()
                time.sleep(0.1)
            others_done = time.monotonic() - began
            if not proof.full:
                time.sleep(max(0, held_for - others_done))
                desk.rollback()
            report = run.report()
        assert report is not None
        assert_counts_add_up(night, report)
        if proof.full:
            assert (report["state"], report["outcomes"]["locked"]) == ("incomplete", 1)
            assert "run it again" in report["message"]
            time.sleep(max(0, held_for - (time.monotonic() - began)))
            desk.rollback()
            assert rerun(night)["look_ups"] == 1
        else:
            assert report["state"] == "done"
        assert_same_outcome(night, played.undisturbed)
        assert_look_ups_logged(night) if not proof.full else assert_all_asked_about_are_logged(night)
    proof.tell(f"held for {held_for} s; the others were done after {others_done:.1f} s")
