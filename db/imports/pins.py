"""PIN codes of cards: kept as salted hashes alone, `sha256$SALT$HASH`, both in hexadecimal.

The PIN itself never reaches the database, not even a temporary table: it is hashed on the way there. One round of
SHA-256 over salt and PIN is meant: whoever holds the table tries the 10,000 PINs of four digits in no time whatever the
function (a hundred thousand rounds would buy minutes), so what keeps a PIN is that no role may read the table and that
wrong tries lock the card. The salt makes equal PINs look different, and PostgreSQL can check a PIN by itself, without
an extension: `sha256(decode(SALT, 'hex') || convert_to(PIN, 'UTF8'))`. Another function would have another name
before the first `$`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256

import psycopg

from db.statements import statement

SCHEME = "sha256"
SALT_BYTES = 16


def hash_pin(pin: str, salt: bytes) -> str:
    """What is kept of a PIN."""
    return f"{SCHEME}${salt.hex()}${sha256(salt + pin.encode()).hexdigest()}"


def hash_pins(connection: psycopg.Connection, pins: Sequence[tuple[str | None, str | None]]) -> list[str | None]:
    """The hashes of (card number, PIN) pairs, in order, None where there is no PIN.

    A card keeps its salt, so that the same PIN has the same hash and loading a file again rewrites nothing; one without
    a PIN gets a new one. The stored hashes are not read: nobody but their owner may.
    """
    stored = _salts(connection, [card for card, pin in pins if card is not None and pin is not None])
    salts = os.urandom(SALT_BYTES * len(pins))
    hashes: list[str | None] = []
    for place, (card, pin) in enumerate(pins):
        if card is None or pin is None:
            hashes.append(None)
            continue
        kept = stored.get(card)
        hashes.append(hash_pin(pin, kept or salts[SALT_BYTES * place : SALT_BYTES * (place + 1)]))
    return hashes


def _salts(connection: psycopg.Connection, cards: Sequence[str]) -> Mapping[str, bytes]:
    rows = connection.execute(statement("imports/stored_pins"), {"card_numbers": list(cards)})
    return {card: bytes.fromhex(salt) for card, salt in rows}
