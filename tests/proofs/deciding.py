"""One run of net media by the steps of the flow, in this process or in one of its own that may be killed."""

from __future__ import annotations

import multiprocessing
from datetime import date
from multiprocessing.process import BaseProcess
from typing import Any

from pydantic import SecretStr

from db.connect import Connection
from db.session import Session
from flows.reporting.refresh_report import Source
from flows.settings import Settings
from flows.steps.begin_net_media import begin
from flows.steps.end_net_media import run_report
from flows.steps.worker import Worker
from tests.fixtures.library import NET_MEDIA

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.proofs.one_refresh", __name__, "tests.proofs.frozen"])

CODES = ("0851", "0101", "0751", "0461", "0999")
SERVICES = ("film", "lyd", "news")


def settings_of(url: str) -> Settings:
    """Settings that name the database, and a registry that is never asked; the brake is off."""
    return Settings(
        database_url=SecretStr(url), registry_url="http://127.0.0.1:9/", brake_net_media_revoked_percent=100
    )


def decide(url: str, day: date, dry_run: bool = False) -> dict[str, Any]:
    """A run, and its report."""
    with Session(url, "patronsync run") as run_session, Session(url, "patronsync") as session:
        worker = Worker(settings_of(url), session, run_session, Source("test", "", None), None, False)
        run = begin(worker, NET_MEDIA, dry_run=dry_run, today=day, say=lambda line: None)
        run.run()
        state, _ = run.state()
        session.connection.execute("UPDATE sync.run SET state = %s WHERE run_id = %s", [state, run.run_id])
        return run_report(run, NET_MEDIA, state)


def decide_apart(url: str, day: date) -> BaseProcess:
    """The same in a process of its own, begun at once."""
    process = _processes.Process(target=decide, args=(url, day), daemon=True)
    process.start()
    return process


def fill(connection: Connection, patrons: int) -> None:
    """Patrons in five towns, of all ages, some of them blocked, with agreements on three services."""
    connection.execute(
        "INSERT INTO library.patron (patron_number, municipality_code, registry_status, birth_date) "
        "SELECT 'P' || n, (%s::text[])[1 + n %% 5], CASE n %% 17 WHEN 0 THEN 80 ELSE 1 END, "
        "date '1940-01-01' + (n * 7919::bigint %% 30000)::integer FROM generate_series(1, %s) AS n",
        [list(CODES), patrons],
    )
    connection.execute(
        "INSERT INTO library.block SELECT patron_number, 'fees', 'staff', '2025-01-01' FROM library.patron "
        "WHERE right(patron_number, 1) = '3'"
    )
    connection.execute("INSERT INTO library.net_media_service SELECT unnest(%s::text[])", [list(SERVICES)])
    connection.execute(
        "INSERT INTO library.net_media_agreement "
        "SELECT service, code, '2020-01-01', NULL, CASE service WHEN 'film' THEN 15 END, "
        "CASE service WHEN 'lyd' THEN 17 END, '{}', 14 "
        "FROM unnest(%s::text[]) AS service CROSS JOIN unnest(%s::text[]) AS code",
        [list(SERVICES), list(CODES[:3])],
    )


def move_some(connection: Connection) -> None:
    """What a night changes: moves, blocks set and lifted, an agreement that ends."""
    connection.execute("UPDATE library.patron SET municipality_code = '0999' WHERE patron_number LIKE '%7'")
    connection.execute("UPDATE library.patron SET municipality_code = '0851' WHERE patron_number LIKE '%04'")
    connection.execute("DELETE FROM library.block WHERE patron_number LIKE '%13'")
    connection.execute("UPDATE library.net_media_agreement SET max_age = 60 WHERE municipality_code = '0751'")


def outcome(connection: Connection) -> dict[str, list[Any]]:
    """What a run leaves: rights, events, and what it remembers."""
    queries = {
        "rights": "SELECT * FROM library.net_media_right ORDER BY 1, 2",
        "events": "SELECT patron_number, kind, fields FROM sync.change ORDER BY 1, 2, 3",
        "in force": "SELECT * FROM sync.net_media_in_force ORDER BY 1, 2",
        "decided": "SELECT * FROM sync.net_media_decided ORDER BY 1",
        "touched": "SELECT patron_number FROM sync.net_media_touched ORDER BY 1",
    }
    return {name: connection.execute(query).fetchall() for name, query in queries.items()}  # type: ignore[call-overload]
