"""The extract of reservations: those that wait, and those that are over and not yet forgotten
(docs/reference/import.md)."""

from __future__ import annotations

from mappers.extracts.cells import read_time
from mappers.extracts.columns import Column, Extract

RESERVATIONS = Extract(
    kind="reservations",
    key="reservation_number",
    columns=(
        Column("reservation_number", required=True),
        Column("patron_number", required=True),
        Column("item_number"),
        Column("title"),
        Column("author"),
        Column("reserved_at", read_time, required=True),
        Column("pickup_branch"),
        Column("fulfilled_at", read_time, for_good=True),
        Column("deleted_at", read_time, for_good=True),
    ),
)
