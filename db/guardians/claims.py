"""Which guardian is looked up next, and by whom: as `db.refresh.claims`, for guardians who are no patrons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import psycopg

from cpr_client import CprNumber
from db.refresh.claims import LEASE_SECONDS, Claimed
from db.runs.lock import LOCK_CLASS
from db.session import Session
from db.statements import statement
from mappers.cases import UNCERTAIN_BIRTH_DATE


def list_due(connection: psycopg.Connection, today: date) -> list[int]:
    """The guardians to look up, in order of their due day."""
    parameters = {"today": today, "uncertain": UNCERTAIN_BIRTH_DATE}
    return [row[0] for row in connection.execute(statement("guardians/list_due"), parameters)]


class GuardianClaims:
    """The claims of one run on guardians, made in the session that the run lives in. A guardian's key is its number
    as a text, so that the look-ups are those of patrons.

    `due`: the guardians to look up in this pass. `from_the_start` lists them anew.
    """

    def __init__(self, session: Session, run_id: int, today: date, due: Sequence[int]) -> None:
        self.session = session
        self._claimant = run_id
        self._today = today
        self._ahead = list(due)

    def __len__(self) -> int:
        return len(self._ahead)

    def free_dead(self) -> int:
        """Frees the claims of dead owners and says how many fell."""
        return self.session.again(_free_dead)

    def claim(self, size: int) -> list[Claimed]:
        """Claims the next at most `size` guardians; an empty list ends the pass."""
        while self._ahead:
            page, self._ahead = self._ahead[:size], self._ahead[size:]
            claimed = self.session.again(partial(self._claim, page))
            if claimed:
                return claimed
        return []

    def _claim(self, page: list[int], connection: psycopg.Connection) -> list[Claimed]:
        parameters = {
            "guardian_ids": page,
            "today": self._today,
            "claimant": self._claimant,
            "lease_seconds": LEASE_SECONDS,
        }
        with connection.transaction():
            connection.execute(statement("refresh/claim_door"), {"lock_class": LOCK_CLASS})
            _free_dead(connection)
            rows = connection.execute(statement("guardians/claim_guardians"), parameters).fetchall()
        return [Claimed(str(guardian_id), CprNumber(number)) for guardian_id, number in rows]

    def from_the_start(self) -> None:
        """The next `claim` begins a new pass: it finds what another worker let fall behind the first."""
        self._ahead = self.session.again(lambda connection: list_due(connection, self._today))

    def renew(self) -> None:
        """Says that the owner is alive; called at least once in half a lease."""
        parameters = {"claimant": self._claimant, "lease_seconds": LEASE_SECONDS}
        self.session.again(
            lambda connection: connection.execute(statement("guardians/renew_guardian_lease"), parameters)
        )

    def still_mine(self, connection: psycopg.Connection, keys: Sequence[str]) -> set[str]:
        """Those of the guardians whom this run still has claimed; asked on any connection."""
        parameters = {"claimant": self._claimant, "guardian_ids": [int(key) for key in keys]}
        return {str(row[0]) for row in connection.execute(statement("guardians/still_claimed_guardians"), parameters)}

    def release(self) -> None:
        """Gives all of this run's claims back."""
        parameters = {"claimant": self._claimant}
        self.session.again(
            lambda connection: connection.execute(statement("guardians/release_guardian_claims"), parameters)
        )


def _free_dead(connection: psycopg.Connection) -> int:
    return len(connection.execute(statement("guardians/free_dead_claims"), {"lock_class": LOCK_CLASS}).fetchall())
