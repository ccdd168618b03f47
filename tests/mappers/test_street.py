"""House numbers, the composed street line, c/o names and codes (docs/reference/rules.md, "Address")."""

from __future__ import annotations

import pytest

from cpr_client.errors import MalformedAnswer
from mappers.street import care_of, country_code, postal_code, road_code, street_line, without_zeros


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("012A", "12A"),
        ("003", "3"),
        ("100", "100"),
        ("01", "1"),
        ("st", "st"),
        ("0012", "12"),
        ("th", "th"),
        ("000", None),
        ("", None),
        (None, None),
    ],
)
def test_leading_zeros_are_dropped_and_the_letter_is_kept(given, kept):
    assert without_zeros(given) == kept


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (("Strandvejen", "12A", "st", "tv"), "Strandvejen 12A, st. tv"),
        (("Strandvejen", "3", "2", None), "Strandvejen 3, 2."),
        (("Skovvej", "7", None, "tv"), "Skovvej 7, tv"),
        (("Skovvej", "7", "1", "12"), "Skovvej 7, 1. 12"),
        (("Skovvej", "7", None, None), "Skovvej 7"),
        (("Skovvej", None, None, None), "Skovvej"),
        (("Skovvej", None, "1", "tv"), "Skovvej"),
        ((None, "7", "1", "tv"), None),
        ((None, None, None, None), None),
    ],
)
def test_the_street_line_is_composed_of_its_parts(parts, line):
    assert street_line(*parts) == line


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("c/o Prøve", "Prøve"),
        ("C/O Prøve", "Prøve"),
        ("c/oPrøve", "Prøve"),
        ("C/oPrøve", "Prøve"),
        ("c/o c/o Prøve", "Prøve"),
        ("Prøve", "Prøve"),
        ("Prøve c/o Person", "Prøve c/o Person"),
        ("co Prøve", "co Prøve"),
        ("v/ Prøve", "v/ Prøve"),
        ("c/o", None),
        ("", None),
        (None, None),
    ],
)
def test_a_leading_care_of_is_taken_off_the_co_name_and_nothing_else(given, kept):
    assert care_of(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"), [("9000", "9000"), ("800", "0800"), ("0800", "0800"), ("0000", None), ("", None), (None, None)]
)
def test_a_postal_code_is_four_digits_as_text(given, kept):
    assert postal_code(given) == kept


@pytest.mark.parametrize("given", ["90000", "DK", "90 0", "٣٣٣٣", "-900"])
def test_a_postal_code_that_can_not_be_one_is_malformed_and_not_repeated(given):
    with pytest.raises(MalformedAnswer) as caught:
        postal_code(given)
    assert caught.value.element == "postnummer"
    assert given not in str(caught.value)


@pytest.mark.parametrize("code", [road_code, country_code])
def test_codes_are_four_digits_as_text_and_zero_is_none(code):
    assert (code(7), code(9901), code(0), code(None)) == ("0007", "9901", None, None)
    for number in (-1, 10_000):
        with pytest.raises(MalformedAnswer):
            code(number)
