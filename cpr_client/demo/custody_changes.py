"""How custody of made-up children changes while days pass: each change takes a child's draft and a day.

What becomes of a holder (death, another number, protection ...) is in `cpr_client/demo/ageing.py`, and who a child's
holders are from the beginning in `cpr_client/demo/families.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.facts import NO_NUMBER, CustodyFacts, DemoPerson
from cpr_client.demo.families import Draft, birthday

MOTHER, FATHER, HOLDER, SECOND_HOLDER = 3, 4, 5, 6
"""The registry's types of holders."""


@dataclass(frozen=True, slots=True)
class Circle:
    """Who may come to hold custody. Each gives one somebody at a time, None where there is none left.

    `adult` is somebody of age, `minor` somebody under 18, `unheard_of` a number that the registry does not know.
    `to_day`: the day on which the registry stands after the change.
    """

    to_day: date
    adult: Callable[[], CprNumber | None]
    minor: Callable[[], CprNumber | None]
    unheard_of: Callable[[], CprNumber | None]


Do = Callable[[Draft, date, Circle], tuple[CustodyFacts, ...] | None]
"""The entries that a child has after a change on a day; None where the circle has nobody for it."""


class CustodyChange(NamedTuple):
    """A change: its name in the log, the types of holders whom it happens to (exactly these), and what it does."""

    kind: str
    holders: frozenset[int]
    do: Do


def _held_by(type_: int, on: date, holder: CprNumber | None) -> CustodyFacts:
    return CustodyFacts.model_construct(type=type_, start=on, holder=holder)


def _one_parent_less(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...]:
    stays, goes = child["custody"]
    return (stays, goes.model_copy(update={"delete": on}))


def _one_parent_less_soon(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...]:
    stays, goes = child["custody"]
    soon = circle.to_day + timedelta(days=14)
    return (stays, goes.model_copy(update={"delete": min(soon, birthday(child["birth_date"], 18))}))


def _one_parent_more(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...]:
    return (*child["custody"], _held_by(FATHER, on, None))


def _one_parent_more_soon(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...]:
    return (*child["custody"], _held_by(FATHER, circle.to_day + timedelta(days=14), None))


def _an_other_holder(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...] | None:
    holder = circle.adult()
    return (child["custody"][0], _held_by(HOLDER, on, holder)) if holder else None


def _two_other_holders(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...] | None:
    first, second = circle.adult(), circle.adult()
    return (_held_by(HOLDER, on, first), _held_by(SECOND_HOLDER, on, second)) if first and second else None


def _an_unknown_holder(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...]:
    return (_held_by(HOLDER, on, NO_NUMBER),)


def _a_minor(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...] | None:
    holder = circle.minor()
    return (child["custody"][0], _held_by(HOLDER, on, holder)) if holder else None


def _somebody_unheard_of(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...] | None:
    holder = circle.unheard_of()
    return (child["custody"][0], _held_by(HOLDER, on, holder)) if holder else None


def _nobody(child: Draft, on: date, circle: Circle) -> tuple[CustodyFacts, ...]:
    return ()


_BOTH, _MOTHER_ALONE = frozenset({MOTHER, FATHER}), frozenset({MOTHER})

CUSTODY_CHANGES: tuple[CustodyChange, ...] = (
    CustodyChange("custody of one parent ended", _BOTH, _one_parent_less),
    CustodyChange("custody of one parent ends soon", _BOTH, _one_parent_less_soon),
    CustodyChange("custody of a second parent began", _MOTHER_ALONE, _one_parent_more),
    CustodyChange("custody of a second parent begins soon", _MOTHER_ALONE, _one_parent_more_soon),
    CustodyChange("custody shared with an other holder", _BOTH, _an_other_holder),
    CustodyChange("custody given to two others", _BOTH, _two_other_holders),
    CustodyChange("custody of a holder who is not named", _BOTH, _an_unknown_holder),
    CustodyChange("custody of a holder who is a minor", _BOTH, _a_minor),
    CustodyChange("custody of a holder unknown to the registry", _BOTH, _somebody_unheard_of),
    CustodyChange("custody of nobody", _BOTH, _nobody),
)
"""All of them, in the order in which they happen in a step."""


def may_happen_to(change: CustodyChange, child: DemoPerson, day: date) -> bool:
    """Whether a change can strike this child: under 18 for a month to come, with the right holders, all in force."""
    if not child.custody or child.birth_date is None or birthday(child.birth_date, 18) <= day + timedelta(days=31):
        return False
    if len(child.custody) != len(change.holders) or {entry.type for entry in child.custody} != change.holders:
        return False
    a_father_to_come = change.holders == _BOTH or (child.father is not None and child.father.cpr_number != NO_NUMBER)
    lasting = all(entry.delete is None or entry.delete > day + timedelta(days=31) for entry in child.custody)
    return lasting and a_father_to_come
