"""A PostgreSQL server of the test's own, that may be killed, stopped and started again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from db import embedded
from db.connect import connect
from db.embedded import EmbeddedServer
from db.errors import OperatorMustAct
from db.upgrade import migrate

TEMPLATE = "migrated"

OPTIONS = ("-c", "fsync=off", "-c", "autovacuum=off")
"""What was committed outlives the server's end: the machine does not go down."""


class OwnServer:
    """`server` has the same address after each start."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._uses = ExitStack()
        self.template = TEMPLATE
        self.server: EmbeddedServer = self._uses.enter_context(self._running())
        with connect(self.server.url, name="proof", autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {TEMPLATE}")  # type: ignore[call-overload]
        migrate(self.server.url_of(TEMPLATE))

    def kill(self) -> None:
        """SIGKILL to the postmaster; its processes go when they notice."""
        os.kill(self._postmaster(), signal.SIGKILL)

    def stop(self) -> None:
        """Ends every session and the server at once, and waits until it is gone."""
        postmaster = self._postmaster()
        os.kill(postmaster, signal.SIGQUIT)
        while Path(f"/proc/{postmaster}").exists():
            time.sleep(0.05)

    def start(self) -> None:
        """Starts it again, on the same port."""
        for patience in range(20, -1, -1):
            try:
                again = self._uses.enter_context(self._running())
                break
            except OperatorMustAct:  # processes of the one that was killed are still going
                if not patience:
                    raise
                time.sleep(0.5)
        assert again.port == self.server.port

    def close(self) -> None:
        """Stops it for good and removes what it has."""
        self._uses.close()
        embedded.remove(self._data_dir)

    def _running(self):  # type: ignore[no-untyped-def]
        return embedded.running(self._data_dir, options=OPTIONS)

    def _postmaster(self) -> int:
        return int((self.server.directory / "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def own_server_in(data_dir: Path) -> Iterator[OwnServer]:
    """One server, while the block runs."""
    server = OwnServer(data_dir)
    try:
        yield server
    finally:
        server.close()
