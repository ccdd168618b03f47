"""One answer about one patron -> one decision: the recipe that calls the rules (docs/reference/rules.md)."""

from __future__ import annotations

from datetime import date

from cpr_client.cpr_number import CprNumber
from cpr_client.errors import MalformedAnswer, MismatchedAnswer
from cpr_client.person import Person
from mappers import blocks, events, municipalities, plausibility, quarantine, status, succession
from mappers.address import base_address, residence_in, stored_contact
from mappers.changes import Changes, changes, filled
from mappers.coming_of_age import is_minor
from mappers.custody import Entries, custody_after
from mappers.name import patron_name
from mappers.protection import stored_protection
from mappers.quarantine import quarantine_for
from mappers.record import CHANGED, FIRST_ANSWER, UNCHANGED, Decision, PatronRecord, Quarantine, StoredPatron
from mappers.when_due import next_due, next_due_after_death

__all__ = ["decide", "quarantine_for", "record_after"]


def decide(
    stored: StoredPatron,
    answer: Person | Quarantine,
    *,
    today: date,
    interval_days: int,
    chain: tuple[CprNumber, ...] = (),
    guardians: bool = True,
) -> Decision:
    """What `answer` does to the patron, on `today`.

    `chain`: the successors that were looked up, in order; `answer` is then the answer about the
    last one, and the patron's number moves to it. `answer` is a `Quarantine` where the look-ups
    ended in one (`quarantine_for`, `succession.next_number`, a duplicate patron, a held batch).
    `interval_days`: days between two look-ups of a living patron. `guardians`: whether guardians are
    mapped at all; else no custody is kept.

    An answer that can't be used becomes a decision with a quarantine. Raises
    `succession.ChainNotFollowed` alone, for a person whose successor is still to be looked up.
    """
    if isinstance(answer, Quarantine):
        return _kept(stored, answer, today)
    if answer.cpr_number != (chain[-1] if chain else stored.cpr_number):
        return _kept(stored, Quarantine(quarantine.MISMATCHED, MismatchedAnswer.detail), today)
    following = succession.next_number(stored.cpr_number, chain, answer)
    if isinstance(following, Quarantine):
        return _kept(stored, following, today)
    if following is not None:
        raise succession.ChainNotFollowed
    moved_to = chain[-1] if chain else None
    if answer.status == status.ANNULLED:
        return _annulled(stored, answer, moved_to, today)
    try:
        after, notes = record_after(stored.record, answer, today)
    except MalformedAnswer as error:
        return _kept(stored, Quarantine(quarantine.MALFORMED, error.detail), today)
    custody = custody_after(stored.custody, after, answer, today) if guardians else None
    return _applied(stored, after, moved_to, notes, today, interval_days, custody)


def record_after(before: PatronRecord, person: Person, today: date) -> tuple[PatronRecord, tuple[str, ...]]:
    """The record that the answer gives, and notes (`municipalities.NOTES`) for the run's report.

    For every status of `status.EFFECTS`; the record is `before` itself where nothing is rewritten.
    Raises `MalformedAnswer` for a status that is unknown and for an answer that lacks what it must hold.
    """
    effect = status.effect_of(person.status)
    contact = stored_contact(person.contact, person.status, today)
    base = base_address(person, before, contact, today)
    municipality, notes = _municipality(effect, person, before)
    born = person.birth_date
    after = PatronRecord(
        patron_name(person.name) or before.name,
        born.date if born else before.birth_date,
        born.uncertain if born else before.birth_date_uncertain,
        *base,
        *contact,
        municipality,
        person.status,
        person.status_date.date if person.status_date else None,
        *stored_protection(person.protection),
    )
    return (before if after == before else after), notes


def _municipality(effect: status.Effect, person: Person, before: PatronRecord) -> tuple[str | None, tuple[str, ...]]:
    """The municipality of a resident, with what is to be reported about it; nobody else has one."""
    if effect.resident is None:
        return None, ()
    residence = residence_in(person)
    if residence is None:  # a contact address stands in: what the library has stays
        return before.municipality_code, ()
    code = municipalities.stored_code(residence.municipality_code)
    note = municipalities.note(code)
    return code, (note,) if note else ()


def _applied(
    stored: StoredPatron,
    after: PatronRecord,
    moved_to: CprNumber | None,
    notes: tuple[str, ...],
    today: date,
    interval_days: int,
    custody: Entries | None,
) -> Decision:
    """A good answer: an open quarantine ends, blocks follow the status, and what changed is told."""
    before, held = stored.record, stored.registry_blocks
    first = not before.spoken_of
    wanted: dict[str, date] = {}
    if after.registry_status == status.DEAD:
        died = blocks.since(blocks.DECEASED, held, after.registry_status_date, today)
        wanted[blocks.DECEASED] = died
        due = next_due_after_death(died, today)
    else:
        due = next_due(today, interval_days)
    to_set, to_lift = blocks.to_set(held, wanted), blocks.to_lift(held, wanted)
    found = filled(after, today) if first else changes(before, stored.checked_on or today, after, today)
    _tell(found, moved_to, bool(to_set or to_lift))
    return Decision(
        stored.patron_number,
        FIRST_ANSWER if first else CHANGED if found else UNCHANGED,
        after,
        due,
        first,
        events=found,
        moved_to=moved_to,
        blocks_set=to_set,
        blocks_lifted=to_lift,
        shares=plausibility.answer_shares(before, after, found, today),
        notes=notes,
        custody=custody,
        custody_taken=custody is not None and is_minor(after.birth_date, today),
    )


def _annulled(stored: StoredPatron, answer: Person, moved_to: CprNumber | None, today: date) -> Decision:
    """Status 30: the status is taken and the patron blocked and quarantined; nothing else is overwritten.

    A block for a death that the registry had told stays: an annulled number says nothing of that.
    """
    before, held = stored.record, stored.registry_blocks
    status_date = answer.status_date.date if answer.status_date else None
    after = before._replace(registry_status=status.ANNULLED, registry_status_date=status_date)
    since = blocks.since(blocks.NUMBER_ANNULLED, held, status_date, today)
    to_set = blocks.to_set(held, {blocks.NUMBER_ANNULLED: since})
    found = changes(before, stored.checked_on or today, after, today)
    _tell(found, moved_to, bool(to_set))
    return _quarantined(
        stored,
        Quarantine(quarantine.NUMBER_ANNULLED),
        before if after == before else after,
        today,
        events=found,
        moved_to=moved_to,
        blocks_set=to_set,
        shares=plausibility.answer_shares(before, after, found, today),
    )


def _kept(stored: StoredPatron, why: Quarantine, today: date) -> Decision:
    """An answer that is not applied: the patron keeps what they had.

    A date may still have fallen since the last answer (a contact address, a protection): it is told
    now, for the next answer looks back no further than this one.
    """
    record = stored.record
    return _quarantined(
        stored,
        why,
        record,
        today,
        events=changes(record, stored.checked_on or today, record, today),
        shares=plausibility.quarantine_shares(why.reason, stored.quarantine_reason, not record.spoken_of),
    )


def _quarantined(
    stored: StoredPatron,
    why: Quarantine,
    after: PatronRecord,
    today: date,
    *,
    events: Changes,
    shares: frozenset[str],
    moved_to: CprNumber | None = None,
    blocks_set: dict[str, date] | None = None,
) -> Decision:
    tries = quarantine.tries_after(why.reason, stored.quarantine_reason, stored.quarantine_tries)
    return Decision(
        stored.patron_number,
        why.reason,
        after,
        quarantine.next_try(why.reason, tries, today),
        not stored.record.spoken_of,
        events=events,
        moved_to=moved_to,
        blocks_set=blocks_set or {},
        quarantine=why,
        tries=tries,
        shares=shares,
        custody=stored.custody,
    )


def _tell(found: Changes, moved_to: CprNumber | None, blocked: bool) -> None:
    """Adds the events that are not in the record; both kinds stand last in the order of `events`."""
    if moved_to is not None:
        found[events.CPR_NUMBER] = ("cpr_number",)
    if blocked:
        found[events.BLOCK] = ("blocks",)
