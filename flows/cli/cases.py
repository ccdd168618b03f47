"""`patronsync cases`: what staff must look at, in words."""

from __future__ import annotations

import csv
import sys
from typing import Annotated, Any

import typer

from flows.cli.options import Json, Today
from flows.cli.output import Output
from flows.errors import UsageError

COLUMNS = ("case_number", "patron_number", "kind", "since", "closed_on", "text")


def cases(
    kind: Annotated[str | None, typer.Option(help="Only cases of this kind.")] = None,
    closed: Annotated[bool, typer.Option("--closed", help="The closed ones, too.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on standard output.")] = False,
    today: Today = None,
    as_json: Json = False,
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
            day = today or copenhagen_day(connection)
            found = list_cases(connection, day, kind=kind, open_only=not closed)
        rows = [_row(case, settings.language) for case in found]
    output = Output(as_json)
    output.result({"today": day, "cases": rows})
    if as_csv:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    elif not as_json:
        output.table(COLUMNS, [[row[column] for column in COLUMNS] for row in rows])
        output.say(f"{len(rows)} cases")


def _row(case: Any, language: str) -> dict[str, Any]:
    from flows.wording import words

    return {
        "case_number": case.case_number,
        "patron_number": case.patron_number,
        "kind": case.kind,
        "since": case.since,
        "closed_on": case.closed_on,
        "text": words(language).say("case", case.kind, patron_number=case.patron_number, **case.detail),
    }
