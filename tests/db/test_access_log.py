"""The access log's partitions: one a month, made when needed."""

from __future__ import annotations

import threading

import pytest

from db.connect import Connection, connect


def _log(connection: Connection, *times: str) -> None:
    for time in times:
        connection.execute("INSERT INTO sync.registry_access VALUES ('1', NULL, %s, 'refresh', 1, 'unchanged')", [time])


def _partitions(connection: Connection) -> list[tuple[str, int]]:
    return connection.execute(
        """
        SELECT relname, (SELECT count(*) FROM sync.registry_access WHERE registry_access.tableoid = pg_class.oid)
        FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'sync.registry_access'::regclass ORDER BY relname
        """
    ).fetchall()


def _ensure(connection: Connection, day: str) -> bool:
    row = connection.execute("SELECT sync.ensure_access_partition(%s)", [day]).fetchone()
    assert row is not None
    return bool(row[0])


def test_without_a_partition_rows_go_to_the_default_one(connection: Connection) -> None:
    _log(connection, "2026-03-15Z")
    assert _partitions(connection) == [("registry_access_default", 1)]


def test_a_month_gets_its_partition_once_and_its_rows_move_there(connection: Connection) -> None:
    _log(connection, "2026-11-30 23:59:59.999Z", "2026-12-01 00:00Z", "2026-12-31 23:59:59.999Z", "2027-01-01 00:00Z")
    assert _ensure(connection, "2026-12-17") is True
    assert _ensure(connection, "2026-12-01") is False
    _log(connection, "2026-12-24Z")
    assert _partitions(connection) == [("registry_access_2026_12", 3), ("registry_access_default", 2)]


def test_months_follow_each_other_without_a_gap(connection: Connection) -> None:
    for day in ("2026-11-01", "2026-12-31", "2027-01-01", "2028-02-29"):
        assert _ensure(connection, day)
    _log(connection, "2026-11-30 23:59:59.999999Z", "2026-12-01Z", "2026-12-31 23:59:59.999999Z", "2027-01-01Z")
    assert _partitions(connection) == [
        ("registry_access_2026_11", 1),
        ("registry_access_2026_12", 2),
        ("registry_access_2027_01", 1),
        ("registry_access_2028_02", 0),
        ("registry_access_default", 0),
    ]


def test_a_partition_is_made_alike_in_another_session_zone(connection: Connection) -> None:
    connection.execute("SET LOCAL TimeZone = 'Pacific/Auckland'")
    assert _ensure(connection, "2026-12-01")
    connection.execute("SET LOCAL TimeZone = 'UTC'")
    _log(connection, "2026-12-01 00:00Z", "2026-12-31 23:59Z")
    assert ("registry_access_2026_12", 2) in _partitions(connection)


def test_a_partition_has_the_log_s_indices_and_comments(connection: Connection) -> None:
    _ensure(connection, "2026-12-01")
    counted = connection.execute(
        """
        SELECT (SELECT count(*) FROM pg_index WHERE indrelid = 'sync.registry_access_2026_12'::regclass),
               obj_description('sync.registry_access_2026_12'::regclass, 'pg_class') IS NOT NULL
        """
    ).fetchone()
    assert counted == (3, True)


@pytest.mark.parametrize("workers", [4])
def test_workers_that_ask_at_once_make_it_once(database_url: str, workers: int) -> None:
    made: list[bool] = []
    barrier = threading.Barrier(workers)

    def work() -> None:
        with connect(database_url) as connection:
            barrier.wait(20)
            made.append(_ensure(connection, "2026-12-01"))

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(made) == [False] * (workers - 1) + [True]
