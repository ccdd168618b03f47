"""One answer about a guardian who is no patron -> what becomes of the guardian (docs/reference/rules.md).

The rules are a patron's (`mappers.patron.decide`): name, address, protection, when again, and what becomes of an answer
that can't be used. Kept is less: no municipality, no parts of an address, no residence for later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cpr_client.cpr_number import CprNumber
from cpr_client.person import Person
from mappers.patron import decide
from mappers.quarantine import DUPLICATE_PATRON
from mappers.record import CHANGED, FIRST_ANSWER, UNCHANGED, PatronRecord, Quarantine, StoredPatron

SAME_PERSON = "same person"
"""Outcome of a guardian whose new number somebody has already: the two are one from now on."""

_NOT_KEPT = ("last_residence", "municipality_code", "road_code", "house_number", "floor", "door")

GUARDIAN_FIELDS: tuple[str, ...] = tuple(field for field in PatronRecord._fields if field not in _NOT_KEPT)
"""The columns of `library.guardian` that a registry answer may change, in the order of `PatronRecord`."""

_NOTHING = {field: PatronRecord._field_defaults[field] for field in _NOT_KEPT}


@dataclass(frozen=True, slots=True, repr=False)
class StoredGuardian:
    """A guardian as the database has it when an answer is applied; `reason`, `since`, `tries` of the last bad one."""

    guardian_id: int
    cpr_number: CprNumber
    record: PatronRecord
    checked_on: date | None = None
    reason: str | None = None
    since: date | None = None
    tries: int = 0

    def __repr__(self) -> str:
        return f"<StoredGuardian {self.guardian_id}>"


@dataclass(frozen=True, slots=True, repr=False)
class GuardianDecision:
    """What one answer does to one guardian.

    `outcome`: as of a patron, or `same person`. `after`: the very object of the stored guardian where nothing is
    rewritten. `moved_to`: the number in force; with `same person` the number that somebody has already.
    """

    guardian_id: int
    outcome: str
    after: PatronRecord
    next_due: date | None
    moved_to: CprNumber | None = None
    reason: str | None = None
    since: date | None = None
    tries: int = 0

    def __repr__(self) -> str:
        return f"<GuardianDecision {self.guardian_id} {self.outcome}>"


def decide_guardian(
    stored: StoredGuardian,
    answer: Person | Quarantine,
    *,
    today: date,
    interval_days: int,
    chain: tuple[CprNumber, ...] = (),
) -> GuardianDecision:
    """What `answer` does to the guardian, on `today`; the parameters are those of `mappers.patron.decide`.

    A guardian whose number has a successor that somebody has already (`duplicate patron`) is one person with them,
    which is no fault: both numbers lead to the one.
    """
    if isinstance(answer, Quarantine) and answer.reason == DUPLICATE_PATRON:
        return GuardianDecision(stored.guardian_id, SAME_PERSON, stored.record, today, moved_to=chain[-1])
    as_patron = StoredPatron(
        str(stored.guardian_id),
        stored.cpr_number,
        stored.record,
        stored.checked_on,
        quarantine_reason=stored.reason,
        quarantine_tries=stored.tries,
    )
    decision = decide(as_patron, answer, today=today, interval_days=interval_days, chain=chain, guardians=False)
    after = decision.after._replace(**_NOTHING)
    unchanged = after == stored.record
    reason = decision.quarantine.reason if decision.quarantine else None
    if reason is not None:
        outcome = reason
    elif decision.first:
        outcome = FIRST_ANSWER
    else:
        outcome = UNCHANGED if unchanged and decision.moved_to is None else CHANGED
    return GuardianDecision(
        stored.guardian_id,
        outcome,
        stored.record if unchanged else after,
        decision.next_due,
        moved_to=decision.moved_to,
        reason=reason,
        since=None if reason is None else stored.since if reason == stored.reason else today,
        tries=decision.tries,
    )
