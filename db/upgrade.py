"""Brings a database up to this program: migrations first, then everything that can be made anew.

Migrations (`db/migrations/versions`, Alembic, plain SQL) carry tables and data and go forward only. Functions and views
(`db/functions/*.sql`, then `db/downstream/*.sql`, in the order of their names) are CREATE OR REPLACE: they are applied
after a migration and whenever one of the files has changed; so is the list of municipalities, which `mappers` declares,
and what each of the server's roles may do (`db/roles.py`), which is granted anew where roles have come or gone.
All of it is one transaction under an advisory lock: two commands at once do it once, and a failure undoes it.
"""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, NamedTuple, cast

import psycopg

from db.connect import Connection, connect
from db.errors import NewerDatabase, OperatorMustAct, guarded
from db.roles import NAMES, make_roles
from db.statements import statement
from mappers.municipalities import MUNICIPALITIES

if TYPE_CHECKING:
    import sqlalchemy

OLDEST_SERVER = 15
"""The oldest PostgreSQL that serves."""


class Schema(NamedTuple):
    """Where a database stands. `pending`: migrations that it lacks. `current`: it is as this program needs it."""

    revision: str | None
    pending: list[str]
    current: bool


RECREATED = ("functions", "downstream")
"""Folders of files that are applied anew, in this order."""

_NAME = "patronsync migrate"


def migrate(url: str) -> list[str]:
    """Brings the database up to date and returns the revisions applied, oldest first ([]: there was none to apply).

    Safe to repeat and to run from several commands at once. Raises `NewerDatabase` where the database holds a
    migration unknown to this program, `OperatorMustAct` for a PostgreSQL that is too old.
    """
    with connect(url, name=_NAME) as connection:
        if is_current(connection):
            return []
    # Alembic and SQLAlchemy take half a second to import, and most commands find nothing to do.
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    engine = create_engine("postgresql+psycopg://", creator=lambda: connect(url, name=_NAME), poolclass=NullPool)
    try:
        with engine.begin() as transaction, guarded():
            connection = cast(Connection, transaction.connection.driver_connection)
            connection.execute(statement("upgrading/lock"))
            if is_current(connection):  # another command has done it meanwhile
                return []
            applied = _run_migrations(transaction, connection)
            _recreate(connection)
            return applied
    except DBAPIError as error:
        problem = error.orig
    with guarded():
        raise cast(psycopg.Error, problem)


def is_current(connection: Connection) -> bool:
    """Whether the database is what this program needs it to be; raises as `migrate` does where it can't become so."""
    with guarded():
        if connection.info.server_version < OLDEST_SERVER * 10_000:
            raise OperatorMustAct(
                f"the server is PostgreSQL {connection.info.server_version // 10_000}; "
                f"patronsync needs {OLDEST_SERVER} or newer",
                "Upgrade it, or name another one in PATRONSYNC_DATABASE_URL.",
            )
        revision = _revision(connection)
        if revision is None:
            return False
        row = connection.execute(statement("upgrading/read_definitions"), _definitions()).fetchone()
    applied = row[0] if row else None
    if revision > newest_revision():  # revisions are numbers of four digits
        raise NewerDatabase(
            f"the database is at revision {revision}, this patronsync knows {newest_revision()} as the newest",
            "Install the newer patronsync that upgraded it; a database is never taken back.",
        )
    return bool(revision == newest_revision() and applied)


def schema_of(connection: Connection) -> Schema:
    """Which revision the database is at, and what `migrate` would do to it; changes nothing."""
    current = is_current(connection)
    revision = _revision(connection)
    files_there = files("db").joinpath("migrations", "versions").iterdir()
    known = sorted(file.name[:4] for file in files_there if file.name.endswith(".sql"))
    pending = [] if current else [number for number in known if revision is None or number > revision]
    return Schema(revision, pending, current)


def newest_revision() -> str:
    """The newest migration of this program, as in `db/migrations/.head`."""
    return files("db").joinpath("migrations", ".head").read_text(encoding="utf-8").strip()


def _run_migrations(transaction: sqlalchemy.Connection, connection: Connection) -> list[str]:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": transaction})
    config.set_main_option("script_location", str(files("db").joinpath("migrations")).replace("%", "%%"))
    connection.execute(statement("upgrading/prepare"))
    before = _revision(connection) or "base"
    command.upgrade(config, "head")
    steps = ScriptDirectory.from_config(config).iterate_revisions("head", before)
    return [script.revision for script in steps][::-1]


def _revision(connection: Connection) -> str | None:
    """The newest migration that the database holds."""
    row = connection.execute(statement("upgrading/find_version_table")).fetchone()
    if row is None or row[0] is None:
        return None
    row = connection.execute(statement("upgrading/read_revision")).fetchone()
    return row[0] if row else None


def _recreate(connection: Connection) -> None:
    connection.execute(statement("upgrading/allow_any_order"))
    for file in _recreated_files():
        connection.execute(file.read_bytes())
    codes, names, kinds = zip(*MUNICIPALITIES.values(), strict=True)
    connection.execute(statement("upgrading/list_municipalities"), [list(codes), list(names), list(kinds)])
    make_roles(connection)
    connection.execute(statement("upgrading/remember_definitions"), _definitions())


def _recreated_files() -> list[Traversable]:
    found: list[Traversable] = []
    for folder in RECREATED:
        place = files("db").joinpath(folder)
        if place.is_dir():
            sql = [file for file in place.iterdir() if file.name.endswith(".sql")]
            found += sorted(sql, key=lambda file: file.name)
    return found


def _definitions() -> dict[str, object]:
    return {"digest": _digest(), "roles": NAMES}


def _digest() -> str:
    digest = hashlib.sha256(repr(sorted(MUNICIPALITIES.values())).encode())
    digest.update(statement("upgrading/grant").encode())
    for file in _recreated_files():
        digest.update(file.read_bytes())
    return digest.hexdigest()
