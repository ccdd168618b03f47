"""The extract of loans: those that run, and those that are over and not yet forgotten (docs/reference/import.md)."""

from __future__ import annotations

from mappers.extracts.cells import read_date, read_time
from mappers.extracts.columns import Column, Extract

LOANS = Extract(
    kind="loans",
    key="loan_number",
    columns=(
        Column("loan_number", required=True),
        Column("patron_number", required=True),
        Column("item_number", required=True),
        Column("title"),
        Column("author"),
        Column("lent_at", read_time, required=True),
        Column("due_on", read_date),
        Column("returned_at", read_time, for_good=True),
        Column("lost_at", read_time, for_good=True),
    ),
)
