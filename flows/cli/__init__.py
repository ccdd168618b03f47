"""The command `patronsync`: a file a noun, and one line below for each command.

The files import light modules alone. What costs (Prefect, a second) is imported by the command that runs a flow,
inside its function, so that the others answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Annotated, Any

import typer

from flows.cli import exits
from flows.cli.approvals import app as approvals
from flows.cli.cases import app as cases
from flows.cli.check import check
from flows.cli.database import app as database
from flows.cli.demo import demo
from flows.cli.demo_registry import demo_registry
from flows.cli.deploy import deploy
from flows.cli.docs import app as docs
from flows.cli.failures import report as report_failure
from flows.cli.feed import app as feed
from flows.cli.find import find
from flows.cli.guardian import guardian
from flows.cli.guardians import guardians
from flows.cli.imports import import_extract
from flows.cli.inventory import inventory
from flows.cli.metrics import metrics
from flows.cli.net_media import net_media
from flows.cli.nightly import nightly
from flows.cli.patron import patron
from flows.cli.refresh import refresh
from flows.cli.report import report
from flows.cli.retention import retention
from flows.cli.signals import Interruption
from flows.cli.statistics import statistics
from flows.cli.status import status
from flows.cli.up import up
from flows.observability import redaction

COMMANDS: list[tuple[str, Callable[..., Any]]] = [
    ("demo", demo),
    ("up", up),
    ("check", check),
    ("status", status),
    ("deploy", deploy),
    ("import", import_extract),
    ("refresh", refresh),
    ("guardians", guardians),
    ("net-media", net_media),
    ("retention", retention),
    ("nightly", nightly),
    ("patron", patron),
    ("find", find),
    ("guardian", guardian),
    ("inventory", inventory),
    ("report", report),
    ("metrics", metrics),
    ("statistics", statistics),
    ("demo-registry", demo_registry),
]
"""Name and function, in the order of `patronsync --help`."""

GROUPS: list[tuple[str, typer.Typer]] = [
    ("cases", cases),
    ("approvals", approvals),
    ("feed", feed),
    ("docs", docs),
    ("database", database),
]
"""Commands with commands of their own."""


def make_app() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(
        name="patronsync",
        help="Keeps a public library's patrons in step with Denmark's civil registry (CPR).",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # they would print local variables: patrons
    )

    @app.callback()
    def patronsync(
        show_version: Annotated[
            bool, typer.Option("--version", help="Print the version and leave.", callback=_print_version, is_eager=True)
        ] = False,
    ) -> None:
        pass

    for name, function in COMMANDS:
        app.command(name)(function)
    for name, group in GROUPS:
        app.add_typer(group, name=name)
    return app


@cache
def command_line() -> typer.core.TyperGroup:
    """The application as click runs it, made once in a process."""
    return typer.main.get_group(make_app())


def main() -> None:
    """The entry point: runs the command line and leaves with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs one command line and returns its exit code. Nothing escapes: an error is told without data or traceback."""
    redaction.install()
    with Interruption() as interruption, redaction.masked_stderr():
        try:
            command_line()(args=list(arguments), prog_name="patronsync")
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else exits.FAILED if leaving.code else exits.DONE
        except KeyboardInterrupt:
            code = exits.INTERRUPTED
        except Exception as error:
            code = report_failure(error, as_json="--json" in arguments)
        else:
            code = exits.DONE
    if code == exits.INTERRUPTED and interruption.received is not None:
        return 128 + interruption.received
    return code


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"patronsync {version('patronsync')}")
        raise typer.Exit
