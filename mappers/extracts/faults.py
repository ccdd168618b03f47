"""What can be wrong with an extract: codes, whose words stand in `flows/wording`. None ever holds a value.

A `Fault` is found in one line of the file, which is then a reject while the rest is loaded; an `ExtractError` is
about the whole file, of which nothing is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Why a line is rejected (docs/reference/import.md). Those below the line are found by db/imports/*.sql."""

    MISSING = "missing"
    NOT_A_DATE = "not a date"
    NOT_A_TIME = "not a time"
    NOT_AN_AMOUNT = "not an amount"
    BELOW_ZERO = "below zero"
    NOT_A_NUMBER = "not a number"
    NOT_A_CPR_NUMBER = "not a CPR number"
    NOT_A_MUNICIPALITY_CODE = "not a municipality code"
    NOT_A_LANGUAGE = "not a language"
    NOT_A_CHANNEL = "not a channel"
    WITHOUT_PARTNER = "without its partner"
    ENDS_TOO_EARLY = "ends before it begins"
    IS_A_CPR_NUMBER = "is a CPR number"
    WRONG_NUMBER_OF_CELLS = "wrong number of cells"
    BROKEN_QUOTES = "broken quotes"
    # --------
    SECOND_LINE = "second line"
    CPR_NUMBER_HELD = "CPR number held"
    THIRD_CPR_NUMBER = "third CPR number"
    CARD_HELD = "card held"
    NOT_A_PATRON = "not a patron"
    NOT_A_LOAN = "not a loan"
    ANOTHERS_LOAN = "another's loan"
    NOT_A_CHARGE = "not a charge"
    PATRON_IS_DEAD = "patron is dead"
    NOT_A_MINOR = "not a minor"
    IS_THE_CHILD = "is the child"
    LIES_AHEAD = "lies ahead"
    SIGNED_THE_SAME_DAY = "signed the same day"
    UNKNOWN_MUNICIPALITY = "unknown municipality"
    UNKNOWN_GROUP = "unknown group"
    IMPOSSIBLE_AGES = "impossible ages"
    OVERLAPS = "overlaps"
    SPELT_OTHERWISE = "spelt otherwise"


class UnreadableCell(ValueError):
    """A cell can't be read. Holds the code alone."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Reject:
    """One thing that is wrong with one line.

    `line`: where the row begins in the file, the header being line 1. `key`: the row's own number, None where it is
    missing or may be a CPR number. `column`: None where the line as a whole is wrong. `other`: what the words need
    besides: the other patron's number, the earlier line, the partner column.
    """

    line: int
    key: str | None
    column: str | None
    fault: Fault
    other: str | None = None


class ExtractErrorKind(StrEnum):
    """Why a whole file is refused."""

    EMPTY = "empty"
    NO_HEADER = "no header"
    UNKNOWN_COLUMN = "unknown column"
    COLUMN_TWICE = "column twice"
    COLUMN_MISSING = "column missing"
    PARTNER_MISSING = "partner missing"
    WRONG_ENCODING = "wrong encoding"


class ExtractError(Exception):
    """A whole file is refused; nothing of it is loaded.

    `column`: the column it is about, as the file writes it, None where that may be data. `place`: the number of the
    column from 1, or of the line. `other`: the nearest known column, or the partner that is missing.
    """

    def __init__(
        self, kind: ExtractErrorKind, *, column: str | None = None, place: int | None = None, other: str | None = None
    ) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.column = column
        self.place = place
        self.other = other
