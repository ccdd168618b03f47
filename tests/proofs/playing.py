"""What the proofs of a night have in common: an undisturbed run, the next run, and what must hold afterwards."""

from __future__ import annotations

import time
from typing import Any

from tests.proofs.night import DAY, Night, Outcome, Stage
from tests.proofs.one_refresh import Apart


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


def rerun(night: Night, **how: Any) -> dict[str, Any]:
    """The next run, at once; its counts add up."""
    with Apart(night.settings, DAY, **how) as run:
        report = run.report()
        assert report is not None
        assert_counts_add_up(night, report)
        return report


def assert_counts_add_up(night: Night, report: dict[str, Any]) -> None:
    """Those of the report, and that they are the record's."""
    counts = report["patrons"]
    assert counts["due"] == counts["checked"] + counts["failed"] + counts["left"]
    assert (
        counts["checked"] == counts["first_answers"] + counts["changed"] + counts["unchanged"] + counts["quarantined"]
    )
    [(state, kept)] = night.rows("SELECT state, counts FROM sync.run WHERE run_id = %s", report["run"])
    assert (state, {name: kept[name] for name in counts}) == (report["state"], counts)


def assert_same_outcome(night: Night, undisturbed: Outcome) -> None:
    """Library, feed, quarantine and due days are those of an undisturbed run, and nobody is left claimed."""
    outcome = night.outcome()
    for table, rows in undisturbed.items():
        assert outcome[table] == rows, table
    assert night.claims() == 0


def assert_look_ups_logged(night: Night) -> None:
    """Every look-up is in the access log, or the records say that it may be lacking."""
    [(may_lack,)] = night.rows("SELECT coalesce(sum(unlogged), 0)::int FROM sync.run")
    lacking = night.unlogged()
    assert len(lacking) <= may_lack, f"{len(lacking)} patrons' look-ups are not logged; the records say {may_lack}"


def states(night: Night) -> list[str]:
    """How the runs ended, in their order."""
    return [state for (state,) in night.rows("SELECT state FROM sync.run ORDER BY run_id")]
