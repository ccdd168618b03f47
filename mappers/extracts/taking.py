"""What a line of an extract of patrons does to the patron it is about (docs/reference/import.md).

A load decides for all lines at once: `db/imports/patrons/taken.sql`, `reject_third_numbers.sql` and
`withhold_child_groups.sql` are the set forms of the functions here, and a property test holds them together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from mappers import address_kinds as kinds
from mappers.coming_of_age import AGE

FACT_OF_COLUMN = {
    "cpr_number": "cpr_number",
    "name": "name",
    "birth_date": "birth_date",
    "address": "street",
    "postal_code": "postal_code",
    "postal_district": "postal_district",
    "municipality_code": "municipality_code",
}
"""Columns of the file that are the registry's once it has spoken -> the column of `library.patron` that holds each."""

OWN_COLUMNS = ("patron_group", "home_branch", "language", "email", "internal_note", "note_to_patron")
"""Columns of the file that are the library's, and stand in `library.patron` under the same name."""

Fields = dict[str, Any]
"""Field -> value, of one patron: the columns of `library.patron` above, `address_kind` and `registry_status`; and, each
a set, `mobile`, `landline`, `card_number`, `blocks` (day, reason: staff's alone) and `absence` (first and last day)."""

NOBODY: Fields = {
    **dict.fromkeys(FACT_OF_COLUMN.values()),
    **dict.fromkeys(OWN_COLUMNS),
    "address_kind": kinds.NONE,
    "registry_status": None,
    **{name: frozenset() for name in ("mobile", "landline", "card_number", "blocks", "absence")},
}
"""A patron of whom nothing is known."""


def last_birth_date_of_an_adult(today: date) -> date:
    """Who was born on this day or before is 18 or older on `today`.

    Who was born on 29 February comes of age on 1 March (18 years after a leap year is none; docs/reference/rules.md).
    """
    try:
        return today.replace(year=today.year - AGE)
    except ValueError:  # 29 February: that year has none, and who was born on its 28th is the youngest adult
        return today.replace(year=today.year - AGE, day=28)


def is_third_number(before: Fields, former_numbers: Collection[str], line: Mapping[str, str | None]) -> bool:
    """Whether the line's CPR number is neither the one by which the registry knows the patron nor a former one."""
    number = line.get("cpr_number")
    if before["registry_status"] is None or number is None:
        return False
    return number != before["cpr_number"] and number not in former_numbers


def withholds_group(
    before: Fields, line: Mapping[str, str | None], *, child_groups: Collection[str], last_birth_date: date
) -> bool:
    """Whether the line gives a child's group to an adult: it is not taken. Of an unknown age nothing is withheld.

    `last_birth_date`: see `last_birth_date_of_an_adult`.
    """
    born = before["birth_date"]
    if before["registry_status"] is None and "birth_date" in line:
        born = _day(line["birth_date"])
    return line.get("patron_group") in child_groups and born is not None and born <= last_birth_date


def taken(before: Fields, line: Mapping[str, str | None], *, group_withheld: bool = False) -> Fields:
    """What the patron has once the line is loaded; `before`: `NOBODY` for a new one.

    A column that the file lacks (a key that `line` lacks) is left alone, an empty cell (None) clears. The registry's
    facts are taken only while it has not spoken about the patron; so is the CPR number.
    """
    after = dict(before)
    if before["registry_status"] is None:
        for column, field in FACT_OF_COLUMN.items():
            if column in line:
                after[field] = _day(line[column]) if column == "birth_date" else line[column]
        parts = (after["street"], after["postal_code"], after["postal_district"])
        after["address_kind"] = kinds.NONE if parts == (None, None, None) else kinds.AS_IMPORTED
    for column in OWN_COLUMNS:
        if column in line and not (column == "patron_group" and group_withheld):
            after[column] = line[column]
    for column in ("mobile", "landline", "card_number"):
        if column in line:
            after[column] = frozenset(filter(None, [line[column]]))
    if "block_reason" in line:
        after["blocks"] = frozenset([(_day(line["blocked_on"]), line["block_reason"])] if line["block_reason"] else [])
    if "absent_from" in line:
        period = (_day(line["absent_from"]), _day(line["absent_to"]))
        after["absence"] = frozenset([period] if line["absent_from"] else [])
    return after


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
