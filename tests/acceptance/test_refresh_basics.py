"""A refresh through the whole of it: demo registry, SOAP, claims, one transaction a batch, `patronsync patron`."""

from __future__ import annotations

from datetime import timedelta

from tests.fixtures.library import DAY, Library

HOME = {
    "municipality_code": 851,
    "road_code": 7200,
    "house_number": "012A",
    "floor": "st",
    "door": "tv",
    "road_name": "Strandvejen",
    "postal_code": "9000",
    "postal_district": "Aalborg",
}


def test_a_first_answer_fills_name_address_and_municipality(library: Library) -> None:
    library.enrol("L1", "0101809995")
    library.person("0101809995", name={"addressing": "Prøve Prøvesen"}, residence=HOME, birth_date="1980-01-01")
    report = library.refresh()
    assert report["state"] == "done"
    assert report["patrons"]["first_answers"] == 1
    shown = library.patron("L1")
    assert (shown["name"], shown["municipality_code"], shown["registry_status"]) == ("Prøve Prøvesen", "0851", 1)
    assert shown["address"]["street"] == "Strandvejen 12A, st. tv"
    assert shown["protected"] is False


def test_a_second_run_a_day_later_changes_nothing(library: Library) -> None:
    library.enrol("L1", "0101809995")
    library.person("0101809995", name={"addressing": "Prøve Prøvesen"}, residence=HOME)
    library.refresh()
    before = library.rows("SELECT xmin::text, patron_number FROM library.patron"), library.events()
    report = library.refresh(DAY + timedelta(days=1))
    assert report["patrons"]["unchanged"] == 1
    assert (library.rows("SELECT xmin::text, patron_number FROM library.patron"), library.events()) == before


def test_nobody_is_asked_about_twice_on_one_day(library: Library) -> None:
    library.enrol("L1", "0101809995")
    library.person("0101809995", residence=HOME)
    library.refresh()
    asked = library.asked()
    assert library.refresh(scope="due")["look_ups"] == 0
    assert library.refresh(scope="all")["look_ups"] == 0
    assert library.asked() == asked
    assert library.refresh(DAY, "patrons", "L1")["look_ups"] == 1


def test_a_changed_number_moves_with_its_patron(library: Library) -> None:
    library.enrol("L1", "0101809995")
    library.person("0101809995", 60, successor="0201809994")
    library.person("0201809994", name={"addressing": "Prøve Prøvesen"}, residence=HOME)
    report = library.refresh()
    assert report["look_ups"] == 2
    assert library.rows("SELECT cpr_number FROM library.patron") == [("0201809994",)]
    assert library.rows("SELECT cpr_number, patron_number FROM library.former_cpr_number") == [("0101809995", "L1")]
    assert ("L1", "patron.cpr_number") in library.events()


def test_a_patron_without_a_number_is_left_alone(library: Library) -> None:
    library.enrol("L1", None, name="Prøve Prøvesen")
    library.enrol("L2", "6101809995")
    report = library.refresh()
    assert report["patrons"]["due"] == 0
    assert library.patron("L1")["protected"] is False
    assert library.asked() == 0


def test_a_look_at_another_day_opens_no_way_round_a_protection_of_today(library: Library) -> None:
    [(now,)] = library.rows("SELECT (now() AT TIME ZONE 'Europe/Copenhagen')::date")
    library.enrol(
        "L1", "0101809995", name="Prøve Prøvesen", registry_status=1, protection_flag=False, protected_from=now
    )
    library.enrol("L2", "0201809994", name="Prøve Prøvesen", registry_status=1, protection_flag=False, protected_to=now)
    for number, other_day in (("L1", now - timedelta(days=1)), ("L2", now + timedelta(days=1))):
        assert library.patron(number, now)["name"] is None
        shown = library.patron(number, other_day)
        assert (shown["protected"], shown["name"], shown["address"]) == (False, None, None)
    assert library.rows("SELECT count(*) FROM sync.disclosure") == [(0,)]


def test_a_reason_that_holds_a_cpr_number_is_refused(library: Library) -> None:
    library.enrol("L1", "0101809995", name="Prøve Prøvesen", registry_status=1, protection_flag=True)
    code, _ = library.command("patron", "L1", "--reveal", "asked for 010180-9995")
    assert code == 2
    assert library.rows("SELECT count(*) FROM sync.disclosure") == [(0,)]
