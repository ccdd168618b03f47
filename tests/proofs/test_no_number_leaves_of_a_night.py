"""A night and what is read in the morning after it: status, report, metrics, the feed. Patron numbers at the most."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.cli import exits
from tests.fixtures.library import DAY
from tests.fixtures.recognizable import Night, refusing


@pytest.fixture
def night(recognizable_night: Night) -> Night:
    return recognizable_night


def _morning(night: Night, folder: Path) -> list[str]:
    """All that somebody reads who comes in at eight."""
    library, page = night.library, folder / "night.html"
    read = [
        library.command(*command)[1] + library.errors
        for command in (
            ("status", "--today", DAY.isoformat()),
            ("status", "--json", "--today", DAY.isoformat()),
            ("report", "--night", DAY.isoformat(), "--output", str(page)),
            ("metrics",),
            ("approvals",),
            ("feed", "consumers", "--json"),
        )
    ]
    return [*read, page.read_text(encoding="utf-8")]


def _steps(night: Night) -> list[str]:
    """The flow runs of the night's steps in Prefect."""
    rows = night.library.rows(
        "SELECT prefect_flow_run_id FROM sync.run WHERE night_id IS NOT NULL AND prefect_flow_run_id IS NOT NULL"
    )
    return [str(flow_run) for (flow_run,) in rows]


def _night(night: Night, *options: str) -> tuple[int, str, str]:
    """`patronsync nightly`; of the runs in Prefect the night's own is told, its steps' records are newer."""
    code, printed, _ = night.run("nightly", *options)
    [(flow_run,)] = night.library.rows(
        "SELECT prefect_flow_run_id FROM sync.run WHERE flow = 'nightly' ORDER BY run_id DESC LIMIT 1"
    )
    return code, printed, str(flow_run)


def test_a_night_and_its_morning_leave_none(night: Night, tmp_path: Path) -> None:
    library = night.library
    assert library.command("feed", "register", "website", "--from", "beginning")[0] == exits.DONE
    code, printed, flow_run = _night(night)
    assert code == exits.DONE, printed
    code, events = library.command("feed", "follow", "--consumer", "website", "--once")
    assert code == exits.DONE and '"L1"' in events and "patron.name" in events
    steps = _steps(night)
    assert len(steps) == 4
    night.nothing_left(flow_run, printed, events, *map(night.kept.of, steps), *_morning(night, tmp_path))


def test_a_night_that_breaks_off_and_its_morning_leave_none(night: Night, tmp_path: Path) -> None:
    with refusing(night.library, "library.patron", "23505"):
        code, printed, flow_run = _night(night)
    assert code == exits.FAILED, printed
    assert night.kept.state(flow_run)[0] == "FAILED"
    night.nothing_left(flow_run, printed, *map(night.kept.of, _steps(night)), *_morning(night, tmp_path))
