"""Killed anywhere: a rerun at once brings library and feed to where an undisturbed run would have brought them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from db.embedded import EmbeddedServer
from flows.local.prefect_server import PrefectServer
from tests.fixtures.prefect import wait_until
from tests.fixtures.proofs import Proof
from tests.proofs.night import DAY, Night, stage
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
from tests.proofs.under_prefect import UnderPrefect, kill_together, under_prefect

BEGINNING = 0.1
"""Seconds: about as long as a run needs until it asks for the first time."""

LATENCY = 0.01
"""Seconds for each answer: a small night takes a second."""


def test_the_flow_s_process_is_killed_at_random_moments(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons, kills = proof.size(small=300, full=3_000), proof.size(small=3, full=20)
    with stage(postgres_server, migrated_template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        hit = 0
        for moment in moments(proof, kills, seconds, from_second=-BEGINNING):
            with place.night() as night:
                was_hit = killed_after(night, moment)
                assert rerun(night)["state"] == "done"
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
                ended = states(night)
                assert ended[-1] == "done" and ended[:-1] in ([], ["killed" if was_hit else "done"]), ended
                hit += ended == ["killed", "done"]
    proof.tell(f"{hit} of {kills} kills hit a refresh of {patrons} patrons that takes {seconds:.1f} s")
    assert hit >= kills // 2


def test_a_run_that_is_told_to_end_accounts_for_its_look_ups(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    """Ctrl-C, or the machine goes down: no time for what is under way, and the records say what may be lacking."""
    patrons, times = proof.size(small=300, full=3_000), proof.size(small=3, full=20)
    with stage(postgres_server, migrated_template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        hit = 0
        for moment in moments(proof, times, seconds):
            with place.night() as night:
                with Apart(night.settings, DAY) as run:
                    run.began()
                    time.sleep(moment)
                    hit += run.running()
                    run.interrupt()
                assert rerun(night)["state"] == "done"
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
    proof.tell(f"{hit} of {times} runs of {patrons} patrons had not ended yet")
    assert hit >= times // 2


def test_the_command_is_killed_at_random_moments(
    postgres_server: EmbeddedServer,
    migrated_template: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    proof: Proof,
) -> None:
    """`patronsync refresh` itself, on a Prefect server: what it shares with the small proof are the steps alone."""
    if not proof.full:
        pytest.skip("the command takes seconds to start: at full size alone (make soak)")
    patrons, kills, hit = 3_000, 20, 0
    with stage(postgres_server, migrated_template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        for moment in moments(proof, kills, seconds):
            with (
                place.night() as night,
                under_prefect(tmp_path / "data", request.getfixturevalue("prefect_of_the_run"), night) as prefect,
            ):
                with prefect.refreshing() as process:
                    assert_begins(night)
                    time.sleep(moment)
                    process.kill()
                again = prefect.patronsync("refresh", "--today", DAY.isoformat(), "--json")
                assert again.returncode == 0, again.stdout + again.stderr
                assert_counts_add_up(night, json.loads(again.stdout))
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
                hit += states(night) == ["killed", "done"]
    proof.tell(f"{hit} of {kills} kills hit `patronsync refresh` of {patrons} patrons")
    assert hit >= kills // 2


def test_the_database_server_is_killed_at_random_moments(own_server: OwnServer, proof: Proof) -> None:
    """It comes back after a moment. The run goes on by itself, and the one after it has nothing to do."""
    patrons, kills = proof.size(small=300, full=3_000), proof.size(small=3, full=20)
    with stage(own_server.server, own_server.template, patrons, latency=LATENCY) as place:
        undisturbed, seconds = undisturbed_night(place)
        hit = went_on = 0
        for moment in moments(proof, kills, seconds):
            with place.night() as night, Apart(night.settings, DAY) as run:
                run.began()
                time.sleep(moment)
                hit += run.running()
                own_server.kill()
                time.sleep(proof.random.uniform(0, 1))
                own_server.start()
                report = run.report()
                assert report is not None
                went_on += report["state"] == "done"
                assert_counts_add_up(night, report)
                assert rerun(night)["state"] == "done"
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
    proof.tell(f"{hit} of {kills} kills hit a refresh of {patrons} patrons, and {went_on} went on by themselves")
    assert hit >= kills // 2 and went_on == kills


def test_worker_and_flow_are_killed_together_at_random_moments(
    postgres_server: EmbeddedServer,
    migrated_template: str,
    prefect_of_the_run: PrefectServer,
    deploying_alone: Callable[[], AbstractContextManager[None]],
    tmp_path: Path,
    proof: Proof,
) -> None:
    """Run by a deployment; the command line's run at once does not wait for Prefect to see that the first is dead."""
    patrons, kills = proof.size(small=300, full=3_000), proof.size(small=1, full=20)
    hit = 0
    with ExitStack() as stack:
        place = stack.enter_context(stage(postgres_server, migrated_template, patrons, latency=LATENCY))
        undisturbed, seconds = undisturbed_night(place)
        night = stack.enter_context(place.night())
        prefect = stack.enter_context(under_prefect(tmp_path / "data", prefect_of_the_run, night))
        stack.enter_context(deploying_alone())
        deployed = prefect.patronsync("deploy")
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        for moment in moments(proof, kills, seconds):
            with place.night() as night:
                prefect.plays(night)
                flow_run = deployed_run_killed_after(prefect, night, moment)
                again = prefect.patronsync("refresh", "--today", DAY.isoformat(), "--json")
                assert again.returncode == 0, again.stdout + again.stderr
                assert_counts_add_up(night, json.loads(again.stdout))
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
                hit += states(night) == ["killed", "done"]
                prefect.call_crashed(flow_run)
        if proof.full:
            with place.night() as night:
                prefect.plays(night)
                died_for, waited = the_next_run_goes_through(prefect, night, seconds / 2)
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
                assert states(night) == ["killed", "done"]
                assert died_for < 120
            proof.tell(
                f"crashed {died_for:.0f} s after the kill, the deployment's next run was done after {waited:.0f} s"
            )
            with place.night() as night:
                prefect.plays(night)
                died_for = a_killed_command_is_called_crashed(prefect, night, seconds / 2)
                assert died_for < 120
            proof.tell(f"a command's run crashed {died_for:.0f} s after the kill")
    proof.tell(f"{hit} of {kills} kills hit a refresh of {patrons} patrons")
    assert hit >= kills // 2


def moments(proof: Proof, many: int, seconds: float, from_second: float = 0) -> Iterator[float]:
    """Random moments of a run that takes so many seconds. The first is one that hits it for certain."""
    yield proof.random.uniform(0.1, 0.7) * seconds
    for _ in range(many - 1):
        yield proof.random.uniform(from_second, seconds)


def deployed_run_killed_after(prefect: UnderPrefect, night: Night, seconds: float) -> str:
    """Kills the worker with its run so many seconds after that has begun; returns the id of the flow run."""
    with prefect.worker() as worker:
        flow_run = prefect.press_run()
        assert_begins(night)
        time.sleep(seconds)
        assert kill_together(worker) >= 3  # the worker's keeper, the worker, the run
        return flow_run


def the_next_run_goes_through(prefect: UnderPrefect, night: Night, seconds: float) -> tuple[float, float]:
    """A killed run is shown as crashed, and the next run of the deployment begins; seconds after the kill for each."""
    dead = deployed_run_killed_after(prefect, night, seconds)
    killed = time.monotonic()
    with prefect.worker():
        following = prefect.press_run()
        assert wait_until(lambda: prefect.state(dead) == "Crashed", 180), prefect.state(dead)
        died_for = time.monotonic() - killed
        assert wait_until(lambda: prefect.state(following) == "Completed", 300), prefect.state(following)
        return died_for, time.monotonic() - killed


def a_killed_command_is_called_crashed(prefect: UnderPrefect, night: Night, seconds: float) -> float:
    """Nobody sees it die but the automation that listens to heartbeats; seconds after the kill."""
    with prefect.refreshing() as process:
        assert_begins(night)
        time.sleep(seconds)
        dead = prefect.latest_run()
        assert prefect.state(dead) == "Running"
        process.kill()
    killed = time.monotonic()
    assert wait_until(lambda: prefect.state(dead) == "Crashed", 180), prefect.state(dead)
    return time.monotonic() - killed


def assert_begins(night: Night) -> None:
    """Waits until a run has opened its record."""
    assert wait_until(lambda: bool(night.rows("SELECT FROM sync.run WHERE state = 'running'")), 120)


def killed_after(night: Night, seconds: float) -> bool:
    """Kills a refresh so many seconds after it has begun to ask (or before); False where it had ended by then."""
    with Apart(night.settings, DAY) as run:
        if seconds > 0:
            run.began()
            time.sleep(seconds)
        else:
            time.sleep(BEGINNING + seconds)
        run.kill()
        return run.report() is None
