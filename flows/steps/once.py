"""One transaction, done once: anew where another worker was in the way, not twice where only its receipt was lost."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import psycopg

from db.session import Session

T = TypeVar("T")
C = TypeVar("C")

COLLISIONS = 10
"""So many times it is done anew because another worker was at the same rows or the same CPR number."""


def once(
    session: Session,
    transaction: Callable[[], AbstractContextManager[C]],
    work: Callable[[C], T],
    was_committed: Callable[[T], bool] = lambda done: False,
) -> T:
    """What `work` returns, once the transaction is committed; a database that went away is waited for.

    `was_committed` tells, of what `work` had returned when the connection was lost, whether the commit had gone
    through; without it the work is such as may be done twice. Raises what `work` raises, the last collision among it.
    """
    collisions = 0
    while True:
        done: list[T] = []
        try:
            with transaction() as opened:
                done.append(work(opened))
            return done[0]
        except (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected):
            collisions += 1
            if collisions > COLLISIONS:
                raise
        except psycopg.OperationalError:
            if not session.lost:
                raise
            session.restore()
            if done and was_committed(done[0]):
                return done[0]
