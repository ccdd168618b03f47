"""`patronsync database`: the server behind it all, by hand."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import typer

from flows.errors import UsageError, UserError

app = typer.Typer(no_args_is_help=True, help="The database: start, stop, url, migrate, psql.")


@app.command()
def start() -> None:
    """Keep the embedded server running until `database stop`."""
    from db import embedded
    from db.upgrade import migrate as bring_up_to_date
    from flows.settings import load

    settings = load()
    if settings.database_url is not None:
        _is_not_ours(settings.database_host)
    server = embedded.start(settings.data_dir, settings.postgres_bin)
    bring_up_to_date(server.url)
    print(f"PostgreSQL serves on 127.0.0.1:{server.port}; the data are in {server.directory}.")
    print("It keeps running until: patronsync database stop")


@app.command()
def stop() -> None:
    """Stop the embedded server; while other commands use it, it stops with the last of them."""
    from db import embedded
    from flows.settings import load

    settings = load()
    if settings.database_url is not None:
        _is_not_ours(settings.database_host)
    words = {
        "stopped": "PostgreSQL has stopped.",
        "not running": "PostgreSQL was not running.",
        "in use": "Other commands use PostgreSQL still: it stops with the last of them.",
    }
    print(words[embedded.stop(settings.data_dir, settings.postgres_bin)])


@app.command()
def url() -> None:
    """Print where the data are: a libpq URL without the password (`passfile=` names the file that holds it)."""
    from db import embedded
    from flows.settings import load

    settings = load()
    if settings.database_url is not None:
        print(_split_password(settings.connection_url)[0])
        return
    address = embedded.url(settings.data_dir, settings.postgres_bin)
    if address is None:
        raise UserError("The embedded PostgreSQL is not running.", "Say: patronsync database start")
    print(address)


@app.command()
def migrate() -> None:
    """Bring the schema up to date. Safe to repeat; several at once do it once."""
    from db import embedded
    from db.upgrade import migrate as bring_up_to_date
    from db.upgrade import newest_revision
    from flows.settings import load

    settings = load()
    if settings.database_url is not None:
        applied = bring_up_to_date(settings.connection_url)
        missing = _missing_roles(settings.connection_url)
    else:
        with embedded.running(settings.data_dir, settings.postgres_bin) as server:
            applied = bring_up_to_date(server.url)
            missing = _missing_roles(server.url)
    for revision in applied:
        print(f"Applied {revision}.")
    print(f"{settings.database_host}: at revision {newest_revision()}, the newest.")
    if missing:
        print("This user may not make roles. Have an administrator of the server type this, and migrate again:")
    for role in missing:
        print(f"CREATE ROLE {role} NOLOGIN;")


def _missing_roles(url: str) -> list[str]:
    from db.connect import connect
    from db.roles import missing_roles

    with connect(url) as connection:
        return missing_roles(connection)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql(
    context: typer.Context,
    arguments: Annotated[list[str] | None, typer.Argument(help="psql's own arguments, such as -c 'SELECT 1'.")] = None,
) -> None:
    """Open psql on the database; what follows goes to psql."""
    from db.embedded_programs import find_programs
    from flows.local.embedded import parts
    from flows.settings import load

    settings = load()
    with parts(settings) as made:
        address, password = _split_password(made.settings.connection_url)
        program = shutil.which("psql") if made.postgres is None else str(made.postgres.programs / "psql")
        program = program or str(find_programs(settings.postgres_bin) / "psql")
        secret = {"PGPASSWORD": password} if password else {}
        with _interrupts_are_psqls():
            ended = subprocess.run(
                [program, address, *(arguments or []), *context.args], env=os.environ | secret, check=False
            )
    raise typer.Exit(ended.returncode)


def _is_not_ours(place: str) -> NoReturn:
    raise UsageError(
        f"PATRONSYNC_DATABASE_URL names a server of your own ({place}): it is not ours to start or stop.",
        "Unset PATRONSYNC_DATABASE_URL to work on the embedded one.",
    )


def _split_password(address: str) -> tuple[str, str]:
    """The URL without its password, and the password ('': none in it)."""
    parts = urlsplit(address)
    user, at, hosts = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    query = "&".join(part for part in parts.query.split("&") if part and not part.startswith("password="))
    in_query = next((part.partition("=")[2] for part in parts.query.split("&") if part.startswith("password=")), "")
    bare = urlunsplit(parts._replace(netloc=f"{quote(unquote(name))}{at}{hosts}", query=query))
    return bare, unquote(password or in_query)


@contextmanager
def _interrupts_are_psqls() -> Iterator[None]:
    """While psql runs, Ctrl-C breaks off its statement, not us."""
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
