"""What the role that we come as may do in the database (`patronsync check`)."""

from __future__ import annotations

import psycopg

from cpr_client import CprNumber
from db.statements import statement


def missing_rights(connection: psycopg.Connection) -> list[str]:
    """What a run does and our role may not, such as `DELETE on library.loan`; nothing where all is well."""
    return [missing for (missing,) in connection.execute(statement("status/missing_rights"))]


def is_a_patron_s(connection: psycopg.Connection, number: CprNumber) -> bool:
    """Whether a patron or a guardian has this CPR number, or had it."""
    row = connection.execute(statement("status/is_a_patron_s"), {"number": number.digits}).fetchone()
    return bool(row and row[0])
