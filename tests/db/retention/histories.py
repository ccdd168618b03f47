"""What has happened in a library, for tests of retention: rows put in, and a night run over them.

Times are text: local time in Copenhagen, as an extract gives it; a day alone is noon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.connect import Connection
from db.retention import store
from db.retention.store import Figures, Overdue, Terms
from mappers.retention import Rule

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
TABLES = {"registry_access": "sync.registry_access", "disclosure": "sync.disclosure", "quarantine": "sync.quarantine"}
TABLES |= {"change": "sync.change", "run": "sync.run", "consumer": "sync.consumer"}


def at(text: str | None) -> datetime | None:
    """A moment, of local time; the first one where the hour exists twice."""
    if text is None:
        return None
    return datetime.fromisoformat(text if len(text) > 10 else f"{text} 12:00").replace(tzinfo=COPENHAGEN)


@dataclass
class History:
    """The library, and what can happen in it."""

    connection: Connection
    made: int = 0

    def add(self, table: str, **columns: Any) -> None:
        """A row as it stands; of a table of library, or of one of `TABLES`."""
        name = TABLES.get(table, f"library.{table}")
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        self.connection.execute(f"INSERT INTO {name} ({names}) VALUES ({marks})", list(columns.values()))  # type: ignore[call-overload]

    def _number(self) -> str:
        self.made += 1
        return str(self.made)

    def loan(self, returned: str | None = None, lost: str | None = None, patron: str = "P", number: str = "") -> str:
        """A loan; its number."""
        number = number or self._number()
        self.add(
            "loan",
            loan_number=number,
            patron_number=patron,
            item_number="I",
            lent_at=at("2023-01-01"),
            title="T",
            returned_at=at(returned),
            lost_at=at(lost),
        )
        return number

    def charge(
        self, charged: str, amount: str = "10", loan: str | None = None, kind: str = "fee", patron: str = "P"
    ) -> str:
        """A charge; its number."""
        number = self._number()
        self.add(
            "charge",
            charge_number=number,
            patron_number=patron,
            loan_number=loan,
            kind=kind,
            amount=amount,
            charged_at=at(charged),
        )
        return number

    def pay(self, charge: str, paid: str, amount: str = "10") -> None:
        """A payment, or a refund below zero."""
        self.add("payment", payment_number=self._number(), charge_number=charge, amount=amount, paid_at=at(paid))

    def settled(self, charged: str, paid: str, loan: str | None = None, kind: str = "fee", patron: str = "P") -> str:
        """A charge, and the payment that settled it."""
        number = self.charge(charged, loan=loan, kind=kind, patron=patron)
        self.pay(number, paid)
        return number

    def reservation(self, fulfilled: str | None = None, deleted: str | None = None, patron: str = "P") -> str:
        """A reservation; its number."""
        number = self._number()
        ends = {"fulfilled_at": at(fulfilled), "deleted_at": at(deleted)}
        self.add("reservation", reservation_number=number, patron_number=patron, reserved_at=at("2023-01-01"), **ends)
        return number

    def message(self, sent: str, kind: str = "overdue", patron: str = "P", **material: str | None) -> str:
        """A message; its number."""
        number = self._number()
        columns = {"message_number": number, "patron_number": patron, "channel": "sms", "kind": kind}
        self.add("message", **columns, sent_at=at(sent), **material)
        return number

    def hold(self, placed: str, lifted: str | None = None, patron: str = "P") -> None:
        """A legal hold."""
        self.add("legal_hold", patron_number=patron, reason="a case", placed_on=placed, lifted_on=lifted)

    def link(self, guardian: str, ended: str | None, patron: str = "P", name: str = "G") -> None:
        """A guardian who is no patron (made where there is none of that number), and a link that ended, or stands."""
        self.connection.execute(
            "INSERT INTO library.guardian (cpr_number, name) VALUES (%s, %s) ON CONFLICT DO NOTHING", [guardian, name]
        )
        self.connection.execute(
            "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind, valid_to, ended)"
            " SELECT %s, guardian_id, 'registry', 'mother', %s::date, %s::date IS NOT NULL"
            " FROM library.guardian WHERE cpr_number = %s",
            [patron, ended, ended, guardian],
        )

    def terms(self, today: str, periods: Mapping[str, int] | None = None, **given: Any) -> Terms:
        """What a night goes by."""
        return Terms(date.fromisoformat(today), periods=periods or {}, **given)

    def night(self, rule: Rule, today: str, periods: Mapping[str, int] | None = None, **given: Any) -> Night:
        """One rule, on one day: counted, proved before, removed, proved after."""
        terms = self.terms(today, periods, **given)
        due, before = store.count(self.connection, rule, terms), store.overdue(self.connection, rule, terms)
        removed = sum(store.batches(self.connection, rule, terms, size=2))
        return Night(due, before, removed, store.overdue(self.connection, rule, terms))

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        """Any query; of one column its values."""
        found = self.connection.execute(query, parameters).fetchall()  # type: ignore[call-overload]
        return [row[0] if len(row) == 1 else row for row in found]


@dataclass(frozen=True)
class Night:
    """What a night of one rule came to."""

    due: Figures
    before: Overdue
    removed: int
    after: Overdue

    @property
    def told(self) -> tuple[int, int, int]:
        """Removed, held, and overdue after it; counts and proofs are seen to agree with that."""
        assert self.due.due == self.removed + self.due.held
        assert (self.before.rows, self.before.held) == (self.removed, self.due.held)
        assert self.after.held == self.due.held
        return self.removed, self.due.held, self.after.rows
