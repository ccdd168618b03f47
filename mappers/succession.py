"""Following a number that was changed or deleted as a double (docs/reference/rules.md, "Two patrons, one person").

One pure step: what an answer about the last number says to do next. Whether another patron holds
the number that comes next is the caller's to ask, before it is looked up.
"""

from __future__ import annotations

from cpr_client.cpr_number import CprNumber
from cpr_client.person import Person
from mappers.quarantine import MALFORMED, SUCCESSOR_CIRCLE
from mappers.record import Quarantine
from mappers.status import SUCCEEDED

MAX_STEPS = 5
"""So many successors are looked up; one more is a quarantine."""

MISSING = "gaeldendePersonnummer is missing"
UNKNOWN_TO_THE_REGISTRY = "gaeldendePersonnummer is a replacement number"
COMES_BACK = "gaeldendePersonnummer comes back to an earlier number"
TOO_LONG = f"gaeldendePersonnummer leads on after {MAX_STEPS} steps"
"""Details of the quarantine."""


class ChainNotFollowed(Exception):
    """A person whose number has a successor was handed on as the end of the chain: a defect of the caller."""

    def __init__(self) -> None:
        super().__init__("the number has a successor: look that one up before the answer is decided on")


def next_number(asked: CprNumber, chain: tuple[CprNumber, ...], answer: Person) -> CprNumber | Quarantine | None:
    """What to do with the answer about the last number of the chain (about `asked` where it is empty).

    Returns the number to look up next; None where the answer is the end of the chain, to be decided
    on; or a quarantine: `malformed` (no successor, or one that the registry can't know), or
    `successor circle` (a number comes back, or the chain is longer than `MAX_STEPS`).
    """
    if answer.status not in SUCCEEDED:
        return None
    successor = answer.successor
    if successor is None or successor.is_replacement:
        return Quarantine(MALFORMED, UNKNOWN_TO_THE_REGISTRY if successor else MISSING)
    if successor == asked or successor in chain:
        return Quarantine(SUCCESSOR_CIRCLE, COMES_BACK)
    if len(chain) >= MAX_STEPS:
        return Quarantine(SUCCESSOR_CIRCLE, TOO_LONG)
    return successor
