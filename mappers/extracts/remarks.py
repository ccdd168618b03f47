"""What a load did otherwise than a line says, though the line is no reject: codes, counted in the report.

The words stand in `flows/wording`.
"""

from __future__ import annotations

from enum import StrEnum


class Remark(StrEnum):
    """Why something of a line that was loaded, or the whole of it, was left out (docs/reference/import.md)."""

    CHILD_GROUP_NOT_TAKEN = "child group not taken"
    UNLISTED_MUNICIPALITY_CODE = "unlisted municipality code"
    OLDER_FORM = "older form"
    NOT_TAKEN = "not taken"
    AGREEMENT_REMOVED = "agreement removed"
    FORGOTTEN = "forgotten"
    LOAN_NOT_THERE = "loan not there"
    ALREADY_REDACTED = "already redacted"
