"""Who watches a run from the process that it runs in: the command line's progress bar and its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from prefect.client.schemas.objects import State
from prefect.states import Failed

from cpr_client import RegistryError
from db.errors import DatabaseProblem
from flows.errors import UserError


class Listener(Protocol):
    """Hears how far a run is."""

    def due(self, patrons: int) -> None:
        """So many are to be handled."""

    def progressed(self, patrons: int, changes: dict[str, int]) -> None:
        """So many have been handled so far, with so many changes per kind."""

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        """The run's report (docs/reference/commands.md), whatever its state, and what to do about it."""

    def refused(self, error: Exception) -> None:
        """The run could not begin, or broke off, for a reason that a person can mend."""


class _Silent:
    def due(self, patrons: int) -> None: ...

    def progressed(self, patrons: int, changes: dict[str, int]) -> None: ...

    def ended(self, report: dict[str, Any], message: str | None) -> None: ...

    def refused(self, error: Exception) -> None: ...


_listener: ContextVar[Listener] = ContextVar("listener", default=_Silent())  # noqa: B039  (it holds no state)


def listener() -> Listener:
    """The one who listens now; nobody in a deployment's run."""
    return _listener.get()


def told(run: Callable[[], State[Any]]) -> State[Any]:
    """The state that `run` ends in. An error made for people becomes a failed state with its words and no traceback."""
    try:
        return run()
    except (UserError, DatabaseProblem, RegistryError) as error:
        listener().refused(error)
        return Failed(message=str(error))


@contextmanager
def listening(to: Listener) -> Iterator[None]:
    """Within the block, runs are told to `to`."""
    token = _listener.set(to)
    try:
        yield
    finally:
        _listener.reset(token)
