"""What loading an extract of patrons does to the library (docs/reference/import.md)."""

from __future__ import annotations

from datetime import date

import pytest

from db.connect import Connection
from db.imports.load import Terms
from db.imports.patrons.store import PatronLoad
from mappers.extracts.faults import Fault
from mappers.extracts.remarks import Remark
from tests.db.imports.loading import (
    TODAY,
    events,
    facts,
    forget_events,
    is_pin,
    load,
    one,
    speak,
    versions,
)

EVERYTHING = (
    "patron_number,cpr_number,name,birth_date,address,postal_code,postal_district,municipality_code,patron_group,"
    "home_branch,language,email,mobile,landline,card_number,pin,blocked_on,block_reason,internal_note,note_to_patron,"
    "absent_from,absent_to"
)
ANNA = (
    "100,010190-1234,Anna Jensen,1990-01-01,Nørregade 1,9000,Aalborg,0851,Voksen,Havnen,da,anna@example.org,20202020,"
    "98989898,K1,1234,2024-01-02,Gebyrer,ring først,tak,2026-12-01,2026-12-24"
)


def test_everything_of_a_line_finds_its_place(database: Connection) -> None:
    result = load(database, EVERYTHING, ANNA)
    assert (result.counts.read, result.counts.added, result.rejects) == (1, 1, [])
    columns = "cpr_number, name, birth_date, street, postal_code, postal_district, municipality_code, address_kind"
    assert facts(database, "100", columns) == (
        "0101901234",
        "Anna Jensen",
        date(1990, 1, 1),
        "Nørregade 1",
        "9000",
        "Aalborg",
        "0851",
        "as imported",
    )
    columns = "patron_group, home_branch, language, email, internal_note, note_to_patron, registry_status"
    assert facts(database, "100", columns) == ("Voksen", "Havnen", "da", "anna@example.org", "ring først", "tak", None)
    phones = database.execute("SELECT kind, number FROM library.patron_phone ORDER BY kind").fetchall()
    assert phones == [("landline", "98989898"), ("mobile", "20202020")]
    assert database.execute("SELECT * FROM library.block").fetchall() == [("100", "Gebyrer", "staff", date(2024, 1, 2))]
    assert database.execute("SELECT * FROM library.absence").fetchall() == [
        ("100", date(2026, 12, 1), date(2026, 12, 24))
    ]
    assert database.execute("SELECT * FROM library.patron_card").fetchall() == [("K1", "100")]
    assert is_pin("1234", one(database, "SELECT pin_hash FROM library.card_pin WHERE card_number = 'K1'"))
    assert one(database, "SELECT next_due::text FROM sync.patron_check WHERE patron_number = '100'") == "-infinity"


def test_a_new_patron_makes_one_event_and_groups_and_branches_are_added(database: Connection) -> None:
    load(database, EVERYTHING, ANNA, run_id=7)
    assert events(database) == [("100", "patron.added", [])]
    assert one(database, "SELECT run_id FROM sync.change") == 7
    assert one(database, "SELECT patron_group FROM library.patron_group") == "Voksen"
    assert one(database, "SELECT branch FROM library.branch") == "Havnen"


def test_loading_the_same_file_twice_changes_nothing_the_second_time(database: Connection) -> None:
    lines = (
        EVERYTHING,
        ANNA,
        "101,,Bo,,,,,,,,,,,,,,,,,,,",
        "102,610190-1234,Ca,2015-02-03,,,,9999,Barn,,,,,,K2,,,,,,,",
    )
    first = load(database, *lines)
    before = versions(database)
    second = load(database, *lines)
    assert (first.counts.added, second.counts.added, second.counts.changed, second.counts.unchanged) == (3, 0, 0, 3)
    assert second.counts.changes == {}
    assert versions(database) == before


def test_each_change_of_a_known_patron_makes_one_event_per_kind_with_its_fields(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    forget_events(database)
    changed = (
        "100,020280-2345,Anna Holm,1980-02-02,Søndergade 2,9200,Aalborg SV,0101,Studerende,Vesterby,en,a@example.org,"
        "30303030,,K2,4321,2025-01-02,Stjålet kort,,,2027-01-01,"
    )
    result = load(database, EVERYTHING, changed)
    assert events(database) == [
        ("100", "patron.name", ["name", "birth_date"]),
        ("100", "patron.address", ["street", "postal_code"]),
        ("100", "patron.municipality", ["municipality_code"]),
        ("100", "patron.cpr_number", ["cpr_number"]),
        ("100", "patron.block", ["blocks"]),
        ("100", "patron.group", ["patron_group"]),
        ("100", "patron.contact", ["language", "email", "mobile", "landline"]),
        ("100", "patron.absence", ["absence"]),
        ("100", "patron.branch", ["home_branch"]),
    ]
    assert list(result.counts.changes.values()) == [1] * 9
    assert (result.counts.changed, result.counts.unchanged) == (1, 0)
    assert database.execute("SELECT * FROM library.patron_card").fetchall() == [("K2", "100")]
    assert database.execute("SELECT reason, since FROM library.block").fetchall() == [
        ("Stjålet kort", date(2025, 1, 2))
    ]
    assert database.execute("SELECT absent_from, absent_to FROM library.absence").fetchall() == [
        (date(2027, 1, 1), None)
    ]


def test_a_column_that_is_not_in_the_file_is_left_alone(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    before = versions(database)
    result = load(database, "patron_number", "100")
    assert result.counts.unchanged == 1
    assert versions(database) == before


def test_an_empty_cell_clears(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    load(database, EVERYTHING, "100" + "," * 21)
    assert facts(database, "100", "cpr_number, name, street, address_kind, patron_group, email, internal_note") == (
        *(None, None, None),
        "none",
        *(None, None, None),
    )
    for table in ("patron_phone", "block", "absence", "patron_card", "card_pin"):
        assert one(database, f"SELECT count(*) FROM library.{table}") == 0


def test_a_note_that_changes_makes_no_event_and_is_counted(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    forget_events(database)
    result = load(database, "patron_number,internal_note", "100,anything else")
    assert (result.counts.changed, dict(result.counts.changes), events(database)) == (1, {}, [])


def test_a_telephone_that_changes_leaves_the_patrons_own_row_as_it_is(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    before = versions(database)["library.patron"]
    assert load(database, "patron_number,mobile", "100,30303030").counts.changed == 1
    assert versions(database)["library.patron"] == before


def test_once_the_registry_has_spoken_its_facts_are_left_alone_and_the_librarys_are_taken(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    speak(database, "100")
    load(
        database,
        "patron_number,name,birth_date,address,postal_code,postal_district,municipality_code,email",
        "100,Else,2000-01-01,Andenvej 1,1000,Kbh,0101,else@example.org",
    )
    columns = "name, birth_date, street, postal_code, postal_district, municipality_code, address_kind, email"
    assert facts(database, "100", columns) == (
        "Anna Jensen",
        date(1990, 1, 1),
        "Nørregade 1",
        "9000",
        "Aalborg",
        "0851",
        "residential",
        "else@example.org",
    )


def test_a_number_that_the_registry_has_replaced_brings_nothing_back(database: Connection) -> None:
    load(database, "patron_number,cpr_number,email", "100,020280-2345,a@example.org")
    speak(database, "100")
    database.execute("INSERT INTO library.former_cpr_number VALUES ('0101901234', '100', '2026-01-01')")
    result = load(database, "patron_number,cpr_number,email", "100,010190-1234,b@example.org")
    assert result.rejects == []
    assert facts(database, "100", "cpr_number, email") == ("0202802345", "b@example.org")


def test_a_third_number_is_a_reject(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "100,0202802345")
    speak(database, "100")
    database.execute("INSERT INTO library.former_cpr_number VALUES ('0101901234', '100', '2026-01-01')")
    result = load(database, "patron_number,cpr_number,email", "100,0303703333,c@example.org")
    assert result.faults == [(2, Fault.THIRD_CPR_NUMBER, None)]
    assert facts(database, "100", "cpr_number, email") == ("0202802345", None)


def test_an_empty_cell_takes_no_number_that_the_registry_knows(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "100,0202802345")
    speak(database, "100")
    assert load(database, "patron_number,cpr_number", "100,").counts.unchanged == 1
    assert facts(database, "100", "cpr_number") == ("0202802345",)


def test_a_number_that_another_patron_holds_is_a_reject_that_names_the_other(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "100,0101901234")
    result = load(
        database, "patron_number,cpr_number,name", "101,0101901234,Bo", "102,0202802345,Ca", "103,0202802345,Do"
    )
    assert result.faults == [(2, Fault.CPR_NUMBER_HELD, "100"), (4, Fault.CPR_NUMBER_HELD, "102")]
    assert (result.counts.read, result.counts.added, result.counts.rejected) == (3, 1, 2)


def test_the_holder_in_the_database_comes_before_an_earlier_line(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "101,0101901234")
    result = load(database, "patron_number,cpr_number", "100,0101901234", "101,0101901234")
    assert result.faults == [(2, Fault.CPR_NUMBER_HELD, "101")]


def test_two_patrons_may_exchange_their_numbers_and_their_cards_in_one_file(database: Connection) -> None:
    header = "patron_number,cpr_number,card_number,pin"
    load(database, header, "100,0101901234,K1,1111", "101,0202802345,K2,2222")
    result = load(database, header, "100,0202802345,K2,1111", "101,0101901234,K1,2222")
    assert (result.rejects, result.counts.changed) == ([], 2)
    assert facts(database, "100", "cpr_number") == ("0202802345",)
    cards = dict(database.execute("SELECT card_number, patron_number FROM library.patron_card").fetchall())
    assert cards == {"K1": "101", "K2": "100"}
    assert is_pin("1111", one(database, "SELECT pin_hash FROM library.card_pin WHERE card_number = 'K2'"))
    assert is_pin("2222", one(database, "SELECT pin_hash FROM library.card_pin WHERE card_number = 'K1'"))


def test_who_wanted_the_number_of_a_rejected_line_is_rejected_too(database: Connection) -> None:
    load(database, "patron_number,cpr_number", *(f"{100 + n},010190000{n}" for n in range(4)))
    chain = (*(f"{100 + n},010190000{n + 1}" for n in range(3)), "200,0101900000")  # 103 keeps its own
    result = load(database, "patron_number,cpr_number", *chain)
    assert result.faults == [
        (2, Fault.CPR_NUMBER_HELD, "101"),
        (3, Fault.CPR_NUMBER_HELD, "102"),
        (4, Fault.CPR_NUMBER_HELD, "103"),
        (5, Fault.CPR_NUMBER_HELD, "100"),
    ]


def test_a_line_rejected_for_its_card_keeps_its_number_from_the_next(database: Connection) -> None:
    header = "patron_number,cpr_number,card_number"
    load(database, header, "100,0101901234,K1", "101,0202802345,K2")
    result = load(database, header, "100,0303703333,K2", "102,0101901234,K3")
    assert result.faults == [(2, Fault.CARD_HELD, "101"), (3, Fault.CPR_NUMBER_HELD, "100")]
    assert facts(database, "102", "name") is None


def test_a_number_that_was_another_patrons_before_the_registry_replaced_it_is_taken(database: Connection) -> None:
    """The registry will say that the two are one person, and raise the case for staff (docs/reference/rules.md)."""
    load(database, "patron_number,cpr_number", "100,0202802345")
    database.execute("INSERT INTO library.former_cpr_number VALUES ('0101901234', '100', '2026-01-01')")
    assert load(database, "patron_number,cpr_number", "101,0101901234").rejects == []


def test_the_first_line_of_a_patron_counts(database: Connection) -> None:
    result = load(database, "patron_number,name", "100,Anna", "101,Bo", "100,Else", "100,Ida")
    assert result.faults == [(4, Fault.SECOND_LINE, "2"), (5, Fault.SECOND_LINE, "2")]
    assert facts(database, "100", "name") == ("Anna",)
    assert {reject.key for reject in result.rejects} == {"100"}


def test_a_card_that_another_patron_has_is_a_reject(database: Connection) -> None:
    load(database, "patron_number,card_number", "100,K1")
    result = load(database, "patron_number,card_number", "101,K1", "102,K2", "103,K2")
    assert result.faults == [(2, Fault.CARD_HELD, "100"), (4, Fault.CARD_HELD, "102")]


def test_another_card_takes_the_place_of_the_old_one_and_keeps_its_pin_where_the_file_has_none(
    database: Connection,
) -> None:
    load(database, "patron_number,card_number,pin", "100,K1,1234")
    load(database, "patron_number,card_number", "100,K2")
    assert database.execute("SELECT card_number FROM library.patron_card").fetchall() == [("K2",)]
    assert is_pin("1234", one(database, "SELECT pin_hash FROM library.card_pin WHERE card_number = 'K2'"))


def test_a_pin_that_changes_is_stored_anew_and_an_empty_one_is_cleared(database: Connection) -> None:
    header = "patron_number,card_number,pin"
    load(database, header, "100,K1,1234")
    assert load(database, header, "100,K1,1235").counts.changed == 1
    after = one(database, "SELECT pin_hash FROM library.card_pin")
    assert is_pin("1235", after)
    assert load(database, header, "100,K1,").counts.changed == 1
    assert one(database, "SELECT count(*) FROM library.card_pin") == 0
    assert one(database, "SELECT count(*) FROM library.patron_card") == 1


def test_a_block_of_the_registry_is_never_touched(database: Connection) -> None:
    header = "patron_number,blocked_on,block_reason"
    load(database, header, "100,2024-01-02,deceased")
    database.execute("INSERT INTO library.block VALUES ('100', 'deceased', 'registry', '2026-01-01')")
    assert load(database, header, "100,,").counts.changes == {"patron.block": 1}
    assert database.execute("SELECT source FROM library.block").fetchall() == [("registry",)]
    assert load(database, header, "100,,").counts.unchanged == 1


def test_a_childs_group_given_to_an_adult_is_not_taken_and_is_counted(database: Connection) -> None:
    header = "patron_number,birth_date,patron_group"
    lines = ("100,1990-01-01,Barn", "101,2008-11-24,Barn", "102,2008-11-25,Barn", "103,,Barn", "104,1990-01-01,Voksen")
    result = load(database, header, *lines)
    assert result.counts.remarks[Remark.CHILD_GROUP_NOT_TAKEN] == 2
    assert [facts(database, str(number), "patron_group")[0] for number in range(100, 105)] == [
        None,
        None,
        "Barn",
        "Barn",
        "Voksen",
    ]
    later = load(database, "patron_number,patron_group", "102,Barn", "104,Barn", today=date(2026, 11, 25))
    assert (later.counts.remarks[Remark.CHILD_GROUP_NOT_TAKEN], later.counts.unchanged) == (2, 2)
    assert facts(database, "104", "patron_group") == ("Voksen",)


def test_an_unlisted_municipality_code_is_kept_and_counted(database: Connection) -> None:
    result = load(database, "patron_number,municipality_code", "100,9999", "101,0851")
    assert result.counts.remarks[Remark.UNLISTED_MUNICIPALITY_CODE] == 1
    assert facts(database, "100", "municipality_code") == ("9999",)


def test_a_patron_whose_number_was_put_right_is_due_at_once(database: Connection) -> None:
    load(database, "patron_number,cpr_number", "100,0101901234", "101,0202802345")
    database.execute("UPDATE sync.patron_check SET next_due = '2026-12-24', checked_on = '2026-11-23'")
    load(database, "patron_number,cpr_number,name", "100,0303703333,Anna", "101,0202802345,Bo")
    due = database.execute("SELECT patron_number FROM sync.patron_check WHERE next_due = '-infinity'").fetchall()
    assert due == [("100",)]


def test_a_dry_run_counts_the_same_and_changes_nothing(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    before = versions(database)
    lines = ("patron_number,cpr_number,name,patron_group", "100,0303703333,Else,Ny", "101,0101901234,Bo,", "101,,Bo,")
    dry = load(database, *lines, dry_run=True)
    assert versions(database) == before
    live = load(database, *lines)
    assert dry == live
    assert (live.counts.changed, live.counts.added, live.counts.rejected) == (1, 1, 1)


def test_a_load_that_breaks_off_leaves_nothing_of_the_file(database: Connection) -> None:
    before = versions(database)
    with pytest.raises(RuntimeError), PatronLoad(database, ["patron_number"]) as patron_load:
        patron_load.stage([[2, "100"]], [])
        with patron_load.applied(Terms(1, TODAY, [])):
            raise RuntimeError("a full disk, say")
    assert versions(database) == before
    assert load(database, "patron_number", "100").counts.added == 1


def test_nothing_of_a_file_stays_in_the_session(database: Connection) -> None:
    load(database, EVERYTHING, ANNA)
    assert one(database, "SELECT count(*) FROM pg_class WHERE relname LIKE 'import\\_%%' AND relpersistence = 't'") == 0
