"""Follow a guardian's changed number to the number in force, a whole batch a step at a time.

As for patrons (`flows.steps.succession`), but that a number that somebody has already is no fault: the two are one
person, and nobody is looked up for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cpr_client import CprNumber, RegistryClient
from db.guardians.people import Known
from flows.steps.look_ups import LookedUp, Unapplied, accounted_for
from flows.steps.succession import successor_of
from mappers.quarantine import DUPLICATE_PATRON
from mappers.record import Quarantine

KnownNumbers = Callable[[Iterable[CprNumber]], dict[CprNumber, Known]]


def follow_numbers(
    batch: list[LookedUp],
    client: RegistryClient,
    known: KnownNumbers,
    unapplied: Unapplied,
    taken: dict[CprNumber, str] | None = None,
) -> list[LookedUp]:
    """The batch with every chain followed to its end, one look-up a step, in the order it had.

    A chain that comes to a number of another guardian, or of a patron, ends there as `duplicate patron`, that number
    the last of the chain; so does one that comes to a number that another guardian of the batch came to first.
    `taken`: numbers that guardians of earlier batches have come to, where those are not applied yet; it grows.
    `unapplied` is told where it breaks off.
    """
    done = {looked_up.patron_number: looked_up for looked_up in batch}
    open_ends = [(looked_up, number) for looked_up in batch if (number := successor_of(looked_up))]
    taken = {} if taken is None else taken
    with accounted_for(done, unapplied):
        while open_ends:
            held = known([number for _, number in open_ends])
            questions: list[tuple[str, CprNumber]] = []
            for looked_up, number in open_ends:
                somebody = held.get(number)
                anothers = somebody is not None and (
                    somebody.patron_number is not None or str(somebody.guardian_id) != looked_up.patron_number
                )
                if anothers or taken.setdefault(number, looked_up.patron_number) != looked_up.patron_number:
                    looked_up.answer = Quarantine(DUPLICATE_PATRON)
                    looked_up.chain = (*looked_up.chain, number)
                else:
                    questions.append((looked_up.patron_number, number))
            open_ends = []
            for answer in client.lookup_many(questions):
                looked_up = LookedUp.from_answer(answer, before=done[answer.key])
                done[answer.key] = looked_up
                if successor := successor_of(looked_up):
                    open_ends.append((looked_up, successor))
    return [done[looked_up.patron_number] for looked_up in batch]
