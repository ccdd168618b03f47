"""One patron's facts, rights and the agreements, for who explains a right at the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import psycopg

from db.statements import statement
from mappers import events
from mappers.net_media import Agreement, Block, Patron, Right


def read_facts(connection: psycopg.Connection, number: str) -> Patron | None:
    """What the rights of the patron with this number hang on, or None where nobody has it."""
    parameters = {"number": number, "municipality": events.MUNICIPALITY}
    row = connection.execute(statement("net_media/read_facts"), parameters).fetchone()
    if row is None:
        return None
    status, code, birth_date, group, blocks, learnt_on = row
    return Patron(
        registry_status=status,
        municipality_code=code,
        birth_date=birth_date,
        patron_group=group,
        blocks=[Block(block["reason"], date.fromisoformat(block["since"])) for block in blocks],
        learnt_on=learnt_on,
    )


def read_rights(connection: psycopg.Connection, number: str) -> Mapping[str, Right | None]:
    """Service -> the patron's right to it as the last run decided, None where none has."""
    rows = connection.execute(statement("net_media/read_rights"), {"number": number})
    return {service: None if right[0] is None else Right(*right) for service, *right in rows}


def list_agreements(connection: psycopg.Connection) -> Sequence[Agreement]:
    """All agreements."""
    return [Agreement(*row) for row in connection.execute(statement("net_media/list_agreements"))]
