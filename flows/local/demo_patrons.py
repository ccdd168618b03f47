"""Writes an extract of made-up patrons, as a library would hand it over: the demo loads it like any other."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from cpr_client.demo.extract import ExtractRow, extract_rows
from cpr_client.demo.registry import Registry
from mappers.extracts.taking import last_birth_date_of_an_adult

COLUMNS = (
    "patron_number",
    "cpr_number",
    "name",
    "birth_date",
    "address",
    "postal_code",
    "postal_district",
    "municipality_code",
    "patron_group",
    "home_branch",
    "language",
    "email",
    "mobile",
)

BRANCHES = ("Hovedbiblioteket", "Havnen", "Nørreskoven", "Vesterby")


def write_extract(registry: Registry, count: int, path: Path, today: date) -> None:
    """Writes `count` patrons of the registry's people to `path` (readable by its owner alone)."""
    path.touch(mode=0o600)
    source = random.Random(f"{registry.seed} patrons")
    numbers = _patron_numbers(source)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for row in extract_rows(registry, count):
            writer.writerow(_patron(row, next(numbers), source, today))


def _patron_numbers(source: random.Random) -> Iterator[str]:
    """Seven digits, generated at random, each once: too short to be taken for a CPR number."""
    for number in source.sample(range(1_000_000, 10_000_000), 200_000):
        yield str(number)


def _patron(row: ExtractRow, number: str, source: random.Random, today: date) -> dict[str, object]:
    born = row["birth_date"]
    child = born is not None and born > last_birth_date_of_an_adult(today)
    return {
        **row,
        "patron_number": number,
        "cpr_number": row["cpr_number"].digits if row["cpr_number"] else None,
        "patron_group": "Barn" if child else "Voksen",
        "home_branch": source.choice(BRANCHES),
        "language": "da" if source.random() < 0.9 else "en",
        "email": f"laaner{number}@example.org" if source.random() < 0.7 else None,
        "mobile": f"+45 00{source.randrange(100_000, 1_000_000)}" if source.random() < 0.8 else None,
    }
