"""The extracts of the demo's library, as a library system would hand them over: the demo loads them like any other."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.extract import ExtractRow, extract_rows
from cpr_client.demo.facts import DemoPerson
from cpr_client.demo.registry import Registry
from mappers.extracts.guardians import GUARDIANS
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

_SIGNED_FOR = 0.85
"""Share of the children for whom there is a form."""

_SIGNED_BY_ANYBODY = 0.03
"""Share of these forms by somebody who need not hold custody: who came along when the child was enrolled."""

Row = dict[str, Any]


def write_extracts(registry: Registry, count: int, patrons: Path, guardians: Path | None, today: date) -> None:
    """Writes `count` patrons of the registry's people to `patrons`, and who has signed for the children among them to
    `guardians`. The files are readable by their owner alone."""
    rows = list(_patrons(registry, count, today))
    _write(patrons, COLUMNS, rows)
    if guardians is not None:
        _write(guardians, [column.name for column in GUARDIANS.columns], _forms(registry, rows, today))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def _patrons(registry: Registry, count: int, today: date) -> Iterator[Row]:
    source = random.Random(f"{registry.seed} patrons")
    numbers = _patron_numbers(source)
    for row in extract_rows(registry, count):
        yield _patron(row, next(numbers), source, today)


def _patron_numbers(source: random.Random) -> Iterator[str]:
    """Seven digits, generated at random, each once: too short to be taken for a CPR number."""
    for number in source.sample(range(1_000_000, 10_000_000), 200_000):
        yield str(number)


def _patron(row: ExtractRow, number: str, source: random.Random, today: date) -> Row:
    return {
        **row,
        "patron_number": number,
        "cpr_number": row["cpr_number"].digits if row["cpr_number"] else None,
        "patron_group": "Barn" if _is_child(row["birth_date"], today) else "Voksen",
        "home_branch": source.choice(BRANCHES),
        "language": "da" if source.random() < 0.9 else "en",
        "email": f"laaner{number}@example.org" if source.random() < 0.7 else None,
        "mobile": _mobile(source) if source.random() < 0.8 else None,
    }


def _is_child(born: date | None, today: date) -> bool:
    return born is not None and born > last_birth_date_of_an_adult(today)


def _mobile(source: random.Random) -> str:
    return f"+45 00{source.randrange(100_000, 1_000_000)}"


def _forms(registry: Registry, patrons: Iterable[Row], today: date) -> Iterator[Row]:
    """A form for most of the children, signed by one of who hold custody, and now and then by somebody else."""
    source = random.Random(f"{registry.seed} guardians")
    grown_up = (person for person in registry if not _is_child(person.birth_date, today))
    anybody = [person for person in grown_up if person.status == 1 and person.name]
    for row in patrons:
        child = registry.find(row["cpr_number"]) if row["cpr_number"] else None
        if child is None or not _is_child(row["birth_date"], today) or source.random() >= _SIGNED_FOR:
            continue
        holders = [] if source.random() < _SIGNED_BY_ANYBODY else _holders(registry, child)
        signer = source.choice(holders or anybody)
        yield {
            "patron_number": row["patron_number"],
            "guardian_cpr_number": signer.cpr_number.digits,
            "guardian_name": _name(signer),
            "mobile": _mobile(source),
            "email": None if source.random() < 0.5 else f"vaerge{row['patron_number']}@example.org",
            "signed_on": today - timedelta(days=source.randrange(min(900, (today - row["birth_date"]).days + 1))),
        }


def _holders(registry: Registry, child: DemoPerson) -> list[DemoPerson]:
    """Who holds custody of a child, of those whom the registry knows and names."""
    relations = {3: child.mother, 4: child.father}
    numbers: list[CprNumber | None] = []
    for entry in child.custody:
        relation = relations.get(entry.type)
        numbers.append(relation.cpr_number if relation is not None else entry.holder)
    found = [registry.get(number) for number in numbers if number is not None]
    return [person for person in found if person is not None and person.name is not None]


def _name(person: DemoPerson) -> str:
    name = person.name
    assert name is not None
    return name.addressing or " ".join(part for part in (name.first, name.last) if part) or "Fabelsen"
