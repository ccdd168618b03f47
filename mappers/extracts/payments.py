"""The extract of payments of charges, write-offs and refunds among them (docs/reference/import.md)."""

from __future__ import annotations

from mappers.extracts.cells import read_amount, read_time
from mappers.extracts.columns import Column, Extract

PAYMENTS = Extract(
    kind="payments",
    key="payment_number",
    columns=(
        Column("payment_number", required=True),
        Column("charge_number", required=True),
        Column("amount", read_amount, required=True),
        Column("paid_at", read_time, required=True),
    ),
)
