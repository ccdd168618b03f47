"""The set form of a rule says what the rule in mappers says."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cpr_client.cpr_number import CprNumber
from db.connect import Connection
from mappers import address_kinds
from mappers.address import contact_is_current, current_address
from mappers.protection import is_protected
from mappers.record import PatronRecord
from tests.fixtures.examples import examples

# The functions read no table: one connection serves all examples.
asked_often = settings(
    max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

days = st.dates(date(2026, 1, 1), date(2026, 1, 6))
maybe_days = st.none() | days
statuses = st.sampled_from([None, 1, 3, 5, 7, 20, 30, 50, 60, 70, 80, 90])
numbers = st.from_regex(r"[0-9]{6}([0-9]{4}|[0-9A-Z]{4})", fullmatch=True)
texts = st.none() | st.sampled_from(["a", "b"])
lines = st.lists(st.sampled_from(["c", "d"]), max_size=2)


def _ask(connection: Connection, call: str, parameters: list[Any]) -> Any:
    row = connection.execute(f"SELECT {call}".encode(), parameters).fetchone()
    assert row is not None
    return row[0]


@asked_often
@given(number=numbers)
def test_a_registry_number_is_one_that_is_no_replacement_number(connection: Connection, number: str) -> None:
    expected = not CprNumber.parse(number).is_replacement
    assert _ask(connection, "library.is_registry_number(%s)", [number]) is expected


def test_no_number_is_no_registry_number(connection: Connection) -> None:
    assert _ask(connection, "library.is_registry_number(NULL)", []) is False


@asked_often
@given(
    number=st.sampled_from([None, "0101701234", "6101701234", "010170AB12"]),
    flag=st.none() | st.booleans(),
    start=maybe_days,
    end=maybe_days,
    day=days,
)
def test_protection_on_a_day_is_what_mappers_says(
    connection: Connection, number: str | None, flag: bool | None, start: date | None, end: date | None, day: date
) -> None:
    record = PatronRecord(protection_flag=flag, protected_from=start, protected_to=end)
    expected = is_protected(CprNumber(number) if number else None, record, day)
    asked = "library.is_protected(%s, %s, %s, %s, %s)"
    assert _ask(connection, asked, [number, flag, start, end, day]) is expected


@asked_often
@given(contact=lines, start=maybe_days, end=maybe_days, status=statuses, day=days)
def test_a_contact_address_is_current_when_mappers_says_so(
    connection: Connection, contact: list[str], start: date | None, end: date | None, status: int | None, day: date
) -> None:
    record = PatronRecord(contact_lines=contact, contact_from=start, contact_to=end, registry_status=status)
    asked = "library.contact_is_valid(%s, %s, %s, %s::smallint, %s)"
    assert _ask(connection, asked, [contact, start, end, status, day]) is contact_is_current(record, day)


records = st.fixed_dictionaries(
    {
        "address_kind": st.sampled_from([kind for kind in address_kinds.KINDS if kind != address_kinds.CONTACT]),
        **dict.fromkeys(["co_name", "street", "town", "postal_code", "postal_district"], texts),
        "address_lines": lines,
        "country": st.none() | st.just("5120"),
        "contact_lines": lines,
        "contact_from": maybe_days,
        "contact_to": maybe_days,
        "registry_status": statuses,
    }
).map(lambda fields: PatronRecord(**fields))


@asked_often
@given(record=records, day=days)
def test_the_address_of_a_day_is_what_mappers_says(connection: Connection, record: PatronRecord, day: date) -> None:
    with connection.transaction(force_rollback=True):
        columns, values = ("patron_number", *PatronRecord._fields), ["1", *record]
        insert = f"INSERT INTO library.patron ({', '.join(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        connection.execute(insert.encode(), values)
        row = connection.execute(
            "SELECT to_jsonb(address) FROM library.patron AS patron, library.current_address(patron, %s) AS address",
            [day],
        ).fetchone()
    assert row is not None
    assert row[0] == current_address(record, day)
