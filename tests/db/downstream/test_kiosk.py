"""A card and its PIN, as a kiosk may ask: right or not, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from db.connect import Connection, connect
from db.imports.pins import hash_pin
from db.roles import KIOSK

NO = (False, None, None, None)


@pytest.fixture
def kiosk(database_url: str) -> Iterator[Connection]:
    """A kiosk's connection, with a transaction a statement; card K1 of patron P has the PIN 1234."""
    with connect(database_url, autocommit=True) as owner:
        owner.execute("INSERT INTO library.patron (patron_number) VALUES ('P')")
        owner.execute("INSERT INTO library.patron_card VALUES ('K1', 'P'), ('K2', 'P')")
        owner.execute("INSERT INTO library.card_pin VALUES ('K1', %s)", [hash_pin("1234", b"0123456789abcdef")])
    with connect(f"{database_url}&options=-crole%3D{KIOSK.name}", autocommit=True) as connection:
        yield connection


def attempt(kiosk: Connection, card: str | None, pin: str | None) -> UUID:
    row = kiosk.execute("SELECT downstream.try_card(%s, %s)", [card, pin]).fetchone()
    assert row is not None
    return row[0]


def answer(kiosk: Connection, card: str | None, number: UUID) -> tuple[Any, ...]:
    row = kiosk.execute("SELECT * FROM downstream.card_answer(%s, %s)", [card, number]).fetchone()
    assert row is not None
    return row


def check(kiosk: Connection, card: str | None, pin: str | None) -> tuple[Any, ...]:
    return answer(kiosk, card, attempt(kiosk, card, pin))


def owner_does(kiosk: Connection, statement: str) -> None:
    kiosk.execute("RESET ROLE; SET ROLE NONE")
    kiosk.execute(statement.encode())
    kiosk.execute(f"SET ROLE {KIOSK.name}".encode())


def test_the_right_pin_opens_and_names_the_patron(kiosk: Connection) -> None:
    assert check(kiosk, "K1", "1234") == (True, "P", False, None)


def test_who_is_blocked_today_dead_or_gone_is_barred(kiosk: Connection) -> None:
    owner_does(kiosk, "INSERT INTO library.block VALUES ('P', 'fees', 'staff', '2999-01-01')")
    assert check(kiosk, "K1", "1234") == (True, "P", False, None)
    for change in (
        "UPDATE library.block SET since = '2026-01-01'",
        "DELETE FROM library.block; UPDATE library.patron SET registry_status = 90",
        "UPDATE library.patron SET registry_status = 1, gone_on = '2026-01-01'",
    ):
        owner_does(kiosk, change)
        assert check(kiosk, "K1", "1234") == (True, "P", True, None)


@pytest.mark.parametrize(
    ("card", "pin"),
    [("K1", "1235"), ("K1", ""), ("K1", None), ("K2", "1234"), ("K9", "1234"), ("", ""), (None, None), ("K9", None)],
)
def test_a_wrong_card_and_a_wrong_pin_are_answered_alike(kiosk: Connection, card: str | None, pin: str | None) -> None:
    assert check(kiosk, card, pin) == NO


@pytest.mark.parametrize("card", ["K1", "K9"])
def test_five_wrong_tries_lock_a_card_for_a_quarter_of_an_hour_whether_or_not_it_is_there(
    kiosk: Connection, card: str
) -> None:
    for _ in range(4):
        assert check(kiosk, card, "0000") == NO
    *no, locked = check(kiosk, card, "0000")
    assert tuple(no) == NO[:3]
    row = kiosk.execute("SELECT now()").fetchone()
    assert row is not None
    assert timedelta(minutes=14) < locked - row[0] <= timedelta(minutes=15)
    assert check(kiosk, card, "1234") == (*NO[:3], locked), "not even the right PIN opens it"
    assert check(kiosk, "K2", "0000") == NO, "another card is not locked"


def test_a_lock_falls_and_five_tries_more_lock_again(kiosk: Connection) -> None:
    for _ in range(5):
        check(kiosk, "K1", "0000")
    owner_does(kiosk, "UPDATE sync.card_try SET locked_until = now() - interval '1 second'")
    for _ in range(4):
        assert check(kiosk, "K1", "0000") == NO
    assert check(kiosk, "K1", "0000")[3] is not None
    owner_does(kiosk, "UPDATE sync.card_try SET locked_until = now() - interval '1 second'")
    assert check(kiosk, "K1", "1234") == (True, "P", False, None)


def test_the_right_pin_wipes_out_wrong_tries(kiosk: Connection) -> None:
    for _ in range(3):
        for _ in range(4):
            assert check(kiosk, "K1", "0000") == NO
        assert check(kiosk, "K1", "1234")[0] is True


@pytest.mark.parametrize("pin", ["0000", "1234"])
def test_who_undoes_a_try_has_seen_nothing_of_it(kiosk: Connection, pin: str) -> None:
    """An answer is for another transaction than the try's, and the try is there by then, or there is no answer."""
    with kiosk.transaction(force_rollback=True):
        number = attempt(kiosk, "K1", pin)
        with pytest.raises(psycopg.Error) as refused, kiosk.transaction():
            answer(kiosk, "K1", number)
        assert refused.value.sqlstate == "PK001"
    with pytest.raises(psycopg.Error) as refused:
        answer(kiosk, "K1", number)
    assert refused.value.sqlstate == "PK002"


def test_a_right_pin_and_a_wrong_one_do_the_same_to_the_database_till_they_are_answered(kiosk: Connection) -> None:
    """Whoever may undo a try can look at what it has read and written so far."""
    counted = (
        "SELECT coalesce(seq_tup_read, 0), coalesce(idx_scan, 0), coalesce(idx_tup_fetch, 0), n_tup_ins, n_tup_upd, "
        "n_tup_del FROM pg_stat_xact_all_tables WHERE schemaname IN ('library', 'sync') ORDER BY relid"
    )
    done = []
    for pin in ("0000", "0000", "1234"):
        with kiosk.transaction(force_rollback=True):
            before = kiosk.execute(counted).fetchall()
            attempt(kiosk, "K1", pin)
            after = kiosk.execute(counted).fetchall()
            done.append([[b - a for a, b in zip(*rows, strict=True)] for rows in zip(before, after, strict=True)])
    assert done[1] == done[2] and any(map(any, done[1]))


def test_a_try_counts_as_a_wrong_one_until_its_answer_has_opened_the_card(kiosk: Connection) -> None:
    numbers = [attempt(kiosk, "K1", "1234") for _ in range(6)]
    assert answer(kiosk, "K1", numbers[5])[0] is False, "the card was locked by then"
    assert answer(kiosk, "K1", numbers[4]) == (True, "P", False, None)
    assert check(kiosk, "K1", "1234") == (True, "P", False, None)


def test_a_try_is_answered_once_of_its_card_alone_and_within_a_minute(kiosk: Connection) -> None:
    number = attempt(kiosk, "K1", "1234")
    late = attempt(kiosk, "K1", "1234")
    for card, asked in (("K2", number), ("K1", UUID(int=7))):
        with pytest.raises(psycopg.Error, match="no such try"):
            answer(kiosk, card, asked)
    assert answer(kiosk, "K1", number)[0] is True
    owner_does(kiosk, "UPDATE sync.card_answer SET at = at - interval '61 seconds'")
    for asked in (number, late):
        with pytest.raises(psycopg.Error, match="no such try"):
            answer(kiosk, "K1", asked)
    attempt(kiosk, "K2", "1234")
    kiosk.execute("SET ROLE NONE")
    assert len(kiosk.execute("SELECT FROM sync.card_answer").fetchall()) == 1


def test_of_a_try_no_number_is_kept_and_an_old_one_is_gone(kiosk: Connection) -> None:
    check(kiosk, "0101701234", "0000")
    kiosk.execute("SET ROLE NONE")
    assert kiosk.execute("SELECT FROM sync.card_try WHERE card_try::text LIKE '%0101701234%'").fetchall() == []
    kiosk.execute("UPDATE sync.card_try SET last_try = now() - interval '25 hours'")
    attempt(kiosk, "K1", "0000")
    assert len(kiosk.execute("SELECT FROM sync.card_try").fetchall()) == 1


def test_a_card_is_found_by_an_index_and_an_unknown_one_costs_the_same_steps(kiosk: Connection) -> None:
    """The same statements run for both: as many calls of the same plans."""
    kiosk.execute("SET ROLE NONE")
    kiosk.execute("SET track_functions = 'all'")
    for card in ("K1", "K9"):
        assert check(kiosk, card, "0000") == NO
    rows = kiosk.execute("SELECT wrong_tries FROM sync.card_try").fetchall()
    assert rows == [(1,), (1,)]
