"""How far a run is, on its own page in Prefect: an artifact of progress for work that takes a while.

A short run makes none, and a long one writes it every few seconds: Prefect's share of a night stays small.
"""

from __future__ import annotations

import time
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.context import FlowRunContext

from flows.observability.pace import Pace, counts_in_words

FIRST_AFTER = 10.0  # seconds
EVERY = 10.0  # seconds


class ProgressPage:
    """The artifact of one run. What its steps say is theirs, on pages of their own."""

    def __init__(self) -> None:
        context = FlowRunContext.get()
        self._run = context.flow_run.id if context and context.flow_run else None
        self._key = f"{context.flow.name}-progress" if context and context.flow else None
        self._pace: Pace | None = None
        self._total = 0
        self._last = time.monotonic() + FIRST_AFTER - EVERY
        self._artifact: UUID | None = None
        self._percent = 0.0
        self._off = self._run is None

    def due(self, total: int) -> None:
        """So many are to be handled; it may grow."""
        self._total = total

    def progressed(self, done: int, changes: dict[str, int], outcomes: dict[str, int]) -> None:
        """So many have been handled."""
        now = time.monotonic()
        if self._pace is None:
            self._pace = Pace(now, done)
        if self._off or now - self._last < EVERY or not self._is_ours():
            return
        self._last = now
        pace = self._pace.words(done, self._total, now)
        parts = [f"{done} of {self._total}", pace, counts_in_words(changes, outcomes)]
        self._write(100 * done / self._total if self._total else 0.0, "; ".join(part for part in parts if part))

    def ended(self, state: str, message: str | None) -> None:
        """The run is over, or waits."""
        if self._artifact is not None and not self._off and self._is_ours():
            done = 100.0 if state == "done" else self._percent
            self._write(done, state + (f": {message}" if message else ""))

    def _is_ours(self) -> bool:
        context = FlowRunContext.get()
        return bool(context and context.flow_run and context.flow_run.id == self._run)

    def _write(self, percent: float, text: str) -> None:
        """Makes the artifact, or brings it up to date. What Prefect will not take is no reason for the run to fail."""
        self._percent = min(percent, 100.0)
        try:
            if self._artifact is None:
                made = create_progress_artifact(self._percent, key=self._key, description=text)
                assert isinstance(made, UUID)
                self._artifact = made
            else:
                update_progress_artifact(self._artifact, self._percent, description=text)
        except Exception:  # an answer of the server, or none: it is not tried again
            self._off = True
