"""Lets a migration be plain SQL: `versions/0002_what.py` runs `versions/0002_what.sql`."""

from __future__ import annotations

from pathlib import Path

from alembic import op


def execute_beside(migration_file: str) -> None:
    """Runs the statements of the .sql file that bears the migration's name, in the migration's transaction.

    They go to psycopg as they stand (SQLAlchemy would take `%` and `:` for parameters, and one statement at a time).
    """
    statements = Path(migration_file).with_suffix(".sql").read_bytes()
    connection = op.get_bind().connection.driver_connection
    assert connection is not None, "migrations run on a live connection"
    connection.execute(statements)
