"""The extract of legal holds: nothing of the patron is deleted while one lasts (docs/reference/import.md)."""

from __future__ import annotations

from mappers.extracts.cells import read_date
from mappers.extracts.columns import Column, Extract

HOLDS = Extract(
    kind="holds",
    key="patron_number",
    columns=(
        Column("patron_number", required=True),
        Column("reason", required=True),
        Column("placed_on", read_date, required=True),
        Column("lifted_on", read_date, for_good=True),
    ),
    periods=(("placed_on", "lifted_on"),),
    identity=("patron_number", "reason", "placed_on"),
)
