"""Exit codes of `patronsync` (docs/reference/commands.md)."""

from __future__ import annotations

DONE = 0
"""Done. Patrons in quarantine are counted, not a failure."""

FAILED = 1
"""Failed or incomplete: a line was rejected, a patron could not be asked or applied. The message says what to do."""

USAGE = 2
"""Wrong usage or settings."""

WAITS = 3
"""Waits for an operator's word."""

INTERRUPTED = 130
"""Ctrl-C, after everything was stopped."""

TERMINATED = 143
"""SIGTERM or SIGHUP, after everything was stopped."""
