"""Who is asked about next, and by whom: claims that fall with their owner's database session.

A claim is a row in `sync.claim`. Its owner holds a session-level advisory lock under the number of
its run (`db.runs.store`), so that a claim whose owner was killed is free at once; the lease serves
lost networks alone (docs/explanation/claims.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import psycopg

from cpr_client import CprNumber
from db.runs.lock import LOCK_CLASS
from db.session import Session
from db.statements import statement

LEASE_SECONDS = 600

ScopeName = Literal["due", "all", "quarantined", "patrons"]

_START = ("-infinity", "")

_Page = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which patrons a run asks about (docs/reference/rules.md, "When again").

    `numbers`: patron numbers, for the scope `patrons` alone.
    """

    name: ScopeName
    today: date
    numbers: tuple[str, ...] = ()

    def parameters(self) -> dict[str, object]:
        """The parameters that the scope's statements share."""
        return {"scope": self.name, "today": self.today, "numbers": list(self.numbers)}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A patron that this worker may ask about."""

    patron_number: str
    cpr_number: CprNumber


def count_due(connection: psycopg.Connection, scope: Scope) -> int:
    """How many patrons the scope holds now, claimed by others or not."""
    row = connection.execute(statement("refresh/count_due"), scope.parameters()).fetchone()
    assert row is not None
    return int(row[0])


def named_patrons(connection: psycopg.Connection, numbers: Sequence[str]) -> dict[str, bool]:
    """Of the named patrons those there are -> whether the registry may be asked about them."""
    rows = connection.execute(statement("refresh/named_patrons"), {"numbers": list(numbers)})
    return dict(rows.fetchall())


class Claims:
    """The claims of one run, in order of the due day, made in the session that the run lives in.

    Whom the registry failed the last time comes after all others: on whom it always does can't bar the way.
    """

    def __init__(self, session: Session, run_id: int, scope: Scope) -> None:
        self.session = session
        self._claimant = run_id
        self._scope = scope
        self._named = scope.numbers
        self._after = _START
        self._behind = False
        self._page: _Page = []

    def free_dead(self) -> int:
        """Frees the claims of dead owners and says how many fell."""
        return self.session.again(_free_dead)

    def claim(self, size: int) -> list[Claimed]:
        """Claims the next at most `size` patrons; an empty list ends the pass.

        Of the named patrons each is claimed once: they may be asked about again on the same day, but not again by
        the same run, in which one that has been applied has a later due day and would come by once more.
        """
        self._page = []
        rows = self.session.again(lambda connection: self._claim(connection, size))
        if not rows and not self._behind:
            self._behind, self._after = True, _START
            rows = self.session.again(lambda connection: self._claim(connection, size))
        if rows:
            self._after = (rows[-1][2], rows[-1][0])
            claimed = {row[0] for row in rows}
            self._named = tuple(number for number in self._named if number not in claimed)
        return [Claimed(number, CprNumber(cpr_number)) for number, cpr_number, _ in rows]

    def _claim(self, connection: psycopg.Connection, size: int) -> _Page:
        if self._page and self.still_mine(connection, [row[0] for row in self._page]):
            return self._page  # the connection was lost between the commit and its receipt
        parameters = {
            **self._scope.parameters(),
            "numbers": list(self._named),
            "failed_before": self._behind,
            "after_due": self._after[0],
            "after_number": self._after[1],
            "size": size,
            "claimant": self._claimant,
            "lease_seconds": LEASE_SECONDS,
        }
        with connection.transaction():
            connection.execute(statement("refresh/claim_door"), {"lock_class": LOCK_CLASS})
            _free_dead(connection)
            self._page = connection.execute(statement("refresh/claim_batch"), parameters).fetchall()
        return self._page

    def from_the_start(self) -> None:
        """The next `claim` begins a new pass: it finds what another worker let fall behind the first."""
        self._after, self._behind = _START, False

    def renew(self) -> None:
        """Says that the owner is alive; called at least once in half a lease."""
        parameters = {"claimant": self._claimant, "lease_seconds": LEASE_SECONDS}
        self.session.again(lambda connection: connection.execute(statement("refresh/renew_lease"), parameters))

    def still_mine(self, connection: psycopg.Connection, numbers: Sequence[str]) -> set[str]:
        """Those of the patrons whom this run still has claimed; asked on any connection."""
        parameters = {"claimant": self._claimant, "numbers": list(numbers)}
        return {row[0] for row in connection.execute(statement("refresh/still_claimed"), parameters)}

    def release(self, numbers: Sequence[str] | None = None) -> None:
        """Gives back the named patrons' claims, or all of this run's."""
        parameters = {"claimant": self._claimant, "numbers": None if numbers is None else list(numbers)}
        self.session.again(lambda connection: connection.execute(statement("refresh/release_claims"), parameters))


def _free_dead(connection: psycopg.Connection) -> int:
    return len(connection.execute(statement("refresh/release_dead_claims"), {"lock_class": LOCK_CLASS}).fetchall())
