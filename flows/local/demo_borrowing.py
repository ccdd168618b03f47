"""Some months of borrowing at the demo's library: loans, reservations, charges, payments, messages and legal holds.

Made up from patron numbers alone, the same for one seed and day. It is what a library that has never forgotten anything
would hand over: much of it fell due long ago, some is about to, and some is kept by a bill or a legal hold.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from mappers.extracts import BORROWING, EXTRACTS

BORROWERS = 300
"""So many patrons have borrowed: fewer rows fall due than a brake of retention would hold."""

MONTHS = 150
"""Days that the files go back."""

LOAN_DAYS = 30

_AUTHORS = ("A. Fabelsen", "B. Eventyr", "C. Opdigter", "D. Frihånd")
_SUBJECTS = ("Havet", "Skoven", "Byen", "Natten", "Vinteren", "Broen", "Haven", "Rejsen")
_REST = ("der blev væk", "om foråret", "på den anden side", "i al hemmelighed", "for begyndere")
_BRANCHES = ("Hovedbiblioteket", "Havnen")

Row = dict[str, Any]


def write_borrowing(patrons: Path, seed: int, folder: Path, today: date) -> dict[str, Path]:
    """Writes a file of each kind about some of the patrons of an extract, readable by its owner alone.

    Returns kind -> file, in the order in which they are loaded.
    """
    library = _Library(random.Random(f"{seed} borrowing"), today)
    with patrons.open(encoding="utf-8", newline="") as extract_of_patrons:
        numbers = [row["patron_number"] for row in csv.DictReader(extract_of_patrons)]
    for number in library.source.sample(numbers, min(BORROWERS, len(numbers))):
        library.borrow(number)
    files = {}
    for extract in BORROWING:
        path = files[extract.kind] = folder / f"{extract.kind}.csv"
        path.touch(mode=0o600)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [column.name for column in extract.columns])
            writer.writeheader()
            writer.writerows(library.rows[extract.kind])
    return files


@dataclass(slots=True)
class _Library:
    """Where rows are made: kind -> rows. A row's number is its place."""

    source: random.Random
    today: date
    rows: dict[str, list[Row]] = field(default_factory=lambda: {extract.kind: [] for extract in BORROWING})

    def borrow(self, patron: str) -> None:
        """Some months of one patron."""
        for _ in range(self.source.randint(1, 4)):
            self._loan(patron, self.today - timedelta(days=self.source.randint(1, MONTHS)))
        if self.source.random() < 0.3:
            self._reservation(patron)
        if self.source.random() < 0.01:
            self._add(
                "holds", patron_number=patron, reason="uafklaret erstatning", placed_on=self.today - timedelta(30)
            )

    def _loan(self, patron: str, lent: date) -> None:
        due = lent + timedelta(days=LOAN_DAYS)
        title = f"{self.source.choice(_SUBJECTS)} {self.source.choice(_REST)}"
        material = {"item_number": f"{self.source.randrange(10**9):09}", "title": title}
        material["author"] = self.source.choice(_AUTHORS)
        loan = self._add("loans", patron_number=patron, lent_at=self._at(lent), due_on=due, **material)
        number = loan["loan_number"]
        self._message(patron, "kvittering", lent, f"Du har lånt {title}.", loan_number=number, **material)
        if self.source.random() < 0.03:
            lost = due + timedelta(days=14)
            if lost <= self.today:
                loan["lost_at"] = self._at(lost)
                self._charge(patron, number, "lost item", 250, lost)
            return
        returned = lent + timedelta(days=self.source.randint(2, LOAN_DAYS + 8))
        if due - timedelta(days=3) <= min(returned, self.today):
            text = f"Husk at aflevere {title} senest {due:%d.%m.}"
            self._message(patron, "afleveringsfrist", due - timedelta(days=3), text, loan_number=number, **material)
        if returned <= self.today:
            loan["returned_at"] = self._at(returned)
            if returned > due:
                self._charge(patron, number, "overdue", 20, returned)

    def _charge(self, patron: str, loan: str, kind: str, amount: int, day: date) -> None:
        charge = self._add(
            "charges", patron_number=patron, loan_number=loan, kind=kind, amount=amount, charged_at=self._at(day)
        )
        parts = self.source.choices(([amount], [amount / 2], [amount, -amount / 2], []), (6, 1, 1, 2))[0]
        for part in parts:
            day += timedelta(days=self.source.randint(1, 10))
            if day <= self.today:
                number = charge["charge_number"]
                self._add("payments", charge_number=number, amount=f"{part:.2f}", paid_at=self._at(day))

    def _reservation(self, patron: str) -> None:
        day = self.today - timedelta(days=self.source.randint(3, 60))
        end = self.source.choice(("fulfilled_at", "deleted_at", None))
        ends = {end: self._at(day + timedelta(days=2))} if end is not None else {}
        title = f"{self.source.choice(_SUBJECTS)} {self.source.choice(_REST)}"
        branch = self.source.choice(_BRANCHES)
        self._add(
            "reservations", patron_number=patron, title=title, reserved_at=self._at(day), pickup_branch=branch, **ends
        )

    def _message(self, patron: str, kind: str, day: date, text: str, **about: Any) -> None:
        channel = self.source.choice(("sms", "email"))
        self._add(
            "messages", patron_number=patron, channel=channel, kind=kind, sent_at=self._at(day), text=text, **about
        )

    def _add(self, file: str, /, **values: Any) -> Row:
        rows = self.rows[file]
        row = {EXTRACTS[file].key: str(100_000 + len(rows)), **values}
        rows.append(row)
        return row

    def _at(self, day: date) -> str:
        """A time at which the library is open."""
        return datetime.combine(day, time(self.source.randint(9, 19), self.source.randrange(60))).isoformat(
            "T", "minutes"
        )
