"""The refresh end to end against the registry client alone: the same look-ups, on the same server, in as many threads.

What is taken in the refresh is the time from the first claim to the last commit. Each round is a night after the one
before: everybody is due, and every fifth patron has changed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from statistics import median
from typing import Any

from bench.people import DAY, NIGHTS, cpr_number
from bench.place import Place, enrol, settle
from bench.processes import peak_megabytes, process
from bench.registry import registry
from bench.results import Figure, interleaved, ratio
from bench.sizes import Sizes
from db.connect import Connection, connect

CONCURRENCY = 32
LATENCY = 0.02


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The figures of the refresh, with latency and without."""
    for name, latency, limit in (
        ("refresh at 20 ms against the client alone", LATENCY, 0.85),
        ("refresh at zero latency against the client alone", 0.0, 0.6),
    ):
        with registry(latency) as url, library(place, sizes.patrons) as (database, connection), ExitStack() as stack:
            alone = stack.enter_context(process("bench.refresh", "client_alone", url))
            whole = stack.enter_context(process("bench.refresh", "whole_refresh", database, url, sizes.batch))
            nights = Nights(connection)
            each = (
                lambda alone=alone: float(alone(NIGHTS[0], sizes.patrons)),
                lambda whole=whole, nights=nights: float(nights.next(whole, sizes.patrons)["seconds"]),
            )
            client, refresh = interleaved(sizes.rounds, *each)
        rates = [f"{sizes.patrons / median(seconds):.0f}" for seconds in (refresh, client)]
        detail = f"patrons a second: {rates[0]}; the client alone {rates[1]}"
        yield Figure(name, ratio(client, refresh), "times", "at least", limit, detail)


@contextmanager
def library(place: Place, patrons: int) -> Iterator[tuple[str, Connection]]:
    """A database of so many patrons whom the registry has spoken of, and a connection to look after it."""
    with place.database() as url, connect(url, name="bench", autocommit=True) as connection:
        enrol(connection, patrons)
        yield url, connection


class Nights:
    """One night after the other: the day moves on, and the registry's answers turn to the other night's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._passed = 0

    def next(self, refresh: Callable[..., Any], patrons: int) -> Any:
        """Lets `refresh` work through the next night and returns what it says of it; everybody must be checked."""
        settle(self._connection)
        self._passed += 1
        today = DAY + timedelta(days=self._passed)
        told = refresh(NIGHTS[self._passed % len(NIGHTS)], today.isoformat())
        if told["checked"] != patrons or told["changed"] != patrons // 5:
            raise RuntimeError(f"{told['checked']} of {patrons} patrons checked, {told['changed']} changed: {told}")
        return told


# What runs in the processes.


def client_alone(url: str) -> Callable[[int, int], float]:
    """`lookup_many`, its answers counted and thrown away. Seconds."""
    from cpr_client import RegistryConfig, open_client

    def look_up(night: int, patrons: int) -> float:
        with open_client(RegistryConfig(url=f"{url}{night}", concurrency=CONCURRENCY)) as client:
            began = time.perf_counter()
            answers = client.lookup_many((index, cpr_number(index)) for index in range(patrons))
            answered = sum(answer.person is not None for answer in answers)
            seconds = time.perf_counter() - began
        assert answered == patrons
        return seconds

    return look_up


class _Watch:
    """Takes the time from the moment before the first claim to the latest commit."""

    def __init__(self) -> None:
        self.began = self.ended = 0.0

    def due(self, patrons: int) -> None:
        self.began = time.perf_counter()

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        self.ended = time.perf_counter()


def whole_refresh(database: str, url: str, batch: int) -> Callable[[int, str], dict[str, float]]:
    """The steps of the flow, without Prefect: `seconds`, patrons `checked` and `changed`, `peak` memory in MB."""

    def refresh(night: int, today: str) -> dict[str, float]:
        from flows.steps.listening import listening

        watch = _Watch()
        with listening(watch):  # type: ignore[arg-type]  # a refresh of the steps alone says nothing more
            counts = run_steps(settings_for(database, f"{url}{night}", batch), date.fromisoformat(today))
        return {**counts, "seconds": watch.ended - watch.began, "peak": peak_megabytes()}

    return refresh


def settings_for(database: str, url: str, batch: int) -> Any:
    """The settings of a refresh on these servers; all else as it comes."""
    from pydantic import SecretStr

    from flows.settings import Settings

    return Settings(
        database_url=SecretStr(database), registry_url=url, registry_concurrency=CONCURRENCY, batch_size=batch
    )


def run_steps(settings: Any, today: date) -> dict[str, float]:
    """What the flow does between Prefect's words: the patrons `checked` and `changed`. Raises where it is not done."""
    from cpr_client import open_client
    from db.runs import store
    from flows.parameters import RefreshScope
    from flows.settings import use
    from flows.steps.begin_refresh import begin
    from flows.steps.worker import open_worker

    before = use(settings)
    try:
        with open_worker() as worker:
            refresh = begin(
                worker,
                "registry-refresh",
                RefreshScope.due,
                [],
                limit=None,
                dry_run=False,
                today=today,
                say=lambda line: None,
            )
            with open_client(settings.registry_config()) as client:
                refresh.run(client)
            state, message = refresh.state()
            store.close_run(worker.connection, refresh.run_id, state, message, refresh.counts.progress())
    finally:
        use(before)
    if state != "done":
        raise RuntimeError(f"the refresh ended {state}: {message}")
    return {"checked": refresh.counts.checked, "changed": refresh.counts.changed}
