"""Why an answer is not applied, and when the patron is asked about again (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date, timedelta

from cpr_client.errors import MalformedAnswer, MismatchedAnswer, PersonNotFound, RegistryError
from mappers.record import Quarantine

NOT_FOUND = "not found"
NUMBER_ANNULLED = "number annulled"
DUPLICATE_PATRON = "duplicate patron"
SUCCESSOR_CIRCLE = "successor circle"
MALFORMED = "malformed"
MISMATCHED = "mismatched"
IMPLAUSIBLE = "implausible"

REASONS = (NOT_FOUND, NUMBER_ANNULLED, DUPLICATE_PATRON, SUCCESSOR_CIRCLE, MALFORMED, MISMATCHED, IMPLAUSIBLE)
"""All reasons."""

BACKING_OFF = frozenset({NOT_FOUND, NUMBER_ANNULLED, SUCCESSOR_CIRCLE, MALFORMED, MISMATCHED})
"""The reasons asked about again after 1, 2, 4 ... days."""

SAYS_NOTHING = frozenset({NOT_FOUND, MALFORMED, MISMATCHED, IMPLAUSIBLE})
"""The reasons that say nothing about the person: a case that an earlier answer opened stays open."""

LONGEST_DAYS = 32
"""The back-off never grows past this; a duplicate patron waits so long at once."""


def quarantine_for(error: RegistryError) -> Quarantine | None:
    """The quarantine that a failed look-up puts the patron in.

    None where the patron was not really asked about (the registry is down, or an operator must
    act): they stay due. The detail names an element of the answer and what is wrong with it, never its value.
    """
    if isinstance(error, PersonNotFound):
        return Quarantine(NOT_FOUND)
    if isinstance(error, MalformedAnswer):
        return Quarantine(MALFORMED, error.detail)
    if isinstance(error, MismatchedAnswer):
        return Quarantine(MISMATCHED, error.detail)
    return None


def tries_after(reason: str, open_reason: str | None, open_tries: int) -> int:
    """The look-ups in a row that ended in `reason`, this one included; another reason starts anew."""
    return open_tries + 1 if reason == open_reason else 1


def next_try(reason: str, tries: int, today: date) -> date:
    """The day on which a patron in quarantine is due again, after `tries` look-ups in a row (from 1)."""
    if reason in BACKING_OFF:
        days = min(2 ** min(tries - 1, 16), LONGEST_DAYS)
    elif reason == DUPLICATE_PATRON:
        days = LONGEST_DAYS
    else:
        days = 1
    return today + timedelta(days=days)
