"""The advisory lock by which the database knows that a run is alive, and that of runs that ask."""

from __future__ import annotations

LOCK_CLASS = 0x50A7  # any number of our own: the first half of a two-part advisory lock, the run's number is the other
ASKING = 0x50A7_0001  # likewise: one run at a time asks in the place of others
