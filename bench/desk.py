"""A desk at which loans are renewed, one after the other, while something else is going on: how long each one takes.

    with process("bench.desk", "desk", url, 3_000_000) as ask:
        ask("/some/file")               # renews until the file is there; [seconds of each renewal], waits too long

One loan, any of them, is written in a transaction of its own; then the next borrower steps up. A `lock_timeout` of
50 ms makes a wait for a lock that lasts longer an error, which is counted; `log_lock_waits`, with `deadlock_timeout`
at 50 ms, would log the same waits.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg

from db.connect import connect

LONGEST_WAIT = 0.05  # seconds
STEPPING_UP = 0.002  # seconds
RENEW = "UPDATE library.loan SET due_on = due_on + 1 WHERE loan_number = %s"


def desk(url: str, loans: int) -> Callable[[str], tuple[list[float], int]]:
    """Opens the desk in a library whose loans are `loan_number(0)` to `loan_number(loans - 1)`."""
    connection = connect(url, name="desk", autocommit=True, lock_timeout=LONGEST_WAIT)
    drawn = random.Random(1)

    def renew_until(file: str) -> tuple[list[float], int]:
        taken: list[float] = []
        waits = 0
        done = Path(file)
        while not done.exists():
            number = loan_number(drawn.randrange(loans))
            began = time.perf_counter()
            try:
                connection.execute(RENEW, [number])
            except psycopg.errors.LockNotAvailable:
                waits += 1
            taken.append(time.perf_counter() - began)
            time.sleep(STEPPING_UP)
        return taken, waits

    return renew_until


def loan_number(place: int) -> str:
    """The number of a loan."""
    return f"U{place:09}"


def p99(taken: Sequence[float]) -> float:
    """What 99 of 100 renewals do not exceed."""
    return sorted(taken)[int(0.99 * (len(taken) - 1))]
