"""`patronsync metrics`: what Prometheus reads, from the records of the runs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.output import Output
from flows.errors import UsageError, UserError

if TYPE_CHECKING:
    from db.status.totals import Totals
    from flows.observability.metrics import Present
    from flows.settings import Settings


def metrics(
    textfile: Annotated[
        Path | None,
        typer.Option("--textfile", metavar="FILE", help="Write them to FILE (NAME.prom), for the node exporter."),
    ] = None,
    serve: Annotated[
        int | None,
        typer.Option("--serve", metavar="PORT", min=1, max=65535, help="Serve them on this machine until Ctrl-C."),
    ] = None,
) -> None:
    """Tell Prometheus how the runs went and how things stand. Without an option it is printed."""
    from flows.local.embedded import environment
    from flows.observability.metrics import registry_of

    if textfile is not None and serve is not None:
        raise UsageError("--textfile and --serve are two ways to tell the same.", "Give one of them.")
    with environment() as settings:
        registry = registry_of(lambda: _read(settings))
        if serve is not None:
            _serve(serve, registry)
        elif textfile is not None:
            _write(textfile, registry)
        else:
            from prometheus_client import generate_latest

            sys.stdout.write(generate_latest(registry).decode())


def _read(settings: Settings) -> tuple[Totals, Present]:
    """The runs' totals and how things stand; a connection of its own each time, so that it may be gone for a while."""
    from db.connect import connect
    from db.errors import OperatorMustAct, guarded
    from db.status.totals import read_totals
    from flows import clock
    from flows.observability.metrics import Present
    from flows.reporting.standing import look

    url = settings.connection_url
    with guarded(), connect(url, name="patronsync metrics", autocommit=True) as connection:
        morning = look(connection, settings, clock.now(), None, ask_registry=False)
        if morning.standing is None:
            raise OperatorMustAct("the database is not up to date with this patronsync", "patronsync database migrate")
        return read_totals(connection), Present(morning.standing, morning.certificate_days, len(morning.hands))


def _write(file: Path, registry: Any) -> None:
    """Whole or not at all: the exporter never reads a half; and readable by it, since nobody is in it."""
    from prometheus_client import write_to_textfile

    if file.suffix != ".prom":
        raise UsageError(f"{file}: the node exporter reads files whose names end in .prom.", "Rename it.")
    try:
        write_to_textfile(str(file), registry)
        file.chmod(0o644)
    except OSError as error:
        raise UserError(f"{file} can't be written: {error.strerror}.", "Name another file.") from None


def _serve(port: int, registry: Any) -> None:
    """On the loopback interface alone: whoever asks from elsewhere comes by way of a proxy that knows them."""
    from prometheus_client import start_http_server

    try:
        server, thread = start_http_server(port, addr="127.0.0.1", registry=registry)
    except OSError as error:
        raise UserError(f"Port {port} can't be used: {error.strerror}.", "Name another one.") from None
    Output().say(f"http://127.0.0.1:{port}/metrics, until Ctrl-C")
    try:
        thread.join()
    finally:
        server.shutdown()
        server.server_close()
