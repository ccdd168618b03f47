"""How far a run is: in few words, as a bar on a terminal, as lines elsewhere, and on the run's page in Prefect."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from flows.cli.output import Output
from flows.observability.pace import Pace, counts_in_words, duration
from flows.steps import progress
from flows.steps.listening import listener, told
from tests.fixtures.prefect import PrefectServer


def test_pace_is_told_by_what_was_done_since_it_began():
    pace = Pace(began=100.0, done_before=50)
    assert pace.words(50, 300, 100.0) == "" == pace.words(50, 300, 110.0)
    assert pace.words(150, 300, 110.0) == "10/s, 15 s left"
    assert pace.words(300, 300, 110.0) == "25/s"
    assert [duration(seconds) for seconds in (0, 89, 360, 5400, 9000)] == [
        "0 s",
        "89 s",
        "6 min",
        "1 h 30 min",
        "2 h 30 min",
    ]


def test_what_became_of_them_is_told_with_the_most_first():
    outcomes = {"changed": 2, "unchanged": 9, "not found": 1, "timeout": 1, "busy": 1, "locked": 0}
    assert counts_in_words({"patron.name": 2}, outcomes) == "2 changes; unchanged 9, changed 2, busy 1, not found 1"
    assert counts_in_words({}, {}) == "0 changes"


def test_on_a_terminal_a_bar_shows_rate_remaining_and_counts():
    output = Output()
    output.console = Console(file=io.StringIO(), force_terminal=True, width=160)
    with output.progress("patrons") as bar:
        bar.total(4)
        bar.at(1, "1 changes; changed 1")
        bar.at(4, "2 changes; changed 2")
    shown = output.console.file.getvalue()  # type: ignore[attr-defined]
    assert "patrons" in shown and "4/4" in shown and "/s" in shown and "2 changes; changed 2" in shown


def _run_of(steps: list[int], prefect_flow: Any, message: str | None = None) -> Any:
    """A flow whose run tells how far it is."""
    from prefect.states import Completed

    @prefect_flow(name="registry-refresh", persist_result=False)
    def long_work() -> Any:
        def work() -> Any:
            listener().due(steps[-1])
            for done in steps:
                listener().progressed(done, {"patron.name": done}, {"changed": done})
            listener().ended({"state": "done"}, message)
            return Completed()

        return told(work)

    return long_work(return_state=True)


def test_long_work_has_an_artifact_of_progress_and_short_work_none(
    prefect_api: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from prefect import flow
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId

    def artifacts(state: Any) -> list[Any]:
        run = state.state_details.flow_run_id
        with get_client(sync_client=True) as client:
            return client.read_artifacts(
                artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
            )

    assert artifacts(_run_of([1, 2, 4], flow)) == []
    monkeypatch.setattr(progress, "FIRST_AFTER", 0.0)
    monkeypatch.setattr(progress, "EVERY", 0.0)
    [made] = artifacts(_run_of([1, 2, 4], flow, "well"))
    assert (made.key, made.type, made.data, made.description) == (
        "registry-refresh-progress",
        "progress",
        100.0,
        "done: well",
    )

    def refuses(*_: Any, **__: Any) -> None:
        raise OSError("the server is away")

    monkeypatch.setattr(progress, "create_progress_artifact", refuses)
    assert _run_of([1, 4], flow).is_completed(), "a page that can't be written is no reason to fail"
