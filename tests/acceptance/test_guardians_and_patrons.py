"""A guardian who becomes a patron, or is one no more: nothing is unlearnt on the way (docs/reference/rules.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cpr_client import CprNumber
from tests.acceptance.families import AUNT, MOTHER, NEW_NUMBER, PROTECTED, Family, entry, later
from tests.fixtures.library import Library
from tests.fixtures.prefect import PrefectServer

Load = Callable[[str, str], None]


@pytest.fixture
def family(library: Library) -> Family:
    """A library that knows nobody yet."""
    return Family(library)


@pytest.fixture
def load(family: Family, prefect_api: PrefectServer, tmp_path: Path) -> Load:
    """Loads a file of the kind, as its operator does, beside the test run's Prefect server."""
    family.library.settings._prefect.update(prefect_api.environment())

    def load(kind: str, content: str) -> None:
        file = tmp_path / f"{kind}.csv"
        file.write_text(content)
        assert family.library.command("import", kind, str(file))[0] == 0, family.library.errors

    return load


def cases(family: Family) -> list[tuple[str, bool]]:
    """Kind of each case about the child that there ever was, and whether it is closed."""
    return family.library.rows(
        "SELECT kind, closed_on IS NOT NULL FROM library.staff_case WHERE patron_number = '1' ORDER BY case_number"
    )


def patron_2(number: str) -> str:
    """Patron 2 as a file of patrons has them."""
    return f"patron_number,cpr_number,name\n2,{number},Prøve Import\n"


TROUBLES = [
    ("guardian deceased", {"status": 90, "status_date": "2026-02-01"}),
    ("guardian disappeared", {"status": 70, "status_date": "2026-02-01"}),
    ("guardian is a minor", {"birth_date": "2010-01-01"}),
    ("guardian not found", None),
]


@pytest.mark.parametrize(("kind", "facts"), TROUBLES)
def test_a_case_stays_open_while_a_guardian_is_a_patron_of_whom_the_registry_has_not_spoken(
    family: Family, kind: str, facts: dict[str, str] | None
) -> None:
    if facts is not None:
        family.adult(MOTHER, **facts)  # type: ignore[arg-type]
    family.child(entry(3))
    family.night()
    assert cases(family) == [(kind, False)]
    family.library.enrol("2", MOTHER, name="Prøve Mor")
    family.library.guardians(later(1), look_ups=False)
    assert cases(family) == [(kind, False)]
    family.night(later(2))
    assert cases(family) == [(kind, False)]


def test_whom_the_registry_did_not_know_as_a_patron_it_does_not_know_as_a_guardian(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.library.enrol("2", MOTHER)
    family.child(entry(3))
    family.night()
    family.library.registry.forget(CprNumber(MOTHER))
    family.night(later(1))
    family.library.rows("UPDATE library.patron SET gone_on = %s WHERE patron_number = '2' RETURNING 1", later(2))
    family.library.guardians(later(2))
    assert cases(family) == [("guardian not found", False)]
    assert family.links(later(2)) == [("registry", "mother", None, None, None)]


def test_a_number_that_the_library_had_typed_wrong_leads_custody_to_nobody(family: Family, load: Load) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.adult(AUNT, name="Prøve Tante")
    family.child(entry(3))
    family.night()
    load("patrons", patron_2(MOTHER))
    family.library.guardians(later(1), look_ups=False)
    load("patrons", patron_2(AUNT))
    family.night(later(2))
    [guardian] = family.library.patron("1", later(2))["guardians"]
    assert (guardian["name"], guardian["patron_number"]) == ("Prøve Mor", None)


def test_a_wrong_number_that_was_cleared_leaves_a_protected_guardian_without_a_name(family: Family, load: Load) -> None:
    family.adult(MOTHER, name="Prøve Mor", protection=PROTECTED)
    family.child(entry(3))
    family.night()
    load("patrons", patron_2(MOTHER))
    family.library.guardians(later(1), look_ups=False)
    load("patrons", patron_2(""))
    family.night(later(2))
    [guardian] = family.library.patron("1", later(2))["guardians"]
    assert (guardian["name"], guardian["patron_number"]) == (None, None)


def test_an_answer_that_says_nothing_brings_no_name_back(family: Family) -> None:
    family.adult(MOTHER, name="Prøve Mor")
    family.child(entry(3))
    family.night()
    family.library.registry.forget(CprNumber(MOTHER))
    family.night(later(1))
    family.library.person(MOTHER, 1, name={"addressing": "Prøve Mor"})  # no birth date: it can't be read
    family.night(later(2))
    assert cases(family) == [("guardian not found", False)]
    assert family.links(later(2)) == [("registry", "mother", None, None, None)]


def test_a_form_with_the_right_number_counts_though_the_wrong_one_was_signed_the_same_day(
    family: Family, load: Load
) -> None:
    family.adult(AUNT, name="Prøve Tante")
    family.child(entry(5, holder=AUNT))
    for day, number in enumerate((MOTHER, AUNT)):
        load(
            "guardians",
            f"patron_number,guardian_cpr_number,guardian_name,signed_on\n1,{number},Prøve Tante,2025-08-01\n",
        )
        family.night(later(day))
    assert family.cases() == []
    assert family.kinds(later(1)) == ["other holder", "other holder"]


def test_a_dry_run_asks_once_about_the_number_that_two_guardians_have_now(family: Family) -> None:
    family.adult(MOTHER)
    family.adult(AUNT)
    family.child(entry(3), entry(5, holder=AUNT))
    family.night()
    for number in (MOTHER, AUNT):
        family.library.person(number, 60, successor=NEW_NUMBER)
    family.adult(NEW_NUMBER)
    family.library.refresh(later(1))
    asked = [family.library.guardians(later(1), dry_run=dry, batch_size=1)["look_ups"] for dry in (True, False)]
    assert asked == [3, 3]


def test_an_earlier_night_played_again_ends_no_link_that_has_begun_since(family: Family) -> None:
    family.parents()
    family.child(entry(3), entry(4, start=later(1).isoformat()))
    family.night()
    family.night(later(1))
    assert family.library.guardians(later(0), look_ups=False)["links"]["ended"] == 0
