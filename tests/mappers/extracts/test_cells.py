"""How a cell of an extract is read."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.extracts import cells
from mappers.extracts.faults import Fault, UnreadableCell

READERS = [
    cells.read_text,
    cells.read_lines,
    cells.read_date,
    cells.read_time,
    cells.read_amount,
    cells.read_amount_owed,
    cells.read_channel,
    cells.read_cpr_number,
    cells.read_municipality_code,
    cells.read_postal_code,
    cells.read_language,
]


@pytest.mark.parametrize("reader", READERS)
def test_a_cell_of_white_space_alone_is_empty(reader: cells.Reader) -> None:
    assert reader("  \t ") is None


@given(text=st.text(min_size=1))
@pytest.mark.parametrize("reader", READERS)
def test_whatever_stands_in_a_cell_is_read_or_refused_without_being_quoted(reader: cells.Reader, text: str) -> None:
    try:
        value = reader(text)
    except UnreadableCell as error:
        assert str(error) == error.fault.value
        assert error.__cause__ is None
    else:
        assert value is None or (value and "\x00" not in value)


def test_text_has_control_characters_and_white_space_made_into_one_space() -> None:
    assert cells.read_text(" Anna\u00a0 Jensen\x00\t") == "Anna Jensen"


def test_a_note_keeps_its_lines() -> None:
    assert cells.read_lines(" Ring\x07 først\r\n  om  aftenen \n") == "Ring først\nom aftenen"


@given(day=st.dates(min_value=date(1000, 1, 1)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert cells.read_date(f" {day.isoformat()} ") == day.isoformat()


@pytest.mark.parametrize("written", ["2026-02-29", "20260101", "2026-W01-1", "1-1-2026", "2026-1-1", "٢٠٢٦-01-01"])
def test_what_is_no_day_in_the_calendar_is_refused(written: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        cells.read_date(written)
    assert refused.value.fault is Fault.NOT_A_DATE


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-02T03:04", "2026-01-02T03:04:00+01:00"),
        ("2026-07-02 03:04:05", "2026-07-02T03:04:05+02:00"),
        ("2026-07-02T03:04:05Z", "2026-07-02T03:04:05+00:00"),
        ("2026-07-02T03:04-03:30", "2026-07-02T03:04:00-03:30"),
        ("2026-03-29T02:30", "2026-03-29T02:30:00+01:00"),  # an hour that does not exist
        ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),  # an hour that exists twice: the first
    ],
)
def test_a_time_without_an_offset_is_copenhagens(written: str, read: str) -> None:
    value = cells.read_time(written)
    assert value == read
    assert datetime.fromisoformat(value).utcoffset() is not None


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-02",
        "2026-01-02T25:00",
        "03:04",
        "yesterday",
        "2026-01-02T03:04+99:00",
        "2026-01-02T03:04+16:00",
        "0001-01-01T00:00:00Z",  # as some systems write that they know none
        "9999-12-31T23:59:59",
    ],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        cells.read_time(written)
    assert refused.value.fault is Fault.NOT_A_TIME


@pytest.mark.parametrize(
    ("written", "read"),
    [("12.50", "12.50"), ("12,5", "12.50"), ("-7", "-7.00"), ("0", "0.00"), (" 1000,00 ", "1000.00")],
)
def test_an_amount_has_a_comma_or_a_point(written: str, read: str) -> None:
    assert cells.read_amount(written) == read


def test_what_is_owed_is_not_below_zero() -> None:
    assert [cells.read_amount_owed(written) for written in ("0", "-0", "12,5")] == ["0.00", "-0.00", "12.50"]
    with pytest.raises(UnreadableCell) as refused:
        cells.read_amount_owed("-0.01")
    assert refused.value.fault is Fault.BELOW_ZERO


def test_a_channel_is_one_of_two() -> None:
    assert [cells.read_channel(written) for written in ("SMS", " email ")] == ["sms", "email"]
    with pytest.raises(UnreadableCell) as refused:
        cells.read_channel("letter")
    assert refused.value.fault is Fault.NOT_A_CHANNEL


@pytest.mark.parametrize("written", ["12.505", "1.000,00", "12 kr", "1e3", "NaN", ",50"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        cells.read_amount(written)
    assert refused.value.fault is Fault.NOT_AN_AMOUNT


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("0101901234", "0101901234"),
        ("010190-1234", "0101901234"),
        (" 010190-1234 ", "0101901234"),
        ("610190-1234", "6101901234"),
        ("010190-1ab4", "0101901AB4"),
    ],
)
def test_a_cpr_number_comes_with_or_without_hyphen_and_replacement_numbers_are_taken(written: str, read: str) -> None:
    assert cells.read_cpr_number(written) == read


@pytest.mark.parametrize("written", ["010190123", "01-01-90-1234", "010190 1234", "٠١٠١٩٠١٢٣٤", "none"])
def test_what_is_no_cpr_number_is_refused(written: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        cells.read_cpr_number(written)
    assert refused.value.fault is Fault.NOT_A_CPR_NUMBER


def test_codes_that_a_spreadsheet_shortened_get_their_zeros_back() -> None:
    assert cells.read_municipality_code("851") == "0851"
    assert cells.read_postal_code("800") == "0800"
    assert cells.read_postal_code("D-24939") == "D-24939"


@pytest.mark.parametrize("written", ["08511", "Aalborg", "-851", "²"])
def test_what_is_no_municipality_code_is_refused(written: str) -> None:
    with pytest.raises(UnreadableCell) as refused:
        cells.read_municipality_code(written)
    assert refused.value.fault is Fault.NOT_A_MUNICIPALITY_CODE


def test_a_language_is_danish_or_english() -> None:
    assert cells.read_language(" DA ") == "da"
    assert cells.read_language("en") == "en"
    with pytest.raises(UnreadableCell) as refused:
        cells.read_language("de")
    assert refused.value.fault is Fault.NOT_A_LANGUAGE
