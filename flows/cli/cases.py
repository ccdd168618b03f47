"""`patronsync cases`: what staff must look at, in words."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer

from flows.errors import UsageError

COLUMNS = ("case_number", "patron_number", "kind", "since", "closed_on", "text")


def cases(
    kind: Annotated[str | None, typer.Option(help="Only cases of this kind.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="The closed ones, too.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on standard output.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="As they stood on this day (default: today).")
    ] = None,
) -> None:
    """List the cases that staff must look at."""
    from db.connect import connect, copenhagen_day
    from db.patrons.store import list_cases
    from flows.local.embedded import environment
    from mappers.cases import KINDS

    if kind is not None and kind not in KINDS:
        raise UsageError(f"There is no kind of case {kind!r}.", "The kinds: " + ", ".join(KINDS))
    with environment() as settings:
        assert settings.database_url is not None
        with connect(settings.database_url.get_secret_value(), autocommit=True) as connection:
            day = today.date() if today else copenhagen_day(connection)
            found = list_cases(connection, day, kind=kind, open_only=not closed)
        rows = [_row(case, settings.language) for case in found]
    if as_json:
        typer.echo(json.dumps({"today": day.isoformat(), "cases": rows}, ensure_ascii=False))
    elif as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print(rows)


def _row(case: Any, language: str) -> dict[str, Any]:
    from flows.wording import words

    return {
        "case_number": case.case_number,
        "patron_number": case.patron_number,
        "kind": case.kind,
        "since": case.since.isoformat(),
        "closed_on": case.closed_on.isoformat() if case.closed_on else None,
        "text": words(language).say("case", case.kind, patron_number=case.patron_number, **case.detail),
    }


def _print(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    if not rows:
        typer.echo("No cases.")
        return
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*("" if row[column] is None else str(row[column]) for column in COLUMNS))
    Console(markup=False).print(table)
