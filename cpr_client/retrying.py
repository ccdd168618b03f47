"""What is asked again, when, and for how long: tenacity, told our rules.

A look-up changes nothing at the registry, so every passing trouble (`TryAgainLater`) may be asked again:
after a wait that doubles, jittered so that many threads do not come back at once, never shorter than the
registry asked for, at most `MOST_ATTEMPTS` times and never beyond the look-up's deadline.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential_jitter

from cpr_client.errors import TryAgainLater

MOST_ATTEMPTS = 8
LEAST_LEFT = 0.5
"""Seconds that must be left for an attempt: with less it would only fail in another way."""

_passing = retry_if_exception_type(TryAgainLater)
_backing_off = wait_exponential_jitter(initial=0.2, exp_base=2, max=10, jitter=0.5)


def retrying(ends_at: Callable[[], float], stop: threading.Event) -> Retrying:
    """For one look-up. `ends_at` tells its deadline (`time.monotonic`); `stop` cuts a wait short."""

    def over(state: RetryCallState) -> bool:
        return state.attempt_number >= MOST_ATTEMPTS or time.monotonic() + state.upcoming_sleep + LEAST_LEFT > ends_at()

    def pause(seconds: float) -> None:
        stop.wait(seconds)

    return Retrying(retry=_passing, wait=_wait, stop=over, sleep=pause, reraise=True)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked_for = error.retry_after if isinstance(error, TryAgainLater) else None
    return max(_backing_off(state), asked_for or 0.0)


class Pace:
    """At most `rate` turns a second over all threads, evenly spaced."""

    def __init__(self, rate: float) -> None:
        self._between = 1.0 / rate
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, stop: threading.Event) -> float:
        """Waits for the caller's turn, or for `stop`. Returns the seconds waited for."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next)
            self._next = turn + self._between
        if turn > now:
            stop.wait(turn - now)
        return turn - now
