"""Which signed forms are taken, and which of several about one child counts (docs/reference/import.md)."""

from __future__ import annotations

import itertools
from datetime import date

import pytest

from mappers.extracts.enrolling import Child, Form, Standing, fault_of, standings
from mappers.extracts.faults import Fault

TODAY = date(2026, 3, 2)
YESTERDAY, TOMORROW = date(2026, 3, 1), date(2026, 3, 3)
PARENT, CHILDS, CHILDS_FORMER = "1502809001", "1005159002", "1105159003"
CHILD = Child({CHILDS, CHILDS_FORMER}, date(2015, 5, 10), 1)


@pytest.mark.parametrize(
    ("child", "guardian", "signed_on", "expected"),
    [
        (CHILD, PARENT, TODAY, None),
        (CHILD, PARENT, date(1999, 1, 1), None),
        (CHILD, PARENT, TOMORROW, ("signed_on", Fault.LIES_AHEAD)),
        (CHILD, CHILDS, TODAY, ("guardian_cpr_number", Fault.IS_THE_CHILD)),
        (CHILD, CHILDS_FORMER, TODAY, ("guardian_cpr_number", Fault.IS_THE_CHILD)),
        (None, PARENT, TODAY, ("patron_number", Fault.NOT_A_PATRON)),
        (
            Child(birth_date=date(2015, 5, 10), registry_status=90),
            PARENT,
            TODAY,
            ("patron_number", Fault.PATRON_IS_DEAD),
        ),
        (Child(birth_date=date(2008, 3, 2)), PARENT, TODAY, ("patron_number", Fault.NOT_A_MINOR)),
        (Child(birth_date=date(2008, 3, 3)), PARENT, TODAY, None),
        (Child(birth_date=date(2008, 3, 2), age_is_asked=True), PARENT, TODAY, None),
        (Child(birth_date=None), PARENT, TODAY, None),
        (None, CHILDS, TOMORROW, ("patron_number", Fault.NOT_A_PATRON)),
    ],
)
def test_a_form_is_a_reject_for_the_first_thing_that_is_wrong_with_it(child, guardian, signed_on, expected):
    assert fault_of(child, guardian, signed_on, TODAY) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [(date(2026, 2, 28), None), (date(2026, 3, 1), ("patron_number", Fault.NOT_A_MINOR))],
)
def test_who_was_born_on_29_february_is_a_child_till_1_march_of_a_common_year(today, expected):
    assert fault_of(Child(birth_date=date(2008, 2, 29)), PARENT, YESTERDAY.replace(year=2020), today) == expected


A1, A2, B1, B2 = Form("a", YESTERDAY), Form("a", TODAY), Form("b", YESTERDAY), Form("b", TODAY)


@pytest.mark.parametrize(
    ("known", "lines", "newest", "expected"),
    [
        ([], [A1], A1, [Standing.NEWEST]),
        ([A1], [A1], A1, [Standing.NEWEST]),
        ([A1], [A2], A2, [Standing.NEWEST]),
        ([A1], [B2], B2, [Standing.NEWEST]),
        ([B2], [A1], B2, [Standing.OLDER]),
        ([A2], [A1], A2, [Standing.OLDER]),
        ([A1, B2], [A1], B2, [Standing.KNOWN]),
        ([A1, B2], [A1, B2], B2, [Standing.KNOWN, Standing.NEWEST]),
        ([A1], [B1], A1, [Standing.SAME_DAY]),
        ([], [A1, B1], A1, [Standing.NEWEST, Standing.SAME_DAY]),
        ([], [A1, B1, B2], B2, [Standing.OLDER, Standing.OLDER, Standing.NEWEST]),
        ([], [A1, A1], A1, [Standing.NEWEST, Standing.REPEATED]),
        ([A1, B1], [B1], A1, [Standing.KNOWN]),
        ([A1], [], A1, []),
        ([], [], None, []),
    ],
)
def test_of_several_forms_about_a_child_the_latest_counts(known, lines, newest, expected):
    found = standings(known, lines)
    assert (found.newest, list(found.lines)) == (newest, expected)


def test_which_form_counts_does_not_depend_on_the_order_of_the_lines_where_the_days_differ():
    forms = [A1, B2, Form("c", TOMORROW)]
    for order in itertools.permutations(forms):
        found = standings([], order)
        assert found.newest == Form("c", TOMORROW)
        assert sorted(found.lines) == ["newest", "older", "older"]
