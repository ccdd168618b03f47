"""Who has signed on paper, from the file that says so to what staff must look at: the whole way, night by night."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from db.imports.load import Terms
from flows.parameters import Encoding, ExtractKind
from flows.steps.load_extract import Loaded, load_extract
from mappers import cases
from tests.acceptance.families import AUNT, CHILD, FATHER, MOTHER, Family, entry, later
from tests.fixtures.library import DAY, Library

HEADER = "patron_number,guardian_cpr_number,guardian_name,mobile,signed_on\n"
SIGNED, LATER = "2025-08-01", "2026-03-04"


class Enrolment(Family):
    """A family whose forms come out of a file, as a library hands it over."""

    folder: Path

    def load(self, *lines: str, day: date = DAY) -> Loaded:
        """Loads forms on a day: what `patronsync import guardians` does, without Prefect."""
        file = self.folder / "guardians.csv"
        file.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
        terms = Terms(1, day, ["Barn"])
        loaded = load_extract(self.library.connection, ExtractKind.guardians, file, Encoding.utf_8, terms)
        assert loaded.rejected_file is None
        return loaded

    def signed(self, day: date = DAY) -> list[tuple[Any, ...]]:
        """(name, kind, confirmed, to) of who has signed, as staff see them on a day."""
        guardians = self.library.patron("1", day)["guardians"]
        return [(g["name"], g["kind"], g["confirmed"], g["to"]) for g in guardians if g["source"] == "enrolled"]

    def close(self, kind: str, word: str, day: date) -> None:
        """Staff close the child's open case of this kind."""
        [(number,)] = self.library.rows(
            "SELECT case_number FROM library.staff_case WHERE kind = %s AND closed_on IS NULL", kind
        )
        code, _ = self.library.command("cases", "close", str(number), word, "--today", day.isoformat())
        assert code == 0, self.library.errors

    def told(self, kind: str) -> int:
        """How many events of a kind the feed has about the child."""
        return self.library.events("1").count(("1", kind))


@pytest.fixture
def family(library: Library, tmp_path: Path) -> Enrolment:
    """Both parents and an aunt live; the mother alone holds custody of the child."""
    family = Enrolment(library)
    family.folder = tmp_path
    family.parents()
    family.adult(AUNT, name="Prøve Moster")
    family.child(entry(3))
    return family


def test_who_has_signed_is_confirmed_by_custody_and_has_the_registrys_name(family: Enrolment) -> None:
    family.load(f"1,{MOTHER},As Written,20304050,{SIGNED}")
    family.night()
    assert family.signed() == [("Prøve Mor", "mother", True, None)]
    assert family.cases() == []
    assert family.load(f"1,{MOTHER},As Written,20304050,{SIGNED}").counts.unchanged == 1
    assert family.signed() == [("Prøve Mor", "mother", True, None)]


def test_a_case_that_staff_close_as_known_stays_closed_till_its_cause_has_ended_and_come_again(
    family: Enrolment,
) -> None:
    family.load(f"1,{AUNT},Prøve Moster,,{SIGNED}")
    family.night()
    assert family.signed() == [("Prøve Moster", None, False, None)]
    assert family.cases() == [cases.GUARDIAN_NOT_CONFIRMED]
    family.close(cases.GUARDIAN_NOT_CONFIRMED, "known", DAY)
    family.night(later(1))
    family.night(later(2))
    assert (family.cases(), family.told("guardian.case")) == ([], 2)
    family.changed(entry(3), entry(5, holder=AUNT))
    family.night(later(3))
    assert family.signed(later(3)) == [("Prøve Moster", "other holder", True, None)]
    assert (family.cases(), family.told("guardian.case")) == ([], 2)
    family.changed(entry(3))
    family.night(later(4))
    assert (family.cases(), family.told("guardian.case")) == ([cases.GUARDIAN_NOT_CONFIRMED], 3)


def test_a_later_form_by_a_holder_of_custody_ends_the_earlier_link_and_closes_its_case(family: Enrolment) -> None:
    family.load(f"1,{AUNT},Prøve Moster,,{SIGNED}")
    family.night()
    family.load(f"1,{AUNT},Prøve Moster,,{SIGNED}", f"1,{MOTHER},Prøve Mor,,{LATER}", day=later(2))
    family.night(later(2))
    assert family.signed(later(2)) == [
        ("Prøve Moster", None, False, LATER),
        ("Prøve Mor", "mother", True, None),
    ] or family.signed(later(2)) == [
        ("Prøve Mor", "mother", True, None),
        ("Prøve Moster", None, False, LATER),
    ]
    assert family.cases() == []
    assert (family.told("guardian.ended"), family.told("guardian.case")) == (1, 2)


def test_a_guardian_who_was_deleted_is_not_brought_back_by_the_file_that_still_has_the_old_form(
    family: Enrolment,
) -> None:
    forms = (f"1,{AUNT},Prøve Moster,,{SIGNED}", f"1,{MOTHER},Prøve Mor,,{LATER}")
    family.load(forms[0])
    family.night()
    family.load(*forms, day=later(2))
    family.night(later(2))
    family.night(later(33))
    numbers = "SELECT count(*) FROM library.guardian WHERE cpr_number = %s"
    assert family.library.rows(numbers, AUNT) == [(0,)]
    loaded = family.load(*forms, day=later(33))
    assert (loaded.counts.unchanged, loaded.counts.changes) == (2, {})
    assert family.library.rows(numbers, AUNT) == [(0,)]


def test_who_signed_and_becomes_a_patron_is_linked_as_that_patron_from_the_next_night_on(family: Enrolment) -> None:
    family.load(f"1,{FATHER},Prøve Far,20304050,{SIGNED}")
    family.library.enrol("2", FATHER, name="Prøve Far")
    family.night()
    [guardian] = [g for g in family.library.patron("1")["guardians"] if g["source"] == "enrolled"]
    assert guardian["patron_number"] == "2"
    assert family.load(f"1,{FATHER},Prøve Far,20304050,{SIGNED}").counts.unchanged == 1
    assert len(family.library.rows("SELECT FROM library.guardian WHERE cpr_number = %s", FATHER)) == 1


def test_closing_the_case_about_an_uncertain_birth_date_makes_an_adult_of_the_child_on_that_day(
    family: Enrolment,
) -> None:
    family.load(f"1,{MOTHER},Prøve Mor,,{SIGNED}")
    family.night()
    birth_date = DAY.replace(year=DAY.year - 18, day=DAY.day + 1)
    family.changed(entry(3), birth_date=birth_date.isoformat(), birth_date_uncertain=True)
    family.night(later(1))
    assert family.cases() == [cases.UNCERTAIN_BIRTH_DATE]
    family.load(f"1,{MOTHER},Prøve Mor,,{SIGNED}", day=later(1))
    family.close(cases.UNCERTAIN_BIRTH_DATE, "done", later(2))
    family.night(later(2))
    assert [to for *_, to in family.links(later(2))] == [later(2).isoformat()] * 2
    assert family.library.patron("1", later(2))["patron_group"] == "Voksen"
    assert family.cases() == []
    assert family.library.rows("SELECT cpr_number FROM library.patron WHERE patron_number = '1'") == [(CHILD,)]
