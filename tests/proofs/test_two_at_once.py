"""Two at once: two workers refresh the same patrons; nobody is looked up twice, and the result is that of one."""

from __future__ import annotations

import time
from collections import Counter

from db.embedded import EmbeddedServer
from tests.fixtures.proofs import Proof
from tests.proofs.night import DAY, patron_number, stage
from tests.proofs.one_refresh import Apart
from tests.proofs.playing import (
    assert_counts_add_up,
    assert_look_ups_logged,
    assert_same_outcome,
    states,
    undisturbed_night,
)


def test_when_one_of_two_workers_is_killed_the_other_does_the_rest(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons, times = proof.size(small=500, full=5_000), proof.size(small=1, full=10)
    taken_over = 0
    with stage(postgres_server, migrated_template, patrons, latency=0.005) as place:
        undisturbed, seconds = undisturbed_night(place)
        for _ in range(times):
            with place.night() as night, Apart(night.settings, DAY) as one, Apart(night.settings, DAY) as other:
                one.began()
                other.began()
                time.sleep(proof.random.uniform(0, seconds / 4))
                one.kill()
                report = other.report()
                assert report is not None
                assert_counts_add_up(night, report)
                assert_same_outcome(night, undisturbed)
                assert_look_ups_logged(night)
                taken_over += report["patrons"]["checked"]
                assert set(states(night)) == {"killed", report["state"]}
    proof.tell(f"{times} times on {patrons} patrons; the survivors did {taken_over} of {patrons * times}")


def test_two_workers_share_a_night_and_leave_what_one_leaves(
    postgres_server: EmbeddedServer, migrated_template: str, proof: Proof
) -> None:
    patrons, times = proof.size(small=500, full=5_000), proof.size(small=1, full=10)
    shares = []
    with stage(postgres_server, migrated_template, patrons, latency=0.002) as place:
        undisturbed, _ = undisturbed_night(place)
        for _ in range(times):
            with place.night() as night, Apart(night.settings, DAY) as one, Apart(night.settings, DAY) as other:
                reports = [one.report(), other.report()]
                for report in reports:
                    assert report is not None
                    assert_counts_add_up(night, report)
                    assert report["state"] == ("incomplete" if report["patrons"]["left"] else "done"), report["message"]
                checked = [report["patrons"]["checked"] for report in reports if report]
                assert sum(checked) == patrons and min(checked) > 0
                shares.append(min(checked))
                assert set(night.registry.asked.values()) == {1}
                assert not night.unlogged()
                asked_by: dict[str, set[int]] = {}
                for number, run in night.rows("SELECT patron_number, run_id FROM sync.registry_access"):
                    asked_by.setdefault(number, set()).add(run)
                assert set(asked_by) == {patron_number(place) for place in range(patrons)}
                assert Counter(map(len, asked_by.values())) == {1: patrons}
                assert_same_outcome(night, undisturbed)
    proof.tell(
        f"{times} times two processes on {patrons} patrons; the lesser share was {min(shares)} to {max(shares)} patrons"
    )
