"""What the migrations build: described to the last column, and refusing what it must."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_type_hints

import pytest

import db.migrations
from db.connect import Connection
from db.embedded import EmbeddedServer
from db.errors import DataRefused, guarded
from db.snapshot import SNAPSHOT, schema_text
from db.upgrade import newest_revision
from mappers import address_kinds
from mappers.municipalities import MUNICIPALITIES
from mappers.record import PatronRecord

MIGRATIONS = Path(db.migrations.__file__).parent


def test_the_snapshot_is_what_the_migrations_build(database_url: str, postgres_server: EmbeddedServer) -> None:
    built = schema_text(database_url, postgres_server.programs)
    assert SNAPSHOT.read_text(encoding="utf-8") == built, "run: python -m db.snapshot"


def test_the_head_file_names_the_newest_migration_and_none_is_missing() -> None:
    files = sorted(file.stem for file in (MIGRATIONS / "versions").glob("*.py"))
    numbers = [name.partition("_")[0] for name in files]
    assert numbers == [f"{number:04d}" for number in range(1, len(files) + 1)]
    assert newest_revision() == numbers[-1]
    assert [name for name in files if not (MIGRATIONS / "versions" / f"{name}.sql").exists()] == []


def test_every_table_view_and_function_has_a_comment(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT oid::regclass::text FROM pg_class
        WHERE relnamespace IN ('library'::regnamespace, 'sync'::regnamespace) AND relkind IN ('r', 'p', 'v', 'm')
          AND obj_description(oid, 'pg_class') IS NULL
        UNION ALL
        SELECT oid::regprocedure::text FROM pg_proc
        WHERE pronamespace IN ('library'::regnamespace, 'sync'::regnamespace)
          AND obj_description(oid, 'pg_proc') IS NULL
        UNION ALL
        SELECT nspname FROM pg_namespace
        WHERE nspname IN ('library', 'sync') AND obj_description(oid, 'pg_namespace') IS NULL
        """
    )
    assert [name for (name,) in rows] == []


def test_every_column_of_a_table_has_a_comment(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT attrelid::regclass || '.' || attname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace IN ('library'::regnamespace, 'sync'::regnamespace) AND relkind IN ('r', 'p')
          AND NOT relispartition AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL
        """
    )
    assert [name for (name,) in rows] == []


def test_the_library_has_the_tables_of_the_privacy_inventory(connection: Connection) -> None:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'library'")
    asked_for = {
        *("patron", "patron_card", "patron_phone", "absence", "block", "guardian", "guardian_link", "staff_case"),
        *("loan", "reservation", "charge", "payment", "message", "municipality", "branch", "patron_group"),
        *("legal_hold", "card_pin", "former_cpr_number"),
    }
    assert asked_for <= {name for (name,) in rows}


def test_times_have_a_zone_and_amounts_are_exact(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT table_name, column_name, data_type, numeric_precision, numeric_scale FROM information_schema.columns
        WHERE table_schema IN ('library', 'sync')
          AND (column_name ~ '(_at|^at|_until)$' OR column_name = 'amount' OR data_type LIKE 'timestamp%')
        """
    ).fetchall()
    assert len(rows) > 15
    for table, column, data_type, precision, scale in rows:
        if column == "amount":
            assert (data_type, precision, scale) == ("numeric", 12, 2), table
        else:
            assert data_type == "timestamp with time zone", f"{table}.{column}"


def test_the_registry_s_columns_of_a_patron_are_the_record_s_in_its_order(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'library' AND table_name = 'patron' ORDER BY ordinal_position
        """
    ).fetchall()
    first = [name for name, _ in rows].index(PatronRecord._fields[0])
    registry = rows[first : first + len(PatronRecord._fields)]
    assert tuple(name for name, _ in registry) == PatronRecord._fields
    types = {"text": str, "date": "date", "boolean": bool, "smallint": int, "ARRAY": list, "jsonb": dict}
    hints = get_type_hints(PatronRecord)
    for name, data_type in registry:
        expected = types[data_type]
        assert (expected if isinstance(expected, str) else expected.__name__) in str(hints[name]), name


def test_the_base_address_may_have_every_kind_but_contact(connection: Connection) -> None:
    for kind in address_kinds.KINDS:
        with connection.transaction(force_rollback=True):
            insert = "INSERT INTO library.patron (patron_number, address_kind) VALUES ('1', %s)"
            if kind == address_kinds.CONTACT:
                with pytest.raises(DataRefused, match="patron_address_kind_check"), guarded():
                    connection.execute(insert, [kind])
            else:
                connection.execute(insert, [kind])


def test_the_municipalities_are_those_that_mappers_declares(connection: Connection) -> None:
    rows = connection.execute("SELECT code, name, kind FROM library.municipality").fetchall()
    assert sorted(rows) == sorted(tuple(each) for each in MUNICIPALITIES.values())


BAD_ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("patron_number_check", "library.patron", {"patron_number": ""}),
    ("patron_cpr_number_check", "library.patron", {"patron_number": "9", "cpr_number": "010170-1234"}),
    ("patron_cpr_number_check", "library.patron", {"patron_number": "9", "cpr_number": "010170123"}),
    ("patron_municipality_code_check", "library.patron", {"patron_number": "9", "municipality_code": "851"}),
    ("patron_country_check", "library.patron", {"patron_number": "9", "country": "SE"}),
    ("patron_registry_status_check", "library.patron", {"patron_number": "9", "registry_status": 2}),
    ("patron_language_check", "library.patron", {"patron_number": "9", "language": "de"}),
    ("patron_last_residence_check", "library.patron", {"patron_number": "9", "last_residence": "[]"}),
    ("patron_patron_group_fkey", "library.patron", {"patron_number": "9", "patron_group": "none such"}),
    ("patron_home_branch_fkey", "library.patron", {"patron_number": "9", "home_branch": "none such"}),
    ("patron_pkey", "library.patron", {"patron_number": "1"}),
    ("patron_cpr_number_key", "library.patron", {"patron_number": "9", "cpr_number": "0101701234"}),
    ("patron_phone_kind_check", "library.patron_phone", {"patron_number": "1", "kind": "fax", "number": "1"}),
    (
        "absence_check",
        "library.absence",
        {"patron_number": "1", "absent_from": "2026-01-02", "absent_to": "2026-01-01"},
    ),
    (
        "block_source_check",
        "library.block",
        {"patron_number": "1", "reason": "x", "source": "us", "since": "2026-01-01"},
    ),
    ("patron_card_patron_number_fkey", "library.patron_card", {"card_number": "1", "patron_number": "9"}),
    ("card_pin_pin_hash_check", "library.card_pin", {"card_number": "c1", "pin_hash": "1234"}),
    (
        "staff_case_detail_check",
        "library.staff_case",
        {"patron_number": "1", "kind": "x", "since": "2026-01-01", "detail": "[]"},
    ),
    ("guardian_link_check", "library.guardian_link", {"patron_number": "1", "source": "registry", "kind": "mother"}),
    (
        "guardian_link_check1",
        "library.guardian_link",
        {"patron_number": "1", "source": "registry", "kind": "unknown holder", "signed_on": "2026-01-01"},
    ),
    (
        "guardian_link_source_check",
        "library.guardian_link",
        {"patron_number": "1", "source": "hearsay", "kind": "unknown holder"},
    ),
    (
        "charge_amount_check",
        "library.charge",
        {"charge_number": "1", "patron_number": "1", "kind": "fee", "amount": -1, "charged_at": "2026-01-01Z"},
    ),
    (
        "message_channel_check",
        "library.message",
        {"message_number": "1", "patron_number": "1", "channel": "pigeon", "kind": "x", "sent_at": "2026-01-01Z"},
    ),
    (
        "legal_hold_check",
        "library.legal_hold",
        {"patron_number": "1", "reason": "x", "placed_on": "2026-01-02", "lifted_on": "2026-01-01"},
    ),
    ("instance_pkey", "sync.instance", {"made_up": True}),
    ("approval_check", "sync.approval", {"run_id": 1, "flow": "x", "rule": "x", "word": "apply"}),
    (
        "registry_access_check",
        "sync.registry_access",
        {"asked_at": "2026-01-01Z", "purpose": "x", "outcome": "x"},
    ),
    (
        "disclosure_reason_check",
        "sync.disclosure",
        {"patron_number": "1", "os_user": "me", "reason": ""},
    ),
)


@pytest.mark.parametrize(("constraint", "table", "row"), BAD_ROWS)
def test_a_row_that_can_t_be_right_is_refused(
    connection: Connection, constraint: str, table: str, row: dict[str, Any]
) -> None:
    connection.execute("INSERT INTO library.patron (patron_number, cpr_number) VALUES ('1', '0101701234')")
    connection.execute("INSERT INTO library.patron_card VALUES ('c1', '1')")
    columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
    with pytest.raises(DataRefused) as raised, guarded():
        connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})".encode(), list(row.values()))
    assert raised.value.place is not None
    assert str(raised.value.place.constraint).endswith(constraint)


def test_every_patron_has_one_check_row_however_it_came(connection: Connection) -> None:
    connection.execute("INSERT INTO library.patron (patron_number) VALUES ('1'), ('2')")
    with connection.cursor() as cursor, cursor.copy("COPY library.patron (patron_number) FROM STDIN") as copy:
        for number in ("3", "4"):
            copy.write_row([number])
    connection.execute("UPDATE sync.patron_check SET next_due = '2026-01-01' WHERE patron_number = '1'")
    connection.execute(
        """
        INSERT INTO library.patron (patron_number) VALUES ('1'), ('5')
        ON CONFLICT (patron_number) DO UPDATE SET name = 'New'
        """
    )
    rows = connection.execute(
        "SELECT patron_number, next_due::text, checked_at, checked_on FROM sync.patron_check ORDER BY patron_number"
    ).fetchall()
    assert rows[0] == ("1", "2026-01-01", None, None)
    assert rows[1:] == [(number, "-infinity", None, None) for number in ("2", "3", "4", "5")]


def test_with_the_patron_goes_what_is_the_patron_s_and_the_access_log_stays(connection: Connection) -> None:
    connection.execute("INSERT INTO library.patron (patron_number) VALUES ('1')")
    connection.execute("INSERT INTO library.patron_card VALUES ('c1', '1')")
    connection.execute("INSERT INTO library.card_pin VALUES ('c1', repeat('x', 60))")
    connection.execute("INSERT INTO library.patron_phone VALUES ('1', 'mobile', '12345678')")
    connection.execute("INSERT INTO library.block VALUES ('1', 'x', 'staff', '2026-01-01')")
    connection.execute("INSERT INTO library.former_cpr_number VALUES ('0101701234', '1', '2026-01-01')")
    connection.execute("INSERT INTO sync.quarantine (patron_number, reason, since) VALUES ('1', 'x', '2026-01-01')")
    connection.execute("INSERT INTO sync.registry_access VALUES ('1', NULL, now(), 'refresh', 1, 'x')")
    connection.execute("DELETE FROM library.patron")
    for table in ("library.patron_card", "library.card_pin", "library.patron_phone", "library.block"):
        assert connection.execute(f"SELECT FROM {table}".encode()).fetchall() == []
    for table in ("library.former_cpr_number", "sync.quarantine", "sync.patron_check"):
        assert connection.execute(f"SELECT FROM {table}".encode()).fetchall() == []
    assert len(connection.execute("SELECT FROM sync.registry_access").fetchall()) == 1


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO library.loan (loan_number, patron_number, item_number, lent_at) VALUES ('1', '1', '1', now())",
        "INSERT INTO library.charge VALUES ('1', '1', NULL, 'fee', 1, now())",
        "INSERT INTO library.legal_hold VALUES ('1', 'x', '2026-01-01')",
    ],
)
def test_a_patron_with_a_loan_a_charge_or_a_hold_can_t_be_deleted(connection: Connection, insert: str) -> None:
    connection.execute("INSERT INTO library.patron (patron_number) VALUES ('1')")
    connection.execute(insert.encode())
    with pytest.raises(DataRefused, match="foreign key violation"), guarded():
        connection.execute("DELETE FROM library.patron")


def test_a_loan_that_goes_leaves_its_charge_and_message_without_its_number(connection: Connection) -> None:
    connection.execute("INSERT INTO library.patron (patron_number) VALUES ('1')")
    connection.execute(
        "INSERT INTO library.loan (loan_number, patron_number, item_number, lent_at) VALUES ('1', '1', '1', now())"
    )
    connection.execute("INSERT INTO library.charge VALUES ('1', '1', '1', 'fee', 1, now())")
    connection.execute("INSERT INTO library.message VALUES ('1', '1', 'sms', 'due', now(), '1')")
    connection.execute("DELETE FROM library.loan")
    assert connection.execute("SELECT loan_number FROM library.charge").fetchall() == [(None,)]
    assert connection.execute("SELECT loan_number FROM library.message").fetchall() == [(None,)]


def test_a_patron_has_one_open_quarantine_and_one_open_case_of_a_kind(connection: Connection) -> None:
    connection.execute("INSERT INTO library.patron (patron_number) VALUES ('1')")
    closed = "INSERT INTO {} (patron_number, {}, since, closed_on) VALUES ('1', 'x', '2026-01-01', '2026-01-02')"
    opened = "INSERT INTO {} (patron_number, {}, since) VALUES ('1', 'x', '2026-01-01')"
    for table, column in (("sync.quarantine", "reason"), ("library.staff_case", "kind")):
        for insert in (closed, closed, opened):
            connection.execute(insert.format(table, column).encode())
        with pytest.raises(DataRefused, match="_open"), guarded(), connection.transaction():
            connection.execute(opened.format(table, column).encode())


def test_nobody_but_the_owner_may_read_pins(connection: Connection) -> None:
    rows = connection.execute(
        """
        SELECT grantee::regrole FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner)))
        WHERE oid = 'library.card_pin'::regclass AND grantee <> relowner
        """
    ).fetchall()
    assert rows == []


def test_events_know_their_transaction_in_order(connection: Connection) -> None:
    for kind in ("patron.name", "patron.address"):
        connection.execute("INSERT INTO sync.change (patron_number, kind) VALUES ('1', %s)", [kind])
    rows = connection.execute(
        "SELECT kind, transaction_id = pg_current_xact_id(), at = now() FROM sync.change "
        "ORDER BY transaction_id, position"
    ).fetchall()
    assert rows == [("patron.name", True, True), ("patron.address", True, True)]


def test_indices_lead_to_everything_that_refers_to_a_patron(connection: Connection) -> None:
    """A key whose column has no index makes each deletion of a patron read the whole table."""
    rows = connection.execute(
        """
        SELECT conrelid::regclass || '.' || attname FROM pg_constraint
        JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
        WHERE contype = 'f' AND confrelid IN ('library.patron'::regclass, 'library.loan'::regclass,
                'library.charge'::regclass, 'library.guardian'::regclass, 'sync.run'::regclass)
          AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = conrelid AND indkey[0] = conkey[1] AND indpred IS NULL)
        """
    )
    assert [name for (name,) in rows] == []
