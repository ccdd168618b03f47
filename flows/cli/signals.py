"""What a signal does to a command: the first one ends it in good order, servers stopped; more are heard, not obeyed."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_GIVE_UP_AFTER = 3


class Interruption:
    """Raises `KeyboardInterrupt` on the first signal. `received` is the signal's number, None before it."""

    def __init__(self) -> None:
        self.received: int | None = None
        self._count = 0

    def install(self) -> None:
        """Listens from now on (in the main thread; elsewhere signals are not ours)."""
        if threading.current_thread() is threading.main_thread():
            for number in ENDING:
                signal.signal(number, self._heard)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._count == 1:
            self.received = number
            raise KeyboardInterrupt
        if self._count > _GIVE_UP_AFTER:
            raise KeyboardInterrupt
        sys.stderr.write("Stopping what was started ...\n")
