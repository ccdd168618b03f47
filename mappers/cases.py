"""The kinds of cases that staff must look at, declared once (docs/reference/rules.md).

The table keeps the code and patron numbers; the words are the command's.
"""

from __future__ import annotations

from typing import NamedTuple


class CaseKind(NamedTuple):
    """One kind of case: its code, and in one line why it is raised."""

    kind: str
    meaning: str


NO_HOLDER_OF_CUSTODY = "no holder of custody"
UNKNOWN_HOLDER = "unknown holder"
GUARDIAN_NOT_FOUND = "guardian not found"
GUARDIAN_DECEASED = "guardian deceased"
GUARDIAN_DISAPPEARED = "guardian disappeared"
GUARDIAN_IS_A_MINOR = "guardian is a minor"
GUARDIAN_NOT_CONFIRMED = "guardian not confirmed"
UNCERTAIN_BIRTH_DATE = "uncertain birth date"
DUPLICATE_PATRON = "duplicate patron"

CASE_KINDS: tuple[CaseKind, ...] = (
    CaseKind(NO_HOLDER_OF_CUSTODY, "a minor has no custody entry in force"),
    CaseKind(UNKNOWN_HOLDER, "a minor's holder of custody has no number in the registry"),
    CaseKind(GUARDIAN_NOT_FOUND, "the registry does not know a minor's guardian"),
    CaseKind(GUARDIAN_DECEASED, "a minor's guardian is dead"),
    CaseKind(GUARDIAN_DISAPPEARED, "a minor's guardian has disappeared"),
    CaseKind(GUARDIAN_IS_A_MINOR, "a minor's guardian is under 18"),
    CaseKind(GUARDIAN_NOT_CONFIRMED, "the guardian who signed for a minor does not hold custody"),
    CaseKind(UNCERTAIN_BIRTH_DATE, "a minor turns 18 by a birth date that the registry marks as uncertain"),
    CaseKind(DUPLICATE_PATRON, "two patrons are one person: another patron holds the number now in force"),
)
"""All kinds of cases."""

KINDS: tuple[str, ...] = tuple(kind for kind, _ in CASE_KINDS)
"""The codes of `CASE_KINDS`."""

ABOUT_GUARDIANS: tuple[str, ...] = tuple(kind for kind in KINDS if kind != DUPLICATE_PATRON)
"""The kinds that the guardians' run raises and closes."""
