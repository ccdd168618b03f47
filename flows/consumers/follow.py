"""Follows the change feed in a consumer's name: hands over what comes next, then says that it is done with.

What was handed over and not yet said to be done with comes again: at least once. A lost database is waited for, a
minute. While a full batch is handed over, the next one is read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from db.connect import Connection
from db.errors import DatabaseUnavailable, guarded
from db.feed import store
from db.session import Session
from flows.consumers.cloudevents import of_event, of_patron

POLL = 10.0
"""Seconds after which it is looked for events although nothing has woken us."""

LINES = 5_000
"""Events that are handed over at once where they go to a file or a pipe."""

HELD_FOR = 15.0
"""Seconds for which it is waited until a reader in the same name, whose session was lost, is gone."""


class Undelivered(Exception):
    """An event could not be handed over. `done`: how many before it were; `reason`: a code."""

    def __init__(self, done: int, reason: str) -> None:
        super().__init__(reason)
        self.done = done
        self.reason = reason


class Stopped(Exception):
    """The consumer has stopped at an event that could not be handed over, and this is on record."""

    def __init__(self, position: int, reason: str) -> None:
        super().__init__(reason)
        self.position = position
        self.reason = reason


class Busy(Exception):
    """Another session reads in the consumer's name."""


class Sink(Protocol):
    """Where events go."""

    def __call__(self, events: Sequence[str], /) -> None:
        """Hands them over, in order, each a CloudEvent in JSON; raises `Undelivered`."""


class Follower:
    """Reads in a consumer's name, and hands over `batch` events at once. `handed_over` counts."""

    def __init__(self, url: str, consumer: str, sink: Sink, batch: int) -> None:
        self.consumer, self.sink, self.batch = consumer, sink, batch
        self.handed_over = 0
        self._second = ThreadPoolExecutor(1)
        self._ahead: Future[list[store.Event]] | None = None
        self._session = Session(url, f"feed {consumer}")
        try:
            self._session.at_open(self._begin)
        except BaseException:
            self.close()
            raise

    def follow(self, *, once: bool) -> None:
        """Hands over what comes, for ever; with `once`, until there is nothing more.

        Raises `Stopped`, `Busy`, `db.feed.store.FeedProblem` or a `DatabaseProblem`.
        """
        while True:
            try:
                with guarded():
                    if self._step():
                        continue
                    if once:
                        return
                    list(self._session.connection.notifies(timeout=POLL, stop_after=1))
            except DatabaseUnavailable:
                self._ahead = None
                self._session.restore()

    def close(self) -> None:
        """Ends the session."""
        self._second.shutdown()
        self._session.connection.close()

    def _begin(self, connection: Connection) -> None:
        with guarded():
            store.require_reader(connection)
            held = Retrying(
                retry=retry_if_result(lambda held: not held),
                wait=wait_fixed(0.5),
                stop=stop_after_delay(HELD_FOR),
                retry_error_callback=lambda _: False,
            )(store.hold, connection, self.consumer)
            if not held:
                raise Busy()
            store.wait_for_no_disk(connection)
            store.listen(connection)

    def _step(self) -> bool:
        """Hands over a batch, if there is one; whether there was."""
        connection = self._session.connection
        numbers = store.next_patrons(connection, self.consumer, self.batch) if self._ahead is None else []
        if numbers:
            self._hand_over(
                [of_patron(number) for number in numbers],
                [store.AT_A_PATRON] * len(numbers),
                lambda done: store.commit_patrons(connection, self.consumer, numbers[done - 1]),
            )
            return True
        events = self._next_events(connection)
        if events:
            self._hand_over(
                list(map(of_event, events)),
                [event.position for event in events],
                lambda done: store.commit(connection, self.consumer, events[done - 1].position),
            )
        return bool(events)

    def _next_events(self, connection: Connection) -> list[store.Event]:
        """A batch; where it is full, the one after it is begun to be read."""
        ahead, self._ahead = self._ahead, None
        events = ahead.result() if ahead else []
        if not events:  # nothing was read ahead, or it has come to the end of what was committed by then
            events = store.next_changes(connection, self.consumer, self.batch)
        if len(events) == self.batch:
            last = events[-1].position
            self._ahead = self._second.submit(store.changes_past, connection, self.consumer, last, self.batch)
        return events

    def _hand_over(self, events: Sequence[str], positions: Sequence[int], commit: Callable[[int], None]) -> None:
        try:
            self.sink(events)
        except Undelivered as failed:
            if failed.done:
                commit(failed.done)
            position = positions[failed.done]
            store.stop(self._session.connection, self.consumer, position, failed.reason)
            self.handed_over += failed.done
            raise Stopped(position, failed.reason) from None
        commit(len(events))
        self.handed_over += len(events)
