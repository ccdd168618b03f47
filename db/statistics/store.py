"""Statistics by municipality, as may be told (docs/reference/rules.md, "Net media")."""

from __future__ import annotations

from datetime import date

import psycopg

from db.statements import statement
from mappers.statistics import AGE_BANDS, Cell, Total


def list_cells(connection: psycopg.Connection, day: date) -> list[Cell]:
    """By municipality, age band and patron group: municipalities by code, bands by age."""
    cells = [Cell(*row) for row in connection.execute(statement("statistics/list_cells"), {"today": day})]
    return sorted(cells, key=lambda cell: (cell.municipality_code, AGE_BANDS.index(cell.age_band)))


def list_totals(connection: psycopg.Connection, day: date) -> list[Total]:
    """By municipality alone."""
    return [Total(*row) for row in connection.execute(statement("statistics/list_totals"), {"today": day})]
