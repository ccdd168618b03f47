"""A run of guardians that is killed, or shares the night with another, leaves what an undisturbed one leaves."""

from __future__ import annotations

import time

from db.embedded import EmbeddedServer
from tests.fixtures.proofs import Proof
from tests.proofs.guardian_stage import asked, guardian_stage, guardians, outcome, outsiders
from tests.proofs.night import DAY, Night, Outcome, Stage
from tests.proofs.one_refresh import Apart
from tests.proofs.playing import states
from tests.proofs.test_killed_anywhere import moments


def undisturbed(place: Stage) -> tuple[Outcome, float]:
    """What a run leaves that nobody disturbs, and how long it takes from its first question on."""
    with place.night() as night, Apart(night.settings, DAY, guardians) as run:
        run.began()
        started = time.monotonic()
        report = run.report()
        assert report is not None and report["state"] == "done", report
        steps = sum(number % 10 == 6 for number in range(place.patrons))
        assert report["look_ups"] == asked(night) == outsiders(place.patrons) + steps
        return outcome(night), time.monotonic() - started


def assert_look_ups_logged(night: Night) -> None:
    """Every look-up is in the access log, or the records say that it may be lacking (a changed number has two)."""
    [(logged,)] = night.rows("SELECT count(*) FROM sync.registry_access WHERE guardian_id IS NOT NULL")
    [(may_lack,)] = night.rows("SELECT coalesce(sum(unlogged), 0)::int FROM sync.run")
    assert 0 <= asked(night) - logged <= 2 * may_lack


def test_a_run_of_guardians_is_killed_at_random_moments(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    children, kills = proof.size(small=100, full=600), proof.size(small=3, full=20)
    with guardian_stage(postgres_server, migrated_template, children, latency=0.01) as place:
        wanted, seconds = undisturbed(place)
        hit = 0
        for moment in moments(proof, kills, seconds):
            with place.night() as night:
                with Apart(night.settings, DAY, guardians) as run:
                    run.began()
                    time.sleep(moment)
                    run.kill()
                report = guardians(night.settings, DAY)
                assert report["state"] == "done", report
                assert outcome(night) == wanted
                assert_look_ups_logged(night)
                hit += states(night) == ["killed", "done"]
                again = guardians(night.settings, DAY)
                assert (again["look_ups"], again["changes"]) == (0, {})
    proof.tell(f"{hit} of {kills} kills hit a run of guardians of {children} children that takes {seconds:.1f} s")
    assert hit


def test_two_runs_of_guardians_share_a_night_and_leave_what_one_leaves(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    children, times = proof.size(small=100, full=600), proof.size(small=1, full=10)
    shares = []
    with guardian_stage(postgres_server, migrated_template, children, latency=0.01) as place:
        wanted, _ = undisturbed(place)
        for _ in range(times):
            with (
                place.night() as night,
                Apart(night.settings, DAY, guardians) as one,
                Apart(night.settings, DAY, guardians) as other,
            ):
                reports = [one.report(), other.report()]
                look_ups = [report["look_ups"] for report in reports if report]
                assert len(look_ups) == 2 and sum(look_ups) == asked(night)
                assert max(night.registry.asked.values()) == 1
                assert outcome(night) == wanted
                assert_look_ups_logged(night)
                shares.append(min(look_ups))
    proof.tell(
        f"{times} times two processes on {children} children; the lesser share was {min(shares)} look-ups or more"
    )


def test_a_dry_run_of_guardians_says_what_the_live_run_does_and_leaves_nothing(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    children = proof.size(small=60, full=2_000)
    with guardian_stage(postgres_server, migrated_template, children) as place, place.night() as night:
        before = outcome(night)
        dry = guardians(night.settings, DAY, dry_run=True)
        assert outcome(night) == before
        live = guardians(night.settings, DAY)
        for part in ("patrons", "guardians", "links", "cases", "look_ups", "changes", "outcomes"):
            assert dry[part] == live[part], part
    proof.tell(f"{children} children, {live['look_ups']} look-ups, {live['links']['linked']} links")
