"""A dry run reports what a run would do and leaves everything as it was, but for the record of whom it asked about."""

from __future__ import annotations

from typing import Any

import pytest

from cpr_client import CprNumber
from tests.acceptance.made_up import HOME, NAME, OTHER_NAME, PARIS, YESTERDAY
from tests.fixtures.library import DAY, Library

TRACES = ("sync.run", "sync.registry_access")
"""What a dry run leaves: that it was, and whom it asked about."""


def _number(place: int) -> str:
    return f"010160{place:04}"


@pytest.fixture
def night(library: Library) -> Library:
    """A library about to learn some of everything."""
    for place in range(16):
        library.enrol(f"L{place:02}", _number(place))
        library.person(_number(place), 1, name=NAME, residence=HOME)
    library.registry.forget(CprNumber(_number(3)))
    library.person(_number(4), 60, successor=_number(5))
    library.person(_number(6), 90, name=NAME, status_date=YESTERDAY.isoformat())
    library.refresh(YESTERDAY, limit=14)
    library.person(_number(0), 1, name=OTHER_NAME, residence={**HOME, "door": "th"}, protection={"flag": True})
    library.person(_number(1), 90, name=NAME, status_date=DAY.isoformat())
    library.person(_number(2), 80, name=NAME, emigration=PARIS)
    library.person(_number(3), 1, name=NAME, residence=HOME)  # whose quarantine ends
    library.person(_number(4), 1, name=NAME, residence=HOME)  # whose case closes
    library.person(_number(6), 1, name=NAME, residence=HOME)  # whose block is lifted
    library.person(_number(7), 60, successor="0202600007")
    library.person("0202600007", 1, name=NAME, residence=HOME)
    library.person(_number(8), 60, successor=_number(9))
    library.person(_number(10), 1, name=NAME)
    library.person(_number(11), 30)
    library.registry.forget(CprNumber(_number(12)))
    library.connection.execute("UPDATE sync.patron_check SET next_due = %s", (DAY,))
    return library


def test_a_dry_run_leaves_everything_as_it_was(night: Library) -> None:
    before = night.contents(*TRACES)
    assert len(before["library.patron"]) == 16 and before["sync.quarantine"] and before["library.staff_case"]
    report = night.refresh(dry_run=True, batch_size=5)
    assert report["patrons"]["checked"] == 16
    assert night.contents(*TRACES) == before


def test_its_look_ups_are_in_the_access_log_as_a_dry_run_s(night: Library) -> None:
    report = night.refresh(dry_run=True)
    logged = night.rows(
        "SELECT purpose, count(*)::int FROM sync.registry_access WHERE run_id = %s GROUP BY 1", report["run"]
    )
    assert logged == [("dry run", report["look_ups"])]
    assert night.rows("SELECT dry_run, state FROM sync.run WHERE run_id = %s", report["run"]) == [(True, "done")]


@pytest.mark.parametrize("size", [100, 3])
def test_it_reports_exactly_what_the_run_after_it_does(night: Library, size: int) -> None:
    def said(report: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in report.items() if key not in ("run", "dry_run", "seconds")}

    would, did = night.refresh(dry_run=True, batch_size=size), night.refresh(batch_size=size)
    assert (would["dry_run"], did["dry_run"]) == (True, False)
    assert said(would) == said(did)
    assert did["outcomes"] == {
        "first answer": 4,
        "changed": 5,
        "unchanged": 3,
        "duplicate patron": 1,
        "malformed": 1,
        "number annulled": 1,
        "not found": 1,
    }


def test_a_limit_holds_in_a_dry_run_too(night: Library) -> None:
    report = night.refresh(dry_run=True, limit=4)
    assert (report["patrons"]["checked"], report["patrons"]["left"], report["state"]) == (4, 12, "done")
