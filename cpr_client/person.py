"""What one answer of the registry holds, as far as a library may want it.

Dates are the calendar dates as written in the answer: never converted between zones.
Texts have runs of white space and control characters made into one space, and are None where
empty. The library's decisions are not taken here: see the package `mappers`.
What holds personal data shows its class alone.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from cpr_client.cpr_number import CprNumber

STATUSES = frozenset({1, 3, 5, 7, 20, 30, 50, 60, 70, 80, 90})
"""The registry's status codes (docs/reference/registry.md)."""


class UncertainDate(NamedTuple):
    """A date, and whether the registry marks it as uncertain."""

    date: date
    uncertain: bool = False


class Name(NamedTuple):
    """Addressing name (`personadresseringsnavn`, what stands on letters) and the legal names."""

    addressing: str | None = None
    first: str | None = None
    middle: str | None = None
    last: str | None = None

    def __repr__(self) -> str:
        return "<Name>"


class Residence(NamedTuple):
    """`aktuelAdresse`: codes are numbers as the registry gives them (no leading zeros)."""

    municipality_code: int | None = None
    road_code: int | None = None
    house_number: str | None = None
    floor: str | None = None
    door: str | None = None
    co_name: str | None = None
    locality: str | None = None
    town: str | None = None
    postal_code: str | None = None
    postal_district: str | None = None
    road_name: str | None = None
    road_addressing_name: str | None = None
    standard_address: str | None = None
    supplementary_lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Residence>"


class ContactAddress(NamedTuple):
    """`kontaktAdresse`: its non-empty lines, first day, and the first day it is gone."""

    lines: tuple[str, ...] = ()
    start: date | None = None
    delete: date | None = None

    def __repr__(self) -> str:
        return "<ContactAddress>"


class Emigration(NamedTuple):
    """`udrejseoplysninger`: country code and the non-empty lines abroad."""

    country_code: int | None = None
    lines: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<Emigration>"


class Protection(NamedTuple):
    """`adressebeskyttelse`, the name and address protection, as it stands in the answer.

    `readable` is False where the flag or a date can't be read, or the element says nothing:
    who reads it must then take the person as protected.
    """

    flag: bool | None = None
    start: date | None = None
    end: date | None = None
    readable: bool = True

    def __repr__(self) -> str:
        return "<Protection>"


class Custody(NamedTuple):
    """One `foraeldremyndighed` entry of a child.

    `type`: 3 mother, 4 father, 5 and 6 other holders, None where it can't be read.
    `holder` is filled for types 5 and 6 alone, None where blank, zeros or unreadable;
    3 and 4 resolve through the child's `mother` and `father`. `readable` is False where a
    date of the entry can't be read.
    """

    type: int | None
    start: UncertainDate | None = None
    delete: date | None = None
    holder: CprNumber | None = None
    readable: bool = True

    def __repr__(self) -> str:
        return "<Custody>"


class Person(NamedTuple):
    """One answer. `cpr_number` is the number in the answer, held to be the one asked for.

    `successor` is `gaeldendePersonnummer` (None where blank or zeros); `protection` is None
    where the answer has no such element; `mother`/`father` are None where the registry knows none.
    """

    cpr_number: CprNumber
    status: int
    status_date: UncertainDate | None = None
    successor: CprNumber | None = None
    name: Name = Name()
    birth_date: UncertainDate | None = None
    protection: Protection | None = None
    residence: Residence | None = None
    contact: ContactAddress | None = None
    emigration: Emigration | None = None
    mother: CprNumber | None = None
    father: CprNumber | None = None
    custody: tuple[Custody, ...] = ()

    def __repr__(self) -> str:
        return "<Person>"
