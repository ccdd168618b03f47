"""Made-up households that borrow, pay late, get money back, lose things and move away; nothing of the product is
imported.

A household draws from a source of its own: the same seed and place give the same one, alone or among others. Its acts
lie close to where a rule turns: on the 29th, 30th and 31st day after another, around midnight in Denmark (the evening
before in UTC), in the hours that summer time skips and repeats. The library may learn of an act days after it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any

from tests.proofs.retention_oracle import DENMARK, LOST_ITEM, Act, Oracle, Row, Terms

DECLARED = "opening hours"
"""The kind of message that some libraries declare to name no material."""
KINDS = ("due soon", "overdue", DECLARED)
LENGTH = 365
GAPS = (0, 0, 1, 3, 10, 29, 30, 31, 60)
CLOCKS = (time(0, 0), time(0, 10), time(0, 59), time(1, 30), time(2, 0), time(2, 30), time(12, 0), time(22, 15))
CLOCKS += (time(23, 10), time(23, 59, 59))
TURNS = (
    *(date(2023, 10, 29), date(2024, 3, 31), date(2024, 10, 27), date(2025, 3, 30), date(2025, 10, 26)),
    *(date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1)),
)
"""Summer time begins and ends; the last days of February."""


@dataclass(repr=False)
class Household:
    """One or two patrons, and all that happens to them in the year from `start` on."""

    place: int
    seed: int
    start: date
    acts: list[Act] = field(default_factory=list)
    made: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(f"{self.seed} {self.place}")
        self.learnt: dict[tuple[str, str], date] = {}
        self.patrons = [f"H{self.place}.{member}" for member in range(self.random.choice([1, 1, 2]))]
        for patron in self.patrons:
            self._new("patron", self.start, {"patron_number": patron, "gone_on": None})
            for _ in range(self.random.choice([1, 2, 3, 5])):
                self._loan(patron)
            stories: list[Callable[[str], object]] = [self._charge, self._message, self._reservation, self._hold]
            for story in stories:
                for _ in range(self.random.choice([0, 0, 1, 2])):
                    story(patron)
            if self.random.random() < 0.25:
                self._leaves(patron)
        self.acts.sort(key=lambda act: act.learnt)  # of one day: in the order in which they were thought of

    # Stories ---------------------------------------------------------------------------------------------------------

    def _loan(self, patron: str) -> None:
        lent = self._some_day()
        number = self._number("U")
        row: Row = {"loan_number": number, "patron_number": patron, "item_number": f"E{number}"}
        row |= {"title": "Titel", "author": self._one_of("Forfatter", None), "lent_at": self._at(lent)}
        row |= {"due_on": self._one_of(lent + timedelta(days=30), None), "returned_at": None, "lost_at": None}
        over = lent + timedelta(days=self.random.choice([0, 1, 20, 30, 45, 90]))
        fate = self._one_of("open", "returned", "returned", "returned", "lost", "lost and found")
        loaded_late = self.random.random() < 0.2  # an extract that has the loan and its end at once
        ends: Row = {}
        if fate.startswith("returned"):
            ends = {"returned_at": self._at(over)}
        elif fate.startswith("lost"):
            ends = {"lost_at": self._at(over)}
        if ends and loaded_late:
            self._new("loan", over, row | ends)
        else:
            self._new("loan", lent, row)
        if ends and not loaded_late:
            self._set("loan", over, {"loan_number": number, **ends})
        for _ in range(self.random.choice([0, 0, 1, 1, 2, 3])):
            self._charge(patron, number, lent + timedelta(days=self.random.choice(GAPS)))
        if fate.startswith("lost"):
            for _ in range(self.random.choice([0, 1, 1, 1, 2])):
                self._charge(patron, number, over + timedelta(days=self.random.choice(GAPS)), LOST_ITEM)
        elif self.random.random() < 0.1:
            self._charge(patron, number, over, LOST_ITEM)
        if fate == "lost and found":
            found = over + timedelta(days=self.random.choice(GAPS))
            self._set("loan", found, {"loan_number": number, "returned_at": self._at(found)})
        elif fate == "returned" and self.random.random() < 0.1:
            self._set("loan", over, {"loan_number": number, "returned_at": self._at(over + timedelta(days=1))})
        for _ in range(self.random.choice([0, 1, 2])):
            self._message(self.random.choice(self.patrons), number, lent + timedelta(days=self.random.choice(GAPS)))

    def _charge(self, patron: str, loan: str | None = None, day: date | None = None, kind: str = "fee") -> None:
        day = self._some_day() if day is None else day
        number = self._number("G")
        amount = self.random.choice([0, 10, 50, 50, 300])
        row: Row = {"charge_number": number, "patron_number": patron, "loan_number": loan, "kind": kind}
        row |= {"amount": Decimal(amount), "charged_at": self._at(day)}
        known = self._new("charge", day, row, after=("loan", loan) if loan else None)
        moment = day - timedelta(days=self.random.choice([0, 0, 0, 0, 0, 2, 40]))  # paid before it was written down
        paid_at = None
        for part in self._parts(amount):
            if paid_at is None or self.random.random() > 0.1:  # else in the same moment as the one before
                moment += timedelta(days=self.random.choice(GAPS))
                paid_at = self._at(moment)
            paid: Row = {"payment_number": self._number("B"), "charge_number": number}
            paid |= {"amount": Decimal(part), "paid_at": paid_at}
            known = max(known, self._new("payment", max(moment, known), paid, after=("charge", number)))
            if self.random.random() < 0.05:
                corrected = self._one_of({"amount": Decimal(part + 5)}, {"paid_at": self._at(moment)})
                self._set("payment", known, {**paid, **corrected})
        if self.random.random() < 0.1:
            corrected = self._one_of({"amount": Decimal(0)}, {"amount": Decimal(amount + 5)}, {"kind": LOST_ITEM})
            self._set(
                "charge", known + timedelta(days=self.random.choice(GAPS)), {"charge_number": number, **corrected}
            )

    def _parts(self, amount: int) -> list[int]:
        """What is paid and paid back, one after the other."""
        half = amount // 2
        return list(
            self._one_of(
                (),
                (amount,),
                (amount,),
                (amount,),
                (half, amount - half),
                (half,),
                (amount - 1, 1),
                (amount + 20, -20),  # too much, and the excess refunded
                (amount + 20, -20, 0),
                (amount + 20, -30),  # more than the excess
                (amount, -10, 10),  # reopened, and settled again
                (amount, -10),
                (amount, -10, 4, 6),
                (half, -half, amount),
                (amount, 5),
                (0, amount),
            )
        )

    def _message(self, patron: str, loan: str | None = None, day: date | None = None) -> None:
        day = self._some_day() if day is None else day
        kind = self.random.choice(KINDS)
        row: Row = {"message_number": self._number("M"), "patron_number": patron}
        row |= {"channel": self._one_of("sms", "email"), "kind": kind, "sent_at": self._at(day)}
        named = self._one_of((), ("item_number",), ("title", "author"), ("item_number", "title", "author"))
        row |= {"loan_number": loan, "item_number": None, "title": None, "author": None, **dict.fromkeys(named, "navn")}
        row["text"] = self._one_of("Husk Titel", None)
        self._new("message", day, row, after=("loan", loan) if loan else None)

    def _reservation(self, patron: str) -> None:
        day = self._some_day()
        number = self._number("R")
        row: Row = {"reservation_number": number, "patron_number": patron, "item_number": self._one_of("E1", None)}
        row |= {
            "title": "Titel",
            "author": None,
            "reserved_at": self._at(day),
            "fulfilled_at": None,
            "deleted_at": None,
        }
        self._new("reservation", day, row)
        for end in self._one_of((), ("fulfilled_at",), ("deleted_at",), ("fulfilled_at", "deleted_at")):
            day += timedelta(days=self.random.choice(GAPS))
            self._set("reservation", day, {"reservation_number": number, end: self._at(day)})

    def _hold(self, patron: str) -> None:
        day = self.random.choice(self.acts).learnt + timedelta(days=self.random.choice(GAPS))  # something may be due
        row: Row = {"patron_number": patron, "reason": self._one_of("police", "court"), "placed_on": day}
        if any(act.table == "legal_hold" and act.key == tuple(row.values()) for act in self.acts):
            return
        lifted = day + timedelta(days=self.random.choice([*GAPS, 100]))
        if self.random.random() < 0.3:  # known from the beginning
            self._new("legal_hold", day, row | {"lifted_on": lifted})
            return
        self._new("legal_hold", day, row | {"lifted_on": None})
        if self.random.random() < 0.8:
            self._set("legal_hold", lifted, row | {"lifted_on": lifted})

    def _leaves(self, patron: str) -> None:
        day = self._some_day()
        self._set("patron", day, {"patron_number": patron, "gone_on": max(day, self.start)})
        if self.random.random() < 0.3:
            self._set(
                "patron",
                day + timedelta(days=self.random.choice([1, 1, 30])),
                {"patron_number": patron, "gone_on": None},
            )

    # How it is written -----------------------------------------------------------------------------------------------

    def _new(self, table: str, day: date, row: Row, after: tuple[str, str] | None = None) -> date:
        """A new row, learnt on the day or late, and not before what it refers to."""
        late = 0 if table in ("patron", "legal_hold") else self._late()
        earliest = self.learnt[after] if after else self.start
        learnt = max(day + timedelta(days=late), earliest, self.start)
        self.learnt[table, next(iter(row.values()))] = learnt
        self.acts.append(Act(learnt, "new", table, row))
        return learnt

    def _set(self, table: str, day: date, row: Row) -> None:
        """Values of a row that is there, learnt on the day or late."""
        known = self.learnt.get((table, next(iter(row.values()))), self.start)
        self.acts.append(Act(max(day + timedelta(days=self._late()), known), "set", table, row))

    def _number(self, letter: str) -> str:
        self.made += 1
        return f"{letter}{self.place}.{self.made}"

    def _some_day(self) -> date:
        """Any day from 45 days before the start on; often one on which something turns."""
        turns = [day for day in TURNS if self.start <= day < self.start + timedelta(days=LENGTH)]
        if turns and self.random.random() < 0.3:
            return self.random.choice(turns) - timedelta(days=self.random.choice([0, 0, 1, 30, 31]))
        return self.start + timedelta(days=self.random.randrange(-45, LENGTH))

    def _at(self, day: date) -> datetime:
        """A moment of the day in Denmark; no two are the same."""
        self.made += 1
        local = datetime.combine(day, self.random.choice(CLOCKS), DENMARK)
        return local.replace(microsecond=self.made, fold=self.random.choice([0, 0, 1])).astimezone(UTC)

    def _late(self) -> int:
        return self.random.choice([0, 0, 0, 0, 0, 1, 3, 35])

    def _one_of(self, *choices: Any) -> Any:
        return self.random.choice(choices)


def by_day(acts: Iterable[Act]) -> list[tuple[date, list[Act]]]:
    """The days on which something is learnt, and what."""
    return [(day, list(learnt)) for day, learnt in groupby(acts, key=lambda act: act.learnt)]


def quiet(acts: Iterable[Act], terms: Terms, last: date) -> list[Act]:
    """Of the acts those that change nothing that had fallen due before, by the oracle run every night; all holds are
    lifted on the last day.

    Nor is a message of a kind declared to name no material about a loan alone: whether its text goes would hang on
    which of the two goes first.
    """
    oracle, kept = Oracle(terms), []
    caused_by: dict[str, str] = {}  # charge -> loan
    for day, learnt in by_day(act for act in acts if act.learnt <= last):
        oracle.night(day - timedelta(days=1))
        for act in learnt:
            if act.table == "message" and act.row["kind"] in terms.kinds_without_material and act.row["loan_number"]:
                continue
            loan = caused_by.get(act.row.get("charge_number", ""))
            if loan and (loan,) not in oracle.tables["loan"]:  # a refund would have kept it
                continue
            taken = oracle.happens(act)
            if taken != act.row:
                if taken:  # without its loan
                    del oracle.tables[act.table][act.key]
                continue
            kept.append(act)
            if act.table == "charge" and act.row.get("loan_number"):
                caused_by[act.row["charge_number"]] = act.row["loan_number"]
    for hold in oracle.tables["legal_hold"].values():
        if hold["lifted_on"] is None or hold["lifted_on"] > last:
            kept.append(Act(last, "set", "legal_hold", {**hold, "lifted_on": max(last, hold["placed_on"])}))
    return kept


def some_terms(source: random.Random) -> Terms:
    """Periods: the notice's, none, shorter and longer ones."""
    return Terms(
        loans=source.choice([30, 30, 30, 0, 1, 60]),
        reservations=source.choice([0, 0, 0, 7]),
        balances=source.choice([30, 30, 30, 0, 7, 60]),
        messages=source.choice([30, 30, 30, 0, 14]),
        kinds_without_material=source.choice([frozenset(), frozenset([DECLARED])]),
    )


def some_start(source: random.Random) -> date:
    """A day from which a year on lies in the past, with summer time's ends and mostly a February's in it."""
    return date(2023, 9, 1) + timedelta(days=source.randrange(800))


def some_nights(source: random.Random, start: date, most: int) -> list[date]:
    """Days through the year, at most so many: some next to each other, some a month apart; all where most is a year."""
    if most >= LENGTH:
        return [start + timedelta(days=place) for place in range(LENGTH)]
    days = {0, LENGTH - 1}
    while len(days) < most:
        first = source.randrange(LENGTH)
        days |= {day for day in range(first, first + source.choice([1, 2, 3])) if day < LENGTH}
    return [start + timedelta(days=place) for place in sorted(days)]
