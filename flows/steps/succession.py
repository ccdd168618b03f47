"""Follow changed and doubled numbers to the number in force, a whole batch a step at a time.

What to do at each step is decided in `mappers.succession`; here stand the questions that it needs:
who holds the successor in the library, and what the registry says about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from cpr_client import CprNumber, Person, RegistryClient
from flows.steps.look_ups import LookedUp, Unapplied, accounted_for
from mappers.record import Quarantine
from mappers.succession import next_number

Holders = Callable[[Iterable[CprNumber]], dict[CprNumber, str]]


def follow_successors(
    batch: list[LookedUp], client: RegistryClient, holders: Holders, unapplied: Unapplied
) -> list[LookedUp]:
    """The batch with every chain followed to its end, in the order it had.

    A successor that another patron holds, or that another patron of the batch leads to as well, is
    not looked up: that patron is a duplicate (docs/reference/rules.md, "Two patrons, one person"). `unapplied` is told
    where it breaks off.
    """
    done = {looked_up.patron_number: looked_up for looked_up in batch}
    open_ends = [looked_up for looked_up in batch if successor_of(looked_up)]
    taken: dict[CprNumber, str] = {}
    with accounted_for(done, unapplied):
        while open_ends:
            held = holders([number for looked_up in open_ends if (number := successor_of(looked_up))])
            questions: list[tuple[str, CprNumber]] = []
            for looked_up in open_ends:
                number = successor_of(looked_up)
                if number is None:
                    continue
                holder = held.get(number) or taken.setdefault(number, looked_up.patron_number)
                if holder != looked_up.patron_number:
                    looked_up.answer = Quarantine("duplicate patron", other_patron=holder)
                else:
                    questions.append((looked_up.patron_number, number))
            open_ends = []
            for answer in client.lookup_many(questions):
                looked_up = LookedUp.from_answer(answer, before=done[answer.key])
                done[answer.key] = looked_up
                if successor_of(looked_up):
                    open_ends.append(looked_up)
    return [done[looked_up.patron_number] for looked_up in batch]


def successor_of(looked_up: LookedUp) -> CprNumber | None:
    """The number to look up next; a chain that must not be followed becomes a quarantine here."""
    if not isinstance(looked_up.answer, Person):
        return None
    step = next_number(looked_up.chain[0], looked_up.chain[1:], looked_up.answer)
    if isinstance(step, Quarantine):
        looked_up.answer = step
        return None
    return step
