"""How a cell of an extract is read: one function per sort of value, shared by every kind of file.

Each takes the text of a cell that is not empty, white space at both ends included, and returns what is
loaded; None where nothing but white space is there. What can't be read raises `UnreadableCell` with a code of
`mappers.extracts.faults`: never with the text. The formats are those of docs/reference/import.md.
"""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from cpr_client.cpr_number import CprNumber, InvalidCprNumber
from mappers.extracts.faults import Fault, UnreadableCell
from mappers.local_days import COPENHAGEN

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?"
)
_AMOUNT = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,2})?")
_FARTHEST = timedelta(hours=15)
"""No offset anywhere is so far from UTC, and PostgreSQL takes none that is much farther."""

_PLAIN_CPR_NUMBER = re.compile(r"[0-9]{10}").fullmatch
_NOT_PRINTABLE = re.compile(r"[^\S ]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")
_SPACES = re.compile(r" {2,}")


class Reader(Protocol):
    """A function of this module."""

    def __call__(self, cell: str, /) -> str | None: ...


def one_line(cell: str) -> str:
    """The text with each run of white space and control characters made into one space."""
    return _SPACES.sub(" ", _NOT_PRINTABLE.sub(" ", cell)).strip()


def read_text(cell: str) -> str | None:
    """Text of one line."""
    if not cell.isprintable():
        cell = one_line(cell)
    return cell.strip() or None


def read_lines(cell: str) -> str | None:
    """Text that may run over several lines (notes): line ends are kept, every line is cleaned."""
    if cell.isprintable():
        return cell.strip() or None
    return "\n".join(map(one_line, cell.splitlines())).strip() or None


def read_date(cell: str) -> str | None:
    """`YYYY-MM-DD`."""
    written = cell.strip()
    if not written:
        return None
    if not _DATE.fullmatch(written):
        raise UnreadableCell(Fault.NOT_A_DATE)
    try:
        date.fromisoformat(written)
    except ValueError:
        raise UnreadableCell(Fault.NOT_A_DATE) from None
    return written


def read_time(cell: str) -> str | None:
    """ISO 8601 date and time, with an offset or else in Europe/Copenhagen; returned with its offset.

    An hour that does not exist is taken as it would stand on the clock before the change; of an hour that exists
    twice it is the first (docs/reference/rules.md, "Retention"). The first and the last year there are hold no moment:
    that is how some systems write that they know none, and a loan that came back then would be forgotten at once.
    """
    written = cell.strip()
    if not written:
        return None
    if not _TIME.fullmatch(written):
        raise UnreadableCell(Fault.NOT_A_TIME)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise UnreadableCell(Fault.NOT_A_TIME) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=COPENHAGEN, fold=0)
    if abs(moment.utcoffset() or timedelta()) > _FARTHEST or moment.year in (MINYEAR, MAXYEAR):
        raise UnreadableCell(Fault.NOT_A_TIME)
    return moment.isoformat()


def read_amount(cell: str) -> str | None:
    """Kroner with at most two decimals, `12.50` or `12,50`, below zero too; returned with two decimals and a point."""
    written = cell.strip()
    if not written:
        return None
    if not _AMOUNT.fullmatch(written):
        raise UnreadableCell(Fault.NOT_AN_AMOUNT)
    return str(Decimal(written.replace(",", ".")).quantize(Decimal("0.01")))


def read_amount_owed(cell: str) -> str | None:
    """As `read_amount`, of what somebody owes: never below zero."""
    amount = read_amount(cell)
    if amount is not None and Decimal(amount) < 0:
        raise UnreadableCell(Fault.BELOW_ZERO)
    return amount


def read_number(cell: str) -> str | None:
    """A whole number of at most four digits."""
    written = cell.strip()
    if len(written) > 4 or (written and not (written.isascii() and written.isdigit())):
        raise UnreadableCell(Fault.NOT_A_NUMBER)
    return written or None


def read_cpr_number(cell: str) -> str | None:
    """A CPR number with or without hyphen, replacement numbers included; returned as its ten characters."""
    written = cell.strip()
    if _PLAIN_CPR_NUMBER(written):  # as most files have them, and the readers are a file's hot path
        return written
    if not written:
        return None
    try:
        return CprNumber.parse(written).digits
    except InvalidCprNumber:
        raise UnreadableCell(Fault.NOT_A_CPR_NUMBER) from None


def read_persons_number(cell: str) -> str | None:
    """As `read_cpr_number`, of somebody who must be there: ten zeros, which begin with no day, are nobody's."""
    number = read_cpr_number(cell)
    if number is not None and not begins_with_a_day(number):
        raise UnreadableCell(Fault.NOT_A_CPR_NUMBER)
    return number


def begins_with_a_day(digits: str) -> bool:
    """Whether ten characters begin with a day of the month (60 more in a replacement number) and a month."""
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= (day - 60 if day > 60 else day) <= 31 and 1 <= month <= 12


def read_municipality_code(cell: str) -> str | None:
    """Up to four digits; returned as four (a spreadsheet drops the leading zero)."""
    written = cell.strip()
    if not written:
        return None
    if len(written) > 4 or not written.isascii() or not written.isdigit():
        raise UnreadableCell(Fault.NOT_A_MUNICIPALITY_CODE)
    return written.zfill(4)


def read_postal_code(cell: str) -> str | None:
    """A Danish postal code is returned as four digits (a spreadsheet drops the leading zero), another as it stands."""
    written = read_text(cell)
    return written.zfill(4) if written is not None and len(written) == 3 and written.isdigit() else written


def read_language(cell: str) -> str | None:
    """`da` or `en`."""
    written = cell.strip().lower()
    if written and written not in ("da", "en"):
        raise UnreadableCell(Fault.NOT_A_LANGUAGE)
    return written or None


def read_channel(cell: str) -> str | None:
    """`sms` or `email`."""
    written = cell.strip().lower()
    if written and written not in ("sms", "email"):
        raise UnreadableCell(Fault.NOT_A_CHANNEL)
    return written or None
