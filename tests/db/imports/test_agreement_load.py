"""A file of agreements is taken as a whole or not at all, and replaces the one before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from db.connect import Connection, connect
from mappers.extracts.faults import Fault
from mappers.extracts.remarks import Remark
from tests.db.imports.loading import Result, load

HEADER = "service,municipality_code,valid_from,valid_to,min_age,max_age,excluded_groups,grace_days"
AALBORG = "film,0851,2026-01-01,,15,,Barn|Voksen,30"
COPENHAGEN = "film,0101,2026-01-01,2026-12-31,,,,"


@pytest.fixture
def database(database_url: str):  # type: ignore[no-untyped-def]
    with connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO library.patron_group VALUES ('Barn'), ('Voksen')")
        yield connection


def agree(database: Connection, *lines: str, **how: Any) -> Result:
    """Loads lines of agreements."""
    return load(database, HEADER, *lines, kind="agreements", **how)


def stored(database: Connection) -> list[tuple[Any, ...]]:
    """The agreements, with the version of each row."""
    return database.execute("SELECT xmin::text, * FROM library.net_media_agreement ORDER BY 2, 3, 4").fetchall()


def test_a_file_is_loaded_and_loading_it_again_changes_nothing(database: Connection) -> None:
    assert agree(database, AALBORG, COPENHAGEN).counts.added == 2
    before = stored(database)
    assert [row[1:] for row in before] == [
        ("film", "0101", date(2026, 1, 1), date(2026, 12, 31), None, None, [], 0),
        ("film", "0851", date(2026, 1, 1), None, 15, None, ["Barn", "Voksen"], 30),
    ]
    counts = agree(database, AALBORG, COPENHAGEN).counts
    assert (counts.added, counts.changed, counts.unchanged) == (0, 0, 2)
    assert stored(database) == before


def test_what_is_not_in_the_file_any_more_goes_and_what_is_other_is_changed(database: Connection) -> None:
    agree(database, AALBORG, COPENHAGEN, "lyd,0851,2026-01-01,,,,,")
    counts = agree(database, "film,0851,2026-01-01,,,,,", COPENHAGEN, "film,0851,2019-01-01,2025-12-31,,,,").counts
    assert (counts.added, counts.changed, counts.unchanged) == (1, 1, 1)
    assert counts.remarks[Remark.AGREEMENT_REMOVED] == 1


def test_one_bad_line_keeps_all_of_them_out_and_every_bad_line_is_listed(database: Connection) -> None:
    result = agree(database, AALBORG, "film,0999,2026-01-01,,,,Nobody,", COPENHAGEN, "film,0101,2026-05-01,,,,,")
    assert result.faults == [
        (3, Fault.UNKNOWN_GROUP, None),
        (3, Fault.UNKNOWN_MUNICIPALITY, None),
        (5, Fault.OVERLAPS, "4"),
    ]
    assert (result.counts.rejected, result.counts.unchanged, result.counts.remarks) == (2, 0, {Remark.NOT_TAKEN: 2})
    assert stored(database) == []


def test_a_municipality_that_is_missing_needs_an_approval(database: Connection) -> None:
    agree(database, AALBORG, COPENHAGEN)
    before = stored(database)
    result = agree(database, AALBORG)
    assert (list(result.counts.missing), stored(database)) == (["0101"], before)
    result = agree(database, AALBORG, approved=True)
    assert (list(result.counts.missing), len(stored(database))) == (["0101"], 1)


@pytest.mark.parametrize("line", ["film,0101,2019-01-01,2020-12-31,,,,", "film,0101,2099-01-01,,,,,"])
def test_a_municipality_that_would_have_none_in_force_is_missing_whatever_other_line_it_has(
    database: Connection, line: str
) -> None:
    agree(database, AALBORG, COPENHAGEN)
    before = stored(database)
    result = agree(database, AALBORG, line)
    assert (list(result.counts.missing), stored(database)) == (["0101"], before)


def test_groups_in_another_order_are_no_change(database: Connection) -> None:
    agree(database, AALBORG)
    assert agree(database, AALBORG.replace("Barn|Voksen", "Voksen|Barn|Barn")).counts.unchanged == 1


def test_a_service_that_is_spelt_otherwise_is_no_second_service(database: Connection) -> None:
    agree(database, AALBORG)
    result = agree(database, AALBORG.replace("film", "Film"), "lyd,0851,2026-01-01,,,,,", "Lyd,0101,2026-01-01,,,,,")
    assert result.faults == [(2, Fault.SPELT_OTHERWISE, None), (4, Fault.SPELT_OTHERWISE, None)]


def test_a_municipality_whose_agreement_is_over_may_be_missing(database: Connection) -> None:
    agree(database, AALBORG, COPENHAGEN)
    result = agree(database, AALBORG, today=date(2027, 1, 1))
    assert (list(result.counts.missing), len(stored(database))) == ([], 1)


def test_a_dry_run_says_how_many_would_win_and_lose_which_service_and_changes_nothing(database: Connection) -> None:
    agree(database, AALBORG, COPENHAGEN)
    database.execute(
        "INSERT INTO library.patron (patron_number, municipality_code, birth_date) VALUES "
        "('1', '0851', '1990-01-01'), ('2', '0101', NULL), ('3', '0101', NULL), ('4', '0751', NULL)"
    )
    before = stored(database)
    result = agree(database, "film,0851,2026-01-01,,15,,,", "lyd,0751,2026-01-01,,,,,", dry_run=True)
    assert [(one.service, one.granted, one.revoked) for one in result.counts.services] == [
        ("film", 0, 2),
        ("lyd", 1, 0),
    ]
    assert list(result.counts.missing) == ["0101"]
    assert stored(database) == before
    assert database.execute("SELECT count(*) FROM library.net_media_right").fetchone() == (0,)
    assert database.execute("SELECT count(*) FROM sync.net_media_touched").fetchone() == (4,)
