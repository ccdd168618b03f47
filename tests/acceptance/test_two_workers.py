"""Two refreshes at once: nobody is looked up twice, and what comes out is what one alone makes (explanation/claims)."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cpr_client import CprNumber
from db.connect import connect
from db.runs.lock import LOCK_CLASS
from db.statements import statement
from tests.acceptance.made_up import HOME, NAME, OTHER_NAME, PARIS, TOMORROW, YESTERDAY
from tests.fixtures.library import DAY, Library, open_library

SIZE = 500


def _number(place: int) -> str:
    return f"010160{place:04}"


def _fill(library: Library) -> None:
    for place in range(SIZE):
        library.enrol(f"L{place:03}", _number(place))
        library.person(_number(place), 1, name=NAME, residence=HOME)


def _night(library: Library) -> None:
    """Some of everything, within the lines of plausibility."""
    library.person(_number(7), 90, name=NAME, status_date=YESTERDAY.isoformat())
    library.person(_number(123), 60, successor="0202609000")
    library.person("0202609000", 1, name=OTHER_NAME, residence=HOME)
    library.person(_number(250), 80, name=NAME, emigration=PARIS)
    library.person(_number(499), 1, name=NAME, residence=HOME, protection={"flag": True})
    library.registry.forget(CprNumber(_number(333)))
    for place in range(0, SIZE, 50):
        library.person(_number(place), 1, name=OTHER_NAME, residence={**HOME, "door": "th"})


def _at_once(library: Library, **how: Any) -> list[dict[str, Any]]:
    """Two runs side by side, on the same library."""
    start = threading.Barrier(2)

    def run() -> dict[str, Any]:
        start.wait()
        return library.refresh(DAY, batch_size=50, **how)

    with ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(2)]]


def _outcome(library: Library) -> dict[str, list[tuple[Any, ...]]]:
    """What a night leaves, without the times at which it did."""
    return {
        "patrons": library.rows("SELECT to_jsonb(patron) FROM library.patron ORDER BY patron_number"),
        "former numbers": library.rows("SELECT * FROM library.former_cpr_number ORDER BY 1"),
        "blocks": library.rows("SELECT * FROM library.block ORDER BY 1, 2, 3"),
        "checks": library.rows("SELECT patron_number, checked_on, next_due FROM sync.patron_check ORDER BY 1"),
        "events": library.rows("SELECT patron_number, kind, fields FROM sync.change ORDER BY 1, 2, 3"),
        "quarantine": library.rows("SELECT patron_number, reason, since, tries FROM sync.quarantine ORDER BY 1"),
        "claims": library.rows("SELECT * FROM sync.claim"),
    }


def test_two_workers_do_what_one_does_and_nobody_is_looked_up_twice(
    library: Library, another_database: Callable[[], str]
) -> None:
    with open_library(another_database()) as alone:
        for each in (library, alone):
            _fill(each)
            each.refresh(YESTERDAY)
            _night(each)
            each.registry.forget_asked()
        one = alone.refresh(DAY, batch_size=50)
        both = _at_once(library)
        assert one["state"] == "done"
        assert _outcome(library) == _outcome(alone)
    assert set(library.registry.asked.values()) == {1}
    logged = library.rows(
        "SELECT count(*), count(DISTINCT patron_number) FROM sync.registry_access WHERE run_id = ANY (%s)",
        [report["run"] for report in both],
    )
    assert logged == [(SIZE + 1, SIZE)]
    assert all(report["patrons"]["checked"] > 0 for report in both)
    assert sum(report["patrons"]["checked"] for report in both) == SIZE
    outcomes = sum((Counter(report["outcomes"]) for report in both), Counter())
    assert outcomes == Counter(one["outcomes"])
    for report in both:
        counts = report["patrons"]
        assert counts["due"] == counts["checked"] + counts["failed"] + counts["left"]


def test_a_run_that_leaves_patrons_to_another_says_so(library: Library) -> None:
    _fill(library)
    both = _at_once(library)
    for report in both:
        assert (report["state"] == "done") == (report["patrons"]["left"] == 0)
    assert library.refresh(DAY)["patrons"]["due"] == 0


def test_two_patrons_who_come_to_one_number_in_the_same_moment_are_told_apart(library: Library) -> None:
    library.enrol("L1", "0101609000")
    library.person("0101609000", 60, successor="0303609000")
    library.person("0303609000", 1, name=NAME, residence=HOME)
    with connect(library.database_url) as another, ThreadPoolExecutor(1) as pool:
        another.execute("INSERT INTO library.patron (patron_number, cpr_number) VALUES ('L2', '0303609000')")
        running = pool.submit(library.refresh)
        deadline = time.monotonic() + 20
        while not library.rows(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ):
            assert time.monotonic() < deadline and not running.done()
            time.sleep(0.02)
        another.commit()
        report = running.result(timeout=30)
    assert report["outcomes"] == {"duplicate patron": 1}
    assert library.rows("SELECT patron_number, cpr_number FROM library.patron ORDER BY 1") == [
        ("L1", "0101609000"),
        ("L2", "0303609000"),
    ]
    assert library.refresh(TOMORROW)["outcomes"] == {"first answer": 1}  # of who holds it


def test_nobody_claims_while_another_does(library: Library) -> None:
    """Else a claim could be made on the picture from before the other's patrons were applied, and all asked again."""
    library.enrol("L1", "0101609000")
    library.person("0101609000", 1, name=NAME, residence=HOME)
    with connect(library.database_url) as another, ThreadPoolExecutor(1) as pool:
        another.execute(statement("refresh/claim_door"), {"lock_class": LOCK_CLASS})
        running = pool.submit(library.refresh)
        deadline = time.monotonic() + 20
        while not library.rows(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = 0 AND NOT granted",
            LOCK_CLASS,
        ):
            assert time.monotonic() < deadline and not running.done()
            time.sleep(0.02)
        assert not library.registry.asked
        another.commit()
        assert running.result(timeout=30)["outcomes"] == {"first answer": 1}


@pytest.mark.parametrize("scope", ["due", "all"])
def test_patrons_whom_another_run_has_claimed_are_left_to_it(library: Library, scope: str) -> None:
    _fill(library)
    [(mine,)] = library.rows(
        "INSERT INTO sync.run (flow, today, state) VALUES ('registry-refresh', %s, 'running') RETURNING run_id::int",
        DAY,
    )
    with connect(library.database_url, autocommit=True) as another:
        another.execute("SELECT pg_advisory_lock(%s, %s)", (0x50A7, mine))
        another.execute(
            "INSERT INTO sync.claim "
            "SELECT patron_number, %s, now() + interval '10 minutes' FROM library.patron LIMIT 100",
            (mine,),
        )
        report = library.refresh(DAY, scope)
        assert (report["state"], report["patrons"]["checked"], report["patrons"]["left"]) == ("incomplete", 400, 100)
    assert (
        library.refresh(DAY, scope)["patrons"]["checked"] == 100
    )  # the other's session is gone, and its claims with it
