"""What lines of borrowing refer to."""

from __future__ import annotations

from dataclasses import dataclass

from mappers.extracts.faults import Fault


@dataclass(frozen=True, slots=True)
class Reference:
    """A column of the file that names a row of another table, whose key has the same name. `fault`: it is not there."""

    column: str
    table: str
    fault: Fault


TO_PATRON = Reference("patron_number", "library.patron", Fault.NOT_A_PATRON)
TO_LOAN = Reference("loan_number", "library.loan", Fault.NOT_A_LOAN)
TO_CHARGE = Reference("charge_number", "library.charge", Fault.NOT_A_CHARGE)
