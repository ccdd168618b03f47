"""`patronsync statistics`: patrons by municipality, as may be told."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from typing import Annotated, NamedTuple

import typer

from flows.cli.options import Json, Today
from flows.cli.output import Output
from flows.errors import UsageError


def statistics(
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated lines on standard output.")] = False,
    coarse: Annotated[bool, typer.Option("--coarse", help="By municipality alone.")] = False,
    today: Today = None,
    as_json: Json = False,
) -> None:
    """Count patrons, minors and who may use net media, by municipality. Small cells are left out."""
    from db.connect import connect, copenhagen_day
    from db.statistics.store import list_cells, list_totals
    from flows.local.embedded import environment
    from flows.wording import words
    from mappers.municipalities import MUNICIPALITIES
    from mappers.statistics import Cell, Total

    if as_csv and as_json:
        raise UsageError("--csv and --json are two forms of one answer.", "Give one of them.")
    with environment() as settings, connect(settings.connection_url, autocommit=True) as connection:
        day = today or copenhagen_day(connection)
        found: Sequence[NamedTuple] = list_totals(connection, day) if coarse else list_cells(connection, day)
    columns = (Total if coarse else Cell)._fields
    output = Output(as_json)
    output.result({"today": day, "cells": [dict(zip(columns, row, strict=True)) for row in found]})
    if as_json:
        return
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(found)
        return
    w = words(settings.language)["statistics"]
    output.say(w["title"].format(day=day), style="bold")
    if found:
        named = [(MUNICIPALITIES[row[0]].name if row[0] in MUNICIPALITIES else "", *row) for row in found]
        output.table([w["municipality"], *(w[column] for column in columns)], named)
    output.say(w["left_out"])
