"""Loans, reservations, charges, payments, messages and legal holds: what a load does (docs/reference/import.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from db.connect import Connection, connect
from db.imports.borrowing.kinds import ChargeLoad, MessageLoad
from db.imports.kinds import load_of
from db.imports.load import Terms
from db.retention import store
from mappers.extracts import BORROWING, EXTRACTS
from mappers.extracts.columns import BadRow, read_header
from mappers.extracts.faults import Fault
from mappers.extracts.remarks import Remark
from mappers.retention import LOANS, MESSAGES, Rule
from tests.db.imports.loading import TODAY, Result, load

FILES = {
    "loans": (
        "loan_number;patron_number;item_number;title;author;lent_at;due_on;returned_at;lost_at",
        'L1;P1;I1;"Havet; en rejse";Fabel;2026-10-01T10:00;2026-10-31;2026-10-20 09:30;',
        "L2;P2;I2;;;2026-10-02T10:00+00:00;;;2026-11-01T00:00Z",
    ),
    "reservations": (
        "reservation_number,patron_number,item_number,title,author,reserved_at,pickup_branch,fulfilled_at,deleted_at",
        "R1,P1,,Havet,Fabel,2026-11-01T12:00,Havnen,,",
        "R2,P2,I2,,,2026-11-02T12:00,,2026-11-03T12:00,",
    ),
    "charges": (
        "charge_number,patron_number,loan_number,kind,amount,charged_at",
        'C1,P1,L1,overdue,"12,50",2026-10-21T00:00',
        "C2,P2,,card,0.00,2026-10-21T00:00",
    ),
    "payments": (
        "payment_number,charge_number,amount,paid_at",
        "B1,C1,20,2026-10-22T00:00",
        "B2,C1,-7.5,2026-10-23T00:00",
    ),
    "messages": (
        "message_number,patron_number,channel,kind,sent_at,loan_number,item_number,title,author,text",
        'M1,P1,sms,due,2026-10-30T08:00,L1,I1,Havet,Fabel,"Havet\nis due"',
        "M2,P2,email,welcome,2026-10-30T08:00,,,,,Welcome",
    ),
    "holds": (
        "patron_number,reason,placed_on,lifted_on",
        "P1,inquiry,2026-10-01,",
        "P1,inquiry,2026-11-01,2026-11-02",
    ),
}
"""A file of each kind, header first, in the order in which they refer to each other."""

TABLES = {
    "loans": "library.loan",
    "reservations": "library.reservation",
    "charges": "library.charge",
    "payments": "library.payment",
    "messages": "library.message",
    "holds": "library.legal_hold",
}


@pytest.fixture
def database(database: Connection) -> Connection:
    """A library with two patrons who have borrowed nothing yet."""
    database.execute("INSERT INTO library.patron (patron_number) VALUES ('P1'), ('P2')")
    return database


def load_all(database: Connection) -> dict[str, Result]:
    """Loads the file of each kind."""
    return {kind: load(database, *lines, kind=kind) for kind, lines in FILES.items()}


def stored(database: Connection, kind: str, *, versions: bool = False) -> list[tuple[Any, ...]]:
    """What is there of a kind, by its key: the columns that a file has."""
    columns = ", ".join(column.name for column in EXTRACTS[kind].columns)
    rows = database.execute(f"SELECT xmin::text, {columns} FROM {TABLES[kind]} ORDER BY 2, 3, 4").fetchall()  # type: ignore[call-overload]
    return rows if versions else [row[1:] for row in rows]


def forget(database: Connection, table: str, kind: str, *numbers: str) -> None:
    """Deletes rows and remembers them, as retention does with what is due."""
    database.execute(f"DELETE FROM library.{table} WHERE {table}_number = ANY (%s)", [list(numbers)])  # type: ignore[call-overload]
    database.execute(
        "INSERT INTO sync.forgotten (kind, number, day) SELECT %s, unnest(%s::text[]), '2026-11-20'",
        [kind, list(numbers)],
    )


def value(database: Connection, kind: str, column: str, number: str) -> Any:
    """One column of one row."""
    key = next(extract.key for extract in BORROWING if extract.kind == kind)
    row = database.execute(f"SELECT {column} FROM {TABLES[kind]} WHERE {key} = %s", [number]).fetchone()  # type: ignore[call-overload]
    return None if row is None else row[0]


def test_every_kind_is_loaded_and_loading_it_again_writes_nothing_anew(database: Connection) -> None:
    first = load_all(database)
    assert {kind: (done.counts.added, done.rejects) for kind, done in first.items()} == dict.fromkeys(FILES, (2, []))
    before = {kind: stored(database, kind, versions=True) for kind in FILES}
    again = load_all(database)
    assert {kind: done.counts.unchanged for kind, done in again.items()} == dict.fromkeys(FILES, 2)
    assert {kind: stored(database, kind, versions=True) for kind in FILES} == before


def test_what_a_file_says_is_stored_as_it_is_meant(database: Connection) -> None:
    load_all(database)
    told = {kind: [tuple(map(str, row)) for row in stored(database, kind)] for kind in FILES}
    none = "None"
    assert told["loans"][0] == (
        *("L1", "P1", "I1", "Havet; en rejse", "Fabel", "2026-10-01 08:00:00+00:00", "2026-10-31"),
        *("2026-10-20 07:30:00+00:00", none),
    )
    assert [row[4] for row in told["charges"]] == ["12.50", "0.00"]
    assert [row[2] for row in told["payments"]] == ["20.00", "-7.50"]
    assert told["messages"][0][9] == "Havet\nis due"
    assert told["holds"] == [("P1", "inquiry", "2026-10-01", none), ("P1", "inquiry", "2026-11-01", "2026-11-02")]
    assert database.execute("SELECT branch FROM library.branch").fetchall() == [("Havnen",)]
    assert database.execute("SELECT count(*) FROM sync.change").fetchone() == (0,)


def test_a_dry_run_counts_and_leaves_nothing(database: Connection) -> None:
    assert load(database, *FILES["loans"], kind="loans", dry_run=True).counts.added == 2
    assert stored(database, "loans") == []


def test_a_later_file_closes_a_loan_and_an_older_one_loaded_late_reopens_nothing(database: Connection) -> None:
    header = "loan_number,patron_number,item_number,lent_at,due_on,returned_at,lost_at"
    older = "L1,P1,I1,2026-10-01T10:00,2026-10-31,,"
    load(database, header, older, kind="loans")
    later = load(database, header, "L1,P1,I1,2026-10-01T10:00,,2026-10-20T10:00,", kind="loans")
    assert (later.counts.added, later.counts.changed) == (0, 1)
    assert value(database, "loans", "due_on", "L1") is None  # an empty cell clears
    load(database, header, older, kind="loans")
    assert str(value(database, "loans", "returned_at", "L1")) == "2026-10-20 08:00:00+00:00"
    load(database, header, "L1,P1,I1,2026-10-01T10:00,,2026-10-21T10:00,", kind="loans")
    assert str(value(database, "loans", "returned_at", "L1")) == "2026-10-21 08:00:00+00:00"


def test_what_is_over_stays_over(database: Connection) -> None:
    loans, reservations = (
        "loan_number,patron_number,item_number,lent_at",
        "reservation_number,patron_number,reserved_at",
    )
    for kind, columns, closed, column in (
        ("loans", loans, "L1,P1,I1,2026-10-01T10:00", "lost_at"),
        ("reservations", reservations, "R1,P1,2026-10-01T10:00", "fulfilled_at"),
        ("reservations", reservations, "R2,P1,2026-10-01T10:00", "deleted_at"),
        ("holds", "patron_number,reason,placed_on", "P1,inquiry,2026-10-01", "lifted_on"),
    ):
        load(database, f"{columns},{column}", f"{closed},2026-10-05" + "T10:00" * (kind != "holds"), kind=kind)
        assert load(database, f"{columns},{column}", f"{closed},", kind=kind).counts.unchanged == 1
        assert load(database, columns, closed, kind=kind).counts.unchanged == 1
        assert value(database, kind, column, closed.partition(",")[0]) is not None


def test_a_column_that_is_not_in_the_file_is_left_alone(database: Connection) -> None:
    load_all(database)
    header = "loan_number,patron_number,item_number,lent_at,author"
    assert load(database, header, "L1,P1,I1,2026-10-01T10:00,", kind="loans").counts.changed == 1
    assert (value(database, "loans", "title", "L1"), value(database, "loans", "author", "L1")) == (
        "Havet; en rejse",
        None,
    )


def test_what_is_a_patrons_who_is_not_there_is_a_reject_and_the_rest_is_loaded(database: Connection) -> None:
    load_all(database)
    for kind, line in (
        ("loans", "L9;P9;I1;;;2026-10-01T10:00;;;"),
        ("reservations", "R9,P9,,,,2026-11-01T12:00,Nowhere,,"),
        ("charges", "C9,P9,,card,1,2026-10-21T00:00"),
        ("messages", "M9,P9,sms,due,2026-10-30T08:00,,,,,"),
        ("holds", "P9,inquiry,2026-10-01,"),
    ):
        result = load(database, FILES[kind][0], line, FILES[kind][1], kind=kind)
        assert [(reject.line, reject.key, reject.column, reject.fault) for reject in result.rejects] == [
            (2, line[:2], "patron_number", Fault.NOT_A_PATRON)
        ]
        assert (result.counts.read, result.counts.unchanged, result.counts.rejected) == (2, 1, 1)
    assert database.execute("SELECT count(*) FROM library.branch WHERE branch = 'Nowhere'").fetchone() == (0,)


def test_a_second_line_about_the_same_is_a_reject(database: Connection) -> None:
    header, one, _ = FILES["loans"]
    assert load(database, header, one, one, kind="loans").faults == [(3, Fault.SECOND_LINE, "2")]
    header, one, other = FILES["holds"]
    assert load(database, header, one, other, one, kind="holds").faults == [(4, Fault.SECOND_LINE, "2")]


def test_a_charge_of_a_loan_that_is_not_there_or_is_anothers_is_a_reject(database: Connection) -> None:
    load(database, *FILES["loans"], kind="loans")
    header = FILES["charges"][0]
    result = load(
        database,
        header,
        "C1,P1,L9,overdue,1,2026-10-21T00:00",
        "C2,P1,L2,overdue,1,2026-10-21T00:00",
        "C3,P1,L1,overdue,1,2026-10-21T00:00",
        kind="charges",
    )
    assert result.faults == [(2, Fault.NOT_A_LOAN, None), (3, Fault.ANOTHERS_LOAN, None)]
    assert [row[0] for row in stored(database, "charges")] == ["C3"]


def test_a_charge_of_a_loan_that_is_forgotten_is_taken_without_it(database: Connection) -> None:
    load(database, *FILES["loans"], kind="loans")
    load(database, *FILES["charges"], kind="charges")
    forget(database, "loan", "loan", "L1", "L2")
    result = load(database, *FILES["charges"], "C3,P2,L2,lost item,300,2026-10-21T00:00", kind="charges")
    assert (result.rejects, result.counts.added, result.counts.unchanged) == ([], 1, 2)
    assert [row[2] for row in stored(database, "charges")] == [None, None, None]


def test_a_payment_of_a_charge_that_is_not_there_is_a_reject_and_of_a_forgotten_one_skipped(
    database: Connection,
) -> None:
    load(database, *FILES["charges"][:1], FILES["charges"][2], kind="charges")
    forget(database, "charge", "charge", "C2")
    result = load(
        database,
        FILES["payments"][0],
        "B1,C9,1,2026-10-22T00:00",
        "B2,C2,1,2026-10-22T00:00",
        kind="payments",
    )
    assert result.faults == [(2, Fault.NOT_A_CHARGE, None)]
    assert (result.counts.remarks[Remark.FORGOTTEN], result.counts.unchanged) == (1, 0)


def test_a_message_whose_loan_is_not_there_loses_the_link(database: Connection) -> None:
    result = load(database, *FILES["messages"], kind="messages")
    assert (result.counts.added, result.counts.remarks[Remark.LOAN_NOT_THERE]) == (2, 1)
    assert value(database, "messages", "loan_number", "M1") is None
    assert value(database, "messages", "title", "M1") == "Havet"


def test_an_old_file_does_not_bring_back_what_was_deleted_because_it_was_due(database: Connection) -> None:
    load_all(database)
    for kind, table, number in (
        ("payments", "payment", "B1"),
        ("loans", "loan", "L1"),
        ("reservations", "reservation", "R1"),
        ("charges", "charge", "C1"),
    ):
        forget(database, table, table, number)
        result = load(database, *FILES[kind], kind=kind)
        assert (result.rejects, result.counts.added) == ([], 0)
        assert (result.counts.remarks[Remark.FORGOTTEN], result.counts.unchanged) == (1, 1)
        assert number not in [row[0] for row in stored(database, kind)]


def test_an_old_file_does_not_bring_back_what_a_message_said_of_material(database: Connection) -> None:
    load_all(database)
    database.execute(
        "UPDATE library.message SET loan_number = NULL, item_number = NULL, title = NULL, author = NULL, text = NULL "
        "WHERE message_number = 'M1'"
    )
    database.execute("INSERT INTO sync.forgotten (kind, number, day) VALUES ('message', 'M1', '2026-11-29')")
    before = stored(database, "messages", versions=True)
    result = load(database, *FILES["messages"], kind="messages")
    assert (result.rejects, result.counts.unchanged) == ([], 2)
    assert result.counts.remarks == {Remark.ALREADY_REDACTED: 1}
    assert stored(database, "messages", versions=True) == before
    assert value(database, "messages", "text", "M2") == "Welcome"


def test_what_is_forgotten_is_no_reject_although_its_patron_is_gone_too(database: Connection) -> None:
    load(database, *FILES["loans"], kind="loans")
    forget(database, "loan", "loan", "L1")
    database.execute("DELETE FROM library.patron WHERE patron_number = 'P1'")
    assert load(database, *FILES["loans"], kind="loans").rejects == []


def test_a_loan_that_goes_to_another_patron_is_changed(database: Connection) -> None:
    load(database, *FILES["loans"], kind="loans")
    header, one, _ = FILES["loans"]
    assert load(database, header, one.replace("P1", "P2"), kind="loans").counts.changed == 1
    assert value(database, "loans", "patron_number", "L1") == "P2"


@pytest.mark.parametrize(
    ("kind", "line", "column", "fault"),
    [
        ("charges", "C1,P1,,card,-1,2026-10-21T00:00", "amount", Fault.BELOW_ZERO),
        ("charges", "C1,P1,,card,1.234,2026-10-21T00:00", "amount", Fault.NOT_AN_AMOUNT),
        ("messages", "M1,P1,fax,due,2026-10-30T08:00,,,,,", "channel", Fault.NOT_A_CHANNEL),
        ("messages", "M1,P1,sms,due,2026-10-30,,,,,", "sent_at", Fault.NOT_A_TIME),
        ("holds", "P1,inquiry,2026-10-02,2026-10-01", "lifted_on", Fault.ENDS_TOO_EARLY),
    ],
)
def test_a_cell_that_can_not_be_is_a_reject(kind: str, line: str, column: str, fault: Fault) -> None:
    with pytest.raises(BadRow) as bad:
        read_header(EXTRACTS[kind], FILES[kind][0]).read(line.split(","))
    assert [(one.column, one.fault) for one in bad.value.faults] == [(column, fault)]


def test_retention_passes_over_what_a_load_is_about_to_refer_to(database: Connection, database_url: str) -> None:
    load(database, *FILES["loans"], kind="loans")
    layout = read_header(EXTRACTS["charges"], FILES["charges"][0])
    with load_of("charges", database, layout.names) as file:
        file.stage([[2, *layout.read(["C1", "P1", "L1", "overdue", "12,50", "2026-10-21T00:00"])]], [])
        with file.applied(Terms(1, TODAY, [])), connect(database_url, autocommit=True) as other:
            free = other.execute("SELECT loan_number FROM library.loan FOR UPDATE SKIP LOCKED").fetchall()
    assert free == [("L2",)]


@pytest.mark.parametrize(("load_of_kind", "rule"), [(MessageLoad, MESSAGES), (ChargeLoad, LOANS)])
def test_what_retention_takes_while_a_file_is_loaded_is_not_brought_back_by_lines_that_change_nothing(
    database: Connection, database_url: str, monkeypatch: pytest.MonkeyPatch, load_of_kind: type, rule: Rule
) -> None:
    kind = load_of_kind.extract.kind
    load_all(database)
    database.execute("DELETE FROM library.legal_hold")
    checked = load_of_kind._after_references

    def night(load: Any) -> None:
        checked(load)
        with connect(database_url, autocommit=True) as other:
            assert sum(store.batches(other, rule, store.Terms(date(2026, 12, 24)))) > 0

    monkeypatch.setattr(load_of_kind, "_after_references", night)
    result = load(database, *FILES[kind], kind=kind)
    assert (result.rejects, result.counts.added, result.counts.changed, result.counts.unchanged) == ([], 0, 0, 2)
    number = {"messages": "M1", "charges": "C1"}[kind]
    assert value(database, kind, "loan_number", number) is None
