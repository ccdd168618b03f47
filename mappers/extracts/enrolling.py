"""What a signed form does to the child it is about and to who signed it (docs/reference/import.md).

A load decides for all lines at once: `db/imports/guardians/reject_forms.sql` and `compare_forms.sql` are the set forms
of the functions here, and a property test holds them together. Guardians are told apart by a key of the caller's: two
CPR numbers of one patron are one guardian.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from mappers.coming_of_age import is_minor
from mappers.extracts.faults import Fault
from mappers.status import DEAD


@dataclass(frozen=True, slots=True, repr=False)
class Child:
    """A patron, as far as a form about them is concerned. `cpr_numbers`: the one in force and the former ones.

    `age_is_asked`: a case "uncertain birth date" is open, so that staff have yet to say whether they are 18.
    """

    cpr_numbers: Collection[str] = frozenset()
    birth_date: date | None = None
    registry_status: int | None = None
    age_is_asked: bool = False


class Form(NamedTuple):
    """Who signed, and when."""

    guardian: str
    signed_on: date


def fault_of(child: Child | None, guardian_number: str, signed_on: date, today: date) -> tuple[str, Fault] | None:
    """Why a form is a reject, with the column that shows it; None where nothing is wrong. The first one counts.

    `child`: None where nobody has the patron number. Who is of an unknown age may be a child.
    """
    if child is None:
        return "patron_number", Fault.NOT_A_PATRON
    if child.registry_status == DEAD:
        return "patron_number", Fault.PATRON_IS_DEAD
    born = child.birth_date
    if born is not None and not is_minor(born, today) and not child.age_is_asked:
        return "patron_number", Fault.NOT_A_MINOR
    if guardian_number in child.cpr_numbers:
        return "guardian_cpr_number", Fault.IS_THE_CHILD
    if signed_on > today:
        return "signed_on", Fault.LIES_AHEAD
    return None


class Standing(StrEnum):
    """What a form is beside the others about the same child."""

    NEWEST = "newest"
    """The one that counts: its signer is the child's enrolled guardian."""

    KNOWN = "known"
    """On file already, and not the newest."""

    OLDER = "older"
    """A newer one is on file or in the file: it is not taken."""

    REPEATED = "repeated"
    """An earlier line says the same: a reject."""

    SAME_DAY = "same day"
    """Somebody else signed on the day of the newest one: which of them counts nobody can tell, so a reject."""


@dataclass(frozen=True, slots=True)
class Standings:
    """What becomes of the forms about one child: one `Standing` per line of the file, and the form that counts."""

    newest: Form | None
    lines: Sequence[Standing] = field(default_factory=tuple)


def standings(known: Sequence[Form], lines: Sequence[Form], not_found: Collection[str] = frozenset()) -> Standings:
    """Holds the file's forms about one child (`lines`, in their order) against each other and against those on file.

    The latest day counts; of one day a form on file goes before the file's, and an earlier line before a later one; but
    one by somebody whom the registry does not know (`not_found`) gives way to any other of that day: so a mistyped
    number is corrected.
    """
    candidates = [*known, *lines]
    newest = max(candidates, key=lambda form: (form.signed_on, form.guardian not in not_found), default=None)
    found: list[Standing] = []
    for place, line in enumerate(lines):
        if line in lines[:place]:
            found.append(Standing.REPEATED)
        elif line == newest:
            found.append(Standing.NEWEST)
        elif line in known:
            found.append(Standing.KNOWN)
        elif newest is not None and line.signed_on == newest.signed_on:
            found.append(Standing.SAME_DAY)
        else:
            found.append(Standing.OLDER)
    return Standings(newest, found)
