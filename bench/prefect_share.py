"""What Prefect adds to a refresh: the flow run on a running server against the same steps without Prefect.

Both are timed whole, from the call to its return, each in a process of its own that has Prefect loaded. The registry
answers after 20 ms, as a real one would; the run's heartbeats, log lines and artifacts are the flow's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from statistics import median

from bench.place import Place
from bench.processes import process
from bench.refresh import LATENCY, Nights, library, run_steps, settings_for
from bench.registry import registry
from bench.results import Figure, interleaved
from bench.sizes import Sizes
from flows.local.prefect_server import prefect_server

QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR", "DO_NOT_TRACK": "1"}
"""As the command has it: a run's lines go to the server, not to the screen."""


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The figure of Prefect's share."""
    with (
        registry(LATENCY) as url,
        library(place, sizes.patrons) as (database, connection),
        prefect_server(place.data_dir) as server,
        ExitStack() as stack,
    ):
        environment = {**server.environment(), **QUIET}
        asks = [
            stack.enter_context(
                process("bench.prefect_share", name, database, url, sizes.batch, environment=environment)
            )
            for name in ("flow_run", "steps_alone")
        ]
        nights = Nights(connection)
        each = [lambda ask=ask: float(nights.next(ask, sizes.patrons)["seconds"]) for ask in asks]
        with_prefect, without = interleaved(sizes.rounds, *each)
    share = median(1 - b / a for a, b in zip(with_prefect, without, strict=True))
    detail = f"seconds: {median(with_prefect):.2f}; without Prefect {median(without):.2f}"
    yield Figure("Prefect's share of a refresh", 100 * share, "%", "at most", 5, detail)


# What runs in the processes.


def flow_run(database: str, url: str, batch: int) -> Callable[[int, str], dict[str, float]]:
    """The flow as an operator's command calls it: `seconds`, patrons `checked` and `changed`."""
    from flows.observability.redaction import install
    from flows.registry_refresh import registry_refresh
    from flows.settings import use
    from flows.steps.listening import listening

    install()

    def refresh(night: int, today: str) -> dict[str, float]:
        heard = _Report()
        before = use(settings_for(database, f"{url}{night}", batch))
        try:
            with listening(heard):
                began = time.perf_counter()
                state = registry_refresh(today=date.fromisoformat(today), return_state=True)
                seconds = time.perf_counter() - began
        finally:
            use(before)
        if not state.is_completed():
            raise RuntimeError(f"the flow ended {state.name}: {state.message}")
        return {"seconds": seconds, "checked": heard.patrons["checked"], "changed": heard.patrons["changed"]}

    return refresh


class _Report:
    """Keeps the counts of a run's report."""

    def __init__(self) -> None:
        self.patrons: dict[str, int] = {}

    def due(self, patrons: int) -> None: ...

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None: ...

    def ended(self, report: dict[str, dict[str, int]], message: str | None) -> None:
        self.patrons = report["patrons"]

    def refused(self, error: Exception) -> None: ...


def steps_alone(database: str, url: str, batch: int) -> Callable[[int, str], dict[str, float]]:
    """The same without Prefect, which is loaded all the same: `seconds`, patrons `checked` and `changed`."""
    import flows.registry_refresh  # noqa: F401

    def refresh(night: int, today: str) -> dict[str, float]:
        began = time.perf_counter()
        counts = run_steps(settings_for(database, f"{url}{night}", batch), date.fromisoformat(today))
        return {**counts, "seconds": time.perf_counter() - began}

    return refresh
