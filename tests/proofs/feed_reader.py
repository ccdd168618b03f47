"""A consumer of the feed in a process of its own, that may be killed at any moment.

What it is given it writes down, a line an event, before it says that it is done with it: so what it has written comes
again where it was killed in between.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from pathlib import Path

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([__name__, "tests.proofs.frozen"])


def read_on(url: str, consumer: str, written: str, batch: int) -> None:
    """Reads for ever."""
    from db.errors import DatabaseProblem
    from flows.consumers.follow import Follower

    file = os.open(Path(written), os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def sink(events: Sequence[str]) -> None:
        os.write(file, "".join(event + "\n" for event in events).encode())

    try:
        Follower(url, consumer, sink, batch).follow(once=False)
    except DatabaseProblem:
        os._exit(1)  # it was started while the test ended


import db.feed.store  # noqa: E402, F401  # for the process that all others come from
import flows.consumers.follow  # noqa: E402, F401
