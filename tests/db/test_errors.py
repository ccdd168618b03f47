"""No value of a row leaves through an error: each class of PostgreSQL's errors is forced, with a CPR number in it."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable

import psycopg
import pytest

from db.connect import Connection, connect
from db.errors import (
    DatabaseProblem,
    DatabaseUnavailable,
    DataRefused,
    OperatorMustAct,
    ProgramFault,
    TryAgain,
    guarded,
)

NUMBER = "0101" + "701234"
NAME = "Hemmelig " + "Navnesen"


def _duplicate(connection: Connection) -> None:
    for patron in ("1", "2"):
        connection.execute(
            "INSERT INTO library.patron (patron_number, cpr_number, name) VALUES (%s, %s, %s)", [patron, NUMBER, NAME]
        )


def _failing_check(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO library.patron (patron_number, cpr_number, name, language) VALUES ('1', %s, %s, 'xx')",
        [NUMBER, NAME],
    )


def _missing_value(connection: Connection) -> None:
    connection.execute(
        "INSERT INTO library.patron (patron_number, cpr_number, address_kind) VALUES ('1', %s, NULL)", [NUMBER]
    )


def _bad_cast(connection: Connection) -> None:
    connection.execute("SELECT %s::text::date", [NUMBER])


def _too_big(connection: Connection) -> None:
    connection.execute("SELECT %s::text::smallint", [NUMBER])


def _copy_of_a_bad_value(connection: Connection) -> None:
    copying = "COPY library.patron (patron_number, birth_date) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.write_row(["1", NUMBER])


def _copy_of_a_duplicate(connection: Connection) -> None:
    copying = "COPY library.patron (patron_number, cpr_number, name) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copying) as copy:
        copy.write_row(["1", NUMBER, NAME])
        copy.write_row(["2", NUMBER, NAME])


def _no_such_patron(connection: Connection) -> None:
    connection.execute("INSERT INTO library.patron_card VALUES (%s, %s)", ["1", NUMBER])


def _zero_byte(connection: Connection) -> None:
    connection.execute("SELECT %s::text", [NUMBER + "\0"])


def _raised_by_a_function(connection: Connection) -> None:
    connection.execute("SELECT set_config('test.number', %s, true)", [NUMBER])
    connection.execute("DO $$ BEGIN RAISE EXCEPTION '% is bad', current_setting('test.number'); END $$")


def _unknown_column(connection: Connection) -> None:
    connection.execute(f'SELECT "{NUMBER}" FROM library.patron'.encode())


def _wrong_syntax(connection: Connection) -> None:
    connection.execute(f"SELECT FROM WHERE {NUMBER}".encode())


def _wrong_number_of_parameters(connection: Connection) -> None:
    connection.execute("SELECT %s, %s", [NUMBER])


@pytest.mark.parametrize(
    ("fail", "kind", "names"),
    [
        (_duplicate, DataRefused, ["unique violation", "23505", "library.patron", "patron_cpr_number_key"]),
        (_failing_check, DataRefused, ["check violation", "23514", "library.patron", "patron_language_check"]),
        (_missing_value, DataRefused, ["not null violation", "23502", "library.patron.address_kind"]),
        (_bad_cast, DataRefused, ["22008"]),
        (_too_big, DataRefused, ["numeric value out of range", "22003"]),
        (_copy_of_a_bad_value, DataRefused, ["22008"]),
        (_copy_of_a_duplicate, DataRefused, ["unique violation", "patron_cpr_number_key"]),
        (_no_such_patron, DataRefused, ["foreign key violation", "patron_card_patron_number_fkey"]),
        (_zero_byte, DataRefused, []),
        (_raised_by_a_function, ProgramFault, ["raise exception", "P0001"]),
        (_unknown_column, ProgramFault, ["undefined column", "42703"]),
        (_wrong_syntax, ProgramFault, ["syntax error", "42601"]),
        (_wrong_number_of_parameters, ProgramFault, []),
    ],
)
def test_an_error_tells_names_and_never_a_value(
    connection: Connection, fail: Callable[[Connection], None], kind: type[DatabaseProblem], names: list[str]
) -> None:
    with pytest.raises(kind) as raised, guarded():
        fail(connection)
    problem = raised.value
    told = [str(problem), repr(problem), repr(problem.args), "".join(traceback.format_exception(problem))]
    context = problem.__context__
    assert isinstance(context, psycopg.Error)
    told += [str(context), repr(context)]
    for text in told:
        assert NUMBER not in text
        assert NAME not in text
    for name in names:
        assert name in str(problem)


def test_a_problem_can_be_sent_to_another_process(connection: Connection) -> None:
    with pytest.raises(DataRefused) as raised, guarded():
        _duplicate(connection)
    again = pickle.loads(pickle.dumps(raised.value))
    assert type(again) is DataRefused
    assert str(again) == str(raised.value)
    assert again.place == raised.value.place


def test_a_statement_that_takes_too_long_may_be_tried_again(database_url: str) -> None:
    with connect(database_url, statement_timeout=0.05) as connection:
        with pytest.raises(TryAgain, match="57014"), guarded():
            connection.execute("SELECT pg_sleep(5)")
        connection.rollback()


def test_a_lock_that_does_not_come_may_be_tried_again(database_url: str) -> None:
    with connect(database_url) as holder, connect(database_url, lock_timeout=0.05) as waiter:
        holder.execute("LOCK TABLE library.patron")
        with pytest.raises(TryAgain, match="55P03"), guarded():
            waiter.execute("SELECT FROM library.patron")
        waiter.rollback()


def test_a_session_that_the_server_ends_is_an_unavailable_database(database_url: str) -> None:
    with connect(database_url) as other, connect(database_url, autocommit=True) as ender:
        ender.execute("SELECT pg_terminate_backend(%s)", [other.info.backend_pid])
        with pytest.raises(DatabaseUnavailable), guarded():
            other.execute("SELECT 1")
        with pytest.raises(DatabaseUnavailable), guarded():
            other.execute("SELECT 1")


def test_a_missing_grant_is_the_operator_s(connection: Connection) -> None:
    connection.execute("CREATE ROLE test_errors_reader")
    connection.execute("SET LOCAL ROLE test_errors_reader")
    with pytest.raises(OperatorMustAct, match="42501"), guarded():
        connection.execute("SELECT FROM library.patron")


@pytest.mark.parametrize(
    ("url", "kind", "words"),
    [
        ("postgresql://me:hemmelig@127.0.0.1:1/db", DatabaseUnavailable, "does not answer"),
        ("postgresql://me:hemmelig@127.0.0.1:port/db", OperatorMustAct, "PATRONSYNC_DATABASE_URL"),
        ("postgres//me:hemmelig@127.0.0.1/db", OperatorMustAct, "PATRONSYNC_DATABASE_URL"),
        ("postgresql://me:hemmelig@127.0.0.1/db?sslmode=hemmelig", DatabaseProblem, ""),
        ("postgresql://me:hemmelig@127.0.0.1/db?nosuch=hemmelig", OperatorMustAct, "can't be read"),
    ],
)
def test_a_connection_that_fails_shows_no_password(url: str, kind: type[DatabaseProblem], words: str) -> None:
    with pytest.raises(kind) as raised:
        connect(url)
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    assert words in str(raised.value)
    assert "hemmelig" not in told
    context = raised.value.__context__
    assert "hemmelig" not in f"{context} {context!r}"


def test_a_database_that_is_not_there_is_named_as_such(database_url: str) -> None:
    with pytest.raises(OperatorMustAct, match="no such database"):
        connect(database_url.replace("/test_", "/no_test_"))


def test_other_errors_pass_unchanged() -> None:
    with pytest.raises(ZeroDivisionError), guarded():
        raise ZeroDivisionError
