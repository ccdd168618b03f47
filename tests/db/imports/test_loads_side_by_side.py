"""A load beside others who write: the registry's refresh, and a second load."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from db.connect import Connection, connect
from tests.db.imports.loading import Result, events, facts, forget_events, load, one


def in_the_background(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    done: list[Any] = []
    thread = threading.Thread(target=lambda: done.append(work()))
    thread.start()
    return thread, done


def wait_till_it_waits(database: Connection) -> None:
    """Till some session waits for a lock."""
    deadline = time.monotonic() + 20
    while one(database, "SELECT count(*) FROM pg_locks WHERE NOT granted") == 0:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.02)


def test_what_the_registry_says_while_a_load_is_under_way_is_not_overwritten(
    database: Connection, database_url: str
) -> None:
    load(database, "patron_number,name,email", "100,Anna Jensen,", "101,Bo,")
    forget_events(database)

    def work() -> Result:
        with connect(database_url, autocommit=True) as connection:
            return load(connection, "patron_number,name,email", "100,Else,e@example.org", "101,Bob,b@example.org")

    with connect(database_url) as refresh:
        refresh.execute(
            "UPDATE library.patron SET name = 'Anna Holm', registry_status = 1, address_kind = 'residential' "
            "WHERE patron_number = '100'"
        )
        thread, done = in_the_background(work)
        wait_till_it_waits(database)
        refresh.commit()
    thread.join(30)
    assert done[0].counts.changed == 2
    assert facts(database, "100", "name, email") == ("Anna Holm", "e@example.org")
    assert facts(database, "101", "name, email") == ("Bob", "b@example.org")
    assert events(database) == [
        ("100", "patron.contact", ["email"]),
        ("101", "patron.name", ["name"]),
        ("101", "patron.contact", ["email"]),
    ]


def test_a_second_load_waits_for_the_first(database: Connection, database_url: str) -> None:
    def work() -> Result:
        with connect(database_url, autocommit=True) as connection:
            return load(connection, "patron_number,cpr_number", "101,0101901234")

    with connect(database_url, autocommit=True) as first, first.transaction():
        load(first, "patron_number,cpr_number", "100,0101901234")
        thread, done = in_the_background(work)
        wait_till_it_waits(database)
    thread.join(30)
    assert [reject.other for reject in done[0].rejects] == ["100"]
    assert facts(database, "101", "name") is None
