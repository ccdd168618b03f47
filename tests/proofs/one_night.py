"""One night by its steps, in a process of its own that may be killed, on a stage with children, loans and net media."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from db.connect import connect
from db.embedded import EmbeddedServer
from flows.settings import Settings
from tests.fixtures.library import Library
from tests.proofs.night import BEFORE, DAY, HOME, NAME, Night, Outcome, Stage, cpr_number, put, stage
from tests.proofs.one_refresh import Apart

CHILDREN = range(60, 75)
"""The places in each hundred of those who turn out to be children, with a mother and a father who are no patrons."""

AMONG_THEM = ("sync.change", "sync.retention_outcome")
"""Each step writes into one of them in mid-transaction: who locks it makes the step stand still there."""

LOANS = """
    INSERT INTO library.loan (loan_number, patron_number, item_number, title, lent_at, returned_at)
    SELECT 'L' || patron_number, patron_number, 'I1', 'Opdigtet titel', %(day)s, %(day)s FROM library.patron
"""


def play(settings: Settings, day: date) -> dict[str, Any]:
    """The night's report."""
    assert settings.database_url is not None
    url = settings.database_url.get_secret_value()
    with connect(url, autocommit=True) as connection:
        return Library(url, connection, None, settings, lambda: None).nightly(day)  # type: ignore[arg-type]


@contextmanager
def night_stage(server: EmbeddedServer, template: str, patrons: int, *, latency: float = 0.0) -> Iterator[Stage]:
    """A stage on which each step of a night has something to do. `patrons`: all of them have a loan to forget."""
    with stage(server, template, patrons) as place:
        for number in range(patrons):
            if number % 100 in CHILDREN:
                _child(place, number)
        with connect(server.url_of(place.template), name="proof", autocommit=True) as connection:
            connection.execute(LOANS, {"day": BEFORE - timedelta(days=60)})
            connection.execute("INSERT INTO library.net_media_service VALUES ('film')")
            connection.execute(
                "INSERT INTO library.net_media_agreement (service, municipality_code, valid_from) "
                "VALUES ('film', '0851', %s)",
                [BEFORE],
            )
        place.registry.latency = latency
        place.settings = place.settings.model_copy(update={"brake_retention_removed_percent": 100.0})
        yield place


def _child(place: Stage, number: int) -> None:
    registry = place.registry.registry
    parents = {"mother": cpr_number(number, 7), "father": cpr_number(number, 8)}
    custody = [{"type": 3}, {"type": 4}]
    put(registry, number, 0, name=NAME, residence=HOME, birth_date="2016-05-05", custody=custody, **parents)
    for step in (7, 8):
        put(registry, number, step, name={"addressing": f"Forælder {step}"}, residence=HOME, birth_date="1985-01-01")


def comparable(outcome: Outcome) -> Outcome:
    """Without the numbers that the database gives: a killed transaction leaves a gap in them."""
    return {
        table: sorted(str(_without_numbers(row)) for row in rows) if table.startswith("guardian") else rows
        for table, rows in outcome.items()
    }


def _without_numbers(row: Any) -> Any:
    (columns,) = row
    return {name: value for name, value in sorted(columns.items()) if not name.endswith("_id")}


def killed_in(night: Night, step: str, delay: float) -> bool:
    """Kills a night so many seconds after a step of it has begun, in the middle of a transaction of the step's.

    False where the step was over by then.
    """
    with Apart(night.settings, DAY, play) as run:
        query = "SELECT state FROM sync.run WHERE flow = %s"
        with connect(night.url, name="proof", autocommit=True) as looks:
            while run.running() and not looks.execute(query, [step]).fetchone():
                time.sleep(0.003)
        time.sleep(delay)
        with connect(night.url, name="proof") as somebody:
            somebody.execute(f"LOCK TABLE {', '.join(AMONG_THEM)} IN SHARE MODE")  # type: ignore[call-overload]
            deadline = time.monotonic() + 5
            while run.running() and time.monotonic() < deadline:
                if somebody.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone():
                    break
                time.sleep(0.01)
            run.kill()
        return night.rows(query, step) == [("running",)]
