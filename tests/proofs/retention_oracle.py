"""What retention must leave after each night: dicts and loops, written from the rules alone.

The rules are docs/reference/rules.md, "Retention"; nothing of the product is imported. The oracle is told what happens
at the library (acts: a loan, a return, a charge, a payment ...), and of each night which day it is. Where the rules
leave something open, it takes these readings:

- payments count in the order of their moments, those of one moment together; a charge is settled by the payment after
  which nothing was outstanding any more until now, and not before the charge's own day;
- an item is lost while its loan says when it was lost and has not been returned; which bills a loan had is remembered
  when the charges are gone, as is the day of its latest settlement;
- a hold keeps from the day on which it was placed; in a night that is played again, one placed after it does not; but
  nobody who is gone goes with a hold that is not lifted, begun or not;
- a reservation both fulfilled and deleted ended with the first of the two;
- a message is redacted by its own day, before any loan goes that night;
- who is gone goes the night in which the last loan goes, or is counted as held, where nothing but a hold keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]

DENMARK = ZoneInfo("Europe/Copenhagen")
LOST_ITEM = "lost item"
MATERIAL = ("loan_number", "item_number", "title", "author")
REDACTED = (*MATERIAL, "text")
FORGOTTEN_FOR_MONTHS = 13

KEYS = {
    "patron": ("patron_number",),
    "loan": ("loan_number",),
    "reservation": ("reservation_number",),
    "charge": ("charge_number",),
    "payment": ("payment_number",),
    "message": ("message_number",),
    "legal_hold": ("patron_number", "reason", "placed_on"),
}
"""The library's tables that the oracle keeps, and what is a row's number in each."""


@dataclass(frozen=True)
class Act:
    """Something that the library learns on a day: a row that is new, or values of one that it has.

    `row`: all columns of a new row; else its number and what is set.
    """

    learnt: date
    what: str  # a table: a new row in it; "set": values in a row that is there
    table: str
    row: Row

    @property
    def key(self) -> tuple[Any, ...]:
        """The number of the row."""
        return tuple(self.row[column] for column in KEYS[self.table])


@dataclass(frozen=True)
class Terms:
    """The periods in days, and which kinds of message are declared to name no material."""

    loans: int = 30
    reservations: int = 0
    balances: int = 30
    messages: int = 30
    kinds_without_material: frozenset[str] = frozenset()


@dataclass
class Tally:
    """What a rule found that had fallen due, and what became of it."""

    removed: int = 0
    held: int = 0


@dataclass(repr=False)
class Oracle:
    """The borrowing of some patrons: table -> number -> row, as the library has them."""

    terms: Terms
    tables: dict[str, dict[tuple[Any, ...], Row]] = field(default_factory=lambda: {name: {} for name in KEYS})
    settled_before: dict[str, date] = field(default_factory=dict)  # loan -> latest settlement of charges that are gone
    billed_before: set[str] = field(default_factory=set)  # loans whose bill for a lost item is gone
    forgotten: dict[tuple[str, str], date] = field(default_factory=dict)  # (kind, number) -> the day it went

    # What happens at the library -------------------------------------------------------------------------------------

    def happens(self, act: Act) -> Row | None:
        """What the library writes down of an act: the row's columns; None where what it is about is not there."""
        table = self.tables[act.table]
        if act.what == "set":
            if act.key not in table:
                return None
            table[act.key].update(act.row)
            return act.row
        row = dict(act.row)
        if act.key in table or (act.table, act.key[0]) in self.forgotten:
            return None
        if act.table == "payment":
            if (row["charge_number"],) not in self.tables["charge"]:
                return None
        elif act.table != "patron" and (row["patron_number"],) not in self.tables["patron"]:
            return None
        if row.get("loan_number") and act.table != "loan" and (row["loan_number"],) not in self.tables["loan"]:
            row["loan_number"] = None
        table[act.key] = row
        return row

    # The night -------------------------------------------------------------------------------------------------------

    def night(self, today: date) -> dict[str, Tally]:
        """Everything that fell due on or before `today` goes, but for what a hold keeps."""
        tallies = {
            "messages": self._messages(today),
            "reservations": self._reservations(today),
            "balances": self._balances(today),
            "loans": self._loans(today),
            "patrons_gone": self._patrons_gone(today),
        }
        for number, went in list(self.forgotten.items()):
            if today >= months_after(went, FORGOTTEN_FOR_MONTHS):
                del self.forgotten[number]
        return tallies

    def _messages(self, today: date) -> Tally:
        tally = Tally()
        for message in self.tables["message"].values():
            if not self._names_material(message) or local_day(message["sent_at"]) + days(self.terms.messages) > today:
                continue
            if self.is_held(message["patron_number"], today):
                tally.held += 1
            else:
                tally.removed += 1
                message.update(dict.fromkeys(REDACTED))
        return tally

    def _names_material(self, message: Row) -> bool:
        """Whether anything is left to be removed."""
        if message["kind"] in self.terms.kinds_without_material and all(message[column] is None for column in MATERIAL):
            return False
        return any(message[column] is not None for column in REDACTED)

    def _reservations(self, today: date) -> Tally:
        tally = Tally()
        for number, reservation in list(self.tables["reservation"].items()):
            ends = [moment for moment in (reservation["fulfilled_at"], reservation["deleted_at"]) if moment]
            if not ends or local_day(min(ends)) + days(self.terms.reservations) > today:
                continue
            if self.is_held(reservation["patron_number"], today):
                tally.held += 1
            else:
                tally.removed += 1
                self._forget("reservation", number, today)
        return tally

    def _balances(self, today: date) -> Tally:
        tally = Tally()
        for number, charge in list(self.tables["charge"].items()):
            settled = self.settled_on(charge)
            if settled is None or settled + days(self.terms.balances) > today:
                continue
            if self.is_held(charge["patron_number"], today):
                tally.held += 1
                continue
            tally.removed += 1
            loan = charge["loan_number"]
            if loan is not None:
                self.settled_before[loan] = max(settled, self.settled_before.get(loan, settled))
                if charge["kind"] == LOST_ITEM:
                    self.billed_before.add(loan)
            self._forget_charge(number, today)
        return tally

    def _loans(self, today: date) -> Tally:
        tally = Tally()
        for number, loan in list(self.tables["loan"].items()):
            over = self.over_on(loan)
            if over is None or over + days(self.terms.loans) > today:
                continue
            if self.is_held(loan["patron_number"], today):
                tally.held += 1
                continue
            tally.removed += 1
            for table in ("charge", "message"):
                for row in self.tables[table].values():
                    if row["loan_number"] == number[0]:
                        row["loan_number"] = None
            self._forget("loan", number, today)
        return tally

    def _patrons_gone(self, today: date) -> Tally:
        tally = Tally()
        for (patron,), row in list(self.tables["patron"].items()):
            if row["gone_on"] is None or row["gone_on"] > today:
                continue
            if self._of("loan", patron) or any(
                self.settled_on(charge) is None for charge in self._of("charge", patron).values()
            ):
                continue
            if self.has_hold(patron, today):
                tally.held += 1
                continue
            tally.removed += 1
            for charge in self._of("charge", patron):
                for payment in self._payments(charge[0]):
                    del self.tables["payment"][payment]
            for table in KEYS:  # none of it is remembered: who comes back has it again
                for number in self._of(table, patron):
                    del self.tables[table][number]
        return tally

    # The clocks ------------------------------------------------------------------------------------------------------

    def settled_on(self, charge: Row) -> date | None:
        """The day since which nothing has been outstanding; None: something is."""
        outstanding, settled = charge["amount"], None
        if outstanding <= 0:
            settled = local_day(charge["charged_at"])
        payments = self._payments(charge["charge_number"]).values()
        for moment in sorted({payment["paid_at"] for payment in payments}):
            before = outstanding
            outstanding -= sum(payment["amount"] for payment in payments if payment["paid_at"] == moment)
            if outstanding > 0:
                settled = None
            elif before > 0:
                settled = max(local_day(moment), local_day(charge["charged_at"]))
        return settled

    def over_on(self, loan: Row) -> date | None:
        """The day on which the loan was over, what it cost included; None: it is not."""
        number = loan["loan_number"]
        charges = [charge for charge in self.tables["charge"].values() if charge["loan_number"] == number]
        settled = [self.settled_on(charge) for charge in charges]
        if None in settled:
            return None
        ends = [day for day in settled if day is not None]
        if number in self.settled_before:
            ends.append(self.settled_before[number])
        if loan["returned_at"] is not None:
            return max([*ends, local_day(loan["returned_at"])])
        billed = number in self.billed_before or any(charge["kind"] == LOST_ITEM for charge in charges)
        return max(ends) if loan["lost_at"] is not None and billed else None

    def is_held(self, patron: str, today: date) -> bool:
        """Whether a legal hold keeps all that is this patron's."""
        return any(
            hold["placed_on"] <= today and (hold["lifted_on"] is None or hold["lifted_on"] > today)
            for hold in self._of("legal_hold", patron).values()
        )

    def has_hold(self, patron: str, today: date) -> bool:
        """Whether a legal hold of this patron is left, be it one that lies ahead."""
        return any(
            hold["lifted_on"] is None or hold["lifted_on"] > max(today, hold["placed_on"])
            for hold in self._of("legal_hold", patron).values()
        )

    # Rows ------------------------------------------------------------------------------------------------------------

    def _of(self, table: str, patron: str) -> dict[tuple[Any, ...], Row]:
        return {key: row for key, row in self.tables[table].items() if row.get("patron_number") == patron}

    def _payments(self, charge: str) -> dict[tuple[Any, ...], Row]:
        return {key: row for key, row in self.tables["payment"].items() if row["charge_number"] == charge}

    def _forget_charge(self, number: tuple[Any, ...], today: date) -> None:
        for payment in self._payments(number[0]):
            self._forget("payment", payment, today)
        self._forget("charge", number, today)

    def _forget(self, table: str, number: tuple[Any, ...], today: date) -> None:
        del self.tables[table][number]
        if table in ("loan", "reservation", "charge", "payment"):
            self.forgotten[table, number[0]] = today


def differences(one: dict[str, dict[tuple[Any, ...], Row]], other: dict[str, dict[tuple[Any, ...], Row]]) -> list[str]:
    """Rows that two libraries do not have alike."""
    found = []
    for table in KEYS:
        for key in sorted(one[table].keys() | other[table].keys()):
            here, there = one[table].get(key), other[table].get(key)
            if here is None or there is None:
                found.append(
                    f"{table} {' '.join(map(str, key))}: {'only the first' if here else 'only the other'} has it"
                )
            elif here != there:
                columns = ", ".join(
                    f"{name} {here[name]} / {there[name]}" for name in here if here[name] != there[name]
                )
                found.append(f"{table} {' '.join(map(str, key))}: {columns}")
    return found


def local_day(moment: datetime) -> date:
    """The calendar day in Denmark."""
    return moment.astimezone(DENMARK).date()


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)


def months_after(day: date, months: int) -> date:
    """The same day of a later month; its last, where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in range(day.day, 0, -1):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("each month has a first day")
