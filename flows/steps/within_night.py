"""Whether a run is a step of a night: known to what runs within it, in the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_night: ContextVar[int | None] = ContextVar("night", default=None)


def night() -> int | None:
    """The number of the night of which the run is a step; None of one that stands by itself."""
    return _night.get()


@contextmanager
def within_night(run_id: int) -> Iterator[None]:
    """Within the block, runs are steps of this night."""
    token = _night.set(run_id)
    try:
        yield
    finally:
        _night.reset(token)
