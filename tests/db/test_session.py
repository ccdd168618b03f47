"""A session that is opened again after it was lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psycopg
import pytest

from db.connect import Connection, connect
from db.errors import DatabaseUnavailable
from db.session import LOSSES, Session

NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"


@pytest.fixture
def session(database_url: str) -> Iterator[Session]:
    with Session(database_url, "test", patience=5) as session:
        yield session


def end(connection: Connection) -> None:
    """Ends the connection's session on the server, as a restart would."""
    with connect(_url_of(connection), autocommit=True) as another:
        another.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


def _url_of(connection: Connection) -> str:
    info = connection.info
    return f"postgresql://{info.user}:{info.password}@{info.host}:{info.port}/{info.dbname}?sslmode=disable"


def _one(connection: Connection) -> int:
    row = connection.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def test_what_may_be_done_twice_is_done_on_a_new_connection(session: Session) -> None:
    before = session.connection
    end(before)
    assert session.again(_one) == 1
    assert session.connection is not before and before.closed


def test_one_loss_after_the_other_is_outlived(session: Session) -> None:
    lost = []

    def losing(connection: Connection) -> int:
        if len(lost) < LOSSES - 1:
            lost.append(connection)
            end(connection)
        return _one(connection)

    assert session.again(losing) == 1
    assert len(lost) == LOSSES - 1


def test_a_database_that_always_breaks_off_is_not_asked_for_ever(session: Session) -> None:
    def losing(connection: Connection) -> int:
        end(connection)
        return _one(connection)

    with pytest.raises(psycopg.OperationalError):
        session.again(losing)


def test_an_error_of_a_session_that_stands_is_not_tried_again(session: Session) -> None:
    times = []

    def wrong(connection: Connection) -> None:
        times.append(1)
        connection.execute("SET LOCAL lock_timeout = '-2'")

    with pytest.raises(psycopg.Error):
        session.again(wrong)
    assert times == [1]


def test_what_hangs_on_a_session_is_set_up_on_each(session: Session) -> None:
    session.at_open(lambda connection: connection.execute("CREATE TEMPORARY TABLE mine (n int)"))
    end(session.connection)
    assert session.again(lambda connection: connection.execute("SELECT * FROM mine").fetchall()) == []


def test_a_database_that_stays_away_is_waited_for_once(session: Session) -> None:
    session._url, session._patience = NOBODY, 1.0
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        session.restore()
    assert time.monotonic() - began >= 0.5
    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        session.again(_one)
    assert time.monotonic() - began < 0.4


def test_a_lock_that_the_lost_session_still_holds_is_waited_for(session: Session, database_url: str) -> None:
    with connect(database_url, autocommit=True) as holder:
        holder.execute("SELECT pg_advisory_lock(1, 1)")
        tries = []

        def take(connection: Connection) -> None:
            tries.append(1)
            if len(tries) == 3:
                holder.execute("SELECT pg_advisory_unlock(1, 1)")
            row = connection.execute("SELECT pg_try_advisory_lock(1, 1)").fetchone()
            if len(tries) > 1 and row is not None and not row[0]:
                raise DatabaseUnavailable("held")

        session.at_open(take)
        session.restore()
        assert len(tries) == 3
