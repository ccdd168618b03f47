"""The kinds of extracts that can be loaded, each with what loads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import psycopg

from db.imports.agreements.store import AgreementLoad
from db.imports.borrowing import kinds as borrowing
from db.imports.guardians.store import GuardianLoad
from db.imports.load import Load
from db.imports.patrons.store import PatronLoad
from mappers.extracts.agreements import AGREEMENTS
from mappers.extracts.guardians import GUARDIANS
from mappers.extracts.patrons import PATRONS

LOADS: Mapping[str, type[Load]] = {
    PATRONS.kind: PatronLoad,
    GUARDIANS.kind: GuardianLoad,
    AGREEMENTS.kind: AgreementLoad,
    **{load.extract.kind: load for load in borrowing.LOADS},
}
"""Kind of file -> what loads it; as many as `mappers.extracts.EXTRACTS`."""


def load_of(kind: str, connection: psycopg.Connection, columns: Sequence[str]) -> Load:
    """A load of one file of that kind, to be entered (see `db/imports/load.py`)."""
    return LOADS[kind](connection, columns)
