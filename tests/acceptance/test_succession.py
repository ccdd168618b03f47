"""Chains of successors, two patrons who are one person, and numbers that are left alone (docs/reference/rules.md)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.acceptance.made_up import HOME, NAME, OTHER_NAME, TOMORROW
from tests.fixtures.library import BOTH_VERSIONS, DAY, Library, People, Somebody

IN_32_DAYS = DAY + timedelta(days=32)


def _chain(people: People, patron: Somebody, steps: int) -> list[str]:
    """So many successors of the patron's number; the last is somebody in the registry."""
    numbers = [patron.cpr_number] + [people.number() for _ in range(steps)]
    for number, successor in pairwise(numbers):
        people.registered(number, 60, successor=successor)
    people.registered(numbers[-1], 1, name=OTHER_NAME, residence=HOME)
    return numbers


def _cases(library: Library, *options: str) -> list[dict[str, str]]:
    """`patronsync cases --csv` on `DAY`."""
    code, out = library.command("cases", "--csv", "--today", DAY.isoformat(), *options)
    assert code == 0
    return list(csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize("steps", [2, 5])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_chain_of_successors_is_followed_up_to_five_steps(people: People, steps: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    numbers = _chain(people, patron, steps)
    report = patron.refresh()
    assert (report["look_ups"], report["outcomes"]) == (steps + 1, {"changed": 1})
    assert (patron.stored("cpr_number"), patron.shown()["name"]) == (numbers[-1], "Ny Navnesen")
    former = people.library.rows(
        "SELECT cpr_number FROM library.former_cpr_number WHERE patron_number = %s", patron.patron_number
    )
    assert former == [(numbers[0],)]


def test_a_longer_chain_is_quarantined_as_a_successor_circle(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    numbers = _chain(people, patron, 6)
    report = patron.refresh()
    assert (report["outcomes"], report["look_ups"]) == ({"successor circle": 1}, 6)
    assert people.library.asked_about(numbers[-1]) == 0
    assert (patron.stored("cpr_number"), patron.shown()["name"]) == (numbers[0], "Prøve Prøvesen")


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_is_quarantined_and_the_number_stays(people: People, length: int) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    numbers = [patron.cpr_number] + [people.number() for _ in range(length - 1)]
    for number, successor in zip(numbers, numbers[1:] + numbers[:1], strict=True):
        people.registered(number, 60, successor=successor)
    report = patron.refresh()
    assert (report["outcomes"], report["look_ups"]) == ({"successor circle": 1}, length)
    assert patron.stored("cpr_number") == patron.cpr_number
    assert patron.shown()["quarantine"]["next_try"] == TOMORROW.isoformat()


def test_a_circle_that_does_not_lead_back_to_the_number_asked_is_one_too(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    first, second = people.number(), people.number()
    patron.registered(60, successor=first)
    people.registered(first, 60, successor=second)
    people.registered(second, 60, successor=first)
    assert patron.refresh()["outcomes"] == {"successor circle": 1}


@pytest.mark.parametrize("status", [50, 60])
@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_a_patron_whose_successor_another_patron_holds_is_a_duplicate_and_otherwise_untouched(
    people: People, status: int
) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    before = old.shown()
    old.registered(status, successor=holder.cpr_number)
    report = old.refresh()
    assert (report["state"], report["outcomes"]) == ("done", {"duplicate patron": 1})
    assert old.told() == {}
    after = old.shown()
    assert after["quarantine"] == {
        "reason": "duplicate patron",
        "since": DAY.isoformat(),
        "next_try": IN_32_DAYS.isoformat(),
    }
    assert {**after, "quarantine": None, "checked_at": before["checked_at"]} == before
    assert old.stored("cpr_number") == old.cpr_number


def test_the_successor_is_not_looked_up_on_the_duplicate_s_account(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    asked = people.library.asked_about(holder.cpr_number)
    old.registered(60, successor=holder.cpr_number)
    assert old.refresh()["look_ups"] == 1
    assert people.library.asked_about(holder.cpr_number) == asked


def test_the_patron_who_holds_the_number_in_force_is_refreshed_as_always(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    holder.registered(1, name=OTHER_NAME, residence=HOME)
    report = people.refresh(old, holder)
    assert (report["look_ups"], report["outcomes"]) == (2, {"duplicate patron": 1, "changed": 1})
    assert (holder.shown()["name"], old.shown()["name"]) == ("Ny Navnesen", "Prøve Prøvesen")


def test_a_chain_that_comes_upon_a_patron_s_number_on_its_way_ends_there(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    between = people.number()
    old.registered(60, successor=between)
    people.registered(between, 50, successor=holder.cpr_number)
    report = old.refresh()
    assert (report["look_ups"], report["outcomes"]) == (2, {"duplicate patron": 1})


def test_the_case_names_both_patron_numbers(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    [case] = [case for case in _cases(people.library) if case["patron_number"] == old.patron_number]
    assert case["kind"] == "duplicate patron"
    assert (case["since"], case["closed_on"]) == (DAY.isoformat(), "")
    assert old.patron_number in case["text"] and holder.patron_number in case["text"]
    assert old.cpr_number not in case["text"] and holder.cpr_number not in case["text"]
    assert not [case for case in _cases(people.library) if case["patron_number"] == holder.patron_number]


def test_a_duplicate_that_stays_one_has_one_case(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    old.refresh(IN_32_DAYS)
    assert len([case for case in _cases(people.library) if case["patron_number"] == old.patron_number]) == 1
    quarantine = old.shown()["quarantine"]
    assert quarantine["since"] == DAY.isoformat()
    assert quarantine["next_try"] == (IN_32_DAYS + timedelta(days=32)).isoformat()


def test_the_case_closes_itself_once_the_patron_is_no_duplicate_any_more(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    people.library.connection.execute(  # staff have merged the two: this one is gone
        "DELETE FROM library.patron WHERE patron_number = %s", (holder.patron_number,)
    )
    people.registered(holder.cpr_number, 1, name=OTHER_NAME, residence=HOME)
    report = old.refresh(TOMORROW)
    assert report["outcomes"] == {"changed": 1}
    assert (old.stored("cpr_number"), old.quarantine()) == (holder.cpr_number, None)
    code, out = people.library.command("cases", "--csv", "--closed", "--today", TOMORROW.isoformat())
    [case] = [case for case in csv.DictReader(io.StringIO(out)) if case["patron_number"] == old.patron_number]
    assert (code, case["closed_on"]) == (0, TOMORROW.isoformat())
    code, out = people.library.command("cases", "--csv", "--today", TOMORROW.isoformat())
    assert code == 0 and old.patron_number not in out


def test_the_case_of_a_patron_whose_number_was_restored_closes_itself(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    old.registered(1, name=NAME, residence=HOME)
    old.refresh(TOMORROW)
    assert people.library.rows(
        "SELECT closed_on FROM library.staff_case WHERE patron_number = %s", old.patron_number
    ) == [(TOMORROW,)]


def test_an_answer_that_says_nothing_of_it_leaves_the_case_open(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    holder = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    old.registered(60)  # malformed: no successor
    old.refresh(TOMORROW)
    assert old.quarantine() == "malformed"
    assert people.library.rows(
        "SELECT closed_on FROM library.staff_case WHERE patron_number = %s", old.patron_number
    ) == [(None,)]


def test_a_case_names_the_patron_who_holds_the_number_now(people: People) -> None:
    old = people.known(1, name=NAME, residence=HOME)
    first = people.known(1, name=NAME, residence=HOME)
    second = people.known(1, name=NAME, residence=HOME)
    old.registered(60, successor=first.cpr_number)
    old.refresh()
    old.registered(60, successor=second.cpr_number)
    old.refresh(IN_32_DAYS)
    code, out = people.library.command("cases", "--csv", "--today", IN_32_DAYS.isoformat())
    [case] = [case for case in csv.DictReader(io.StringIO(out)) if case["patron_number"] == old.patron_number]
    assert code == 0 and second.patron_number in case["text"] and first.patron_number not in case["text"]


@pytest.mark.parametrize("size", [100, 1], ids=["in one batch", "in two batches"])
def test_of_two_patrons_who_lead_to_one_successor_one_moves_and_the_other_is_a_duplicate(
    people: People, size: int
) -> None:
    patrons = [people.known(1, name=NAME, residence=HOME) for _ in range(2)]
    successor = people.number()
    for patron in patrons:
        patron.registered(60, successor=successor)
    people.registered(successor, 1, name=OTHER_NAME, residence=HOME)
    report = people.refresh(*patrons, batch_size=size)
    assert report["outcomes"] == {"changed": 1, "duplicate patron": 1}
    assert people.library.asked_about(successor) == 1
    moved, duplicate = sorted(patrons, key=lambda patron: patron.stored("cpr_number") != successor)
    assert (moved.stored("cpr_number"), duplicate.stored("cpr_number")) == (successor, duplicate.cpr_number)
    [(kind, detail)] = people.library.rows(
        "SELECT kind, detail FROM library.staff_case WHERE patron_number = %s", duplicate.patron_number
    )
    assert (kind, detail) == ("duplicate patron", {"other_patron": moved.patron_number})


@pytest.mark.parametrize("size", [100, 1], ids=["in one batch", "in two batches"])
def test_a_dry_run_tells_of_the_duplicate_too(people: People, size: int) -> None:
    patrons = [people.known(1, name=NAME, residence=HOME) for _ in range(2)]
    successor = people.number()
    for patron in patrons:
        patron.registered(60, successor=successor)
    people.registered(successor, 1, name=OTHER_NAME, residence=HOME)
    report = people.refresh(*patrons, batch_size=size, dry_run=True)
    assert (report["outcomes"], report["look_ups"]) == ({"changed": 1, "duplicate patron": 1}, 3)
    assert {patron.stored("cpr_number") for patron in patrons} == {patron.cpr_number for patron in patrons}


def test_a_number_that_follows_a_patron_s_former_one_makes_a_duplicate(people: People) -> None:
    moved = people.known(1, name=NAME, residence=HOME)
    new = people.number()
    moved.registered(60, successor=new)
    people.registered(new, 1, name=NAME, residence=HOME)
    moved.refresh()
    other = people.known(1, name=NAME, residence=HOME)
    other.registered(60, successor=moved.cpr_number)  # which the registry has replaced by `new`
    report = other.refresh()
    assert (report["outcomes"], report["look_ups"]) == ({"duplicate patron": 1}, 2)


@pytest.mark.parametrize("number", ["6101809995", "9112809995", "010180AB95", "01018099X5", None])
def test_a_patron_without_a_number_or_with_a_replacement_number_is_left_alone(
    library: Library, number: str | None
) -> None:
    library.enrol("L1", number, name="Prøve Prøvesen", address_kind="as imported", street="Gamlevej 1")
    for scope in ("due", "all", "quarantined"):
        report = library.refresh(scope=scope)
        assert (report["state"], report["patrons"]["due"], report["look_ups"]) == ("done", 0, 0)
    named = library.refresh(DAY, "patrons", "L1")
    assert (named["state"], named["patrons"]["due"], named["look_ups"]) == ("done", 0, 0)
    shown = library.patron("L1")
    assert (shown["protected"], shown["name"], shown["quarantine"]) == (False, "Prøve Prøvesen", None)
    assert shown["address"]["kind"] == "as imported"
    assert library.asked() == 0


@pytest.mark.parametrize("number", ["0101800001", "3112990000", "0101809999"])
def test_modulus_11_is_never_a_reason_to_reject_a_number(people: People, number: str) -> None:
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    assert sum(weight * int(digit) for weight, digit in zip(weights, number, strict=True)) % 11 != 0
    patron = people.enrol(number)
    patron.registered(1, name=NAME, residence=HOME)
    assert patron.refresh()["outcomes"] == {"first answer": 1}
    assert patron.shown()["name"] == "Prøve Prøvesen"


def test_a_successor_without_modulus_11_is_followed(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(60, successor="0202650000")
    people.registered("0202650000", 1, name=OTHER_NAME, residence=HOME)
    patron.refresh()
    assert patron.stored("cpr_number") == "0202650000"
