"""A child's standing, ends, confirmation, cases: a row of the rules a test."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from mappers import cases
from mappers.guardianship import (
    Child,
    Guardian,
    Standing,
    confirmation,
    deleted_on,
    end_of,
    shown_until,
    standing,
    troubles,
    wanted_cases,
)
from tests.mappers.samples import TODAY, TOMORROW, YESTERDAY

BORN = date(2016, 1, 1)
OF_AGE_TODAY = date(2008, 3, 10)
MINOR = Standing("minor")


@pytest.mark.parametrize(
    ("child", "stands"),
    [
        (Child(BORN), MINOR),
        (Child(None), MINOR),
        (Child(date(2008, 3, 11)), MINOR),
        (Child(OF_AGE_TODAY), Standing("adult", TODAY)),
        (Child(date(2008, 2, 29)), Standing("adult", date(2026, 3, 1))),
        (Child(OF_AGE_TODAY, True), Standing("uncertain")),
        (Child(OF_AGE_TODAY, False), Standing("adult", TODAY)),
        (Child(date(2008, 3, 1), True, settled_on=YESTERDAY), Standing("adult", YESTERDAY)),
        (Child(OF_AGE_TODAY, True, settled_on=TOMORROW), Standing("uncertain")),
        (Child(BORN, registry_status=90, registry_status_date=YESTERDAY), Standing("dead", YESTERDAY)),
        (Child(BORN, registry_status=90), Standing("dead", TODAY)),
        (Child(date(2008, 3, 1), registry_status=90), Standing("dead", date(2026, 3, 1))),
        (Child(BORN, registry_status=80), MINOR),
        (Child(BORN, gone_on=YESTERDAY), Standing("gone")),
        (Child(OF_AGE_TODAY, True, gone_on=YESTERDAY), Standing("gone")),
        (Child(OF_AGE_TODAY, gone_on=YESTERDAY), Standing("adult", TODAY)),
    ],
)
def test_where_a_child_stands(child: Child, stands: Standing) -> None:
    assert standing(child, TODAY) == stands


@pytest.mark.parametrize(
    ("stands", "valid_to", "custody_ended_on", "ends"),
    [
        (Standing("adult", YESTERDAY), None, None, YESTERDAY),
        (Standing("adult", YESTERDAY), date(2026, 1, 1), None, date(2026, 1, 1)),
        (Standing("adult", YESTERDAY), TOMORROW, None, YESTERDAY),
        (MINOR, YESTERDAY, None, YESTERDAY),
        (MINOR, None, YESTERDAY, YESTERDAY),
        (MINOR, TOMORROW, YESTERDAY, YESTERDAY),
        (MINOR, TODAY, YESTERDAY, YESTERDAY),
        (MINOR, None, None, TODAY),
        (MINOR, TOMORROW, None, TODAY),
    ],
)
def test_the_day_on_which_a_link_ended(
    stands: Standing, valid_to: date | None, custody_ended_on: date | None, ends: date
) -> None:
    assert end_of(stands, valid_to, custody_ended_on, TODAY) == ends


def test_who_signed_is_confirmed_by_custody_and_the_first_kind_tells_how() -> None:
    assert confirmation([]) == (False, None)
    assert confirmation(["other holder", "mother"]) == (True, "mother")


def wanted(stands: Standing = MINOR, **how: object) -> set[tuple[str, int | None]]:
    given: dict[str, object] = {"spoken": True, "holders": ["mother"], "not_confirmed": [], "guardians": []}
    return set(wanted_cases(stands, **{**given, **how}, today=TODAY))  # type: ignore[arg-type]


def test_custody_in_force_is_no_case() -> None:
    assert wanted() == set()


def test_no_entry_in_force_is_a_case_and_only_once_the_registry_has_spoken() -> None:
    assert wanted(holders=[]) == {(cases.NO_HOLDER_OF_CUSTODY, None)}
    assert wanted(holders=[], spoken=False) == set()


def test_an_unknown_holder_is_a_case_of_its_own() -> None:
    assert wanted(holders=["unknown holder"]) == {(cases.UNKNOWN_HOLDER, None)}


def test_who_signed_and_holds_no_custody_is_a_case_about_that_guardian() -> None:
    assert wanted(not_confirmed=[7]) == {(cases.GUARDIAN_NOT_CONFIRMED, 7)}


@pytest.mark.parametrize(
    ("guardian", "kinds"),
    [
        (Guardian(7, 1, date(1980, 1, 1)), set()),
        (Guardian(7), set()),
        (Guardian(7, 90), {cases.GUARDIAN_DECEASED}),
        (Guardian(7, 70), {cases.GUARDIAN_DISAPPEARED}),
        (Guardian(7, 80), set()),
        (Guardian(7, 1, date(2010, 1, 1)), {cases.GUARDIAN_IS_A_MINOR}),
        (Guardian(7, reason="not found"), {cases.GUARDIAN_NOT_FOUND}),
        (Guardian(7, reason="malformed"), set()),
        (Guardian(7, reason="malformed", not_found_before=True), {cases.GUARDIAN_NOT_FOUND}),
        (Guardian(7, reason="duplicate patron", not_found_before=True), set()),
        (Guardian(7, not_found_before=True), set()),
    ],
)
def test_what_is_wrong_with_a_guardian(guardian: Guardian, kinds: set[str]) -> None:
    assert troubles(guardian, TODAY) == kinds
    assert wanted(guardians=[guardian]) == {(kind, 7) for kind in kinds}


@pytest.mark.parametrize("state", ["adult", "dead", "gone"])
def test_of_who_is_of_age_dead_or_gone_there_is_no_case(state: str) -> None:
    stands = Standing(state)  # type: ignore[arg-type]
    assert wanted(stands, holders=["unknown holder"], guardians=[Guardian(7, 90)]) == set()


def test_an_uncertain_birth_date_is_the_only_case() -> None:
    assert wanted(Standing("uncertain"), holders=[]) == {(cases.UNCERTAIN_BIRTH_DATE, None)}


def test_a_guardian_is_deleted_30_days_after_the_last_link_ended() -> None:
    assert deleted_on(TODAY) == shown_until(TODAY) == TODAY + timedelta(days=30)
