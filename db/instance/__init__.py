"""What the database says of itself: whether its patrons are made up."""

from __future__ import annotations

from db.connect import Connection
from db.statements import statement


def is_made_up(connection: Connection) -> bool:
    """Whether made-up people are among the patrons: none but a loopback registry is ever asked about them."""
    row = connection.execute(statement("instance/is_made_up")).fetchone()
    return bool(row and row[0])


def mark_made_up(connection: Connection) -> None:
    """Says so, for good."""
    connection.execute(statement("instance/mark_made_up"))
