"""Who watches a run from the process that it runs in: the command line's progress bar and its report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class Listener(Protocol):
    """Hears how far a run is."""

    def due(self, patrons: int) -> None:
        """So many are to be handled."""

    def progressed(self, patrons: int, changes: dict[str, int]) -> None:
        """So many have been handled so far, with so many changes per kind."""

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        """The run's report (docs/reference/commands.md), whatever its state, and what to do about it."""


class _Silent:
    def due(self, patrons: int) -> None: ...

    def progressed(self, patrons: int, changes: dict[str, int]) -> None: ...

    def ended(self, report: dict[str, Any], message: str | None) -> None: ...


_listener: ContextVar[Listener] = ContextVar("listener", default=_Silent())  # noqa: B039  (it holds no state)


def listener() -> Listener:
    """The one who listens now; nobody in a deployment's run."""
    return _listener.get()


@contextmanager
def listening(to: Listener) -> Iterator[None]:
    """Within the block, runs are told to `to`."""
    token = _listener.set(to)
    try:
        yield
    finally:
        _listener.reset(token)
