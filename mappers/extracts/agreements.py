"""The extract of agreements on net media: the whole of them, by which the file before it is replaced.

What is wrong with lines that can be read is said by `faults_of`; the format is docs/reference/import.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from mappers.extracts.cells import read_date, read_municipality_code, read_number
from mappers.extracts.columns import Column, Extract
from mappers.extracts.faults import Fault, Reject
from mappers.net_media import DANISH_CODES, Agreement

AGREEMENTS = Extract(
    kind="agreements",
    key="service",
    columns=(
        Column("service", required=True),
        Column("municipality_code", read_municipality_code, required=True),
        Column("valid_from", read_date, required=True),
        Column("valid_to", read_date),
        Column("min_age", read_number),
        Column("max_age", read_number),
        Column("excluded_groups"),
        Column("grace_days", read_number),
    ),
    periods=(("valid_from", "valid_to"),),
)

GROUPS_APART = "|"
"""What stands between two patron groups of a cell."""

OLDEST = 150
"""No age limit lies beyond it."""


def agreement_of(line: Mapping[str, str | None]) -> Agreement:
    """The agreement of a line whose cells could be read; a column that the file lacks is empty."""
    ends, groups = line.get("valid_to"), line.get("excluded_groups")
    ages = [None if (text := line.get(name)) is None else int(text) for name in ("min_age", "max_age")]
    return Agreement(
        service=line["service"] or "",
        municipality_code=line["municipality_code"] or "",
        valid_from=date.fromisoformat(line["valid_from"] or ""),
        valid_to=date.fromisoformat(ends) if ends else None,
        min_age=ages[0],
        max_age=ages[1],
        excluded_groups=sorted({name.strip() for name in (groups or "").split(GROUPS_APART) if name.strip()}),
        grace_days=int(line.get("grace_days") or 0),
    )


def faults_of(lines: Mapping[int, Agreement], groups: Collection[str], services: Collection[str] = ()) -> list[Reject]:
    """All that is wrong with the lines of a file (line number -> agreement), in their order.

    `groups`, `services`: those known.
    """
    found: list[Reject] = []
    for number, agreement in lines.items():
        service = agreement.service
        if agreement.municipality_code not in DANISH_CODES:
            found.append(Reject(number, service, "municipality_code", Fault.UNKNOWN_MUNICIPALITY))
        if _impossible(agreement):
            found.append(Reject(number, service, "max_age", Fault.IMPOSSIBLE_AGES))
        if not set(agreement.excluded_groups) <= set(groups):
            found.append(Reject(number, service, "excluded_groups", Fault.UNKNOWN_GROUP))
    found += _overlaps(lines) + _spelt_otherwise(lines, services)
    return sorted(found, key=lambda reject: reject.line)


def _impossible(agreement: Agreement) -> bool:
    youngest, oldest = agreement.min_age, agreement.max_age
    if max(youngest or 0, oldest or 0) > OLDEST:
        return True
    return youngest is not None and oldest is not None and oldest < youngest


def _overlaps(lines: Mapping[int, Agreement]) -> list[Reject]:
    """The later line of each two whose periods share a day."""
    together: dict[tuple[str, str], list[tuple[int, Agreement]]] = {}
    for number, agreement in lines.items():
        together.setdefault((agreement.service, agreement.municipality_code), []).append((number, agreement))
    return [
        Reject(number, agreement.service, "valid_from", Fault.OVERLAPS, str(others[0]))
        for same in together.values()
        for place, (number, agreement) in enumerate(same)
        if (others := [line for line, other in same[:place] if _share_a_day(agreement, other)])
    ]


def _spelt_otherwise(lines: Mapping[int, Agreement], services: Collection[str]) -> list[Reject]:
    """Lines whose service would be another one for its capital and small letters alone."""
    spelt = {service.casefold(): service for service in services}
    return [
        Reject(number, agreement.service, "service", Fault.SPELT_OTHERWISE)
        for number, agreement in lines.items()
        if spelt.setdefault(agreement.service.casefold(), agreement.service) != agreement.service
        and agreement.service not in services
    ]


def _share_a_day(one: Agreement, other: Agreement) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def as_columns(agreements: Sequence[Agreement]) -> dict[str, list[object]]:
    """The agreements column by column, as `db/imports/agreements/stage_terms.sql` takes them."""
    names = Agreement._fields
    columns: dict[str, list[object]] = {name: [getattr(one, name) for one in agreements] for name in names}
    columns["excluded_groups"] = [GROUPS_APART.join(one.excluded_groups) for one in agreements]
    return columns
