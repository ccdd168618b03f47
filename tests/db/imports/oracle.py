"""A whole load in plain Python, line by line: what the statements of db/imports/patrons do set by set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mappers import events
from mappers.extracts.faults import Fault
from mappers.extracts.patrons import EVENT_OF_FIELD
from mappers.extracts.taking import (
    NOBODY,
    Fields,
    is_third_number,
    last_birth_date_of_an_adult,
    taken,
    withholds_group,
)

Line = Mapping[str, str | None]


@dataclass
class Expected:
    """What a load must leave: patrons by number, faults by line, and the events' kinds."""

    patrons: dict[str, Fields]
    faults: dict[int, Fault] = field(default_factory=dict)
    withheld: int = 0
    kinds: set[tuple[str, str]] = field(default_factory=set)


def loaded(
    stored: Mapping[str, Fields], former: Mapping[str, set[str]], lines: Mapping[int, Line], today: date
) -> Expected:
    """`stored`: patrons before; `former`: former CPR numbers by patron; `lines` by line number."""
    expected = Expected(dict(stored))
    accepted: dict[int, Line] = {}
    for number, line in sorted(lines.items()):
        patron = line["patron_number"]
        if any(other["patron_number"] == patron for other in accepted.values()):
            expected.faults[number] = Fault.SECOND_LINE
        else:
            accepted[number] = line
    for number, line in list(accepted.items()):
        patron = str(line["patron_number"])
        if is_third_number(stored.get(patron, NOBODY), former.get(patron, set()), line):
            expected.faults[number] = Fault.THIRD_CPR_NUMBER
            del accepted[number]
    rejecting = True
    while rejecting:
        rejecting = _settle(stored, accepted, expected, _numbers, Fault.CPR_NUMBER_HELD)
        rejecting |= _settle(stored, accepted, expected, _cards, Fault.CARD_HELD)
    for line in accepted.values():
        _take(expected, line, today)
    return expected


def _take(expected: Expected, line: Line, today: date) -> None:
    patron = str(line["patron_number"])
    before = expected.patrons.get(patron, NOBODY)
    last = last_birth_date_of_an_adult(today)
    withheld = withholds_group(before, line, child_groups=["Barn"], last_birth_date=last)
    expected.withheld += withheld
    after = taken(before, line, group_withheld=withheld)
    if patron not in expected.patrons:
        expected.kinds.add((patron, events.ADDED))
    else:
        changed = {name for name in after if after[name] != before[name]} & EVENT_OF_FIELD.keys()
        expected.kinds |= {(patron, EVENT_OF_FIELD[name]) for name in changed}
    expected.patrons[patron] = after


def _numbers(fields: Fields) -> frozenset[str]:
    return frozenset(filter(None, [fields["cpr_number"]]))


def _cards(fields: Fields) -> frozenset[str]:
    return frozenset(fields["card_number"])


def _settle(
    stored: Mapping[str, Fields],
    accepted: dict[int, Line],
    expected: Expected,
    held: Callable[[Fields], frozenset[str]],
    fault: Fault,
) -> bool:
    """Rejects lines until nothing is held twice once the others are loaded; says whether there were any."""
    any_rejected = False
    while True:
        claims: dict[str, list[tuple[bool, int]]] = {}  # value -> (has it now, line)
        in_file = {line["patron_number"] for line in accepted.values()}
        for patron, fields in stored.items():
            if patron not in in_file:
                for value in held(fields):
                    claims.setdefault(value, []).append((True, 0))
        for number, line in accepted.items():
            before = stored.get(str(line["patron_number"]), NOBODY)
            for value in held(taken(before, line)):
                claims.setdefault(value, []).append((value in held(before), number))
        losers = [
            number
            for claimants in claims.values()
            for _, number in sorted(claimants, key=lambda claim: (not claim[0], claim[1]))[1:]
        ]
        if not losers:
            return any_rejected
        any_rejected = True
        for number in losers:
            expected.faults[number] = fault
            del accepted[number]
