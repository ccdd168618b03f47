"""What patrons may change on the website: held against the rules, and told to the feed where something is another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

import db
from db.connect import Connection, connect
from db.roles import WEBSITE
from mappers.events import KINDS

TODAY = "(now() AT TIME ZONE 'Europe/Copenhagen')::date"
Call = Callable[..., bool]


@pytest.fixture
def site(database_url: str) -> Iterator[Connection]:
    """The website's connection, beside a library with patron P, one who is dead and one who is gone."""
    with connect(database_url, autocommit=True) as owner:
        owner.execute("INSERT INTO library.branch VALUES ('Hovedbiblioteket'), ('Nord')")
        owner.execute(
            "INSERT INTO library.patron (patron_number, registry_status, gone_on) "
            "VALUES ('P', 1, NULL), ('dead', 90, NULL), ('gone', 1, '2026-01-01')"
        )
    with connect(f"{database_url}&options=-crole%3D{WEBSITE.name}", autocommit=True) as connection:
        yield connection


def call(site: Connection, function: str, *arguments: str) -> bool:
    """Calls a function with arguments in SQL; whether something is another now."""
    row = site.execute(f"SELECT downstream.{function}({', '.join(arguments)})".encode()).fetchone()
    assert row is not None
    return bool(row[0])


def refusal(site: Connection, function: str, *arguments: str) -> str | None:
    """The SQLSTATE with which it is refused."""
    with pytest.raises(psycopg.Error) as found:
        call(site, function, *arguments)
    return found.value.sqlstate


def told(site: Connection) -> list[tuple[Any, ...]]:
    return site.execute("SELECT patron_number, kind, fields, run FROM downstream.change ORDER BY position").fetchall()


def test_an_absence_is_set_moved_and_taken_back(site: Connection) -> None:
    assert call(site, "set_absence", "'P'", TODAY, f"{TODAY} + 7")
    assert not call(site, "set_absence", "'P'", TODAY, f"{TODAY} + 7")
    assert call(site, "set_absence", "'P'", TODAY)
    assert site.execute("SELECT absent_to, absent_today FROM downstream.absence").fetchall() == [(None, True)]
    assert call(site, "clear_absence", "'P'", TODAY)
    assert not call(site, "clear_absence", "'P'", TODAY)
    assert told(site) == [("P", "patron.absence", ["absence"], None)] * 3


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (f"{TODAY} + 2", f"{TODAY} + 1"),
        (f"{TODAY} - 1", f"{TODAY} + 1"),
        ("NULL", TODAY),
        ("'-infinity'", TODAY),
        (TODAY, "'infinity'"),
        (f"{TODAY} - 9", f"{TODAY} - 2"),
    ],
)
def test_an_absence_that_is_none_is_refused(site: Connection, first: str, last: str) -> None:
    assert refusal(site, "set_absence", "'P'", first, last) == "PW002"
    assert told(site) == []


def test_an_absence_that_has_begun_may_be_moved_but_not_one_that_overlaps(site: Connection) -> None:
    site.execute("SET ROLE NONE")
    site.execute(f"INSERT INTO library.absence VALUES ('P', {TODAY} - 3, {TODAY} + 3)".encode())
    site.execute(f"SET ROLE {WEBSITE.name}".encode())
    assert call(site, "set_absence", "'P'", f"{TODAY} - 3", f"{TODAY} + 5")
    assert refusal(site, "set_absence", "'P'", f"{TODAY} + 5") == "PW003"
    assert call(site, "set_absence", "'P'", f"{TODAY} + 6")


def test_the_mobile_number_takes_the_place_of_those_there_are(site: Connection) -> None:
    assert call(site, "set_mobile", "'P'", "'20 30 40 50'")
    assert not call(site, "set_mobile", "'P'", "'20304050'")
    assert call(site, "set_mobile", "'P'", "'+4520304051'")
    assert sorted(site.execute("SELECT mobiles FROM downstream.contact").fetchall()) == [([],), (["+4520304051"],)]
    assert call(site, "set_mobile", "'P'", "NULL")
    assert told(site) == [("P", "patron.contact", ["mobile"], None)] * 3
    for wrong in ("'1234'", "'abcdefgh'", "''", "'2030405012345678'", "'20304050; DROP'"):
        assert refusal(site, "set_mobile", "'P'", wrong) == "PW004"


def test_the_e_mail_address_is_set_and_cleared(site: Connection) -> None:
    assert call(site, "set_email", "'P'", "'a@example.org'")
    assert not call(site, "set_email", "'P'", "'a@example.org'")
    assert call(site, "set_email", "'P'", "NULL")
    assert told(site) == [("P", "patron.contact", ["email"], None)] * 2
    for wrong in ("''", "'a'", "'a@b'", "'a b@example.org'", "E'a@example.org\\nBcc: x'", "'@example.org'"):
        assert refusal(site, "set_email", "'P'", wrong) == "PW005"
    assert refusal(site, "set_email", "'P'", "repeat('a', 60) || '@' || repeat('b', 250) || '.org'") == "PW005"


def test_the_home_branch_is_one_that_there_is(site: Connection) -> None:
    assert call(site, "set_home_branch", "'P'", "'Nord'")
    assert not call(site, "set_home_branch", "'P'", "'Nord'")
    for wrong in ("'Syd'", "NULL"):
        assert refusal(site, "set_home_branch", "'P'", wrong) == "PW006"
    assert told(site) == [("P", "patron.branch", ["home_branch"], None)]


@pytest.mark.parametrize("patron", ["'nobody'", "'dead'", "'gone'", "NULL"])
def test_nobody_but_a_living_patron_changes_anything(site: Connection, patron: str) -> None:
    for function, argument in (
        ("set_absence", TODAY),
        ("clear_absence", TODAY),
        ("set_mobile", "'20304050'"),
        ("set_email", "'a@example.org'"),
        ("set_home_branch", "'Nord'"),
    ):
        assert refusal(site, function, patron, argument) == "PW001"
    assert told(site) == []


def test_no_refusal_repeats_what_was_given(site: Connection) -> None:
    for function in ("set_mobile", "set_email", "set_home_branch"):
        with pytest.raises(psycopg.Error) as found:
            call(site, function, "'P'", "'0101701234x'")
        assert "0101701234" not in str(found.value).split("CONTEXT")[0]


def test_the_functions_make_declared_kinds_of_events_alone() -> None:
    folder = Path(db.__file__).parent / "downstream"
    kinds = {kind for file in folder.glob("*.sql") for kind in re.findall(r"'(patron\.\w+)'", file.read_text())}
    assert kinds and kinds <= set(KINDS)
