"""Apply answers about guardians: decide under the lock, write, log, count; a batch a transaction."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from cpr_client import CprNumber, Person
from db.connect import Connection
from db.errors import DatabaseProblem
from db.guardians import people
from db.guardians.claims import GuardianClaims
from db.refresh.batches import Access
from db.runs.store import add_batch, batch_applied
from db.session import Session
from flows.steps.guardian_counts import GuardianCounts
from flows.steps.look_ups import LookedUp
from flows.steps.once import once
from mappers.guardian import GuardianDecision, decide_guardian
from mappers.quarantine import DUPLICATE_PATRON
from mappers.record import Quarantine

PURPOSE = "guardian links"
DRY_PURPOSE = "dry run"


@dataclass(slots=True)
class GuardianApplier:
    """Applies the answers of one run and counts. `all_logged`: every look-up handed over is in the access log."""

    session: Session
    run_id: int
    today: date
    interval_days: int
    dry_run: bool
    counts: GuardianCounts
    claims: GuardianClaims
    all_logged: bool = True

    @property
    def purpose(self) -> str:
        """Why the registry was asked, as the access log has it."""
        return DRY_PURPOSE if self.dry_run else PURPOSE

    def known_numbers(self, numbers: Any) -> dict[CprNumber, people.Known]:
        """Who goes by these numbers already."""
        wanted = list(numbers)
        return self.session.again(lambda connection: people.known_numbers(connection, wanted))

    def apply(self, batch: list[LookedUp]) -> list[LookedUp]:
        """Applies what can be; returns those whom somebody held locked, to be tried again.

        Whatever happens, the look-ups are in the access log afterwards, as long as there is a database.
        """
        accesses = [access for looked_up in batch for access in looked_up.accesses]
        try:
            counts, locked = once(
                self.session,
                lambda: self.session.connection.transaction(),
                lambda _: self._apply(batch, accesses),
                lambda done: self._was_committed(done[0]),
            )
        except BaseException:
            self.log_in_vain(batch)
            raise
        self.counts = counts
        mine = self._still_mine(locked)
        for looked_up in mine:
            looked_up.accesses = []  # they are logged; the guardian is tried again with the same answer
        return mine

    def _apply(self, batch: list[LookedUp], accesses: list[Access]) -> tuple[GuardianCounts, list[LookedUp]]:
        connection = self.session.connection
        counts, locked = self.in_transaction(connection, batch)
        people.log_accesses(connection, accesses, self.purpose, self.run_id)
        self._record(counts, len(batch), len(accesses))
        return counts, locked

    def in_transaction(self, connection: Connection, batch: list[LookedUp]) -> tuple[GuardianCounts, list[LookedUp]]:
        """Decides and writes in the transaction that is open; the counts as they are once it is committed, and who was
        locked."""
        counts = copy.deepcopy(self.counts)
        counts.batches += 1
        asked = {int(one.patron_number): one for one in batch if one.answer is not None}
        if any(len(one.chain) > 1 for one in asked.values()):
            people.one_at_a_time(connection)  # before any row: whoever merges takes the two in this order
        stored = people.lock_guardians(connection, self.run_id, list(asked))
        self._hand_over(connection, asked)
        decisions: list[GuardianDecision] = [
            decide_guardian(
                guardian,
                asked[guardian_id].answer,  # type: ignore[arg-type]  # never None in `asked`
                today=self.today,
                interval_days=self.interval_days,
                chain=asked[guardian_id].chain[1:],
            )
            for guardian_id, guardian in stored.items()
        ]
        checked_at = {guardian_id: looked_up.answered_at for guardian_id, looked_up in asked.items()}
        people.apply_guardians(connection, stored, decisions, checked_at, self.today, self.run_id)
        counts.add_look_ups([access for one in batch for access in one.accesses])
        counts.add_decisions(decisions)
        for looked_up in batch:
            if looked_up.answer is None:
                counts.add_failure(looked_up.error.code if looked_up.error else "failed")
        return counts, [looked_up for guardian_id, looked_up in asked.items() if guardian_id not in stored]

    def log_in_vain(self, batch: list[LookedUp], *, all_of_them: bool = True) -> None:
        """Look-ups of which nothing is applied: they were made all the same. Raises nothing.

        `all_logged` says where they can't be logged, or are not `all_of_them`.
        """
        self.all_logged = self.all_logged and all_of_them
        accesses = [access for looked_up in batch for access in looked_up.accesses]
        self.counts.add_look_ups(accesses)
        self.log(accesses)

    def log(self, accesses: list[Access]) -> None:
        """Look-ups for the access log, outside any transaction; where they can't be logged, `all_logged` says so."""
        if not accesses:
            return
        try:
            self.session.again(
                lambda connection: people.log_missing_accesses(connection, accesses, self.purpose, self.run_id)
            )
        except (psycopg.Error, DatabaseProblem):
            self.all_logged = False

    def _hand_over(self, connection: Connection, asked: dict[int, LookedUp]) -> None:
        """Who came to go by a number since it was looked up is one person with the guardian whose successor it is."""
        moved = {
            guardian_id: looked_up.chain[-1]
            for guardian_id, looked_up in asked.items()
            if len(looked_up.chain) > 1 and isinstance(looked_up.answer, Person)
        }
        if not moved:
            return
        known = people.known_numbers(connection, moved.values())
        for guardian_id, number in moved.items():
            somebody = known.get(number)
            if somebody and (somebody.patron_number is not None or somebody.guardian_id != guardian_id):
                asked[guardian_id].answer = Quarantine(DUPLICATE_PATRON)

    def _record(self, counts: GuardianCounts, guardians: int, look_ups: int) -> None:
        before, after = self.counts.guardians.as_dict(), counts.guardians.as_dict()
        names = ("checked", "first_answers", "changed", "unchanged", "quarantined", "failed")
        row: dict[str, Any] = {
            "patrons": guardians,
            **{name: after[name] - before[name] for name in names},
            "batch_look_ups": look_ups,
            "shares": {},
            "seconds": None,
        }
        add_batch(self.session.connection, self.run_id, counts.batches, row, counts.progress())

    def _was_committed(self, counts: GuardianCounts) -> bool:
        return self.session.again(lambda connection: batch_applied(connection, self.run_id, counts.batches))

    def _still_mine(self, locked: list[LookedUp]) -> list[LookedUp]:
        if not locked:
            return []
        keys = [looked_up.patron_number for looked_up in locked]
        mine = self.session.again(lambda connection: self.claims.still_mine(connection, keys))
        return [looked_up for looked_up in locked if looked_up.patron_number in mine]
