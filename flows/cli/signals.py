"""What a signal does to a command: the first one ends it in good order, servers stopped; more are heard, not obeyed."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GIVE_UP_AFTER = 3


class Interruption:
    """Raises `KeyboardInterrupt` on the first signal while the `with` block runs (in the main thread alone).

    `received` is the signal's number, None before it.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        self._count = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Interruption:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._heard) for number in ENDING}
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._count == 1:
            self.received = number
            raise KeyboardInterrupt
        if self._count > _GIVE_UP_AFTER:
            raise KeyboardInterrupt
        sys.stderr.write("Stopping what was started ...\n")
