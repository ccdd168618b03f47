"""Rights of 1,000,000 patrons to 5 services decided from scratch, and again with 0.2 % of the patrons changed.

`first` decides everybody's rights into empty tables, as the first run after a load does (all are noted as touched).
`second` follows it, when every 500th patron has moved. `bare` puts the very rows and events of `first` into the same
tables by INSERT .. SELECT out of tables that hold them ready. Each is one transaction, timed from begin to commit.

Meanwhile somebody reads and writes one patron after another of those who move: other group, blocked and not, deleted
and entered again. Each time with a `lock_timeout` of 50 ms: a wait for a lock that lasts longer is an error, and is
counted.
(`log_lock_waits` would log the same waits, with `deadlock_timeout` at 50 ms.)
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from statistics import median
from typing import LiteralString

import psycopg

from bench.people import DAY
from bench.place import Place, settle
from bench.results import Figure, ratio
from bench.sizes import Sizes
from db.connect import Connection, connect
from db.net_media.rights import Changed, Terms, create_staging, decide_rights

SERVICES = ("e-books", "film", "lyd", "news", "study")
EVERY = 500  # who moves
LONGEST_WAIT = "50ms"
ROUNDS = 3

PATRONS = """
    INSERT INTO library.patron (patron_number, municipality_code, registry_status, birth_date, patron_group)
    SELECT 'P' || lpad(number::text, 9, '0'), codes[1 + number %% cardinality(codes)],
           CASE WHEN number %% 50 = 0 THEN 80 ELSE 1 END, '1930-01-01'::date + (number::bigint * 79 %% 34000)::integer,
           CASE WHEN number %% 5 = 0 THEN 'Barn' ELSE 'Voksen' END
    FROM generate_series(1, %(patrons)s) AS number,
         (SELECT array_agg(code ORDER BY code) AS codes FROM library.municipality WHERE kind = 'municipality') AS listed
"""
BLOCKS = """
    INSERT INTO library.block (patron_number, reason, source, since)
    SELECT patron_number, 'fees', 'staff', '2025-06-01' FROM library.patron WHERE right(patron_number, 2) = '07'
"""
AGREEMENTS = """
    INSERT INTO library.net_media_agreement (service, municipality_code, valid_from, min_age, max_age, excluded_groups,
                                             grace_days)
    SELECT service, code, '2020-01-01', CASE WHEN place = 2 THEN 15 END, CASE WHEN place = 3 THEN 17 END,
           CASE WHEN place = 4 THEN '{Barn}'::text[] ELSE '{}' END, 14
    FROM unnest(%s::text[]) WITH ORDINALITY AS offered (service, place)
    CROSS JOIN library.municipality WHERE kind = 'municipality' AND code::integer %% 10 <> place
"""
EMPTY = (
    "TRUNCATE library.net_media_right, sync.net_media_touched, sync.net_media_in_force, sync.net_media_decided, "
    "sync.change"
)
MOVE = """
    UPDATE library.patron SET municipality_code = CASE municipality_code WHEN '0851' THEN '0101' ELSE '0851' END
    WHERE substr(patron_number, 2)::integer %% %s = 0
"""
PATRON = "patron_number, municipality_code, registry_status, birth_date, patron_group"
MOVED = (
    "SELECT patron_number FROM library.patron WHERE substr(patron_number, 2)::integer %% %s = 0 ORDER BY 1 LIMIT 2000"
)
READ_AND_WRITE = (
    "SELECT * FROM library.patron WHERE patron_number = %(number)s FOR UPDATE",
    "SELECT * FROM library.net_media_right WHERE patron_number = %(number)s",
    "UPDATE library.patron SET patron_group = CASE patron_group WHEN 'Barn' THEN 'Voksen' ELSE 'Barn' END "
    "WHERE patron_number = %(number)s",
)
BLOCK = (
    "INSERT INTO library.block VALUES (%(number)s, 'lost card', 'staff', '2025-06-01')",
    "DELETE FROM library.block WHERE patron_number = %(number)s AND reason = 'lost card'",
)
DELETE = (
    f"CREATE TEMPORARY TABLE again ON COMMIT DROP AS SELECT {PATRON} FROM library.patron "
    "WHERE patron_number = %(number)s",
    "DELETE FROM library.patron WHERE patron_number = %(number)s",
    f"INSERT INTO library.patron ({PATRON}) TABLE again",
)
RIGHTS = "patron_number, service, granted, reason, since, until, municipality_code, left_on"
EVENTS = "patron_number, kind, fields, run_id"


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The three figures of net media."""
    firsts, seconds, bares = [], [], []
    tries: list[bool] = []
    with place.database() as url, connect(url, name="bench", autocommit=True) as connection:
        _fill(connection, sizes.net_media_patrons)
        create_staging(connection)
        for _ in range(min(ROUNDS, sizes.rounds)):
            _reset(connection)
            with _somebody_else(url, tries):
                firsts.append(_timed(connection, lambda: _decide(connection, 0)))
            connection.execute(MOVE, [EVERY])
            settle(connection)
            with _somebody_else(url, tries):
                seconds.append(_timed(connection, lambda: _decide(connection, 1)))
            _hold_ready(connection)
            bares.append(_timed(connection, lambda: _put_bare(connection)))
    patrons = f"{sizes.net_media_patrons:,} patrons x {len(SERVICES)} services"
    detail = f"seconds: {median(firsts):.1f}; bare {median(bares):.1f}"
    yield Figure(
        f"rights of {patrons} decided, against bare INSERT .. SELECT of the same",
        ratio(bares, firsts),
        "times",
        "at least",
        0.5,
        detail,
    )
    yield Figure(
        "rights decided again with 0.2 % changed, against from scratch",
        100 * ratio(seconds, firsts),
        "%",
        "at most",
        5,
        f"seconds: {median(seconds):.2f}; {median(firsts):.1f}",
    )
    yield Figure(
        "who reads, writes, blocks or deletes one patron meanwhile waits over 50 ms for a lock",
        100 * sum(tries) / len(tries),
        "%",
        "at most",
        0,
        f"{sum(tries)} of {len(tries):,} times",
    )


def _fill(connection: Connection, patrons: int) -> None:
    connection.execute("INSERT INTO library.patron_group VALUES ('Barn'), ('Voksen')")
    connection.execute(PATRONS, {"patrons": patrons})
    connection.execute(BLOCKS)
    connection.execute("INSERT INTO library.net_media_service (service) SELECT unnest(%s::text[])", [list(SERVICES)])
    connection.execute(AGREEMENTS, [list(SERVICES)])


def _reset(connection: Connection) -> None:
    """Nothing is decided yet, and everybody is touched."""
    connection.execute(EMPTY)
    connection.execute("INSERT INTO sync.net_media_touched (patron_number) SELECT patron_number FROM library.patron")
    settle(connection)


def _decide(connection: Connection, days: int) -> None:
    with connection.transaction():
        decided = decide_rights(connection, Terms(1, DAY + timedelta(days=days)))
    _check(connection, decided, days)


def _check(connection: Connection, decided: Changed, days: int) -> None:
    """The first pass decides on everybody, the second on a few."""
    row = connection.execute("SELECT count(*) FROM library.patron").fetchone()
    assert row is not None
    if not decided.due or (decided.due == row[0]) != (days == 0):
        raise RuntimeError(f"{decided.due} of {row[0]} patrons decided on, {decided.changed} changed")


def _hold_ready(connection: Connection) -> None:
    """Rows and events of a first pass stand ready, and the tables are empty again."""
    connection.execute("DROP TABLE IF EXISTS bench_right, bench_event")
    connection.execute(f"CREATE TABLE bench_right AS SELECT {RIGHTS} FROM library.net_media_right")
    connection.execute(f"CREATE TABLE bench_event AS SELECT {EVENTS} FROM sync.change WHERE kind LIKE 'net_media.%'")
    connection.execute(EMPTY)
    settle(connection)


def _put_bare(connection: Connection) -> None:
    with connection.transaction():
        connection.execute(f"INSERT INTO library.net_media_right ({RIGHTS}) SELECT {RIGHTS} FROM bench_right")
        connection.execute(f"INSERT INTO sync.change ({EVENTS}) SELECT {EVENTS} FROM bench_event")


def _timed(connection: Connection, work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _somebody_else(url: str, tries: list[bool]) -> Iterator[None]:
    """Reads and writes a patron at a time until the block is left; notes each time whether it waited too long."""
    done = threading.Event()

    def work() -> None:
        with connect(url, name="somebody else", autocommit=True) as connection:
            connection.execute(f"SET lock_timeout = '{LONGEST_WAIT}'")
            moved = [number for (number,) in connection.execute(MOVED, [EVERY])]
            for number in itertools.cycle(moved):
                if done.wait(0.005) and tries:
                    return
                for statements in (READ_AND_WRITE, BLOCK, DELETE):
                    tries.append(_waits(connection, statements, {"number": number}))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _waits(connection: Connection, statements: Sequence[LiteralString], parameters: dict[str, str]) -> bool:
    """Does it in one transaction; whether it had to wait too long for a lock."""
    try:
        with connection.transaction():
            for statement in statements:
                connection.execute(statement, parameters)
    except psycopg.errors.LockNotAvailable:
        return True
    return False
