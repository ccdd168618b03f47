"""The advisory lock by which the database knows that a run is alive."""

from __future__ import annotations

LOCK_CLASS = 0x50A7  # any number of our own: the first half of a two-part advisory lock, the run's number is the other
