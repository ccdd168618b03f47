"""What is due and what is overdue by every rule of retention, looked at without a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import psycopg

from db.connect import Connection
from db.retention import store
from db.retention.store import Figures, Overdue, Terms
from flows.settings import Settings
from mappers.retention import RULES


def terms_of(settings: Settings, today: date, run_id: int | None = None) -> Terms:
    """What the settings say that is removed by, on a day."""
    return Terms(today, run_id, settings.periods(), settings.kinds_without_material())


@contextmanager
def only_looking(connection: Connection) -> Iterator[None]:
    """Within the block the connection changes nothing, and all that it sees is of one moment."""
    connection.read_only = True
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        yield


def count_all(connection: Connection, terms: Terms) -> dict[str, Figures]:
    """What is due, by the name of the rule."""
    return {rule.name: store.count(connection, rule, terms) for rule in RULES}


def overdue_all(connection: Connection, terms: Terms) -> dict[str, Overdue]:
    """What the proof finds, by the name of the rule."""
    return {rule.name: store.overdue(connection, rule, terms) for rule in RULES}
