"""Loans, reservations, charges, payments, messages and holds: where each goes, and what each does beside the others."""

from __future__ import annotations

from collections import Counter

from db.imports.borrowing.load import BorrowingLoad
from db.imports.borrowing.references import TO_CHARGE, TO_LOAN, TO_PATRON
from mappers.extracts.charges import CHARGES
from mappers.extracts.holds import HOLDS
from mappers.extracts.loans import LOANS
from mappers.extracts.messages import MESSAGES
from mappers.extracts.payments import PAYMENTS
from mappers.extracts.remarks import Remark
from mappers.extracts.reservations import RESERVATIONS
from mappers.retention import CHARGE, LOAN, MESSAGE, PAYMENT, RESERVATION


class LoanLoad(BorrowingLoad):
    """A file of loans."""

    extract = LOANS
    table = "library.loan"
    references = (TO_PATRON,)
    remembered_as = LOAN


class ReservationLoad(BorrowingLoad):
    """A file of reservations."""

    extract = RESERVATIONS
    table = "library.reservation"
    references = (TO_PATRON,)
    remembered_as = RESERVATION

    def _after_references(self) -> None:
        self._own("add_pickup_branches")


class ChargeLoad(BorrowingLoad):
    """A file of charges."""

    extract = CHARGES
    table = "library.charge"
    references = (TO_PATRON, TO_LOAN)
    remembered_as = CHARGE

    def _before_references(self) -> Counter[Remark]:
        self._own("unlink_forgotten_loans", kind=LOAN)
        return Counter()

    def _after_references(self) -> None:
        self._own("reject_others_loans")


class PaymentLoad(BorrowingLoad):
    """A file of payments."""

    extract = PAYMENTS
    table = "library.payment"
    references = (TO_CHARGE,)
    remembered_as = PAYMENT

    def _before_references(self) -> Counter[Remark]:
        return Counter({Remark.FORGOTTEN: self._own("skip_forgotten_charges", kind=CHARGE)})


class MessageLoad(BorrowingLoad):
    """A file of messages."""

    extract = MESSAGES
    table = "library.message"
    references = (TO_PATRON, TO_LOAN)
    remembered_as = MESSAGE

    def _before_references(self) -> Counter[Remark]:
        redacted = self._own("keep_redacted", kind=self.remembered_as)
        return Counter({Remark.ALREADY_REDACTED: redacted, Remark.LOAN_NOT_THERE: self._own("unlink_missing_loans")})


class HoldLoad(BorrowingLoad):
    """A file of legal holds."""

    extract = HOLDS
    table = "library.legal_hold"
    references = (TO_PATRON,)


LOADS: tuple[type[BorrowingLoad], ...] = (LoanLoad, ReservationLoad, ChargeLoad, PaymentLoad, MessageLoad, HoldLoad)
"""One for each of `mappers.extracts.BORROWING`."""
