"""What loading an extract of guardians does to the library (docs/reference/import.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from db.connect import Connection
from mappers import cases
from mappers.extracts.faults import Fault
from mappers.extracts.remarks import Remark
from tests.db.imports.loading import TODAY, Result, events, forget_events, load, one, versions

HEADER = "patron_number,guardian_cpr_number,guardian_name,mobile,landline,email,signed_on"
ANNA, BO, CHILDS = "1502809001", "1602809002", "1005159002"
BY_ANNA = f"C1,{ANNA},Anna Fabelsen,20,98,anna@example.org,2026-05-01"
BY_BO_LATER = f"C1,{BO},Bo Fabelsen,30,,,2026-08-01"
FIRST, LATER = date(2026, 5, 1), date(2026, 8, 1)


@pytest.fixture
def database(database: Connection) -> Connection:
    """A library with two children."""
    enrol(database, "C1", CHILDS, birth_date="2015-05-10")
    enrol(database, "C2", None, birth_date="2017-05-10")
    return database


def enrol(database: Connection, number: str, cpr_number: str | None, **columns: Any) -> None:
    values = {"patron_number": number, "cpr_number": cpr_number, **columns}
    names, marks = ", ".join(values), ", ".join(f"%({name})s" for name in values)
    database.execute(f"INSERT INTO library.patron ({names}) VALUES ({marks})", values)  # type: ignore[call-overload]


def load_forms(database: Connection, *lines: str, header: str = HEADER, **how: Any) -> Result:
    return load(database, header, *lines, kind="guardians", **how)


def links(database: Connection) -> list[tuple[Any, ...]]:
    """Child, guardian's number, first day, first day on which it is over, day of signing; in the order of signing."""
    assert one(database, "SELECT count(*) FROM library.guardian_link WHERE ended <> (valid_to IS NOT NULL)") == 0
    return database.execute(
        "SELECT link.patron_number, guardian.cpr_number, valid_from, valid_to, signed_on "
        "FROM library.guardian_link AS link JOIN library.guardian USING (guardian_id) "
        "WHERE source = 'enrolled' AND kind IS NULL AND confirmed IS NULL ORDER BY signed_on, link.patron_number"
    ).fetchall()


def guardians(database: Connection) -> list[tuple[Any, ...]]:
    return database.execute(
        "SELECT cpr_number, patron_number, name, mobile, landline, email FROM library.guardian ORDER BY guardian_id"
    ).fetchall()


def told(database: Connection) -> list[tuple[str, str]]:
    """Patron number and kind of each event."""
    return [(number, kind) for number, kind, _ in events(database)]


def test_a_form_makes_a_guardian_and_an_enrolled_link_and_tells_of_it_once(database: Connection) -> None:
    result = load_forms(database, BY_ANNA)
    assert (result.counts.added, result.counts.changes) == (1, {"guardian.linked": 1})
    assert guardians(database) == [(ANNA, None, "Anna Fabelsen", "20", "98", "anna@example.org")]
    assert links(database) == [("C1", ANNA, FIRST, None, FIRST)]
    assert told(database) == [("C1", "guardian.linked")]


def test_the_same_file_again_changes_nothing(database: Connection) -> None:
    lines = (BY_ANNA, f"C2,{ANNA},Anna Fabelsen,20,98,anna@example.org,2026-06-01", BY_BO_LATER)
    load_forms(database, *lines)
    before = versions(database)
    again = load_forms(database, *lines)
    assert versions(database) == before
    assert (again.counts.unchanged, again.counts.changes, again.rejects) == (3, {}, [])


def test_a_dry_run_counts_the_same_and_changes_nothing(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    before = versions(database)
    dry = load_forms(database, BY_BO_LATER, "C9,1502809001,X,,,,2026-01-01", dry_run=True)
    assert versions(database) == before
    assert load_forms(database, BY_BO_LATER, "C9,1502809001,X,,,,2026-01-01") == dry


def test_a_later_form_by_somebody_else_ends_the_earlier_link_on_the_day_it_was_signed(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    forget_events(database)
    result = load_forms(database, BY_BO_LATER)
    assert result.counts.changes == {"guardian.linked": 1, "guardian.ended": 1}
    assert told(database) == [("C1", "guardian.linked"), ("C1", "guardian.ended")]
    assert links(database) == [("C1", ANNA, FIRST, LATER, FIRST), ("C1", BO, LATER, None, LATER)]


def test_an_older_form_ends_nothing_and_is_counted(database: Connection) -> None:
    load_forms(database, BY_BO_LATER)
    result = load_forms(database, BY_ANNA)
    assert (result.counts.unchanged, result.counts.remarks, result.rejects) == (1, {Remark.OLDER_FORM: 1}, [])
    assert links(database) == [("C1", BO, LATER, None, LATER)]
    assert len(guardians(database)) == 1


@pytest.mark.parametrize("turned", [False, True])
def test_in_one_file_the_newest_form_of_a_child_counts_wherever_it_stands(database: Connection, turned: bool) -> None:
    lines = [BY_ANNA, BY_BO_LATER]
    result = load_forms(database, *(reversed(lines) if turned else lines))
    assert (result.counts.added, result.counts.remarks) == (1, {Remark.OLDER_FORM: 1})
    assert links(database) == [("C1", BO, LATER, None, LATER)]


def test_a_form_that_the_guardian_signs_anew_renews_the_link_and_tells_nobody(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    forget_events(database)
    result = load_forms(database, f"C1,{ANNA},Anna Fabelsen,20,98,anna@example.org,2026-09-01")
    assert (result.counts.changed, result.counts.changes) == (1, {})
    assert links(database) == [("C1", ANNA, FIRST, None, date(2026, 9, 1))]
    assert load_forms(database, f"C1,{BO},Bo,,,,2026-08-01").counts.remarks == {Remark.OLDER_FORM: 1}


def test_who_signs_again_after_somebody_else_did_is_linked_again(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    load_forms(database, BY_BO_LATER)
    again = date(2026, 9, 1)
    load_forms(database, f"C1,{ANNA},Anna Fabelsen,,,,2026-09-01")
    assert links(database) == [
        ("C1", ANNA, FIRST, LATER, FIRST),
        ("C1", BO, LATER, again, LATER),
        ("C1", ANNA, again, None, again),
    ]


def test_a_registry_link_is_left_alone(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    database.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind) "
        "SELECT 'C1', guardian_id, 'registry', 'mother' FROM library.guardian"
    )
    load_forms(database, BY_BO_LATER)
    assert one(database, "SELECT valid_to FROM library.guardian_link WHERE source = 'registry'") is None


def test_a_guardian_of_several_children_is_one_guardian_with_the_details_of_the_last_form(database: Connection) -> None:
    load_forms(database, BY_ANNA, f"C2,{ANNA},Anna Fabelsen,40,,,2026-06-01")
    assert guardians(database) == [(ANNA, None, "Anna Fabelsen", "40", None, None)]
    assert load_forms(database, BY_ANNA).counts.unchanged == 1
    assert guardians(database)[0][3] == "40"


def test_details_put_right_are_taken_and_tell_nobody(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    forget_events(database)
    result = load_forms(database, f"C1,{ANNA},Anna Holm,21,,anna@example.org,2026-05-01")
    assert (result.counts.changed, result.counts.changes) == (1, {})
    assert guardians(database) == [(ANNA, None, "Anna Holm", "21", None, "anna@example.org")]
    fewer = "patron_number,guardian_cpr_number,guardian_name,signed_on"
    assert load_forms(database, f"C1,{ANNA},Anna Holm,2026-05-01", header=fewer).counts.unchanged == 1
    assert told(database) == []


def test_the_name_is_the_registrys_once_it_has_spoken(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    database.execute("UPDATE library.guardian SET name = 'Anna Maria Fabelsen', registry_status = 1")
    assert load_forms(database, BY_ANNA).counts.unchanged == 1
    assert guardians(database)[0][2] == "Anna Maria Fabelsen"


@pytest.mark.parametrize("number", [ANNA, "1502809009"])
def test_a_guardian_who_is_a_patron_is_linked_to_that_patron_also_by_a_former_number(
    database: Connection, number: str
) -> None:
    enrol(database, "P1", ANNA, name="Anna Fabelsen")
    database.execute("INSERT INTO library.former_cpr_number VALUES ('1502809009', 'P1', '2026-01-01')")
    load_forms(database, f"C1,{number},As Written,20,,,2026-05-01")
    assert guardians(database) == [(ANNA, "P1", None, "20", None, None)]
    other = "1502809009" if number == ANNA else ANNA
    assert load_forms(database, f"C1,{other},As Written,20,,,2026-05-01").counts.unchanged == 1
    assert len(guardians(database)) == 1


def test_a_guardian_is_known_by_a_number_before_the_one_in_force_too(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    database.execute("UPDATE library.guardian SET cpr_number = %s", [BO])
    database.execute("INSERT INTO library.former_guardian_number SELECT %s, guardian_id FROM library.guardian", [ANNA])
    assert load_forms(database, BY_ANNA).counts.unchanged == 1
    assert len(guardians(database)) == 1


def test_a_patron_who_is_gone_from_the_library_is_a_guardian_like_any_other(database: Connection) -> None:
    enrol(database, "P1", ANNA, gone_on="2026-01-01")
    load_forms(database, BY_ANNA)
    assert [(number, patron) for number, patron, *_ in guardians(database)] == [(ANNA, None)]


def test_rejects_name_the_line_and_its_column_and_the_rest_is_loaded(database: Connection) -> None:
    enrol(database, "ADULT", None, birth_date="2008-11-24")
    enrol(database, "DEAD", None, birth_date="2015-01-01", registry_status=90)
    enrol(database, "CASE", None, birth_date="2008-11-24", birth_date_uncertain=True)
    database.execute(
        "INSERT INTO library.staff_case (patron_number, kind, since) VALUES ('CASE', %s, '2026-11-24')",
        [cases.UNCERTAIN_BIRTH_DATE],
    )
    database.execute("INSERT INTO library.former_cpr_number VALUES ('1105159003', 'C1', '2026-01-01')")
    result = load_forms(
        database,
        BY_ANNA,
        BY_ANNA,
        f"C1,{BO},Bo,,,,2026-05-01",
        f"NOBODY,{ANNA},Anna,,,,2026-05-01",
        f"ADULT,{ANNA},Anna,,,,2026-05-01",
        f"DEAD,{ANNA},Anna,,,,2026-05-01",
        f"C1,{CHILDS},Child,,,,2026-05-01",
        "C1,1105159003,Child,,,,2026-05-01",
        f"C2,{ANNA},Anna,,,,2026-11-25",
        f"CASE,{ANNA},Anna,,,,2026-05-01",
    )
    assert [(r.line, r.key, r.column, r.fault, r.other) for r in result.rejects] == [
        (3, "C1", "patron_number", Fault.SECOND_LINE, "2"),
        (4, "C1", "signed_on", Fault.SIGNED_THE_SAME_DAY, None),
        (5, "NOBODY", "patron_number", Fault.NOT_A_PATRON, None),
        (6, "ADULT", "patron_number", Fault.NOT_A_MINOR, None),
        (7, "DEAD", "patron_number", Fault.PATRON_IS_DEAD, None),
        (8, "C1", "guardian_cpr_number", Fault.IS_THE_CHILD, None),
        (9, "C1", "guardian_cpr_number", Fault.IS_THE_CHILD, None),
        (10, "C2", "signed_on", Fault.LIES_AHEAD, None),
    ]
    assert [child for child, *_ in links(database)] == ["C1", "CASE"]
    assert date(2026, 11, 24) == TODAY


def test_a_form_of_the_day_of_the_one_on_file_by_somebody_else_is_a_reject_each_time(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    for _ in range(2):
        result = load_forms(database, f"C1,{BO},Bo,,,,2026-05-01")
        assert [reject.fault for reject in result.rejects] == [Fault.SIGNED_THE_SAME_DAY]
    assert len(guardians(database)) == 1


def test_nothing_of_a_file_stays_in_the_session(database: Connection) -> None:
    load_forms(database, BY_ANNA)
    assert one(database, "SELECT count(*) FROM pg_class WHERE relpersistence = 't'") == 0
