"""Makes an extract of patrons up, with every column that one can have, and the same lines ready for bare COPY."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator
from pathlib import Path

from bench.people import cpr_number, patron_number, persons
from db.imports.pins import SALT_BYTES, hash_pin
from mappers.extracts.patrons import PATRONS

COLUMNS = tuple(column.name for column in PATRONS.columns)
PIN = COLUMNS.index("pin")

BRANCHES = ("Hovedbiblioteket", "Havnen", "Nørreskoven", "Vesterby")


def write_files(lines: int, extract: Path, bare: Path) -> None:
    """Writes `lines` patrons as a library hands them over, and to `bare` with hashed PINs and without a header."""
    with (
        extract.open("w", encoding="utf-8", newline="") as handed_over,
        bare.open("w", encoding="utf-8", newline="") as ready,
    ):
        patrons, hashed = csv.writer(handed_over), csv.writer(ready)
        patrons.writerow(COLUMNS)
        for row in _rows(lines):
            patrons.writerow(row)
            if row[PIN]:
                row[PIN] = hash_pin(row[PIN], os.urandom(SALT_BYTES))
            hashed.writerow(row)


def _rows(lines: int) -> Iterator[list[str]]:
    source = random.Random(lines)
    known = [
        (
            person.name.addressing if person.name else "",
            person.birth_date.isoformat() if person.birth_date else "",
            (home.standard_address or "", home.postal_code or "", home.postal_district or "")
            if (home := person.residence)
            else ("", "", ""),
            f"{home.municipality_code:04}" if home and home.municipality_code else "",
        )
        for person in persons(1)
    ]
    for index in range(lines):
        name, born, address, municipality = known[index % len(known)]
        number = patron_number(index)
        blocked, away = source.random() < 0.02, source.random() < 0.01
        yield [
            number,
            cpr_number(index).digits,
            name,
            born,
            *address,
            municipality,
            "Barn" if born > "2012" else "Voksen",
            source.choice(BRANCHES),
            "da" if source.random() < 0.9 else "en",
            f"laaner{number}@example.org" if source.random() < 0.7 else "",
            f"+45 00{index % 1_000_000:06}" if source.random() < 0.8 else "",
            f"+45 99{index % 1_000_000:06}" if source.random() < 0.2 else "",
            f"K{index:09}",
            f"{source.randrange(10_000):04}",
            "2025-11-03" if blocked else "",
            "unpaid charges" if blocked else "",
            "Husk brillerne" if source.random() < 0.01 else "",
            "",
            "2026-07-01" if away else "",
            "2026-07-21" if away else "",
        ]
