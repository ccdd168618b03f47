"""What every extract is made of: its columns, its header line, and how a row is read.

    layout = read_header(PATRONS, header_line)
    values = layout.read(cells)        # raises BadRow: every fault of the row at once

`docs/reference/import.md` is the format. Reading a row is the hot path of a load: 1,000,000 rows.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cpr_client.cpr_number import CprNumber, InvalidCprNumber
from mappers.extracts.cells import Reader, begins_with_a_day, read_cpr_number, read_persons_number, read_text
from mappers.extracts.faults import ExtractError, ExtractErrorKind, Fault, UnreadableCell

_LOOKS_LIKE_A_NAME = re.compile(r"[A-Za-zÆØÅæøå][A-Za-zÆØÅæøå_ -]{0,39}")
DELIMITERS = (",", ";")
_CPR_NUMBER_READERS = (read_cpr_number, read_persons_number)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an extract, under the name that the header has. A required one may not be empty in any row.

    `for_good`: an empty cell does not clear what is there, so that an older file loaded late reopens nothing.
    """

    name: str
    reader: Reader = read_text
    required: bool = False
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class Extract:
    """A kind of file.

    `key`: the column whose value is the row's own number in lists of rejects. `needs`: column -> the column that a
    value in it needs beside it, in the file and in the row. `go_together`: columns of which a file has both or none,
    though a row may leave one empty. `periods`: pairs of columns, first and last day. `identity`: the columns by which
    a row is known again, where these are more than the key.
    """

    kind: str
    key: str
    columns: tuple[Column, ...]
    needs: Mapping[str, str] = field(default_factory=dict)
    go_together: tuple[tuple[str, str], ...] = ()
    periods: tuple[tuple[str, str], ...] = ()
    identity: tuple[str, ...] = ()

    @property
    def known_by(self) -> tuple[str, ...]:
        """The columns by which a row is known again."""
        return self.identity or (self.key,)

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class CellFault:
    """A fault of one cell, or of a whole row (`column` None)."""

    column: str | None
    fault: Fault
    other: str | None = None


class BadRow(Exception):
    """A row can't be loaded: all that is wrong with it. `key`: as in `faults.Reject`."""

    def __init__(self, key: str | None, faults: Sequence[CellFault]) -> None:
        super().__init__(", ".join(fault.fault.value for fault in faults))
        self.key = key
        self.faults = tuple(faults)


def may_be_a_cpr_number(text: str) -> bool:
    """Ten characters that begin with a day and month, with or without hyphen: never shown, whatever they are."""
    try:
        return begins_with_a_day(CprNumber.parse(text).digits)
    except InvalidCprNumber:
        return False


class Layout:
    """The columns of one file, in its order, and how its rows are read."""

    def __init__(self, extract: Extract, columns: Sequence[Column], delimiter: str) -> None:
        self.extract = extract
        self.delimiter = delimiter
        self.names = tuple(column.name for column in columns)
        self._columns = tuple(columns)
        self._readers = tuple(column.reader for column in columns)
        at = {name: place for place, name in enumerate(self.names)}
        self._required = tuple(at[column.name] for column in columns if column.required)
        self._key = at[extract.key]
        self._cpr_numbers = tuple(at[column.name] for column in columns if column.reader in _CPR_NUMBER_READERS)
        self._needs = tuple((at[name], at[other]) for name, other in extract.needs.items() if name in at)
        self._periods = tuple((at[start], at[end]) for start, end in extract.periods if start in at and end in at)

    def read(self, cells: Sequence[str]) -> list[str | None]:
        """The row's values, one per name in `names`. Raises `BadRow`."""
        if len(cells) != len(self._readers):
            raise BadRow(None, [CellFault(None, Fault.WRONG_NUMBER_OF_CELLS)])
        try:
            values = [reader(cell) if cell else None for reader, cell in zip(self._readers, cells, strict=True)]
        except UnreadableCell:
            raise self._bad_row(cells) from None
        for place in self._required:
            if values[place] is None:
                raise self._bad_row(cells)
        for place, other in self._needs:
            if values[place] is not None and values[other] is None:
                raise self._bad_row(cells)
        for start, end in self._periods:
            if _ends_too_early(values[start], values[end]):
                raise self._bad_row(cells)
        key = values[self._key]
        if key is not None and self._is_cpr_number(key, values):
            raise self._bad_row(cells)
        return values

    def _is_cpr_number(self, key: str, values: Sequence[str | None]) -> bool:
        """The row's own number is a CPR number: it would show in every list and log. Ten digits may be a number of
        the library's, so these count only where they are a CPR number of the row, too."""
        if len(key) == 11 and key[6] == "-":
            return may_be_a_cpr_number(key)
        return any(key == values[place] for place in self._cpr_numbers)

    def _bad_row(self, cells: Sequence[str]) -> BadRow:
        """Everything that is wrong with a row: slow, since most rows are right."""
        faults: list[CellFault] = []
        values: list[str | None] = []
        for column, cell in zip(self._columns, cells, strict=True):
            value = None
            try:
                value = column.reader(cell) if cell else None
                if value is None and column.required:
                    faults.append(CellFault(column.name, Fault.MISSING))
            except UnreadableCell as error:
                faults.append(CellFault(column.name, error.fault))
            values.append(value)
        wrong = {fault.column for fault in faults}
        for place, other in self._needs:
            if values[place] is not None and values[other] is None and self.names[other] not in wrong:
                faults.append(CellFault(self.names[place], Fault.WITHOUT_PARTNER, self.names[other]))
        for start, end in self._periods:
            if _ends_too_early(values[start], values[end]):
                faults.append(CellFault(self.names[end], Fault.ENDS_TOO_EARLY, self.names[start]))
        key = values[self._key]
        if key is not None and self._is_cpr_number(key, values):
            faults.append(CellFault(self.names[self._key], Fault.IS_A_CPR_NUMBER))
        return BadRow(None if key is None or may_be_a_cpr_number(key) else key, faults)


def _ends_too_early(first_day: str | None, last_day: str | None) -> bool:
    return first_day is not None and last_day is not None and last_day < first_day


def read_header(extract: Extract, line: str) -> Layout:
    """The layout of a file by its first line; comma or semicolon is the one that makes known columns of it.

    Raises `ExtractError`: a column unknown or there twice, one missing, a column without its partner, or no
    header at all (then nothing of the line is repeated: it may be somebody's).
    """
    if not line.strip():
        raise ExtractError(ExtractErrorKind.EMPTY)
    written = [_split(line, delimiter) for delimiter in DELIMITERS]
    known = [sum(extract.column(name.lower()) is not None for name in names) for names in written]
    best = known.index(max(known))
    if not known[best]:
        raise ExtractError(ExtractErrorKind.NO_HEADER)
    columns: list[Column] = []
    for place, name in enumerate(written[best], 1):
        column = extract.column(name.lower())
        if column is None:
            raise _unknown(extract, name, place)
        if column in columns:
            raise ExtractError(ExtractErrorKind.COLUMN_TWICE, column=column.name, place=place)
        columns.append(column)
    there = {column.name for column in columns}
    for column in extract.columns:
        if column.required and column.name not in there:
            raise ExtractError(ExtractErrorKind.COLUMN_MISSING, column=column.name)
    pairs = (*extract.needs.items(), *extract.go_together, *((other, name) for name, other in extract.go_together))
    for name, partner in pairs:
        if name in there and partner not in there:
            raise ExtractError(ExtractErrorKind.PARTNER_MISSING, column=name, other=partner)
    return Layout(extract, columns, DELIMITERS[best])


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter, strict=True))]
    except csv.Error:
        return []


def _unknown(extract: Extract, name: str, place: int) -> ExtractError:
    if not _LOOKS_LIKE_A_NAME.fullmatch(name):
        return ExtractError(ExtractErrorKind.UNKNOWN_COLUMN, place=place)
    nearest = difflib.get_close_matches(name.lower(), [column.name for column in extract.columns], n=1)
    return ExtractError(
        ExtractErrorKind.UNKNOWN_COLUMN, column=name, place=place, other=nearest[0] if nearest else None
    )
