"""The demo's extracts are such as a library could load: nothing is rejected, and some forms are by the wrong person."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from cpr_client.demo.extract import people_for
from cpr_client.demo.people import SEED, build_people
from db.connect import connect
from db.imports.load import Terms
from flows.local.demo_agreements import write_agreements
from flows.local.demo_borrowing import write_borrowing
from flows.local.demo_patrons import write_extracts
from flows.parameters import Encoding, ExtractKind
from flows.steps.load_extract import load_extract

TODAY = date(2026, 3, 2)


def test_all_extracts_load_without_a_reject_and_most_of_who_signed_hold_custody(
    database_url: str, tmp_path: Path
) -> None:
    registry = build_people(people_for(1_500), SEED, TODAY)
    patrons, guardians = tmp_path / "patrons.csv", tmp_path / "guardians.csv"
    write_extracts(registry, 1_500, patrons, guardians, TODAY)
    assert guardians.stat().st_mode & 0o077 == 0
    agreements = tmp_path / "agreements.csv"
    write_agreements(agreements, TODAY, TODAY)
    with connect(database_url, autocommit=True) as connection:
        files = {"patrons": patrons, "guardians": guardians, "agreements": agreements}
        files |= write_borrowing(patrons, SEED, tmp_path, TODAY)
        for kind, file in files.items():
            loaded = load_extract(connection, ExtractKind(kind), file, Encoding.utf_8, Terms(1, TODAY, ["Barn"]))
            assert not loaded.rejects and loaded.counts.added == loaded.counts.read > 0
    with guardians.open(encoding="utf-8") as stream:
        forms = list(csv.DictReader(stream))
    with patrons.open(encoding="utf-8") as stream:
        children = {row["patron_number"]: row["cpr_number"] for row in csv.DictReader(stream)}
    right = 0
    for form in forms:
        child = registry.find(children[form["patron_number"]])
        assert child is not None
        parents = [relation.cpr_number for relation in (child.mother, child.father) if relation is not None]
        numbers = {number.digits for number in (*parents, *(entry.holder for entry in child.custody)) if number}
        right += form["guardian_cpr_number"] in numbers
    assert len(forms) > 250
    assert 0.9 < right / len(forms) < 1
