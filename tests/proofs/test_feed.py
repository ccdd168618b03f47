"""The change feed under load: consumers are killed and started again, and none misses a change or its order."""

from __future__ import annotations

import json
import random
import threading
import time
from collections import defaultdict
from multiprocessing.process import BaseProcess
from pathlib import Path

from db.connect import Connection, connect
from db.feed import store
from tests.fixtures.proofs import Proof
from tests.proofs.feed_reader import processes, read_on

WRITERS, CONSUMERS, PATRONS = 8, 4, 12
COUNTED = "CREATE TABLE counted (patron_number text PRIMARY KEY, changes int NOT NULL DEFAULT 0)"
LATE = 60.0
"""Seconds in which consumers that are left alone must have read everything."""


def write(url: str, chance: random.Random, ends: float) -> None:
    """One transaction after the other: some begin long before they write, some are rolled back, some stay open.

    Each change of a patron is counted under the patron's lock, and the event holds the count.
    """
    with connect(url, name="writer") as connection:
        while time.monotonic() < ends:
            if chance.random() < 0.5:
                connection.execute("SELECT pg_current_xact_id()")
                time.sleep(chance.uniform(0, 0.08))
            for patron in sorted(chance.sample(range(PATRONS), chance.randint(1, 3))):
                connection.execute(
                    "WITH one AS (UPDATE counted SET changes = changes + 1 WHERE patron_number = %s RETURNING *) "
                    "INSERT INTO sync.change (patron_number, kind, fields) "
                    "SELECT patron_number, 'patron.name', ARRAY[changes::text] FROM one",
                    [f"P{patron:02}"],
                )
            time.sleep(chance.choice([0, 0, 0.01, 0.03]) if chance.random() > 0.03 else 0.3)
            if chance.random() < 0.1:
                connection.rollback()
            else:
                connection.commit()
            time.sleep(chance.uniform(0, 0.03))


def read_by(written: Path) -> dict[str, list[int]]:
    """What a consumer was given, patron by patron, in the order in which each event came first."""
    seen: set[str] = set()
    found: dict[str, list[int]] = defaultdict(list)
    for line in written.read_text().splitlines():
        event = json.loads(line)
        if event["id"] not in seen:
            seen.add(event["id"])
            found[event["subject"]].append(int(event["data"]["fields"][0]))
    return found


def test_every_change_is_given_to_every_consumer_in_order_however_often_they_are_killed(
    database_url: str, tmp_path: Path, proof: Proof
) -> None:
    seconds = proof.size(small=5, full=60)
    with connect(database_url, autocommit=True) as connection:
        connection.execute(COUNTED)
        connection.execute("INSERT INTO counted SELECT 'P' || to_char(n, 'FM00') FROM generate_series(0, 11) AS n")
        names = [f"consumer{number}" for number in range(CONSUMERS)]
        for name in names:
            store.register(connection, name)

        def start(name: str) -> BaseProcess:
            batch = proof.random.choice([1, 7, 100])
            process = processes.Process(target=read_on, args=(database_url, name, str(tmp_path / name), batch))
            process.start()
            return process

        running = {name: start(name) for name in names}
        ends = time.monotonic() + seconds
        writers = [
            threading.Thread(target=write, args=(database_url, random.Random(proof.random.random()), ends))
            for _ in range(WRITERS)
        ]
        kills = 0
        try:
            for writer in writers:
                writer.start()
            while time.monotonic() < ends:
                time.sleep(proof.random.uniform(0.1, 0.5))
                name = proof.random.choice(names)
                running[name].kill()
                running[name].join()
                running[name] = start(name)
                kills += 1
            for writer in writers:
                writer.join()
            last = _wait_until_all_is_read(connection)
        finally:
            for process in running.values():
                process.kill()
                process.join()
        counts = dict(connection.execute("SELECT patron_number, changes FROM counted").fetchall())
        events = sum(counts.values())
    assert last == 0
    assert events > 20 * seconds and kills > seconds
    again = 0
    for name in names:
        found = read_by(tmp_path / name)
        assert found == {patron: list(range(1, count + 1)) for patron, count in counts.items() if count}, name
        again += len((tmp_path / name).read_text().splitlines()) - events
    proof.tell(
        f"{WRITERS} writers, {events} events, {CONSUMERS} consumers killed {kills} times in {seconds} s: "
        f"none missed, all in order, {again} came twice"
    )


def _wait_until_all_is_read(connection: Connection) -> int:
    """How many events wait for a consumer in the end."""
    ends = time.monotonic() + LATE
    while True:
        waiting = sum(one.waiting for one in store.consumers(connection))
        if not waiting or time.monotonic() > ends:
            return waiting
        time.sleep(0.1)


def test_a_consumer_whose_session_is_lost_goes_on_where_it_was(database_url: str, tmp_path: Path) -> None:
    """Batches of one, so that there is always a next one on its way when the session goes."""
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'feed website'"
    with connect(database_url, autocommit=True) as connection:
        store.register(connection, "website")
        process = processes.Process(target=read_on, args=(database_url, "website", str(tmp_path / "website"), 1))
        process.start()
        try:
            for first in (0, 40, 80):
                connection.execute(
                    "INSERT INTO sync.change (patron_number, kind, fields) "
                    "SELECT 'P', 'patron.name', ARRAY[n::text] FROM generate_series(%s::int, %s::int) AS n",
                    [first, first + 39],
                )
                while store.consumers(connection)[0].waiting > 20:
                    time.sleep(0.005)
                assert connection.execute(ends).fetchall() == [(True,)]
            assert _wait_until_all_is_read(connection) == 0
        finally:
            process.kill()
            process.join()
    assert read_by(tmp_path / "website") == {"P": list(range(120))}
