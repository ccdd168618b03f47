"""Made-up numbers look like numbers, follow the century rule, and are plainly made up."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.numbers import NumberMaker, birth_date_of, is_made_up, passes_modulus_11
from tests.fixtures.examples import examples

_BIRTH_DATES = st.dates(date(1900, 1, 2), date(2036, 12, 31)).filter(lambda day: (day.month, day.day) != (1, 1))


@settings(max_examples=examples(200))
@given(birth_date=_BIRTH_DATES, sex=st.sampled_from("KM"), seed=st.integers(0, 1000))
def test_a_made_up_number_tells_birth_date_and_sex_and_bears_every_mark(birth_date: date, sex: str, seed: int) -> None:
    number = NumberMaker(random.Random(seed)).make(birth_date, sex)

    assert CprNumber.parse(number.digits) == number
    assert not number.is_replacement
    assert birth_date_of(number) == birth_date
    assert int(number.digits[9]) % 2 == (sex == "M")
    assert not passes_modulus_11(number.digits)
    assert is_made_up(number)


def test_no_number_is_given_twice_and_a_full_day_says_so() -> None:
    maker = NumberMaker(random.Random(1))
    given_out = []
    with pytest.raises(ValueError, match="no made-up number is left"):
        while True:
            given_out.append(maker.make(date(1980, 3, 4), "K"))

    assert len(given_out) == len(set(given_out)) > 400


def test_a_number_taken_is_not_given() -> None:
    first = NumberMaker(random.Random(7)).make(date(1980, 3, 4), "M")
    maker = NumberMaker(random.Random(7))
    maker.take(first)

    assert maker.make(date(1980, 3, 4), "M") != first


def test_nobody_is_born_on_1_january_or_before_1900() -> None:
    maker = NumberMaker(random.Random(1))
    with pytest.raises(ValueError, match="1 January"):
        maker.make(date(1980, 1, 1), "K")
    with pytest.raises(ValueError, match="1900"):
        maker.make(date(1899, 5, 1), "K")


@pytest.mark.parametrize(
    ("digits", "birth_date"),
    [
        ("0708614246", date(1961, 8, 7)),
        ("0101001234", date(1900, 1, 1)),
        ("0101364234", date(2036, 1, 1)),
        ("0101374234", date(1937, 1, 1)),
        ("0101575234", date(2057, 1, 1)),
        ("0101585234", date(1858, 1, 1)),
        ("0101369234", date(2036, 1, 1)),
        ("0101379234", date(1937, 1, 1)),
    ],
)
def test_the_seventh_digit_tells_the_century(digits: str, birth_date: date) -> None:
    assert birth_date_of(CprNumber(digits)) == birth_date


@pytest.mark.parametrize("digits", ["0708614246", "0101909001", "3002909002", "6105909003", "020290UT1K", "0202904004"])
def test_a_number_that_lacks_a_mark_is_not_taken_for_made_up(digits: str) -> None:
    assert not is_made_up(CprNumber(digits))
