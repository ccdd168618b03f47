"""Cuts a connection whose answer does not come to an end.

A time-out of the socket begins anew with each byte that comes: a head, an interim reply or a chunk's line that
drips would be waited for without end. What the client reads of the body it times itself (cpr_client.wire); what
the standard library reads before and between is watched from here.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOK_EVERY = 0.25
"""Seconds between two looks at what is under way."""


class CutOff(TimeoutError):
    """The answer did not come to its end in time."""


class Watch:
    """The connections under way, each with the moment by which its answer must have ended."""

    def __init__(self) -> None:
        self._ends: dict[int, float] = {}
        self._sockets: dict[int, socket.socket] = {}
        self._cut: set[int] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    @contextmanager
    def until(self, ends_at: float) -> Iterator[None]:
        """Within the block, the connection that this thread uses is cut after `ends_at` (`time.monotonic`).

        Raises `CutOff` at the block's end where it was: to the standard library the end of a head looks the same.
        """
        thread = threading.get_ident()
        if self._thread is None:
            self._begin()
        self._ends[thread] = ends_at
        try:
            yield
        finally:
            # Under the lock: from here on this thread's connection is not cut any more. One that was cut in the moment
            # in which it went back to its pool is found dropped there, and replaced.
            with self._lock:
                self._ends.pop(thread, None)
                self._sockets.pop(thread, None)
                was_cut = thread in self._cut
                self._cut.discard(thread)
            if was_cut:
                raise CutOff from None

    def uses(self, connection: socket.socket | None) -> None:
        """This thread's question goes over `connection`."""
        if connection is not None:
            self._sockets[threading.get_ident()] = connection

    def stop(self) -> None:
        """Nothing is watched any more."""
        self._stopped.set()

    def _begin(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._look, name="watch", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        while not self._stopped.wait(LOOK_EVERY):
            now = time.monotonic()
            with self._lock:
                for thread, ends_at in list(self._ends.items()):
                    connection = self._sockets.get(thread)
                    if now > ends_at and connection is not None:
                        self._cut.add(thread)
                        _shut(connection)


def _shut(connection: socket.socket) -> None:
    """Whoever reads from it finds its end. The plain socket's shutdown: TLS must not be touched from another thread."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        pass
