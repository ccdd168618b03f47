"""Who a child's guardians are, who has signed for it, and what staff must see (docs/reference/rules.md).

Pure and for one child; db/guardians holds the set forms, named here, and a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Literal, NamedTuple

from mappers import cases, quarantine
from mappers.coming_of_age import comes_of_age, is_minor
from mappers.custody import KINDS, UNKNOWN_HOLDER
from mappers.status import DEAD

DISAPPEARED = 70

DELETED_AFTER_DAYS = 30
"""A guardian who is no patron is deleted so many days after their last link ended, and an ended link shown so long."""

State = Literal["minor", "adult", "dead", "uncertain", "gone"]


class Child(NamedTuple):
    """What a child's standing hangs on. `settled_on`: the day on which staff closed the case of the birth date."""

    birth_date: date | None = None
    birth_date_uncertain: bool | None = None
    registry_status: int | None = None
    registry_status_date: date | None = None
    gone_on: date | None = None
    settled_on: date | None = None

    def __repr__(self) -> str:
        return "<Child>"


class Standing(NamedTuple):
    """Where a child stands on a day. `ends_on`: the day on which all links end, None where they do not."""

    state: State
    ends_on: date | None = None


def standing(child: Child, today: date) -> Standing:
    """Where the child stands. The set form is db/guardians/enlist_children.sql.

    The dead come first: links end on the day of the death (unknown: today), or on an earlier birthday. Who is of age
    by a certain birth date, or by an uncertain one that staff have settled, is an adult. While an uncertain one is not
    settled nothing is decided; nor of a child who is gone from the library.
    """
    birthday = comes_of_age(child.birth_date) if child.birth_date else None
    settled = child.settled_on if child.birth_date_uncertain and child.settled_on is not None else None
    if settled is not None and settled > today:
        settled = None
    of_age = birthday is not None and birthday <= today
    ends = None
    if birthday is not None and of_age and (not child.birth_date_uncertain or settled is not None):
        ends = max(birthday, settled) if settled is not None else birthday
    if child.registry_status == DEAD:
        days = [today, *(day for day in (child.registry_status_date, ends) if day is not None)]
        return Standing("dead", min(days))
    if ends is not None:
        return Standing("adult", ends)
    if child.gone_on is not None:
        return Standing("gone")
    return Standing("uncertain" if of_age else "minor")


def end_of(standing: Standing, valid_to: date | None, custody_ended_on: date | None, today: date) -> date:
    """The day on which a link that is over ended. The set form is db/guardians/end_links.sql.

    `valid_to`: the end that the link has already. `custody_ended_on`: the delete date in the registry, where there is
    one, after the link's first day. A birthday or a death ends a link on its own day, whenever the run came; so does a
    delete date, by what the registry says now; an entry that is there no more, today.
    """
    if standing.ends_on is not None:
        return standing.ends_on if valid_to is None else min(valid_to, standing.ends_on)
    if custody_ended_on is not None:
        return custody_ended_on
    return valid_to if valid_to is not None and valid_to <= today else today


def confirmation(kinds_held: Iterable[str]) -> tuple[bool, str | None]:
    """Whether who signed holds custody today, and how. The set form is db/guardians/confirm_links.sql.

    `kinds_held`: the kinds by which that guardian holds custody of the child today; the first of `custody.KINDS` tells.
    """
    held = set(kinds_held)
    kind = next((kind for kind in KINDS if kind in held), None)
    return kind is not None, kind


class Guardian(NamedTuple):
    """What is known of a guardian who has a link to the child: the patron's where the guardian is one.

    `reason`: why the last answer about them could not be applied, or None. `not_found_before`: a case of the child says
    already that the registry does not know them.
    """

    guardian_id: int
    registry_status: int | None = None
    birth_date: date | None = None
    reason: str | None = None
    not_found_before: bool = False

    def __repr__(self) -> str:
        return f"<Guardian {self.guardian_id}>"


Case = tuple[str, int | None]
"""Kind of case, and the guardian it is about (None: the child alone)."""


def wanted_cases(
    standing: Standing,
    *,
    spoken: bool,
    holders: Iterable[str],
    not_confirmed: Iterable[int],
    guardians: Iterable[Guardian],
    today: date,
) -> frozenset[Case]:
    """The cases that the child gives cause for today. The set form is db/guardians/want_cases.sql.

    `spoken`: the registry has told of the child's custody. `holders`: the kinds of the holders of today.
    `not_confirmed`: who has signed and holds no custody. `guardians`: everybody with a link that stands.
    """
    if standing.state == "uncertain":
        return frozenset({(cases.UNCERTAIN_BIRTH_DATE, None)})
    if standing.state != "minor":
        return frozenset()
    held = set(holders)
    wanted: set[Case] = set()
    if spoken and not held:
        wanted.add((cases.NO_HOLDER_OF_CUSTODY, None))
    if UNKNOWN_HOLDER in held:
        wanted.add((cases.UNKNOWN_HOLDER, None))
    wanted |= {(cases.GUARDIAN_NOT_CONFIRMED, guardian_id) for guardian_id in not_confirmed}
    for guardian in guardians:
        wanted |= {(kind, guardian.guardian_id) for kind in troubles(guardian, today)}
    return frozenset(wanted)


def troubles(guardian: Guardian, today: date) -> frozenset[str]:
    """The kinds of cases that what is known of a guardian gives cause for.

    An answer that says nothing about the person ends no case of one whom the registry did not know before it.
    """
    still_unknown = guardian.not_found_before and guardian.reason in quarantine.SAYS_NOTHING
    raised = {
        cases.GUARDIAN_DECEASED: guardian.registry_status == DEAD,
        cases.GUARDIAN_DISAPPEARED: guardian.registry_status == DISAPPEARED,
        cases.GUARDIAN_IS_A_MINOR: is_minor(guardian.birth_date, today),
        cases.GUARDIAN_NOT_FOUND: guardian.reason == quarantine.NOT_FOUND or still_unknown,
    }
    return frozenset(kind for kind, is_so in raised.items() if is_so)


def deleted_on(last_link_ended_on: date) -> date:
    """The day from which a guardian who is no patron is deleted. The set form is db/retention/remove/guardians.sql."""
    return last_link_ended_on + timedelta(days=DELETED_AFTER_DAYS)


def shown_until(ended_on: date) -> date:
    """The first day on which a link that ended is not shown any more."""
    return ended_on + timedelta(days=DELETED_AFTER_DAYS)
