"""Name and address protection: what is stored, and who is protected on a day (docs/reference/rules.md).

Dates are stored and held against the day on which the patron is read, so that protection begins and
ends without an answer of the registry. In doubt a patron is protected.
"""

from __future__ import annotations

from datetime import date

from cpr_client.cpr_number import CprNumber
from cpr_client.person import Protection
from mappers.record import PatronRecord

StoredProtection = tuple[bool, date | None, date | None]
"""`protection_flag`, `protected_from`, `protected_to` of `PatronRecord`, once the registry has spoken."""

NOT_PROTECTED: StoredProtection = (False, None, None)


def stored_protection(protection: Protection | None) -> StoredProtection:
    """Flag and days as the library keeps them; the flag is never None after an answer.

    No element: not protected. An element that says nothing, or that can't be read: the flag is
    True, until an answer can be read. A flag that is missing beside dates is False: the dates speak.
    """
    if protection is None:
        return NOT_PROTECTED
    says_nothing = protection.flag is None and protection.start is None and protection.end is None
    flag = bool(protection.flag) or not protection.readable or says_nothing
    return flag, protection.start, protection.end


def protected_on(record: PatronRecord, day: date) -> bool | None:
    """Whether the stored flag or days protect on `day`; None before the registry has spoken.

    A missing start is "always" where an end stands, a missing end "for ever" where a start stands;
    the last day counts.
    """
    if record.protection_flag is None:
        return None
    if record.protection_flag:
        return True
    start, end = record.protected_from, record.protected_to
    if start is None and end is None:
        return False
    return (start is None or start <= day) and (end is None or day <= end)


def is_protected(cpr_number: CprNumber | None, record: PatronRecord, day: date) -> bool | None:
    """What downstream is told on `day`: True, False, or None (unknown: shown as if protected).

    None is the patron with a number of whom the registry has not spoken; who has no number, or a
    replacement number, is never looked up and is not protected.
    """
    if cpr_number is None or cpr_number.is_replacement:
        return False
    return protected_on(record, day)
