"""Who watches a run from the process that it runs in: the command line's progress bar and its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from prefect.client.schemas.objects import State, StateType
from prefect.states import Failed

from cpr_client import RegistryError
from db.errors import DatabaseProblem
from flows.errors import UserError
from flows.steps.operators_word import WaitsForWord
from flows.steps.progress import ProgressPage
from flows.steps.within_night import night

HELD = "Held"
"""Prefect's name for the state of a night's step that waits for a word: the night asks, and runs it again."""


class Listener(Protocol):
    """Hears how far a run is. What a night says of its steps comes between its beginning and its own end."""

    def due(self, patrons: int) -> None:
        """So many are to be handled."""

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        """So many have been handled so far, with so many changes per kind, and what became of them by outcome."""

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        """The run's report (docs/reference/commands.md), whatever its state, and what to do about it."""

    def refused(self, error: Exception) -> None:
        """The run could not begin, or broke off, for a reason that a person can mend."""

    def step_begins(self, step: str) -> None:
        """A step of a night, by the name of its flow."""

    def step_ended(self, step: str, report: dict[str, Any]) -> None:
        """The report of a step of a night, with its message in it."""


class Silent:
    """Hears nothing."""

    def due(self, patrons: int) -> None:
        """See `Listener`."""

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        """See `Listener`."""

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        """See `Listener`."""

    def refused(self, error: Exception) -> None:
        """See `Listener`."""

    def step_begins(self, step: str) -> None:
        """See `Listener`."""

    def step_ended(self, step: str, report: dict[str, Any]) -> None:
        """See `Listener`."""


class _OnItsPage(Listener):
    """Hears a run, writes how far it is on its page in Prefect, and passes all of it on."""

    def __init__(self, outer: Listener) -> None:
        self._outer, self._page = outer, ProgressPage()

    def due(self, patrons: int) -> None:
        self._page.due(patrons)
        self._outer.due(patrons)

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        self._page.progressed(patrons, changes, outcomes or {})
        self._outer.progressed(patrons, changes, outcomes)

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        self._page.ended(report["state"], message)
        self._outer.ended(report, message)

    def refused(self, error: Exception) -> None:
        self._outer.refused(error)

    def step_begins(self, step: str) -> None:
        self._outer.step_begins(step)

    def step_ended(self, step: str, report: dict[str, Any]) -> None:
        self._outer.step_ended(step, report)


_listener: ContextVar[Listener] = ContextVar("listener", default=Silent())  # noqa: B039  (it holds no state)


def listener() -> Listener:
    """The one who listens now; nobody in a deployment's run."""
    return _listener.get()


def told(run: Callable[[], State[Any]]) -> State[Any]:
    """The state that `run` ends in. An error made for people becomes a failed state with its words and no traceback.

    The step of a night that waits for a word is no failure, and is not done: for Prefect it is called off.
    """
    try:
        with listening(_OnItsPage(listener())):
            return run()
    except WaitsForWord as waits:
        listener().refused(waits)
        if night() is None:
            return Failed(message=str(waits))
        return State(type=StateType.CANCELLED, name=HELD, message=f"{waits.message} The night asks for it.")
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
