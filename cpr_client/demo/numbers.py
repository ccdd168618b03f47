"""CPR numbers of people who do not exist.

A made-up number has a real date and follows the rule by which the seventh digit tells the century,
so that it can be used wherever a number can. It is plainly made up by three marks together:

* modulus 11 fails. Numbers given out before 2007 all pass it;
* nobody is born on 1 January, the birthday of most real numbers that fail it;
* the seventh digit is 9 (born 1937-2036) or 0 (born 1900-1936), whatever the birth date.
"""

from __future__ import annotations

import random
from datetime import date

from cpr_client.cpr_number import CprNumber

_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def passes_modulus_11(digits: str) -> bool:
    """Whether ten digits pass the old control; never a reason to refuse a number."""
    return sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11 == 0


def century_digit(birth_date: date) -> str:
    """The seventh digit that made-up numbers have. Raises `ValueError` outside 1900-2036."""
    if 1937 <= birth_date.year <= 2036:
        return "9"
    if 1900 <= birth_date.year <= 1936:
        return "0"
    raise ValueError("made-up people are born between 1900 and 2036")


def is_made_up(number: CprNumber) -> bool:
    """Whether the number bears all the marks of a made-up one."""
    digits = number.digits
    if len(digits) != 10 or not digits.isdigit() or digits[:4] == "0101" or passes_modulus_11(digits):
        return False
    try:
        return century_digit(birth_date_of(number)) == digits[6]
    except ValueError:
        return False


def birth_date_of(number: CprNumber) -> date:
    """The date that the digits tell. Raises `ValueError` where they tell none."""
    day, month, year, seventh = (int(number.digits[a:b]) for a, b in ((0, 2), (2, 4), (4, 6), (6, 7)))
    if seventh <= 3:
        century = 1900
    elif seventh in (4, 9):
        century = 2000 if year <= 36 else 1900
    else:
        century = 2000 if year <= 57 else 1800
    return date(century + year, month, day)


class NumberMaker:
    """Gives out made-up numbers, none twice, in an order that the random source decides."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._given: set[str] = set()

    def take(self, number: CprNumber) -> None:
        """Marks a number as given, so that it is not given again."""
        self._given.add(number.digits)

    def make(self, birth_date: date, sex: str) -> CprNumber:
        """A new number for `birth_date` and `sex` ("K" even, "M" odd last digit).

        Raises `ValueError` for 1 January, and where a day has no number left (some 450 each).
        """
        if (birth_date.month, birth_date.day) == (1, 1):
            raise ValueError("nobody made up is born on 1 January")
        start = birth_date.strftime("%d%m%y") + century_digit(birth_date)
        first = self._source.randrange(500)
        for step in range(500):
            serial = 2 * ((first + step * 7) % 500) + (sex == "M")
            digits = f"{start}{serial:03}"
            if digits not in self._given and not passes_modulus_11(digits):
                self._given.add(digits)
                return CprNumber(digits)
        raise ValueError("no made-up number is left for this day")
