"""A night killed at each of its steps: the next night is complete, nothing is blocked, and its summary adds up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from db.embedded import EmbeddedServer
from flows.local.prefect_server import prefect_server
from mappers.night import REFRESH, RETENTION, STEPS
from tests.fixtures.prefect import wait_until
from tests.fixtures.proofs import Proof
from tests.proofs.night import DAY, Night
from tests.proofs.one_night import comparable, killed_in, night_stage, play
from tests.proofs.one_refresh import Apart
from tests.proofs.under_prefect import kill_together, under_prefect

LATENCY = 0.005
NAMES = [step.name for step in STEPS]


def test_a_night_killed_in_a_step_leaves_nothing_half_done_and_the_next_is_complete(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons, kills = proof.size(small=100, full=2_000), proof.size(small=0, full=5)
    hit = 0
    with night_stage(postgres_server, migrated_template, patrons, latency=LATENCY) as place:
        with place.night() as night:
            report = the_next_night(night)
            assert report["took_over"] == []
            undisturbed = comparable(night.outcome())
        in_steps = [proof.random.choice(NAMES[1:])] if not kills else NAMES * kills
        for step in in_steps:
            with place.night() as night:
                if killed_in(night, step, proof.random.uniform(0, 0.3 if proof.full else 0.01)):
                    hit += 1
                    report = the_next_night(night)
                    assert [one["flow"] for one in report["took_over"]] == ["nightly", step]
                else:
                    the_next_night(night)
                assert comparable(night.outcome()) == undisturbed
    proof.tell(f"{hit} of {len(in_steps)} kills hit the step they were meant for, of a night of {patrons} patrons")
    assert hit > len(in_steps) / 2


def test_worker_and_night_are_killed_together_in_each_step(
    postgres_server: EmbeddedServer,
    migrated_template: str,
    prefect_home: Callable[[Path], Path],
    tmp_path: Path,
    proof: Proof,
) -> None:
    """As a deployment: Prefect calls the night and its step crashed, and the next night begins by itself."""
    if not proof.full:
        pytest.skip("two minutes a step, until Prefect sees that nobody is left: at full size alone (make soak)")
    with ExitStack() as stack:
        place = stack.enter_context(night_stage(postgres_server, migrated_template, 1_000, latency=LATENCY))
        with place.night() as night:
            the_next_night(night)
            undisturbed = comparable(night.outcome())
        prefect_home(tmp_path)
        server = stack.enter_context(prefect_server(tmp_path))
        prefect = stack.enter_context(under_prefect(tmp_path / "data", server, stack.enter_context(place.night())))
        deployed = prefect.patronsync("deploy")
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        for step in NAMES:
            with place.night() as night:
                prefect.plays(night)
                with prefect.worker() as worker:
                    dead = prefect.press_run("nightly")
                    assert wait_until(lambda: _begins(night, step), 120), step  # noqa: B023  (called at once)
                    family = [dead, *prefect.steps_of(dead)]
                    assert kill_together(worker) >= 3
                with prefect.worker():
                    following = prefect.press_run("nightly")
                    assert wait_until(lambda: prefect.state(following) == "Completed", 400), prefect.state(following)  # noqa: B023
                    for flow_run in family:
                        assert wait_until(lambda: prefect.state(flow_run) in ("Crashed", "Completed"), 60)  # noqa: B023
                assert comparable(night.outcome()) == undisturbed
                assert night.claims() == 0
                assert_adds_up(night, _summary(night))
    proof.tell(f"worker and night killed together in each of {len(NAMES)} steps; the next night began by itself")


def _begins(night: Night, step: str) -> bool:
    return bool(night.rows("SELECT FROM sync.run WHERE flow = %s", step))


def the_next_night(night: Night) -> dict[str, Any]:
    """A whole night in a process of its own: done, its counts add up, nobody is left claimed."""
    with Apart(night.settings, DAY, play) as run:
        report = run.report()
    assert report is not None and report["state"] == "done", report
    assert_adds_up(night, report)
    assert night.claims() == 0
    assert night.rows("SELECT FROM sync.run WHERE state NOT IN ('done', 'killed')") == []
    return report


def _summary(night: Night) -> dict[str, Any]:
    [(run, counts, look_ups, changes)] = night.rows(
        "SELECT run_id, counts, look_ups, changes FROM sync.run WHERE flow = 'nightly' AND state = 'done'"
    )
    return {"run": run, "steps": counts["steps"], "look_ups": look_ups, "changes": changes}


def assert_adds_up(night: Night, report: dict[str, Any]) -> None:
    """The night's summary against what the database has: look-ups, events of the feed, rows removed."""
    of_night = "FROM sync.run WHERE night_id = %s"
    assert [step["run"] for step in report["steps"]] == [
        run for (run,) in night.rows(f"SELECT run_id {of_night} ORDER BY run_id", report["run"])
    ]
    assert report["look_ups"] == night.rows(f"SELECT sum(look_ups)::int {of_night}", report["run"])[0][0]
    events = "SELECT kind, count(*)::int FROM sync.change JOIN sync.run USING (run_id) WHERE night_id = %s GROUP BY 1"
    assert report["changes"] == dict(night.rows(events, report["run"]))
    runs = {step["step"]: step["run"] for step in report["steps"]}
    [(rules,)] = night.rows("SELECT counts -> 'rules' FROM sync.run WHERE run_id = %s", runs[RETENTION])
    recorded = "SELECT rule, removed FROM sync.retention_outcome WHERE run_id = %s"
    assert {rule["rule"]: rule["removed"] for rule in rules} == dict(night.rows(recorded, runs[RETENTION]))
    [(checked,)] = night.rows("SELECT (counts ->> 'checked')::int FROM sync.run WHERE run_id = %s", runs[REFRESH])
    batches = "SELECT coalesce(sum(checked), 0)::int FROM sync.batch WHERE run_id = %s"
    assert checked == night.rows(batches, runs[REFRESH])[0][0]
