"""A CPR number that does not show itself.

A CPR number never leaves its column (docs/explanation/privacy.md). Code passes this object on;
only the envelope that is sent and the column that is written read `digits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"([0-9]{6})-?([0-9]{4})")
_REPLACEMENT = re.compile(r"([6-9][0-9]{5})-?([0-9]{4})|([0-9]{6})-?([0-9A-Z]{4})")

MASK = "**********"


class InvalidCprNumber(ValueError):
    """The text is no CPR number. The message never holds the text."""


@dataclass(frozen=True, slots=True, order=True)
class CprNumber:
    """Ten characters, no hyphen. `str`, `repr` and formatting show a mask, never a digit.

    Modulus 11 is never checked: numbers without it have been given out since 2007.
    """

    digits: str

    @classmethod
    def parse(cls, text: str) -> CprNumber:
        """Reads `DDMMYYSSSS` or `DDMMYY-SSSS`, replacement numbers included.

        Raises `InvalidCprNumber` for anything else; the message does not repeat the text.
        """
        written = text.strip().upper()
        if not (_WRITTEN.fullmatch(written) or _REPLACEMENT.fullmatch(written)):
            raise InvalidCprNumber("not a CPR number: ten digits, with or without a hyphen after the sixth")
        return cls(written.replace("-", ""))

    @property
    def is_replacement(self) -> bool:
        """True for a replacement number (day of month + 60, or letters in the serial).

        The registry knows nothing of these: they are never looked up.
        """
        return self.digits[0] in "6789" or not self.digits.isdigit()

    def __repr__(self) -> str:
        return f"CprNumber({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)
