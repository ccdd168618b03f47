"""The extract of charges: fees and bills, owed or settled and not yet forgotten (docs/reference/import.md)."""

from __future__ import annotations

from mappers.extracts.cells import read_amount_owed, read_time
from mappers.extracts.columns import Column, Extract

CHARGES = Extract(
    kind="charges",
    key="charge_number",
    columns=(
        Column("charge_number", required=True),
        Column("patron_number", required=True),
        Column("loan_number"),
        Column("kind", required=True),
        Column("amount", read_amount_owed, required=True),
        Column("charged_at", read_time, required=True),
    ),
)
