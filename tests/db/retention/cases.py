"""Every corner of the rules about one row: what has happened, and the day on which it falls due (None: never)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mappers.retention import (
    ACCESS_LOG,
    BALANCES,
    CHANGE_FEED,
    GUARDIANS,
    LOANS,
    LOST_ITEM,
    MESSAGES,
    PATRONS_GONE,
    RESERVATIONS,
    RUN_RECORDS,
    Rule,
)
from tests.db.retention.histories import History, at


class Case(NamedTuple):
    """`rows`: how many fall due on that day."""

    rule: Rule
    what: str
    happens: Callable[[History], object]
    due: str | None
    rows: int = 1


def _partly(history: History, loan: str | None) -> str:
    charge = history.charge("2025-10-01", loan=loan)
    history.pay(charge, "2025-10-02", "9.99")
    return charge


def _refunded(history: History, loan: str | None) -> None:
    charge = history.settled("2025-10-01", "2025-10-02", loan)
    history.pay(charge, "2025-10-20", "-4")
    history.pay(charge, "2025-10-22", "1")
    history.pay(charge, "2025-10-24", "3")


def _excess_refunded(history: History, loan: str | None) -> None:
    charge = history.charge("2025-10-01", loan=loan)
    history.pay(charge, "2025-10-02", "15")
    history.pay(charge, "2025-10-20", "-5")


def _still_open(history: History, loan: str | None) -> None:
    charge = history.settled("2025-10-01", "2025-10-02", loan)
    history.pay(charge, "2025-10-20", "-0.01")


def _lost_and_paid(history: History) -> None:
    loan = history.loan(lost="2025-09-01")
    history.settled("2025-09-20", "2025-10-15", loan, LOST_ITEM)
    history.settled("2025-09-20", "2025-10-20", loan)


def _lost_and_unpaid_beside(history: History) -> None:
    loan = history.loan(lost="2025-09-01")
    history.settled("2025-09-20", "2025-10-15", loan, LOST_ITEM)
    history.charge("2025-09-20", loan=loan)


def _charges_apart(history: History) -> None:
    loan = history.loan("2025-10-01")
    for paid in ("2025-10-05", "2025-11-20", "2025-10-10"):
        history.settled("2025-10-02", paid, loan)


def _charge_gone_before(history: History) -> None:
    """The charge has gone, by a shorter period of its own; its loan keeps the day."""
    loan = history.loan("2025-10-01")
    history.settled("2025-10-02", "2025-10-20", loan)
    history.night(BALANCES, "2025-10-20", {"balances": 0})


def _lost_bill_gone_before(history: History) -> None:
    loan = history.loan(lost="2025-10-01")
    history.settled("2025-10-02", "2025-10-20", loan, LOST_ITEM)
    history.night(BALANCES, "2025-10-20", {"balances": 0})


def _gone(history: History, day: str = "2025-10-01", patron: str = "Q") -> None:
    history.add("patron", patron_number=patron, gone_on=day, name="Somebody")


def _gone_with(*, loan: str | None = "", charge: bool | None = None) -> Callable[[History], None]:
    def happens(history: History) -> None:
        _gone(history)
        if loan != "":
            history.loan(loan, patron="Q")
        if charge is True:
            history.settled("2025-09-30", "2025-09-30", patron="Q")
        if charge is False:
            history.charge("2025-09-30", patron="Q")

    return happens


def _enrolled_guardian(history: History) -> None:
    history.link("0101701111", "2025-10-01")
    history.add("patron", patron_number="C")
    history.link("0101701111", "2025-10-05", "C")


def _guardian_named(valid_to: str | None) -> Callable[[History], None]:
    def happens(history: History) -> None:
        history.link("0101701111", "2025-10-01")
        history.add("custody", patron_number="P", kind="mother", cpr_number="0101701111", valid_to=valid_to)

    return happens


def _guardian_formerly_named(history: History) -> None:
    history.link("0101701111", "2025-10-01")
    history.connection.execute(
        "INSERT INTO library.former_guardian_number SELECT '0202702222', guardian_id FROM library.guardian"
    )
    history.add("custody", patron_number="P", kind="mother", cpr_number="0202702222")


def _guardian_who_is_a_patron(history: History) -> None:
    history.link("0101701111", "2025-10-01")
    history.connection.execute("UPDATE library.guardian SET patron_number = 'P'")


def _looked_up(moment: str, patron: str | None = "P") -> Callable[[History], None]:
    def happens(history: History) -> None:
        who = {"patron_number": patron} if patron else {"guardian_id": 7}
        history.add("registry_access", **who, asked_at=at(moment), purpose="refresh", outcome="unchanged")

    return happens


def _told(moment: str, *consumers: dict[str, object]) -> Callable[[History], None]:
    """An event of transaction 100, and consumers that have come somewhere (snapshots of what was committed)."""

    def happens(history: History) -> None:
        history.connection.execute(
            "INSERT INTO sync.change (position, transaction_id, patron_number, kind, at)"
            " OVERRIDING SYSTEM VALUE VALUES (7, '100', 'P', 'patron.name', %s)",
            [at(moment)],
        )
        for number, consumer in enumerate(consumers):
            history.add("consumer", consumer=f"consumer {number}", **{"read_at": at("2025-12-20"), **consumer})

    return happens


def _ran(ended: str | None, state: str = "done") -> Callable[[History], None]:
    return lambda history: history.add(
        "run", flow="registry-refresh", today="2025-10-01", state=state, ended_at=at(ended)
    )


def _quarantined(closed: str | None) -> Callable[[History], None]:
    return lambda history: history.add(
        "quarantine", patron_number="P", reason="not found", since="2025-09-01", closed_on=closed
    )


def _in_one_moment(history: History) -> None:
    """Given back and paid again in one moment: it was never open."""
    charge = history.settled("2025-10-01", "2025-10-02")
    history.pay(charge, "2025-10-20", "-10")
    history.pay(charge, "2025-10-20", "10")


READ: dict[str, object] = {"read_snapshot": "101:101:"}
READ_LATER: dict[str, object] = {"read_snapshot": "90:110:95"}
BEFORE: dict[str, object] = {"read_snapshot": "90:110:100", "position": 8}
NOTHING_READ: dict[str, object] = {}
LONG_AWAY: dict[str, object] = {"read_at": at("2025-08-01")}
DEAD: dict[str, object] = {"dead_on": "2025-12-01"}

CASES: tuple[Case, ...] = (
    # Loans
    Case(LOANS, "returned", lambda h: h.loan("2025-10-01"), "2025-10-31"),
    Case(LOANS, "returned in the last moment of a day", lambda h: h.loan("2025-10-01 23:59:59.999999"), "2025-10-31"),
    Case(LOANS, "returned at midnight", lambda h: h.loan("2025-10-02 00:00"), "2025-11-01"),
    Case(LOANS, "returned on the day that summer time ends", lambda h: h.loan("2025-10-26 00:30"), "2025-11-25"),
    Case(LOANS, "returned late on that day", lambda h: h.loan("2025-10-26 23:30"), "2025-11-25"),
    Case(LOANS, "returned on the day that summer time begins", lambda h: h.loan("2025-03-30 00:30"), "2025-04-29"),
    Case(LOANS, "due when summer time has begun", lambda h: h.loan("2025-03-01 00:10"), "2025-03-31"),
    Case(LOANS, "returned on a leap day", lambda h: h.loan("2024-02-29"), "2024-03-30"),
    Case(LOANS, "due on a leap day", lambda h: h.loan("2024-01-30"), "2024-02-29"),
    Case(LOANS, "due past the end of February", lambda h: h.loan("2025-01-30"), "2025-03-01"),
    Case(LOANS, "not back", lambda h: h.loan(), None),
    Case(LOANS, "settled charge", lambda h: h.settled("2025-10-02", "2025-10-20", h.loan("2025-10-01")), "2025-11-19"),
    Case(
        LOANS,
        "charge settled before",
        lambda h: h.settled("2025-09-02", "2025-09-20", h.loan("2025-10-01")),
        "2025-10-31",
    ),
    Case(LOANS, "charge of nothing", lambda h: h.charge("2025-10-05", "0", h.loan("2025-10-01")), "2025-11-04"),
    Case(LOANS, "unsettled charge", lambda h: h.charge("2025-10-02", loan=h.loan("2025-10-01")), None),
    Case(LOANS, "partly paid charge", lambda h: _partly(h, h.loan("2025-10-01")), None),
    Case(LOANS, "charge reopened and settled", lambda h: _refunded(h, h.loan("2025-10-01")), "2025-11-23"),
    Case(LOANS, "charge reopened", lambda h: _still_open(h, h.loan("2025-10-01")), None),
    Case(LOANS, "excess given back", lambda h: _excess_refunded(h, h.loan("2025-10-01")), "2025-11-01"),
    Case(LOANS, "charges settled on different days", _charges_apart, "2025-12-20"),
    Case(LOANS, "charge gone before it", _charge_gone_before, "2025-11-19"),
    Case(LOANS, "lost and paid", _lost_and_paid, "2025-11-19"),
    Case(LOANS, "lost, its bill gone before it", _lost_bill_gone_before, "2025-11-19"),
    Case(LOANS, "lost, and something beside the bill unpaid", _lost_and_unpaid_beside, None),
    Case(LOANS, "lost and unbilled", lambda h: h.loan(lost="2025-10-01"), None),
    Case(
        LOANS,
        "lost, a fee alone paid",
        lambda h: h.settled("2025-10-02", "2025-10-02", h.loan(lost="2025-10-01")),
        None,
    ),
    Case(
        LOANS, "lost and billed", lambda h: h.charge("2025-10-02", loan=h.loan(lost="2025-10-01"), kind=LOST_ITEM), None
    ),
    Case(LOANS, "lost, and back after all", lambda h: h.loan("2025-10-20", "2025-10-01"), "2025-11-19"),
    # Balances
    Case(BALANCES, "settled", lambda h: h.settled("2025-10-01", "2025-10-02"), "2025-11-01"),
    Case(
        BALANCES,
        "settled on the day that summer time ends",
        lambda h: h.settled("2025-10-01", "2025-10-26 23:30"),
        "2025-11-25",
    ),
    Case(BALANCES, "paid before it was charged", lambda h: h.settled("2025-10-05", "2025-10-02"), "2025-11-04"),
    Case(BALANCES, "of nothing", lambda h: h.charge("2025-10-05", "0"), "2025-11-04"),
    Case(BALANCES, "unsettled", lambda h: h.charge("2025-10-01"), None),
    Case(BALANCES, "partly paid", lambda h: _partly(h, None), None),
    Case(BALANCES, "paid in two parts", lambda h: h.pay(_partly(h, None), "2025-10-10", "0.01"), "2025-11-09"),
    Case(BALANCES, "reopened and settled", lambda h: _refunded(h, None), "2025-11-23"),
    Case(BALANCES, "reopened", lambda h: _still_open(h, None), None),
    Case(BALANCES, "excess given back", lambda h: _excess_refunded(h, None), "2025-11-01"),
    Case(BALANCES, "given back and paid in one moment", _in_one_moment, "2025-11-01"),
    # Reservations
    Case(RESERVATIONS, "fulfilled", lambda h: h.reservation("2025-10-01 23:59"), "2025-10-01"),
    Case(RESERVATIONS, "deleted", lambda h: h.reservation(None, "2025-10-01 00:00"), "2025-10-01"),
    Case(RESERVATIONS, "fulfilled, then deleted", lambda h: h.reservation("2025-10-01", "2025-10-09"), "2025-10-01"),
    Case(RESERVATIONS, "deleted, then fulfilled", lambda h: h.reservation("2025-10-09", "2025-10-01"), "2025-10-01"),
    Case(RESERVATIONS, "waiting", lambda h: h.reservation(), None),
    # Messages
    Case(MESSAGES, "about a loan that is open", lambda h: h.message("2025-10-01", loan_number=h.loan()), "2025-10-31"),
    Case(MESSAGES, "item", lambda h: h.message("2025-10-26 23:59:59", item_number="I"), "2025-11-25"),
    Case(MESSAGES, "title", lambda h: h.message("2025-10-01", title="T"), "2025-10-31"),
    Case(MESSAGES, "author", lambda h: h.message("2025-10-01", author="A"), "2025-10-31"),
    Case(MESSAGES, "text alone", lambda h: h.message("2025-10-01", text="about T"), "2025-10-31"),
    Case(MESSAGES, "an empty text", lambda h: h.message("2025-10-01", text=""), "2025-10-31"),
    Case(MESSAGES, "nothing", lambda h: h.message("2025-10-01"), None),
    # Patrons gone
    Case(PATRONS_GONE, "nothing left", _gone_with(), "2025-10-01"),
    Case(PATRONS_GONE, "a settled charge left", _gone_with(charge=True), "2025-10-01"),
    Case(PATRONS_GONE, "an unsettled charge left", _gone_with(charge=False), None),
    Case(PATRONS_GONE, "a loan left", _gone_with(loan=None), None),
    Case(PATRONS_GONE, "a loan that is over left", _gone_with(loan="2025-09-01"), None),
    # Guardians
    Case(GUARDIANS, "a link that ended", lambda h: h.link("0101701111", "2025-10-01"), "2025-10-31"),
    Case(GUARDIANS, "links that ended", _enrolled_guardian, "2025-11-04"),
    Case(GUARDIANS, "a link that stands", lambda h: h.link("0101701111", None), None),
    Case(GUARDIANS, "named by custody", _guardian_named(None), None),
    Case(GUARDIANS, "named by custody that ends", _guardian_named("2025-12-01"), "2025-12-01"),
    Case(GUARDIANS, "formerly named by custody", _guardian_formerly_named, None),
    Case(GUARDIANS, "a patron", _guardian_who_is_a_patron, None),
    # Access log
    Case(ACCESS_LOG, "looked up", _looked_up("2025-10-01 23:59"), "2026-10-01"),
    Case(ACCESS_LOG, "looked up on a leap day", _looked_up("2024-02-29"), "2025-03-01"),
    Case(ACCESS_LOG, "looked up the day before it", _looked_up("2024-02-28 23:59:59"), "2025-02-28"),
    Case(ACCESS_LOG, "looked up, due on a leap day", _looked_up("2023-02-28"), "2024-02-28"),
    Case(ACCESS_LOG, "guardian looked up", _looked_up("2025-10-26 23:30", None), "2026-10-26"),
    Case(
        ACCESS_LOG,
        "disclosed",
        lambda h: h.add("disclosure", patron_number="P", os_user="u", at=at("2025-10-01 00:00"), reason="r"),
        "2026-10-01",
    ),
    # Change feed
    Case(CHANGE_FEED, "no consumer", _told("2025-10-01"), "2025-12-30"),
    Case(CHANGE_FEED, "read by all", _told("2025-10-01", READ, READ_LATER), "2025-12-30"),
    Case(CHANGE_FEED, "not read by one", _told("2025-10-01", READ, BEFORE), "2026-06-18"),
    Case(CHANGE_FEED, "nothing read by one", _told("2025-10-01", READ, NOTHING_READ), "2026-06-18"),
    Case(CHANGE_FEED, "not read by one who is away", _told("2025-10-01", LONG_AWAY), "2026-01-28"),
    Case(CHANGE_FEED, "not read by a dead one", _told("2025-10-01", DEAD), "2025-12-30"),
    # Records of runs
    Case(RUN_RECORDS, "ended", _ran("2025-10-01 23:59"), "2025-12-30"),
    Case(RUN_RECORDS, "killed", _ran("2025-10-01", "killed"), "2025-12-30"),
    Case(RUN_RECORDS, "running", _ran(None, "running"), None),
    Case(RUN_RECORDS, "waiting", _ran("2025-10-01", "waiting"), None),
    Case(RUN_RECORDS, "quarantine ended", _quarantined("2025-10-01"), "2025-12-30"),
    Case(RUN_RECORDS, "quarantine", _quarantined(None), None),
)
