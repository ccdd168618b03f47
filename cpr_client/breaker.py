"""Stops asking a registry that is down or refuses us, so that a night does not burn through its patrons.

Opens after `failures` look-ups in a row that failed (attempts, where the registry was not even reached), `seconds`
after the first of them began; or where waiting does not help: after `refusals` in a row by the connection (a
certificate is wrong, or the registry asks for a longer wait than `longest_wait`, in which no look-up could be asked
again), or after `faults` questions in a row that the registry refuses one by one. Those are more, since a registry may
fault on some patrons who happen to stand side by side. While it is open nothing is sent; after `rest` seconds one
attempt is let through, and its success closes it again.
What is no failure of the registry as a whole (nobody has this number, one answer that can't be read)
counts as an answer.
"""

from __future__ import annotations

import threading
import time

from cpr_client.errors import OperatorMustAct, RegistryDown, RegistryError, RequestRefused, TryAgainLater


class Breaker:
    """One for all threads of a client."""

    def __init__(
        self,
        *,
        failures: int = 20,
        seconds: float = 5.0,
        refusals: int = 5,
        faults: int = 20,
        rest: float = 30.0,
        longest_wait: float = 60.0,
    ) -> None:
        self._most_failures, self._patience, self._most_refusals, self._rest = failures, seconds, refusals, rest
        self._most_faults = faults
        self._longest_wait = longest_wait
        self._lock = threading.Lock()
        self._failures = 0
        self._refusals = 0
        self._faults = 0
        self._since = 0.0
        self._opened: float | None = None
        self._last: RegistryError | None = None

    def check(self) -> None:
        """To be called before each attempt. Raises `RegistryDown` while nothing may be sent."""
        if self._opened is None:
            return
        with self._lock:
            if self._opened is None or self._last is None:
                return
            now = time.monotonic()
            if now - self._opened < self._rest:
                raise RegistryDown(self._last)
            self._opened = now  # this attempt goes through; the others wait for what becomes of it

    def felt(self, error: RegistryError | None, began: float, *, again: bool = False) -> None:
        """To be told what became of each attempt, and when it began (`time.monotonic`).

        `again`: the same look-up has failed before. It does not count once more, lest one person on whom the registry
        always fails look like all, unless the registry was not even reached.
        """
        if not isinstance(error, TryAgainLater | OperatorMustAct):
            if self._last is not None:
                with self._lock:
                    self._failures = self._refusals = self._faults = 0
                    self._opened = self._last = None
            return
        with self._lock:
            now = time.monotonic()
            if isinstance(error, RequestRefused):
                self._faults += 1
                self._refusals = 0
            else:
                if self._failures == 0:
                    self._since = began
                if not again or not error.reached:
                    self._failures += 1
                self._faults = 0
                self._refusals = self._refusals + 1 if self._turns_us_away(error) else 0
            self._last = error
            worn_out = self._failures >= self._most_failures and now - self._since >= self._patience
            refused = self._refusals >= self._most_refusals or self._faults >= self._most_faults
            if self._opened is None and (worn_out or refused):
                self._opened = now

    def _turns_us_away(self, error: TryAgainLater | OperatorMustAct) -> bool:
        if isinstance(error, TryAgainLater):
            return error.retry_after is not None and error.retry_after > self._longest_wait
        return True
