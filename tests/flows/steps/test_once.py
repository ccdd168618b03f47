"""A transaction is done once: anew where somebody was in the way, and not twice where only the receipt was lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from db.connect import Connection
from db.session import Session
from flows.steps.once import COLLISIONS, once
from tests.fixtures.library import Library


@pytest.fixture
def session(library: Library) -> Iterator[Session]:
    """A session, and a table in which each time that something is done leaves a row."""
    library.connection.execute("CREATE TABLE public.done (n integer)")
    with Session(library.database_url, "a test") as session:
        yield session


def _do(session: Session) -> int:
    [(rows,)] = session.connection.execute("SELECT count(*)::int FROM public.done").fetchall()
    session.connection.execute("INSERT INTO public.done VALUES (%s)", (rows,))
    return int(rows)


def _rows(library: Library) -> int:
    [(rows,)] = library.rows("SELECT count(*)::int FROM public.done")
    return int(rows)


def _end(library: Library, connection: Connection) -> None:
    library.connection.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
    connection.execute("SELECT 1")


def test_a_collision_is_rolled_back_and_done_anew(library: Library, session: Session) -> None:
    collisions = iter([psycopg.errors.DeadlockDetected(), psycopg.errors.UniqueViolation()])

    def work(_: object) -> int:
        found = _do(session)
        for collision in collisions:
            raise collision
        return found

    assert once(session, lambda: session.connection.transaction(), work) == 0
    assert _rows(library) == 1


def test_who_collides_for_ever_is_told(library: Library, session: Session) -> None:
    times = []

    def work(_: object) -> None:
        times.append(_do(session))
        raise psycopg.errors.DeadlockDetected

    with pytest.raises(psycopg.errors.DeadlockDetected):
        once(session, lambda: session.connection.transaction(), work)
    assert (len(times), _rows(library)) == (COLLISIONS + 1, 0)


def test_what_was_lost_in_its_midst_is_done_anew(library: Library, session: Session) -> None:
    times = []

    def work(_: object) -> int:
        times.append(_do(session))
        if len(times) == 1:
            _end(library, session.connection)
        return times[-1]

    assert once(session, lambda: session.connection.transaction(), work, lambda done: pytest.fail("it was not")) == 0
    assert (times, _rows(library)) == ([0, 0], 1)


@pytest.mark.parametrize("known", [True, False])
def test_what_was_committed_without_a_receipt_is_done_twice_only_where_nobody_can_tell(
    library: Library, session: Session, known: bool
) -> None:
    lost = []

    @contextmanager
    def transaction() -> Iterator[None]:
        with session.connection.transaction():
            yield
        if not lost:
            lost.append(True)
            _end(library, session.connection)

    done = once(session, transaction, lambda _: _do(session), lambda done: known)
    assert (done, _rows(library)) == ((0, 1) if known else (1, 2))


def test_a_fault_of_the_work_is_nobody_s_collision(library: Library, session: Session) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        once(session, lambda: session.connection.transaction(), lambda _: session.connection.execute("TABLE nothing"))
