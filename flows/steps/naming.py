"""The patrons that a run names: looked at before anything of them is kept anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg

from db.refresh.claims import named_patrons
from flows.errors import UsageError
from flows.parameters import RefreshScope


def named(connection: psycopg.Connection, scope: RefreshScope, numbers: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The patrons named, each once, and how many of them the registry can't be asked about.

    What is nobody's patron number is not repeated: it may be a CPR number. Raises `UsageError`.
    """
    once = tuple(dict.fromkeys(numbers))
    if scope is not RefreshScope.patrons:
        if once:
            raise UsageError("patron numbers are given, but the scope is not `patrons`.", "Choose the scope `patrons`.")
        return (), 0
    if not once:
        raise UsageError("the scope is `patrons`, but no patron number is given.", "Give one or more patron numbers.")
    known = named_patrons(connection, once)
    if len(known) < len(once):
        places = ", ".join(str(place) for place, number in enumerate(once, 1) if number not in known)
        raise UsageError(
            f"nobody has the patron number given in place {places} of {len(once)} (not repeated here).",
            "Give patron numbers of the library, never CPR numbers.",
        )
    return once, sum(not askable for askable in known.values())
