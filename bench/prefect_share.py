"""What Prefect adds to a refresh, and to a night: the flow run on a running server against the same steps without it.

Each is in a process of its own that has Prefect loaded. The registry answers after 20 ms, as a real one would; the
run's heartbeats, log lines and artifacts are the flow's own. A refresh is timed whole, from the call to its return. A
night, in which nobody has changed, is timed from its first claim to its last commit; what is outside of that, and how
long the process of a scheduled run takes to begin, does not grow with the patrons and is told in seconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from datetime import date, timedelta
from statistics import median
from typing import Any

from bench.people import DAY, NIGHTS
from bench.place import Place, settle
from bench.processes import process
from bench.refresh import LATENCY, Nights, library, run_steps, settings_for
from bench.registry import registry
from bench.results import Figure, interleaved
from bench.sizes import Sizes
from flows.local.prefect_server import prefect_server

QUIET = {"PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR", "DO_NOT_TRACK": "1"}
"""As the command has it: a run's lines go to the server, not to the screen."""


NIGHT_ROUNDS = 3


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The figures of Prefect's share."""
    yield _of_a_refresh(sizes, place)
    yield _of_a_night(sizes, place)


def _of_a_refresh(sizes: Sizes, place: Place) -> Figure:
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
    return Figure("Prefect's share of a refresh", 100 * share, "%", "at most", 5, detail)


def _of_a_night(sizes: Sizes, place: Place) -> Figure:
    with (
        registry(LATENCY) as url,
        library(place, sizes.night_patrons) as (database, connection),
        prefect_server(place.data_dir) as server,
        ExitStack() as stack,
    ):
        environment = {**server.environment(), **QUIET}
        asks = [
            stack.enter_context(
                process(
                    "bench.prefect_share", name, database, f"{url}{NIGHTS[0]}", sizes.batch, environment=environment
                )
            )
            for name in ("night_flow", "night_alone")
        ]
        passed, around = 0, [[], []]

        def night(which: int) -> float:
            nonlocal passed
            settle(connection)
            passed += 1
            told = asks[which]((DAY + timedelta(days=passed)).isoformat())
            if passed > 1 and (told["checked"] != sizes.night_patrons or told["changed"]):
                raise RuntimeError(f"not a night of {sizes.night_patrons} patrons in which nobody changes: {told}")
            around[which].append(told["around"])
            return float(told["seconds"])

        night(1)  # the first one links the children and grants net media
        with_prefect, without = interleaved(min(sizes.rounds, NIGHT_ROUNDS), lambda: night(0), lambda: night(1))
        fixed = median(around[0]) - median(around[1])
        start = loading()
    share = median(1 - b / a for a, b in zip(with_prefect, without, strict=True))
    detail = (
        f"seconds: {median(with_prefect):.2f}; without Prefect {median(without):.2f}; "
        f"fixed: {fixed:.1f} before and after, {start:.1f} to load in a process of its own"
    )
    return Figure("Prefect's share of a night of unchanged patrons", 100 * share, "%", "at most", 5, detail)


def loading() -> float:
    """Seconds until the process of a scheduled run has loaded what it needs."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import flows.nightly"], check=True)
    return time.perf_counter() - began


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


class _Watch:
    """Takes the time from the first claim of a night to its end, and hears what its refresh has counted."""

    def __init__(self) -> None:
        self.began = self.ended_at = 0.0
        self.patrons: dict[str, int] = {}

    def due(self, patrons: int) -> None:
        self.began = self.began or time.perf_counter()

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None: ...

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        self.ended_at = time.perf_counter()

    def refused(self, error: Exception) -> None: ...

    def step_begins(self, step: str) -> None: ...

    def step_ended(self, step: str, report: dict[str, Any]) -> None:
        if step == "registry-refresh":
            self.patrons = report["patrons"]


def night_flow(database: str, url: str, batch: int) -> Callable[[str], dict[str, float]]:
    """The flow: `seconds` from first claim to last commit, those `around` them, patrons `checked` and `changed`."""
    from flows.nightly import nightly
    from flows.observability.redaction import install
    from flows.parameters import NightStep

    install()

    def play(today: str) -> None:
        state = nightly(steps=list(NightStep), today=date.fromisoformat(today), return_state=True)
        if not state.is_completed():
            raise RuntimeError(f"the night ended {state.name}: {state.message}")

    return _timed(play, database, url, batch)


def night_alone(database: str, url: str, batch: int) -> Callable[[str], dict[str, float]]:
    """The same by the steps, without Prefect, which is loaded all the same."""
    import flows.nightly  # noqa: F401
    from flows.parameters import NightStep
    from flows.steps.begin_night import Wish, begin
    from flows.steps.listening import listener
    from flows.steps.worker import open_worker

    def play(today: str) -> None:
        with open_worker(need_registry=False) as worker:
            day = date.fromisoformat(today)
            run, _ = begin(worker, "nightly", Wish(tuple(NightStep)), dry_run=False, today=day, say=_say_nothing)
            run.run(_steps(day))
            state, message = run.state()
            if state != "done":
                raise RuntimeError(f"the night ended {state}: {message}")
            _close(worker, run)
            listener().ended({}, None)

    return _timed(play, database, url, batch)


def _timed(play: Callable[[str], None], database: str, url: str, batch: int) -> Callable[[str], dict[str, float]]:
    from flows.settings import use
    from flows.steps.listening import listening

    def night(today: str) -> dict[str, float]:
        watch = _Watch()
        before = use(settings_for(database, url, batch))
        try:
            with listening(watch):
                began = time.perf_counter()
                play(today)
                whole = time.perf_counter() - began
        finally:
            use(before)
        seconds = watch.ended_at - watch.began
        counted = {name: watch.patrons[name] for name in ("checked", "changed")}
        return {**counted, "seconds": seconds, "around": whole - seconds}

    return night


def _steps(today: date) -> dict[str, Callable[[Any], Any]]:
    """Step -> what its flow does between Prefect's words."""
    from cpr_client import open_client
    from flows.parameters import RefreshScope
    from flows.steps import begin_guardians, begin_net_media, begin_refresh, begin_retention
    from flows.steps.listening import listener
    from flows.steps.worker import open_worker
    from mappers.night import GUARDIANS, NET_MEDIA, REFRESH, RETENTION

    asked: dict[str, Any] = {"dry_run": False, "today": today, "say": _say_nothing}
    begins: dict[str, Callable[[Any], Any]] = {
        REFRESH: lambda worker: begin_refresh.begin(worker, REFRESH, RefreshScope.due, [], limit=None, **asked),
        GUARDIANS: lambda worker: begin_guardians.begin(worker, GUARDIANS, look_ups=True, **asked),
        NET_MEDIA: lambda worker: begin_net_media.begin(worker, NET_MEDIA, **asked),
        RETENTION: lambda worker: begin_retention.begin(worker, RETENTION, **asked),
    }

    def step(name: str, looks_up: bool) -> None:
        with open_worker(need_registry=looks_up) as worker:
            run = begins[name](worker)
            with open_client(worker.settings.registry_config()) if looks_up else nullcontext() as client:
                run.run(client) if looks_up else run.run()
            _close(worker, run)
            counts = run.counts
            told = {"checked": counts.checked, "changed": counts.changed} if name == REFRESH else {}
            listener().ended({"patrons": told}, None)

    return {
        name: lambda decision, name=name: step(name, name in (REFRESH, GUARDIANS))  # type: ignore[misc]
        for name in begins
    }


def _close(worker: Any, run: Any) -> None:
    from db.runs import store

    state, message = run.state()
    store.close_run(worker.connection, run.run_id, state, message, run.counts.progress())


def _say_nothing(line: str) -> None: ...
