"""The extract of guardians: who has signed on paper for a child at the library.

What a line does is in `mappers.extracts.enrolling`; the format is docs/reference/import.md.
"""

from __future__ import annotations

from mappers.extracts.cells import read_date, read_persons_number
from mappers.extracts.columns import Column, Extract

GUARDIANS = Extract(
    kind="guardians",
    key="patron_number",
    columns=(
        Column("patron_number", required=True),
        Column("guardian_cpr_number", read_persons_number, required=True),
        Column("guardian_name", required=True),
        Column("mobile"),
        Column("landline"),
        Column("email"),
        Column("signed_on", read_date, required=True),
    ),
)

CONTACT_COLUMNS = ("mobile", "landline", "email")
"""Columns of the file that stand in `library.guardian` under the same name."""
