"""A dry run leaves everything as it was, by a dump of all data, and foretells the run that follows."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest

from cpr_client import CprNumber
from db.embedded import EmbeddedServer
from mappers.plausibility import DEFAULT_LIMITS
from tests.acceptance.made_up import GREENLAND, HOME, NAME, OTHER_NAME, PARIS, TOWN_HALL, YESTERDAY
from tests.fixtures.library import DAY, Library
from tests.fixtures.proofs import Proof

COPY_ENDS = "\\."


def _number(place: int) -> str:
    return f"{place // 4000 + 1:02}0160{place % 4000:04}"


def _next_number(place: int) -> str:
    return f"{place // 4000 + 1:02}0260{place % 4000:04}"


def _patron(place: int) -> str:
    return f"L{place:05}"


def dumped(server: EmbeddedServer, url: str) -> dict[str, Counter[str]]:
    """Table -> its rows, as pg_dump writes them. The numbers that sequences have reached are left out.

    As a multiset: an undone insert leaves rows where they are, but nothing promises their order.
    """
    command = [str(server.programs / "pg_dump"), "--data-only", "--no-owner", "--dbname", url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    tables: dict[str, Counter[str]] = {}
    rows: Counter[str] | None = None
    for line in text.splitlines():
        if line == COPY_ENDS:
            rows = None
        elif rows is not None:
            rows[line] += 1
        elif line.startswith("COPY "):
            rows = tables.setdefault(line.split()[1], Counter())
        elif line and not line.startswith(("--", "SET ", "SELECT pg_catalog.set", "\\restrict", "\\unrestrict")):
            raise AssertionError(f"a line of a dump that is not understood: {line[:40]}")
    return tables


@pytest.fixture
def night(library: Library, proof: Proof) -> Library:
    """A town of which the registry has spoken, in which all that can happen has happened since, to some."""
    size = proof.size(small=400, full=5_000)
    for place in range(size):
        library.enrol(_patron(place), _number(place), municipality_code="0851" if place % 2 else None)
        library.person(_number(place), 1, name=NAME, residence=HOME)
    for place in range(size - 20, size):  # whom the registry has not heard of until today
        library.registry.forget(CprNumber(_number(place)))
    library.refresh(YESTERDAY, limit=size - 40, batch_size=1000)
    _happens(library, size)
    library.connection.execute(
        "INSERT INTO library.block (patron_number, reason, source, since) VALUES (%s, 'unpaid', 'staff', %s)",
        (_patron(3), YESTERDAY),
    )
    library.connection.execute("UPDATE sync.patron_check SET next_due = %s WHERE checked_on IS NOT NULL", (DAY,))
    library.settings = library.settings.model_copy(update={f"brake_{key}": 90.0 for key in DEFAULT_LIMITS})
    return library


def _happens(library: Library, size: int) -> None:
    """Some of everything."""

    def put(place: int, status: int = 1, **facts: Any) -> None:
        library.person(_number(place), status, **{"name": NAME, **facts})

    put(0, 90, status_date=YESTERDAY.isoformat())
    put(1, residence=HOME, protection={"flag": True})
    put(2, residence=HOME, protection={"start": "2026-01-01", "end": "2026-12-31"})
    put(3, 60, successor=_next_number(3))  # a chain of two
    library.person(_next_number(3), 60, successor=_next_number(4))
    library.person(_next_number(4), 1, name=OTHER_NAME, residence=HOME)
    put(5, 60, successor=_number(6))  # whom another patron is already
    put(7, 60, successor=_next_number(8))  # two who become one
    put(9, 60, successor=_next_number(8))
    library.person(_next_number(8), 1, name=NAME, residence=HOME)
    put(10, 60, successor=_number(10))  # a circle
    put(11, 30)
    put(12)  # a resident without a residence
    library.registry.forget(CprNumber(_number(13)))
    library.registry.fail("wrong person", numbers=[_number(14)])
    put(15, 80, emigration=PARIS)
    put(16, 70)
    put(17, 20)
    put(18, 5, residence=GREENLAND)
    put(19, 3, residence=TOWN_HALL)
    put(20, residence={**HOME, "municipality_code": 0})
    put(21, residence=HOME, contact={"lines": ["Postboks 7"], "start": "2026-01-01", "delete": "2026-12-31"})
    for place in range(30, 40):
        put(place, name=OTHER_NAME, residence=HOME)
    for place in range(40, 70):
        put(place, residence={**HOME, "door": "th"})
    for place in range(size - 20, size - 10):  # whose quarantine ends
        put(place, residence=HOME)


def _changed(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, tuple[int, int]]:
    """Table -> rows that are gone, and rows that are new; the tables that differ alone."""
    gone = {name: (before[name] - after.get(name, Counter())).total() for name in before}
    new = {name: (after[name] - before.get(name, Counter())).total() for name in after}
    return {
        name: (gone.get(name, 0), new.get(name, 0)) for name in sorted({*gone, *new}) if gone.get(name) or new.get(name)
    }


def _total(rows: Iterable[tuple[str, tuple[int, int]]], table: str) -> tuple[int, int]:
    """Summed over the partitions of a table."""
    found = [count for name, count in rows if name.startswith(table)]
    return sum(gone for gone, _ in found), sum(new for _, new in found)


@pytest.mark.parametrize("size", [1000, 37])
def test_a_dry_run_leaves_everything_as_it_was_and_foretells_the_live_run(
    night: Library, postgres_server: EmbeddedServer, proof: Proof, size: int
) -> None:
    before = dumped(postgres_server, night.database_url)
    assert len(before["library.patron"]) == proof.size(small=400, full=5_000)
    would = night.refresh(dry_run=True, batch_size=size)
    after = dumped(postgres_server, night.database_url)
    changed = _changed(before, after)
    access = [(name, count) for name, count in changed.items() if name.startswith("sync.registry_access")]
    assert {name: count for name, count in changed.items() if (name, count) not in access} == {"sync.run": (0, 1)}
    assert _total(access, "sync.registry_access") == (0, would["look_ups"])
    run = would["run"]
    assert night.rows("SELECT dry_run, state, look_ups FROM sync.run WHERE run_id = %s", run) == [
        (True, "done", would["look_ups"])
    ]
    assert night.rows("SELECT DISTINCT purpose FROM sync.registry_access WHERE run_id = %s", run) == [("dry run",)]

    did = night.refresh(batch_size=size)
    assert _said(would) == _said(did)
    assert did["dry_run"] is False
    outcomes = did["outcomes"]
    assert outcomes["duplicate patron"] == 2
    assert {reason: outcomes[reason] for reason in ("successor circle", "number annulled", "malformed")} == {
        "successor circle": 1,
        "number annulled": 1,
        "malformed": 1,
    }
    assert outcomes["not found"] == 1 + 10 and outcomes["mismatched"] == 1
    assert did["changes"]["patron.cpr_number"] == 2
    assert set(_changed(after, dumped(postgres_server, night.database_url))) >= {
        "library.patron",
        "library.former_cpr_number",
        "library.block",
        "library.staff_case",
        "sync.change",
        "sync.patron_check",
        "sync.quarantine",
    }
    proof.tell(
        f"{would['patrons']['checked']} patrons, {sum(would['changes'].values())} events foretold, batches of {size}"
    )


def _said(report: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in report.items() if key not in ("run", "dry_run", "seconds")}


def test_a_dry_run_again_says_the_same_again(night: Library, postgres_server: EmbeddedServer) -> None:
    first = night.refresh(dry_run=True)
    before = dumped(postgres_server, night.database_url)
    second = night.refresh(dry_run=True)
    changed = _changed(before, dumped(postgres_server, night.database_url))
    assert _said(first) == _said(second)
    assert {name for name in changed if not name.startswith("sync.registry_access")} == {"sync.run"}


@pytest.mark.parametrize("how", ["held by a brake", "broken off", "registry down"])
def test_a_dry_run_that_does_not_reach_its_end_leaves_nothing_either(
    night: Library, postgres_server: EmbeddedServer, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dumped(postgres_server, night.database_url)
    settings: dict[str, Any] = {"batch_size": 100, "registry_deadline": 1.0}
    if how == "held by a brake":
        settings["brake_address_changed_percent"] = 0.1
        assert night.refresh(dry_run=True, **settings)["state"] == "incomplete"
    elif how == "registry down":
        night.registry.fail("fault", code="NotAuthorized", text="no agreement")
        assert night.refresh(dry_run=True, **settings)["state"] == "incomplete"
    else:
        from flows.steps import applying

        def breaks(*arguments: Any, **named: Any) -> None:
            raise RuntimeError("in the middle")

        monkeypatch.setattr(applying.Applier, "_remember_moves", breaks)
        with pytest.raises(RuntimeError):
            night.refresh(dry_run=True, **settings)
    changed = _changed(before, dumped(postgres_server, night.database_url))
    assert {name for name in changed if not name.startswith("sync.registry_access")} == {"sync.run"}


def test_a_limit_holds_in_a_dry_run_too(night: Library) -> None:
    report = night.refresh(dry_run=True, limit=4)
    due = report["patrons"]["due"]
    assert (report["patrons"]["checked"], report["patrons"]["left"], report["state"]) == (4, due - 4, "done")
