"""PIN codes are kept as salted hashes alone."""

from __future__ import annotations

from db.connect import Connection
from db.imports.patrons.store import PatronLoad
from db.imports.pins import hash_pin, hash_pins
from tests.db.imports.loading import load, one


def test_a_pin_is_known_by_its_hash_and_no_other_one_is() -> None:
    stored = hash_pin("1234", b"0123456789abcdef")
    assert hash_pin("1234", b"0123456789abcdef") == stored
    assert hash_pin("1235", b"0123456789abcdef") != stored
    assert "1234" not in hash_pin("1234", b"\xff" * 16)


def test_equal_pins_of_two_cards_look_different(database: Connection) -> None:
    first, second, none = hash_pins(database, [("K1", "1234"), ("K2", "1234"), ("K3", None)])
    assert first is not None
    assert second is not None
    assert first != second
    assert none is None


def test_postgresql_can_check_a_pin_by_itself(database: Connection) -> None:
    load(database, "patron_number,card_number,pin", "100,K1,æ123")
    checks = """
        SELECT split_part(pin_hash, '$', 3)
             = encode(sha256(decode(split_part(pin_hash, '$', 2), 'hex') || convert_to('æ123', 'UTF8')), 'hex')
        FROM library.card_pin WHERE card_number = 'K1'"""
    assert one(database, checks) is True


def test_a_pin_is_in_no_table_as_it_was_written_not_even_a_temporary_one(database: Connection) -> None:
    with PatronLoad(database, ["patron_number", "card_number", "pin"]) as patron_load:
        patron_load.stage([[2, "100", "K1", "geheim"]], [])
        assert one(database, "SELECT import_patron::text LIKE '%%geheim%%' FROM import_patron") is False
        assert one(database, "SELECT pin_hash FROM import_patron").startswith("sha256$")
