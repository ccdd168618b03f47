"""The change feed: how fast a consumer reads it, how soon it hears of a change, and what events cost a refresh.

`follower` reads 1,000,000 events in a consumer's name as `patronsync feed follow` does: in batches, each event made a
CloudEvent, written (to nowhere), the batch said to be done with. `copier` takes a bare COPY of the same columns to
STDOUT, its rows as they come. A thousand events at a time have one time, as those of a refresh's batch have. For the
second, a consumer listens in one process and a writer here commits an event at a time: from before the commit till the
consumer has it. `told` and `silent` apply a refresh's
answers about patrons of whom every fifth changes (bench/apply.py), with their events and without: look-ups are in
neither, so the share of a whole refresh is less.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from bench.apply import Passes, ours
from bench.place import Place, enrol, settle
from bench.processes import process
from bench.results import Figure, interleaved, ratio
from bench.sizes import Sizes
from db.connect import connect
from db.feed import store
from db.refresh.batches import Batch
from db.runs.store import ensure_partitions
from db.session import Session

CONSUMER = "website"

EVENTS = """
    INSERT INTO sync.change (patron_number, kind, fields, run_id, at)
    SELECT 'P' || lpad((number %% 200000)::text, 9, '0'), 'patron.address', '{street,postal_code}', 7,
           now() + number / 1000 * interval '1.001 seconds'
    FROM generate_series(1, %s) AS number
"""
COPY = "COPY (SELECT position, patron_number, kind, fields, at, run_id FROM sync.change ORDER BY position) TO STDOUT"


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The three figures of the feed."""
    yield _reading(sizes, place)
    yield _hearing(sizes, place)
    yield _appending(sizes, place)


def _reading(sizes: Sizes, place: Place) -> Figure:
    with place.database() as url, connect(url, name="bench", autocommit=True) as connection:
        connection.execute(EVENTS, [sizes.events])
        settle(connection)
        with process("bench.feed", "follower", url) as follow, process("bench.feed", "copier", url) as copy:
            reads, copies = interleaved(sizes.rounds, follow, copy)
    rates = [f"{sizes.events / median(seconds):,.0f}" for seconds in (reads, copies)]
    return Figure(
        f"{sizes.events:,} events read by a consumer, against a bare COPY of the same",
        ratio(copies, reads),
        "times",
        "at least",
        0.5,
        f"events a second: {rates[0]}; COPY {rates[1]}",
    )


def follower(url: str) -> Callable[[], float]:
    """In a process of its own: seconds to follow the feed from the first event to the last."""
    from flows.consumers.follow import LINES, Follower

    nowhere = Path(os.devnull).open("w")  # noqa: SIM115  # as long as the process

    def write(events: Sequence[str]) -> None:
        nowhere.write("\n".join([*events, ""]))
        nowhere.flush()

    def follow() -> float:
        with connect(url, name="bench", autocommit=True) as connection:
            store.register(connection, CONSUMER, store.KEPT)
            began = time.perf_counter()
            reader = Follower(url, CONSUMER, write, LINES)
            reader.follow(once=True)
            seconds = time.perf_counter() - began
            reader.close()
            store.forget(connection, CONSUMER)
        return seconds

    return follow


def copier(url: str) -> Callable[[], float]:
    """In a process of its own: seconds that the bare COPY takes."""
    connection = connect(url, name="bench copy", autocommit=True)

    def copy() -> float:
        began = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy(COPY) as copied:
            for _ in copied:
                pass
        return time.perf_counter() - began

    return copy


def _hearing(sizes: Sizes, place: Place) -> Figure:
    with place.database() as url, connect(url, name="bench", autocommit=True) as connection:
        store.register(connection, CONSUMER)
        with process("bench.feed", "listener", url) as ask:
            ask("ready")
            sent = []
            for _ in range(sizes.heard):
                sent.append(time.time())
                connection.execute(EVENTS, [1])
                time.sleep(0.005)
            heard = ask(len(sent))
    waits = sorted(1000 * (there - here) for here, there in zip(sent, heard, strict=True))
    return Figure(
        "a change is at a consumer that listens, 99th percentile",
        quantiles(waits, n=100)[98],
        "ms",
        "at most",
        100,
        f"median {median(waits):.1f} ms of {len(waits):,} commits",
    )


def listener(url: str) -> Callable[[object], list[float]]:
    """In a process of its own: a consumer that is asked once to begin, and then for when each event was there."""
    import threading

    times: list[float] = []
    ready = threading.Event()

    def listen() -> None:
        with connect(url, name="listener", autocommit=True) as connection:
            store.listen(connection)
            ready.set()
            while True:
                while events := store.next_changes(connection, CONSUMER, 100):
                    times.extend([time.time()] * len(events))
                    store.commit(connection, CONSUMER, events[-1].position)
                list(connection.notifies(timeout=10, stop_after=1))

    threading.Thread(target=listen, daemon=True).start()

    def answer(wanted: object) -> list[float]:
        ready.wait(30)
        while isinstance(wanted, int) and len(times) < wanted:
            time.sleep(0.01)
        return times

    return answer


def _appending(sizes: Sizes, place: Place) -> Figure:
    passes = Passes(sizes.batch, sizes.batches)
    with (
        place.database() as url,
        connect(url, name="bench", autocommit=True) as connection,
        Session(url, "bench claims") as claiming,
        Session(url, "bench apply") as session,
    ):
        enrol(connection, sizes.batch * sizes.batches)
        ensure_partitions(connection)

        def with_events() -> float:
            settle(connection)
            return ours(claiming, session, passes)

        def without() -> float:
            with _no_events():
                return with_events()

        told, silent = interleaved(sizes.rounds, with_events, without)
    return Figure(
        "appending events costs the applying of a refresh",
        100 * (ratio(told, silent) - 1),
        "%",
        "at most",
        15,
        f"seconds: {median(told):.2f}; without {median(silent):.2f}",
    )


@contextmanager
def _no_events() -> Iterator[None]:
    """Within the block a batch appends none, and so wakes nobody."""
    appending = Batch._append_events
    Batch._append_events = lambda self, cursor, decisions: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        Batch._append_events = appending  # type: ignore[method-assign]
