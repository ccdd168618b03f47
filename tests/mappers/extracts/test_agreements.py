"""What is wrong with lines of agreements, each and together."""

from __future__ import annotations

from datetime import date

import pytest

from mappers.extracts.agreements import AGREEMENTS, agreement_of, faults_of
from mappers.extracts.columns import BadRow, read_header
from mappers.extracts.faults import Fault
from mappers.net_media import Agreement

FIRST = date(2026, 1, 1)
FILM = Agreement("film", "0851", FIRST)


def test_a_line_is_the_agreement_that_it_says() -> None:
    layout = read_header(AGREEMENTS, "service;municipality_code;valid_from;max_age;excluded_groups;grace_days")
    values = layout.read(["film", "851", "2026-01-01", "17", "Barn | Hjemmel\u00e5ner", ""])
    assert agreement_of(dict(zip(layout.names, values, strict=True))) == FILM._replace(
        max_age=17, excluded_groups=["Barn", "Hjemmel\u00e5ner"]
    )


@pytest.mark.parametrize("cell", ["x", "-1", "1.5", "12345", "\u0661"])
def test_an_age_that_is_no_whole_number_is_a_fault(cell: str) -> None:
    layout = read_header(AGREEMENTS, "service,municipality_code,valid_from,min_age")
    with pytest.raises(BadRow) as bad:
        layout.read(["film", "0851", "2026-01-01", cell])
    assert [fault.fault for fault in bad.value.faults] == [Fault.NOT_A_NUMBER]


def test_every_fault_of_every_line_is_found() -> None:
    lines = {
        2: FILM._replace(valid_to=date(2026, 6, 30)),
        3: FILM._replace(valid_from=date(2026, 6, 30)),
        4: FILM._replace(valid_from=date(2026, 7, 1), municipality_code="0999", min_age=18, max_age=17),
        5: FILM._replace(service="lyd", max_age=151, excluded_groups=["Nobody"]),
        6: FILM._replace(service="lyd", municipality_code="0956"),
    }
    found = [(reject.line, reject.column, reject.fault, reject.other) for reject in faults_of(lines, {"Barn"})]
    assert found == [
        (3, "valid_from", Fault.OVERLAPS, "2"),
        (4, "municipality_code", Fault.UNKNOWN_MUNICIPALITY, None),
        (4, "max_age", Fault.IMPOSSIBLE_AGES, None),
        (5, "max_age", Fault.IMPOSSIBLE_AGES, None),
        (5, "excluded_groups", Fault.UNKNOWN_GROUP, None),
        (6, "municipality_code", Fault.UNKNOWN_MUNICIPALITY, None),
    ]


def test_periods_that_follow_each_other_are_no_fault() -> None:
    lines = {2: FILM._replace(valid_from=date(2026, 7, 1)), 3: FILM._replace(valid_to=date(2026, 6, 30))}
    assert faults_of(lines, ()) == []
