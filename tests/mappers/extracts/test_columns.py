"""The header line of an extract, and what can be wrong with a row."""

from __future__ import annotations

import pytest

from mappers.extracts import EXTRACTS
from mappers.extracts.columns import BadRow, CellFault, Layout, may_be_a_cpr_number, read_header
from mappers.extracts.faults import ExtractError, ExtractErrorKind, Fault
from mappers.extracts.patrons import PATRONS


def layout(*names: str) -> Layout:
    return read_header(PATRONS, ",".join(names))


def refused(line: str) -> ExtractError:
    with pytest.raises(ExtractError) as error:
        read_header(PATRONS, line)
    return error.value


def faults(of: Layout, *cells: str) -> tuple[CellFault, ...]:
    with pytest.raises(BadRow) as bad:
        of.read(cells)
    return bad.value.faults


@pytest.mark.parametrize("extract", EXTRACTS.values(), ids=lambda extract: extract.kind)
def test_a_file_with_all_columns_in_the_order_of_the_reference_is_taken(extract) -> None:  # type: ignore[no-untyped-def]
    names = [column.name for column in extract.columns]
    assert read_header(extract, ";".join(names)).names == tuple(names)


def test_columns_come_in_any_order_and_comma_or_semicolon_is_found_out() -> None:
    assert layout("name", "patron_number").names == ("name", "patron_number")
    assert read_header(PATRONS, 'email;"patron_number"\r\n').names == ("email", "patron_number")
    assert read_header(PATRONS, "patron_number\n").names == ("patron_number",)
    assert read_header(PATRONS, "Patron_Number , NAME").names == ("patron_number", "name")


def test_the_patron_number_must_be_there() -> None:
    error = refused("name,email")
    assert (error.kind, error.column) == (ExtractErrorKind.COLUMN_MISSING, "patron_number")


def test_an_unknown_column_is_named_with_the_nearest_known_one() -> None:
    error = refused("patron_number,mobil")
    assert (error.kind, error.column, error.other) == (ExtractErrorKind.UNKNOWN_COLUMN, "mobil", "mobile")


def test_an_unknown_column_that_may_be_somebodys_data_is_told_by_its_place_alone() -> None:
    error = refused("patron_number,010190-1234")
    assert (error.kind, error.column, error.place) == (ExtractErrorKind.UNKNOWN_COLUMN, None, 2)
    assert refused("patron_number,").column is None


def test_a_column_that_is_there_twice_is_named() -> None:
    error = refused("patron_number,name,Name")
    assert (error.kind, error.column) == (ExtractErrorKind.COLUMN_TWICE, "name")


@pytest.mark.parametrize("line", ["100,010190-1234,Anna Jensen", "100", '"', "\x00"])
def test_a_file_that_begins_with_data_has_no_header(line: str) -> None:
    error = refused(line)
    assert error.kind is ExtractErrorKind.NO_HEADER
    assert error.column is None


@pytest.mark.parametrize("line", ["", "\r\n", "   "])
def test_an_empty_file_is_refused(line: str) -> None:
    assert refused(line).kind is ExtractErrorKind.EMPTY


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ("pin", "card_number"),
        ("blocked_on", "block_reason"),
        ("block_reason", "blocked_on"),
        ("absent_from", "absent_to"),
        ("absent_to", "absent_from"),
    ],
)
def test_a_column_that_says_nothing_alone_needs_the_other(there: str, missing: str) -> None:
    error = refused(f"patron_number,{there}")
    assert (error.kind, error.column, error.other) == (ExtractErrorKind.PARTNER_MISSING, there, missing)


def test_a_row_is_read_cell_by_cell_and_an_empty_cell_is_none() -> None:
    read = layout("patron_number", "cpr_number", "name", "municipality_code", "email")
    assert read.read(["100", "010190-1234", " Anna ", "851", ""]) == ["100", "0101901234", "Anna", "0851", None]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    of = layout("patron_number", "birth_date", "cpr_number", "card_number", "pin")
    assert faults(of, "100", "1990-02-30", "123", "", "1234") == (
        CellFault("birth_date", Fault.NOT_A_DATE),
        CellFault("cpr_number", Fault.NOT_A_CPR_NUMBER),
        CellFault("pin", Fault.WITHOUT_PARTNER, "card_number"),
    )


def test_a_row_without_a_patron_number_is_refused() -> None:
    assert faults(layout("patron_number", "name"), " ", "Anna") == (CellFault("patron_number", Fault.MISSING),)


@pytest.mark.parametrize("cells", [("100",), ("100", "Anna", "anna@example.org")])
def test_a_row_with_too_few_or_too_many_cells_is_refused(cells: tuple[str, ...]) -> None:
    assert faults(layout("patron_number", "name"), *cells) == (CellFault(None, Fault.WRONG_NUMBER_OF_CELLS),)


def test_an_absence_may_have_no_end_but_not_one_before_it_begins() -> None:
    of = layout("patron_number", "absent_from", "absent_to")
    assert of.read(["100", "2026-05-01", ""]) == ["100", "2026-05-01", None]
    assert of.read(["100", "2026-05-01", "2026-05-01"])
    assert faults(of, "100", "2026-05-02", "2026-05-01") == (
        CellFault("absent_to", Fault.ENDS_TOO_EARLY, "absent_from"),
    )
    assert faults(of, "100", "", "2026-05-01") == (CellFault("absent_to", Fault.WITHOUT_PARTNER, "absent_from"),)


def test_a_block_needs_its_day_and_its_reason() -> None:
    of = layout("patron_number", "blocked_on", "block_reason")
    assert faults(of, "100", "2026-05-02", "") == (CellFault("blocked_on", Fault.WITHOUT_PARTNER, "block_reason"),)
    assert faults(of, "100", "", "Gebyrer") == (CellFault("block_reason", Fault.WITHOUT_PARTNER, "blocked_on"),)
    assert faults(of, "100", "soon", "Gebyrer") == (CellFault("blocked_on", Fault.NOT_A_DATE),)


@pytest.mark.parametrize(
    "cells", [("010190-1234", ""), ("0101901234", "0101901234"), ("0101901234", "010190-1234"), ("610190-1234", "")]
)
def test_a_patron_number_that_is_a_cpr_number_is_refused_and_not_shown(cells: tuple[str, str]) -> None:
    with pytest.raises(BadRow) as bad:
        layout("patron_number", "cpr_number").read(cells)
    assert bad.value.key is None
    assert bad.value.faults == (CellFault("patron_number", Fault.IS_A_CPR_NUMBER),)


def test_ten_digits_may_be_a_patron_number_but_are_not_shown_where_they_may_be_a_cpr_number() -> None:
    of = layout("patron_number", "birth_date")
    assert of.read(["0101901234", ""]) == ["0101901234", None]
    with pytest.raises(BadRow) as bad:
        of.read(["0101901234", "soon"])
    assert bad.value.key is None
    with pytest.raises(BadRow) as bad:
        of.read(["9999901234", "soon"])
    assert bad.value.key == "9999901234"


def test_no_error_about_a_row_holds_anything_of_it() -> None:
    of = layout("patron_number", "cpr_number", "birth_date")
    with pytest.raises(BadRow) as bad:
        of.read(["100", "010190-12345", "1990-13-01"])
    assert "1990" not in repr(bad.value.args)
    assert "0101" not in repr(bad.value.args)
    assert bad.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("0101901234", True),
        ("010190-1234", True),
        ("6101901234", True),
        ("3113901234", False),
        ("0001901234", False),
        ("L000123", False),
        ("12345678901", False),
    ],
)
def test_what_begins_with_a_day_and_a_month_may_be_a_cpr_number(text: str, may_be: bool) -> None:
    assert may_be_a_cpr_number(text) is may_be
