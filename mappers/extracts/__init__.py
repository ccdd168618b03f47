"""The files that a library can load (docs/reference/import.md): columns, how a cell is read, what can be wrong.

One module per kind of file; `EXTRACTS` is the list of them, which the command line and the flows read.
"""

from __future__ import annotations

from collections.abc import Mapping

from mappers.extracts.agreements import AGREEMENTS
from mappers.extracts.charges import CHARGES
from mappers.extracts.columns import Extract
from mappers.extracts.guardians import GUARDIANS
from mappers.extracts.holds import HOLDS
from mappers.extracts.loans import LOANS
from mappers.extracts.messages import MESSAGES
from mappers.extracts.patrons import PATRONS
from mappers.extracts.payments import PAYMENTS
from mappers.extracts.reservations import RESERVATIONS

BORROWING: tuple[Extract, ...] = (LOANS, RESERVATIONS, CHARGES, PAYMENTS, MESSAGES, HOLDS)
"""What patrons borrow, owe and are told: the kinds that are loaded by one road (db/imports/borrowing)."""

EXTRACTS: Mapping[str, Extract] = {extract.kind: extract for extract in (PATRONS, GUARDIANS, *BORROWING, AGREEMENTS)}
"""Kind of file -> its declaration."""
