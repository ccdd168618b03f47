"""What the library has promised to forget, and when: every rule, declared once (docs/reference/rules.md, "Retention").

For whoever answers for it: `RULES` is the whole list, in the order in which a night works through it. A rule names
what goes, the clock that it goes by, how many days (or months) after that it falls due, and whether the public privacy
notice says so (`promise`) or the library alone. Settings, statements, reports and documents read this list; a rule
without statements, or statements without a rule, fail the house's tests.

A row is due on the day on which its clock day plus the period has come: "30 days after" an event on day D falls due on
D + 30. `cut_off` turns that round: what has its clock day on or before it is due today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from mappers.guardianship import DELETED_AFTER_DAYS
from mappers.local_days import local_day

Unit = Literal["days", "months"]

LOAN, RESERVATION, CHARGE, PAYMENT, MESSAGE = "loan", "reservation", "charge", "payment", "message"

FORGOTTEN_KINDS: tuple[str, ...] = (LOAN, RESERVATION, CHARGE, PAYMENT, MESSAGE)
"""Kinds of numbers that are remembered (`sync.forgotten`), so that an old extract brings nothing back that was due.

A message's is that of one that was redacted: the message itself stays.
"""

FORGOTTEN_MONTHS = 13
"""So long after the day on which a row went its number is remembered."""

LOST_ITEM = "lost item"
"""The kind of charge that is the bill for a lost item."""

CONSUMER_DEAD_DAYS = 180
"""A consumer of the change feed that has not read for so many days is declared dead: nothing waits for it any more."""

CONSUMER_WARNED_DAYS = 150
"""One that has not read for so many days is said to be about to be."""


class Part(NamedTuple):
    """What of one table goes by a rule. `db/retention` has its statements under this name.

    `table`: of whose rows the brake takes a share. `remembers`: kinds of `FORGOTTEN_KINDS` that it leaves behind.
    """

    name: str
    table: str
    remembers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `basis`: the code of the clock. `period`, `unit`: what holds where no setting says otherwise.

    `promise`: the privacy notice says it, and this very period.
    """

    name: str
    parts: tuple[Part, ...]
    basis: str
    period: int
    unit: Unit = "days"
    promise: bool = False

    @property
    def setting(self) -> str:
        """The end of the setting `PATRONSYNC_...` that lengthens or shortens the period: `RETENTION_LOANS_DAYS`."""
        return f"RETENTION_{self.name}_{self.unit}".upper()

    @property
    def field(self) -> str:
        """The setting's field: `retention_loans_days`."""
        return self.setting.lower()

    def is_lengthened(self, period: int) -> bool:
        """Whether the period goes beyond what the notice promises: to be said loudly wherever the rule is reported."""
        return self.promise and period > self.period


MESSAGES = Rule(
    "messages",
    (
        Part("messages_material", "library.message", (MESSAGE,)),
        Part("messages_text", "library.message", (MESSAGE,)),
    ),
    basis="sent",
    period=30,
    promise=True,
)
"""What a message says of material goes: loan, item, title, author, text. Its channel, kind, time and patron stay."""

RESERVATIONS = Rule(
    "reservations",
    (Part("reservations", "library.reservation", (RESERVATION,)),),
    basis="fulfilled or deleted",
    period=0,
    promise=True,
)
"""A reservation that was fulfilled or deleted."""

LOANS = Rule("loans", (Part("loans", "library.loan", (LOAN,)),), basis="over", period=30, promise=True)
"""A loan: after the later of its return and its last charge's settlement; never while one is unsettled."""

BALANCES = Rule(
    "balances", (Part("balances", "library.charge", (CHARGE, PAYMENT)),), basis="settled", period=30, promise=True
)
"""A settled charge, with its payments."""

PATRONS_GONE = Rule("patrons_gone", (Part("patrons_gone", "library.patron"),), basis="gone", period=0)
"""A patron who is gone from the register, with all of theirs, when no loan, unsettled charge or legal hold is left."""

GUARDIANS = Rule(
    "guardians", (Part("guardians", "library.guardian"),), basis="last link ended", period=DELETED_AFTER_DAYS
)
"""A guardian who is no patron, with the links that ended."""

ACCESS_LOG = Rule(
    "access_log",
    (Part("registry_access", "sync.registry_access"), Part("disclosures", "sync.disclosure")),
    basis="looked up or revealed",
    period=12,
    unit="months",
)
"""When and why each patron or guardian was looked up in the registry, or revealed."""

CHANGE_FEED = Rule("change_feed", (Part("changes", "sync.change"),), basis="told", period=90)
"""Change events, and never before every living consumer has read them."""

RUN_RECORDS = Rule(
    "run_records",
    (Part("runs", "sync.run"), Part("quarantine", "sync.quarantine")),
    basis="closed",
    period=90,
)
"""Records of runs that have ended, with their batches, questions and outcomes; and quarantines that have ended."""

RULES: tuple[Rule, ...] = (
    MESSAGES,
    RESERVATIONS,
    LOANS,
    BALANCES,
    PATRONS_GONE,
    GUARDIANS,
    ACCESS_LOG,
    CHANGE_FEED,
    RUN_RECORDS,
)
"""All rules, in the order of going: patrons who are gone come after what may hold them, their guardians after them."""


def cut_off(rule: Rule, period: int, today: date) -> date:
    """The last clock day that is due today: a row whose clock day is on or before it goes.

    Of months the same day of an earlier month; of a month without that day its last, so that 12 months after
    29 February are over on 1 March of a common year.
    """
    if rule.unit == "days":
        return date.fromordinal(max(today.toordinal() - period, 1))
    return months_before(today, period)


def falls_due(rule: Rule, period: int, clock_day: date) -> date:
    """The first day on which a row with this clock day is due: `cut_off` turned round, for whoever is told beforehand.

    Of months the same day of a later month; of a month without that day the first of the next.
    """
    if rule.unit == "days":
        return date.fromordinal(min(clock_day.toordinal() + period, date.max.toordinal()))
    year, month = divmod(clock_day.year * 12 + clock_day.month - 1 + period, 12)
    if year > date.max.year:
        return date.max
    first = date(year, month + 1, 1)
    return first + timedelta(days=min(clock_day.day - 1, _days_of_month(first)))


def months_before(day: date, months: int) -> date:
    """The same day of a month so many months earlier; its last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _days_of_month(first)))


def _days_of_month(first: date) -> int:
    return 31 if first.month == 12 else (first.replace(month=first.month + 1) - first).days


class Payment(NamedTuple):
    """A payment of a charge; a refund is below zero."""

    amount: Decimal
    paid_at: datetime


def settled_on(amount: Decimal, charged_at: datetime, payments: Iterable[Payment]) -> date | None:
    """The day on which a charge was settled, None while it is not. The set form is the function sync.settle_charges.

    It is settled while what was paid reaches the amount: since the payment after which it has done so ever since, but
    not before the charge. What is paid in one moment counts together. A charge of nothing is settled by itself, and
    giving back an excess reopens none.
    """
    paid_at: dict[datetime, Decimal] = {}
    for payment in payments:
        paid_at[payment.paid_at] = paid_at.get(payment.paid_at, Decimal(0)) + payment.amount
    total, since = Decimal(0), charged_at if amount <= 0 else None
    for moment in sorted(paid_at):
        total += paid_at[moment]
        if total < amount:
            since = None
        elif since is None:
            since = moment
    return None if since is None else local_day(max(since, charged_at))


class LoanCharge(NamedTuple):
    """A charge that a loan has caused: its kind, and the day on which it was settled (None: it is not)."""

    kind: str
    settled_on: date | None


def over_on(returned_at: datetime | None, lost_at: datetime | None, charges: Sequence[LoanCharge]) -> date | None:
    """The day on which a loan was over, None while it is not: its clock. The set form is library.loan.over_on.

    A lost item's loan is over when its bill, and whatever else it has caused, is settled; one that nobody has billed is
    not. `charges`: those that are gone already count as well.
    """
    days = [charge.settled_on for charge in charges if charge.settled_on is not None]
    if len(days) < len(charges):
        return None
    if returned_at is not None:
        return max([local_day(returned_at), *days])
    if lost_at is not None and any(charge.kind == LOST_ITEM for charge in charges):
        return max(days)
    return None


def ended_on(fulfilled_at: datetime | None, deleted_at: datetime | None) -> date | None:
    """The day on which a reservation came to its end, None while it waits: the earlier of the two."""
    ends = [local_day(moment) for moment in (fulfilled_at, deleted_at) if moment is not None]
    return min(ends, default=None)


class Material(NamedTuple):
    """What a message says of material."""

    loan_number: str | None = None
    item_number: str | None = None
    title: str | None = None
    author: str | None = None
    text: str | None = None

    def __repr__(self) -> str:
        return "<Material>"


def names_material(kind: str, material: Material, kinds_without_material: Collection[str]) -> bool:
    """Whether a message has something to lose: any column beside the text, or a text of a kind that may name material.

    `kinds_without_material`: kinds that are declared to name none (a setting); their text stays.
    """
    if any(value is not None for value in material[:-1]):
        return True
    return material.text is not None and kind not in kinds_without_material


def is_held(placed_on: date, lifted_on: date | None, today: date) -> bool:
    """Whether a hold lasts on the day; `lifted_on` is the first free one. The set form is library.held_patrons."""
    return placed_on <= today and (lifted_on is None or lifted_on > today)


def is_dead(last_read_on: date, today: date) -> bool:
    """Whether a consumer of the change feed has not read for so long that nothing waits for it any more."""
    return last_read_on + timedelta(days=CONSUMER_DEAD_DAYS) <= today


def is_about_to_be_dead(last_read_on: date, today: date) -> bool:
    """Whether a consumer that has not been declared dead should be told of before it is."""
    return last_read_on + timedelta(days=CONSUMER_WARNED_DAYS) <= today
