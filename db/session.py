"""A database session that is opened again after it was lost: what hangs on the session is set up anew each time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self, TypeVar

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from db.connect import Connection, connect
from db.errors import DatabaseUnavailable

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds for which a database that has gone away is waited for."""

LOSSES = 10
"""So many connections in a row may be lost in the midst of one thing."""


class Session:
    """One autocommit connection at a time. `at_open` runs on each new one: temporary tables, advisory locks."""

    def __init__(self, url: str, name: str, patience: float = PATIENCE) -> None:
        self._url, self._name, self._patience = url, name, patience
        self._gave_up = False
        self._at_open: list[Callable[[Connection], None]] = []
        self.connection: Connection = connect(url, name=name, autocommit=True)

    def at_open(self, do: Callable[[Connection], None]) -> None:
        """Does it now, and again on each connection that follows."""
        do(self.connection)
        self._at_open.append(do)

    @property
    def lost(self) -> bool:
        """The connection is gone, by the server's or the network's doing."""
        return self.connection.closed or self.connection.broken

    def restore(self) -> None:
        """Opens a new connection in place of a lost one.

        Raises `DatabaseUnavailable` where the database stays away for longer than the session's patience, and from
        then on at once.
        """
        self.connection.close()
        patience = 0.0 if self._gave_up else self._patience
        self._gave_up = True
        self.connection = Retrying(
            retry=retry_if_exception_type(DatabaseUnavailable),
            wait=wait_fixed(0.5),
            stop=stop_after_delay(patience),
            reraise=True,
        )(self._open)
        self._gave_up = False

    def _open(self) -> Connection:
        connection = connect(self._url, name=self._name, autocommit=True)
        try:
            for do in self._at_open:
                do(connection)
        except psycopg.OperationalError:
            connection.close()
            raise DatabaseUnavailable("the database went away again") from None
        except BaseException:
            connection.close()
            raise
        return connection

    def again(self, do: Callable[[Connection], T]) -> T:
        """Does something that may be done twice; anew on a new connection where the old one was lost."""
        for _ in range(LOSSES):
            try:
                return do(self.connection)
            except psycopg.OperationalError:
                if not self.lost:
                    raise
            self.restore()
        return do(self.connection)

    def close(self) -> None:
        """Closes the session; its advisory locks fall."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
