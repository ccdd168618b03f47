"""Statistics by municipality: nobody can be known by a number, and the database tells what the mappers do."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from db.connect import Connection
from db.statistics.store import list_cells, list_totals
from mappers.coming_of_age import is_minor
from mappers.statistics import FEWEST, Cell, age_band, told, totals
from tests.fixtures.examples import examples

DAY = date(2026, 3, 2)
BORN = [date(1990, 1, 1), date(2008, 3, 2), date(2008, 3, 3), date(2019, 3, 2), date(2001, 3, 3), None]


def fill(connection: Connection, groups: list[tuple[str, date | None, str | None, int, int]]) -> list[Cell]:
    """Patrons by (municipality, birth date, group, how many, of them with net media); the cells that they make."""
    connection.execute("DELETE FROM library.patron")
    connection.execute("DELETE FROM library.net_media_right")
    connection.execute("INSERT INTO library.patron_group VALUES ('Voksen') ON CONFLICT DO NOTHING")
    number = 0
    cells: dict[tuple[str, str, str | None], list[int]] = {}
    for code, born, group, patrons, media in groups:
        for place in range(patrons):
            number += 1
            row = [f"P{number}", code, born, group]
            connection.execute(
                "INSERT INTO library.patron (patron_number, municipality_code, birth_date, patron_group) "
                "VALUES (%s, %s, %s, %s)",
                row,
            )
            if place < media:
                connection.execute(
                    "INSERT INTO library.net_media_right (patron_number, service, granted, since, municipality_code) "
                    "VALUES (%s, 'film', true, %s, %s)",
                    [row[0], DAY, code],
                )
        counts = cells.setdefault((code, age_band(born, DAY), group), [0, 0, 0])
        counts[0] += patrons
        counts[1] += patrons if is_minor(born, DAY) else 0
        counts[2] += min(patrons, media)
    return [Cell(*key, *counts) for key, counts in cells.items() if counts[0]]


groups = st.lists(
    st.tuples(
        st.sampled_from(["0101", "0851"]),
        st.sampled_from(BORN),
        st.sampled_from([None, "Voksen"]),
        st.integers(0, 12),
        st.integers(0, 12),
    ),
    max_size=6,
)


def test_the_database_tells_what_the_mappers_tell(connection: Connection) -> None:
    @settings(max_examples=examples(15), deadline=None)
    @given(groups=groups)
    def holds(groups: Any) -> None:
        cells = fill(connection, groups)
        assert sorted(list_cells(connection, DAY), key=repr) == sorted(told(cells), key=repr)
        assert list_totals(connection, DAY) == totals(cells)

    holds()


BANDS = ("0-6", "7-12", "13-17", "18-24", "40-64", "65+")
sizes = st.tuples(st.sampled_from([1, 2, 4, 5, 6, 9, 12, 30]), st.sampled_from([0, 1, 3, 5, 8, 30]))


@settings(max_examples=examples(200), deadline=None)
@given(sizes=st.lists(st.tuples(st.sampled_from(BANDS), sizes), min_size=1, max_size=7))
def test_what_is_not_told_cannot_be_reckoned_from_the_totals(sizes: list[tuple[str, tuple[int, int]]]) -> None:
    cells = [
        Cell("0851", band, str(n), size, size if band in BANDS[:3] else 0, min(media, size))
        for n, (band, (size, media)) in enumerate(sizes)
    ]
    shown = told(cells)
    assert all(tells_of_enough(cell.patrons) for cell in shown)
    for total in totals(cells):
        assert tells_of_enough(total.patrons - sum(cell.patrons for cell in shown))
        for name in ("minors", "with_net_media"):
            known = [cell for cell in shown if getattr(cell, name) is not None]
            whole = getattr(total, name)
            if whole is None:
                continue
            number = whole - sum(getattr(cell, name) for cell in known)
            patrons = total.patrons - sum(cell.patrons for cell in known)
            assert tells_of_enough(number) and tells_of_enough(patrons - number), name
    for cell in shown:
        media = cell.with_net_media
        assert media is None or (tells_of_enough(media) and tells_of_enough(cell.patrons - media))


def tells_of_enough(number: int) -> bool:
    """Whether it speaks of nobody, or of enough."""
    return number == 0 or number >= FEWEST


def test_who_is_dead_or_gone_or_nowhere_is_not_counted(connection: Connection) -> None:
    fill(connection, [("0851", None, None, 9, 9)])
    connection.execute("UPDATE library.patron SET gone_on = %s WHERE patron_number = 'P1'", [DAY])
    connection.execute("UPDATE library.patron SET registry_status = 90 WHERE patron_number = 'P2'")
    connection.execute("UPDATE library.patron SET municipality_code = NULL WHERE patron_number = 'P3'")
    assert [total.patrons for total in list_totals(connection, DAY)] == [6]


def test_the_views_tell_the_same_of_today(connection: Connection) -> None:
    fill(connection, [("0851", date(1990, 1, 1), "Voksen", 6, 6), ("0101", None, None, 4, 0)])
    rows = connection.execute("SELECT * FROM downstream.municipality_statistics").fetchall()
    assert [(row[0], *row[3:]) for row in rows] == [("0851", 6, 0, 6)]
    assert connection.execute("SELECT * FROM downstream.municipality_totals").fetchall() == [("0851", 6, 0, 6)]


def test_who_may_read_the_views_need_not_read_a_patron(connection: Connection) -> None:
    fill(connection, [("0851", date(1990, 1, 1), "Voksen", 6, 6)])
    connection.execute("CREATE ROLE counts_patrons")
    connection.execute("GRANT USAGE ON SCHEMA downstream TO counts_patrons")
    connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA downstream TO counts_patrons")
    connection.execute("SET LOCAL ROLE counts_patrons")
    for view in ("municipality_statistics", "municipality_totals"):
        assert connection.execute(f"SELECT patrons FROM downstream.{view}").fetchall() == [(6,)]  # type: ignore[call-overload]
