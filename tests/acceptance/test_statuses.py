"""What each registry status does to a patron, through the whole of a refresh (docs/reference/rules.md)."""

from __future__ import annotations

import pytest

from tests.acceptance.made_up import GREENLAND, HOME, IMPORTED, NAME, OTHER_NAME, PARIS, TOMORROW, TOWN_HALL, YESTERDAY
from tests.fixtures.library import BOTH_VERSIONS, DAY, People

pytestmark = pytest.mark.parametrize("version", BOTH_VERSIONS)

STREET = "Strandvejen 12A, st. tv"


def test_status_1_refreshes_name_address_and_municipality(people: People) -> None:
    patron = people.enrol(**IMPORTED)
    patron.registered(1, name=NAME, residence=HOME)
    assert patron.refresh()["state"] == "done"
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (1, "Prøve Prøvesen", "0851")
    assert shown["address"] == {
        "kind": "residential",
        "co_name": None,
        "street": STREET,
        "lines": [],
        "town": None,
        "postal_code": "9000",
        "postal_district": "Aalborg",
        "country": None,
    }
    assert (shown["blocks"], shown["quarantine"]) == ([], None)


def test_status_1_refreshes_them_again_when_they_change(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name=OTHER_NAME, residence={**HOME, "municipality_code": 101, "road_code": 1, "door": "th"})
    assert patron.refresh()["patrons"]["changed"] == 1
    shown = patron.shown()
    assert (shown["name"], shown["municipality_code"]) == ("Ny Navnesen", "0101")
    assert shown["address"]["street"] == "Strandvejen 12A, st. th"


def test_status_3_refreshes_name_and_municipality_and_marks_the_address_administrative(people: People) -> None:
    patron = people.known(1, name=NAME, residence={**HOME, "municipality_code": 101})
    patron.registered(3, name=OTHER_NAME, residence=TOWN_HALL)
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (3, "Ny Navnesen", "0851")
    assert shown["address"]["kind"] == "administrative"


def test_status_5_refreshes_name_address_and_greenlands_municipality(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(5, name=OTHER_NAME, residence=GREENLAND)
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (5, "Ny Navnesen", "0956")
    address = shown["address"]
    assert (address["kind"], address["street"], address["country"]) == ("residential", "Aqqusinersuaq 7", None)


def test_status_7_is_as_5_with_an_administrative_address(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(7, name=OTHER_NAME, residence={**GREENLAND, "road_code": 9950})
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (7, "Ny Navnesen", "0956")
    assert (shown["address"]["kind"], shown["address"]["country"]) == ("administrative", None)


def test_status_20_clears_the_municipality_and_the_address_it_had_becomes_last_known(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(20, name=OTHER_NAME)
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (20, "Ny Navnesen", None)
    assert (shown["address"]["kind"], shown["address"]["street"]) == ("last known", STREET)


def test_status_20_turns_an_imported_address_into_the_last_known_one(people: People) -> None:
    patron = people.enrol(**IMPORTED)
    patron.registered(20, name=NAME)
    patron.refresh()
    shown = patron.shown()
    assert (shown["name"], shown["municipality_code"]) == ("Prøve Prøvesen", None)
    assert (shown["address"]["kind"], shown["address"]["street"]) == ("last known", IMPORTED["street"])


def test_status_20_without_an_address_in_the_library_leaves_none(people: People) -> None:
    patron = people.known(20, name=NAME)
    assert patron.shown()["address"] == {
        "kind": "none",
        "co_name": None,
        "street": None,
        "lines": [],
        "town": None,
        "postal_code": None,
        "postal_district": None,
        "country": None,
    }


def test_status_30_overwrites_nothing_but_the_status(people: People) -> None:
    patron = people.known(
        1, {"patron_group": None}, name=NAME, birth_date="1980-01-01", residence=HOME, protection={"flag": False}
    )
    before = patron.shown()
    patron.registered(30, name=OTHER_NAME, birth_date="1999-09-09", residence=TOWN_HALL, protection={"flag": True})
    report = patron.refresh()
    assert (report["state"], report["patrons"]["quarantined"]) == ("done", 1)
    shown = patron.shown()
    changed = {key for key in shown if shown[key] != before[key]}
    assert changed == {"registry_status", "blocks", "quarantine", "checked_at"}
    assert shown["registry_status"] == 30


def test_status_30_quarantines_and_blocks_since_the_status_date(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(30, status_date="2026-02-14")
    patron.refresh()
    assert patron.shown()["quarantine"] == {
        "reason": "number annulled",
        "since": DAY.isoformat(),
        "next_try": TOMORROW.isoformat(),
    }
    assert patron.blocks() == [("number annulled", "registry", "2026-02-14")]


def test_status_30_without_a_date_blocks_from_today(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(30)
    patron.refresh()
    assert patron.blocks() == [("number annulled", "registry", DAY.isoformat())]
    patron.refresh(TOMORROW)
    assert patron.blocks() == [("number annulled", "registry", DAY.isoformat())]


def test_a_number_restored_lifts_the_block_and_ends_the_quarantine(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(30)
    patron.refresh()
    patron.registered(1, name=NAME, residence=HOME)
    report = patron.refresh(TOMORROW)
    assert report["outcomes"] == {"changed": 1}
    assert patron.told() == {"patron.status": ["registry_status"], "patron.block": ["blocks"]}
    shown = patron.shown(TOMORROW)
    assert (shown["registry_status"], shown["blocks"], shown["quarantine"]) == (1, [], None)


@pytest.mark.parametrize("status", [50, 60])
def test_status_50_and_60_move_the_number_and_apply_the_successor_the_same_night(people: People, status: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    old, new = patron.cpr_number, people.number()
    patron.registered(status, successor=new)
    people.registered(new, 1, name=OTHER_NAME, residence=HOME)
    report = patron.refresh()
    assert (report["look_ups"], report["patrons"]["changed"]) == (2, 1)
    assert patron.stored("cpr_number") == new
    assert people.library.rows("SELECT patron_number FROM library.former_cpr_number WHERE cpr_number = %s", old) == [
        (patron.patron_number,)
    ]
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (1, "Ny Navnesen", "0851")
    assert patron.told() == {"patron.name": ["name"], "patron.cpr_number": ["cpr_number"]}


@pytest.mark.parametrize("status", [50, 60])
def test_status_50_and_60_are_resident_as_the_successor(people: People, status: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    new = people.number()
    patron.registered(status, successor=new)
    people.registered(new, 80, name=NAME, emigration=PARIS)
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["municipality_code"], shown["address"]["kind"]) == (80, None, "foreign")


def test_after_the_move_the_new_number_is_the_one_that_is_asked_about(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    new = people.number()
    patron.registered(60, successor=new)
    people.registered(new, 1, name=NAME, residence=HOME)
    patron.refresh()
    asked = people.library.asked_about(patron.cpr_number)
    patron.refresh(TOMORROW)
    assert people.library.asked_about(patron.cpr_number) == asked
    assert people.library.asked_about(new) == 2


def test_status_70_clears_the_municipality_and_keeps_the_address_as_last_known(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(70, name=OTHER_NAME)
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (70, "Ny Navnesen", None)
    assert (shown["address"]["kind"], shown["address"]["street"]) == ("last known", STREET)
    assert shown["blocks"] == []


def test_status_80_clears_the_municipality_and_takes_the_foreign_address(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(80, name=OTHER_NAME, emigration=PARIS)
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (80, "Ny Navnesen", None)
    assert shown["address"] == {
        "kind": "foreign",
        "co_name": None,
        "street": None,
        "lines": ["12 rue Inventée", "75000 Paris"],
        "town": None,
        "postal_code": None,
        "postal_district": None,
        "country": "5130",
    }


def test_status_90_clears_the_municipality_and_blocks_from_the_date_of_death(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(90, name=OTHER_NAME, status_date="2026-02-20")
    patron.refresh()
    shown = patron.shown()
    assert (shown["registry_status"], shown["name"], shown["municipality_code"]) == (90, "Ny Navnesen", None)
    assert (shown["address"]["kind"], shown["address"]["street"]) == ("last known", STREET)
    assert shown["blocks"] == [{"reason": "deceased", "source": "registry", "since": "2026-02-20"}]
    assert shown["quarantine"] is None


def test_status_90_without_a_date_blocks_from_the_day_it_was_learnt(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(90, name=NAME)
    patron.refresh()
    patron.refresh(TOMORROW)
    assert patron.blocks() == [("deceased", "registry", DAY.isoformat())]


def test_a_death_annulled_lifts_the_block_and_brings_address_and_municipality_back(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    before = patron.shown()
    patron.registered(90, name=NAME, status_date=YESTERDAY.isoformat())
    patron.refresh()
    patron.registered(1, name=NAME, residence=HOME)
    patron.refresh(TOMORROW)
    after = patron.shown(TOMORROW)
    assert {**after, "checked_at": None} == {**before, "checked_at": None}
    assert "patron.block" in patron.told()


@pytest.mark.parametrize("reason", ["deceased", "number annulled", "stolen card"])
def test_a_block_that_staff_set_is_never_lifted_by_the_registry(people: People, reason: str) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.blocked_by_staff(reason, YESTERDAY)
    patron.registered(90, name=NAME, status_date="2026-02-20")
    patron.refresh()
    assert set(patron.blocks()) == {
        ("deceased", "registry", "2026-02-20"),
        (reason, "staff", YESTERDAY.isoformat()),
    }
    patron.registered(1, name=NAME, residence=HOME)
    patron.refresh(TOMORROW)
    assert patron.blocks() == [(reason, "staff", YESTERDAY.isoformat())]


def test_an_annulled_number_leaves_the_block_of_a_death_standing(people: People) -> None:
    patron = people.known(90, name=NAME, status_date="2026-02-20")
    patron.registered(30, status_date="2026-03-01")
    patron.refresh()
    assert set(patron.blocks()) == {
        ("deceased", "registry", "2026-02-20"),
        ("number annulled", "registry", "2026-03-01"),
    }


def test_an_answer_that_can_not_be_used_lifts_no_block(people: People) -> None:
    patron = people.known(90, name=NAME, status_date="2026-02-20")
    patron.registered(1, name=NAME)  # a resident without a residence
    patron.refresh()
    assert patron.blocks() == [("deceased", "registry", "2026-02-20")]
    assert patron.quarantine() == "malformed"
