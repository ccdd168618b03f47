"""Patrons who are gone go with all of theirs, when nothing holds them; others keep what is theirs."""

from __future__ import annotations

from datetime import date

from db.retention import store
from mappers import events
from mappers.retention import BALANCES, GUARDIANS, LOANS, PATRONS_GONE, RULES
from tests.db.retention.histories import History, at

DAY = "2025-10-31"
BUT = {"sync.registry_access", "sync.change", "sync.net_media_touched"}
"""Where a patron's number outlives them: what was asked about them, what was told, and who is to be decided on anew."""


def gone(history: History, patron: str = "Q", **columns: object) -> None:
    history.add("patron", **{"patron_number": patron, "gone_on": "2025-10-01", "name": "Somebody", **columns})


def everything_of(history: History, patron: str) -> None:
    """A row in every table that names a patron, none of which holds them."""
    for table, columns in {
        "former_cpr_number": {"cpr_number": "0101601111", "until": "2025-01-01"},
        "patron_phone": {"kind": "mobile", "number": "1"},
        "absence": {"absent_from": "2025-01-01"},
        "block": {"reason": "fees", "source": "staff", "since": "2025-01-01"},
        "patron_card": {"card_number": f"card {patron}"},
        "staff_case": {"kind": "no holder of custody", "since": "2025-01-01"},
        "custody": {"kind": "unknown holder"},
        "net_media_right": {"service": "film", "granted": False, "reason": "blocked", "since": "2025-01-01"},
        "quarantine": {"reason": "not found", "since": "2025-01-01"},
        "registry_access": {"asked_at": at("2025-09-01"), "purpose": "refresh", "outcome": "unchanged"},
        "disclosure": {"os_user": "u", "reason": "r", "at": at("2025-09-01")},
        "change": {"kind": events.NAME, "at": at("2025-09-01")},
    }.items():
        history.add(table, patron_number=patron, **columns)
    history.settled("2025-10-20", "2025-10-20", patron=patron)
    history.reservation(patron=patron)
    history.message("2025-10-20", text="T", patron=patron)
    history.hold("2025-01-01", "2025-02-01", patron)
    history.link("0101701111", None, patron)


def named_in(history: History, patron: str) -> set[str]:
    """The tables in which a patron's number stands."""
    tables = history.rows(
        "SELECT table_schema || '.' || table_name FROM information_schema.columns JOIN information_schema.tables"
        " USING (table_schema, table_name) WHERE column_name = 'patron_number' AND table_type = 'BASE TABLE'"
        " AND table_schema IN ('library', 'sync') AND table_name <> 'registry_access_default'"
    )
    found = {name for name in tables if history.rows(f"SELECT 1 FROM {name} WHERE patron_number = %s LIMIT 1", patron)}
    assert found or not tables
    return found


def test_all_of_theirs_goes_with_them_but_the_access_log_and_the_feed(history: History) -> None:
    gone(history)
    everything_of(history, "Q")
    held = named_in(history, "Q")
    assert len(held) == 20
    assert history.night(PATRONS_GONE, DAY, run_id=7).told == (1, 0, 0)
    assert named_in(history, "Q") == BUT | {"sync.disclosure"}
    told = history.rows("SELECT kind, fields, run_id FROM sync.change WHERE patron_number = 'Q' ORDER BY position")
    assert told == [(events.NAME, [], None), (events.PATRON_DELETED, [], 7)]
    assert {"library.patron", "sync.patron_check"} <= named_in(history, "P")
    assert history.rows("SELECT count(*) FROM sync.forgotten") == [0], "they may come back"
    assert history.night(GUARDIANS, DAY).told == (1, 0, 0), "a guardian of theirs has no link any more"


def test_a_hold_keeps_them_until_it_is_lifted(history: History) -> None:
    gone(history)
    history.hold("2025-10-05", "2025-11-01", "Q")
    assert history.night(PATRONS_GONE, DAY).told == (0, 1, 0)
    assert history.night(PATRONS_GONE, "2025-11-01").told == (1, 0, 0)


def test_a_hold_that_lies_ahead_keeps_them_for_it_would_go_with_them(history: History) -> None:
    gone(history)
    history.hold("2025-10-20", "2025-10-20", "Q")  # none at all
    assert history.night(PATRONS_GONE, DAY).due.held == 0
    gone(history, "R")
    history.hold("2099-01-01", None, "R")
    assert history.night(PATRONS_GONE, DAY).told == (0, 1, 0)


def test_what_holds_them_goes_first_and_they_follow_in_the_same_night(history: History) -> None:
    gone(history)
    loan = history.loan("2025-10-01", patron="Q")
    charge = history.charge("2025-10-02", loan=loan, patron="Q")
    assert history.night(PATRONS_GONE, DAY).told == (0, 0, 0)
    history.pay(charge, "2025-10-05")
    terms = history.terms("2025-11-04")
    assert store.count(history.connection, PATRONS_GONE, terms).due == 0
    assert store.count(history.connection, PATRONS_GONE, terms, ahead=True).due == 1
    assert [rule.name for rule in RULES if history.night(rule, "2025-11-04").told[0]] == [
        *("loans", "balances", "patrons_gone")
    ]


def test_a_count_ahead_of_the_night_is_what_the_night_comes_to(history: History) -> None:
    """The dry run's count: nobody has gone yet, but who will is reckoned with."""
    for patron, day in {"A": "2025-10-01", "B": "2025-10-02", "C": "2025-10-01"}.items():
        gone(history, patron)
        history.loan(day, patron=patron)
        history.link(f"0101701{ord(patron)}0", None, patron)
        history.add("custody", patron_number=patron, kind="mother", cpr_number=f"0101701{ord(patron)}0")
    history.hold("2025-01-01", patron="C")
    terms = history.terms(DAY)
    ahead = {rule.name: store.count(history.connection, rule, terms, ahead=True) for rule in RULES}
    live = {rule.name: history.night(rule, DAY) for rule in RULES}
    figures = {name: (night.told[0] + night.told[1], night.told[1]) for name, night in live.items()}
    assert {name: (counted.due, counted.held) for name, counted in ahead.items()} == figures
    assert (live["patrons_gone"].removed, live["guardians"].removed) == (1, 1)


def test_a_guardian_who_was_one_of_them_keeps_what_the_patron_s_row_said(history: History) -> None:
    gone(history, cpr_number="0101701111", email=None)
    history.connection.execute("INSERT INTO library.guardian (patron_number) VALUES ('Q')")
    history.connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind)"
        " SELECT 'P', guardian_id, 'registry', 'mother' FROM library.guardian"
    )
    assert history.night(PATRONS_GONE, DAY).told == (1, 0, 0)
    kept = history.rows("SELECT patron_number, cpr_number, name FROM library.guardian")
    assert kept == [(None, "0101701111", "Somebody")]
    assert history.night(GUARDIANS, DAY).told == (0, 0, 0)


def test_who_comes_back_before_that_stays(history: History) -> None:
    gone(history)
    history.connection.execute("UPDATE library.patron SET gone_on = NULL WHERE patron_number = 'Q'")
    assert history.night(PATRONS_GONE, "2026-10-31").told == (0, 0, 0)


def test_who_is_gone_from_a_later_day_on_stays_in_a_replay(history: History) -> None:
    gone(history, gone_on="2025-11-01")
    assert history.night(PATRONS_GONE, DAY).told == (0, 0, 0)
    assert history.terms(DAY).cut_off(PATRONS_GONE) == date(2025, 10, 31)


def test_their_settled_charges_are_theirs_and_those_of_others_are_not(history: History) -> None:
    gone(history)
    history.settled("2025-10-20", "2025-10-20", patron="Q")
    history.settled("2025-10-20", "2025-10-20", patron="P")
    assert history.night(PATRONS_GONE, DAY).told == (1, 0, 0)
    assert history.rows("SELECT patron_number FROM library.charge") == ["P"]
    assert history.night(BALANCES, DAY).told == (0, 0, 0)
    assert history.night(LOANS, DAY).told == (0, 0, 0)
