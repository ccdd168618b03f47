"""What a person is shown of what is kept about them: all columns, but those that are declared to be left out."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mappers import inventory
from mappers.inventory import BY_KEY, ROWS, table_of
from mappers.retention import LOANS, MESSAGES, RULES
from mappers.subject_access import (
    HELD,
    LEFT_OUT,
    MASKED,
    NOT_YET,
    OF_THE_WORKER,
    ON,
    PERSON,
    STAYS,
    Going,
    Named,
    Terms,
    columns_of,
    fill_in,
    going,
    left_out_codes,
)

DAY = date(2026, 3, 2)
SENT = datetime(2026, 2, 1, 23, 30, tzinfo=UTC)  # the 2nd, in Copenhagen
TERMS = Terms(DAY, {rule.name: rule.period for rule in RULES}, ["welcome"])
SHOWN = [row for row in ROWS if row.is_shown]
NOTHING: dict[str, list[dict[str, object]]] = {table: [] for row in SHOWN for table in row.tables}


def message(**columns: object) -> dict[str, object]:
    material = dict.fromkeys(("loan_number", "item_number", "title", "author", "text"))
    return {"kind": "reminder", "sent_at": SENT, **material, **columns}


def test_every_column_of_a_row_that_is_shown_is_shown_or_declared_to_be_left_out():
    left_out = {place for places in LEFT_OUT.values() for place in places} - set(MASKED)
    for row in SHOWN:
        for place in row.places:
            table, _, column = place.rpartition(".")
            if table_of(place) == place:  # a table of the worker
                continue
            is_whose = column == "patron_number" and table != PERSON
            assert (column in columns_of(table)) != (place in left_out or is_whose), place


def test_every_table_of_the_worker_that_is_shown_has_its_columns():
    tables = {table for row in SHOWN for table in row.tables if table.startswith("sync.")}
    assert tables == set(OF_THE_WORKER)


def test_a_table_is_told_once_and_referred_to_after_that():
    things = {thing.row.key: thing for thing in fill_in(NOTHING, TERMS)}
    assert [lot.table for lot in things["messages"].lots] == ["library.message"]
    assert things["messages_material"].lots == []
    assert things["messages_material"].told_with == BY_KEY["messages"]
    assert {"channel", "title"} <= set(columns_of("library.message"))


def test_a_row_of_which_nothing_is_kept_is_there_and_empty():
    things = fill_in(NOTHING, TERMS)
    assert [thing.row for thing in things] == SHOWN
    assert all(thing.is_empty for thing in things)


def test_a_no_is_kept_too():
    person = dict.fromkeys(columns_of(PERSON))
    [thing] = [
        thing
        for thing in fill_in({**NOTHING, PERSON: [{**person, "protection_flag": False}]}, TERMS)
        if thing.row.key == "protection"
    ]
    assert not thing.is_empty


def test_a_code_goes_with_its_name():
    person = dict.fromkeys(columns_of(PERSON)) | {"patron_group": "V", "patron_group_name": "Voksne"}
    values = {
        column: value
        for thing in fill_in({**NOTHING, PERSON: [person]}, TERMS)
        for column, value in thing.values.items()
    }
    assert values["patron_group"] == Named("V", "Voksne")


@pytest.mark.parametrize(
    "columns, code, day",
    [
        ({"title": "T"}, ON, date(2026, 3, 4)),
        ({"text": "T"}, ON, date(2026, 3, 4)),
        ({}, STAYS, None),
        ({"kind": "welcome", "text": "Welcome"}, STAYS, None),
        ({"kind": "welcome", "text": "Welcome", "title": "T"}, ON, date(2026, 3, 4)),
    ],
)
def test_a_message_is_forgotten_as_far_as_it_says_something_of_material(columns, code, day):
    assert going("library.message", message(**columns), TERMS, held=False) == Going(code, MESSAGES, day)


def test_a_loan_has_no_day_while_its_clock_has_not_begun_nor_under_a_hold():
    assert going("library.loan", {"over_on": None}, TERMS, held=False) == Going(NOT_YET, LOANS)
    assert going("library.loan", {"over_on": DAY}, TERMS, held=True) == Going(HELD, LOANS)
    shorter = Terms(DAY, {**TERMS.periods, "loans": 7})
    assert going("library.loan", {"over_on": DAY}, shorter, held=False) == Going(ON, LOANS, date(2026, 3, 9))


def test_a_hold_on_the_patron_keeps_no_look_up_of_them_as_a_guardian():
    asked = {"asked_at": SENT, "is_a_patron_s": False}
    found = going("sync.registry_access", asked, TERMS, held=True)
    assert found is not None and (found.code, found.day) == (ON, date(2027, 2, 2))


def test_what_has_no_day_of_its_own_has_none():
    assert going("library.block", {"since": DAY}, TERMS, held=False) is None


def test_what_is_left_out_is_said_whether_or_not_there_is_such_a_thing():
    codes = left_out_codes()
    assert codes == list(dict.fromkeys(codes))
    assert set(codes) == {*LEFT_OUT, *inventory.LEFT_OUT} - {inventory.NOBODY}
