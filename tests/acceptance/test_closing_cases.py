"""`patronsync cases close`: a word of staff's ends a case for as long as what raised it lasts."""

from __future__ import annotations

import getpass
import json
from datetime import date, timedelta
from typing import Any

import pytest

from flows.cli import exits
from mappers import cases
from tests.fixtures.library import DAY, People, Somebody

TOMORROW = DAY + timedelta(days=1)


def raised(somebody: Somebody, kind: str = cases.GUARDIAN_NOT_CONFIRMED, since: date = DAY) -> int:
    """A case as guardian-links raises it."""
    [(number,)] = somebody.people.library.rows(
        "INSERT INTO library.staff_case (patron_number, kind, since, detail) "
        "VALUES (%s, %s, %s, %s) RETURNING case_number",
        somebody.patron_number,
        kind,
        since,
        '{"other_patron": "L1"}' if kind == cases.DUPLICATE_PATRON else "{}",
    )
    return int(number)


def close(people: People, number: int, *words: str) -> tuple[int, str]:
    return people.library.command("cases", "close", str(number), *words)


def stored(people: People, number: int) -> tuple[Any, ...]:
    [row] = people.library.rows(
        "SELECT closed_on, closing_word, closed_by, resolved_on FROM library.staff_case WHERE case_number = %s", number
    )
    return row


@pytest.mark.parametrize(("given", "kept"), [((), "done"), (("done",), "done"), (("known",), "known")])
def test_a_case_is_closed_with_a_word_and_who_closed_it_is_kept(
    people: People, given: tuple[str, ...], kept: str
) -> None:
    number = raised(people.enrol())
    code, out = close(people, number, *given, "--today", TOMORROW.isoformat())
    assert code == 0
    assert f"Case {number} is closed: {kept}." in out
    assert stored(people, number) == (TOMORROW, kept, getpass.getuser(), None)


def test_what_is_closed_leaves_the_list_and_stands_in_that_of_the_closed_ones(people: People) -> None:
    child = people.enrol()
    number = raised(child)
    close(people, number, "known", "--today", TOMORROW.isoformat())

    def listed(*options: str) -> list[dict[str, Any]]:
        _, out = people.library.command("cases", "--json", *options)
        return [case for case in json.loads(out)["cases"] if case["patron_number"] == child.patron_number]

    assert listed() == []
    assert len(listed("--today", DAY.isoformat())) == 1
    [case] = listed("--closed")
    assert (case["case_number"], case["closed_on"], case["closing_word"]) == (number, TOMORROW.isoformat(), "known")


@pytest.mark.parametrize(
    ("kind", "told"), [(cases.GUARDIAN_NOT_CONFIRMED, ["guardian.case"]), (cases.DUPLICATE_PATRON, [])]
)
def test_the_feed_is_told_once_that_a_case_about_guardians_is_closed(
    people: People, kind: str, told: list[str]
) -> None:
    child = people.enrol()
    number = raised(child, kind)
    assert close(people, number)[0] == 0
    assert close(people, number)[0] == 1
    assert [event for _, event in people.library.events(child.patron_number)] == told


def test_one_form_of_the_list_at_a_time(people: People) -> None:
    assert people.library.command("cases", "--json", "--csv")[0] == exits.USAGE


def test_a_case_that_is_closed_or_not_there_can_not_be_closed_and_a_day_ahead_is_wrong_usage(people: People) -> None:
    number = raised(people.enrol())
    assert close(people, number, "--today", "2999-01-01")[0] == 2
    assert close(people, number, "Anna")[0] == 2
    assert close(people, number, "--today", DAY.isoformat())[0] == 0
    assert close(people, number)[0] == 1
    assert f"is closed since {DAY}" in people.library.errors
    assert close(people, 999_999_999)[0] == 1
    assert "There is no such case" in people.library.errors


def test_a_case_raised_after_the_day_given_is_closed_on_the_day_it_was_raised(people: People) -> None:
    number = raised(people.enrol(), since=TOMORROW)
    close(people, number, "--today", DAY.isoformat())
    assert stored(people, number)[0] == TOMORROW


def test_who_closes_a_case_about_an_uncertain_birth_date_reads_what_follows(people: People) -> None:
    _, out = close(people, raised(people.enrol(), cases.UNCERTAIN_BIRTH_DATE))
    assert "The patron is taken to be of age" in out


def test_a_duplicate_patron_that_staff_closed_is_not_raised_again_before_it_was_resolved(people: People) -> None:
    old, holder, other = people.known(1), people.known(1), people.known(1)

    def numbers() -> list[int]:
        return [
            number
            for (number,) in people.library.rows(
                "SELECT case_number FROM library.staff_case WHERE patron_number = %s ORDER BY 1", old.patron_number
            )
        ]

    old.registered(60, successor=holder.cpr_number)
    old.refresh()
    [first] = numbers()
    close(people, first, "known", "--today", DAY.isoformat())
    old.refresh(TOMORROW)
    assert numbers() == [first]
    old.registered(60, successor=other.cpr_number)
    old.refresh(DAY + timedelta(days=2))
    assert stored(people, first) == (DAY, "known", getpass.getuser(), DAY + timedelta(days=2))
    old.registered(60, successor=holder.cpr_number)
    old.refresh(DAY + timedelta(days=3))
    assert len(numbers()) == 3


@pytest.mark.parametrize(
    ("link_kind", "is_patron", "said"),
    [
        ("mother", False, "has died: the mother. If"),
        (None, True, "has died: who has signed, patron "),
        ("other holder", False, "has died: an other holder of custody. If"),
    ],
)
def test_the_text_says_which_guardian_a_case_is_about_without_a_name(
    people: People, link_kind: str | None, is_patron: bool, said: str
) -> None:
    child, parent = people.enrol(), people.enrol(name="Anna Fabelsen")
    [(guardian,)] = people.library.rows(
        "INSERT INTO library.guardian (patron_number, cpr_number, name) VALUES (%s, %s, 'Anna Fabelsen') "
        "RETURNING guardian_id",
        parent.patron_number if is_patron else None,
        parent.cpr_number,
    )
    source, signed_on = ("registry", None) if link_kind else ("enrolled", DAY)
    people.library.connection.execute(
        "INSERT INTO library.guardian_link (patron_number, guardian_id, source, kind, signed_on) "
        "VALUES (%s, %s, %s, %s, %s)",
        (child.patron_number, guardian, source, link_kind, signed_on),
    )
    people.library.connection.execute(
        "INSERT INTO library.staff_case (patron_number, kind, since, detail) VALUES (%s, %s, %s, %s)",
        (child.patron_number, cases.GUARDIAN_DECEASED, DAY, json.dumps({"guardian": guardian})),
    )
    _, out = people.library.command("cases", "--json", "--today", DAY.isoformat(), "--kind", cases.GUARDIAN_DECEASED)
    [text] = [case["text"] for case in json.loads(out)["cases"] if case["patron_number"] == child.patron_number]
    assert said in text
    assert ("patron " + parent.patron_number in text) == is_patron
    assert "Fabelsen" not in out and parent.cpr_number not in out
