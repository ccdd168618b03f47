"""What has happened to made-up people: deaths, emigration, changed numbers, protection, contact addresses.

Each function takes a draft (see `cpr_client/demo/families.py`) of somebody who lives in Denmark and
changes it. They serve the first building of the registry and its ageing alike.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.facts import (
    ContactFacts,
    DemoPerson,
    EmigrationFacts,
    GuardianshipFacts,
    ProtectionFacts,
    ResidenceFacts,
)
from cpr_client.demo.families import Draft, birthday
from cpr_client.demo.registry import Maker
from cpr_client.demo.towns import GREENLAND, SPECIAL_ROADS

ABROAD = (
    (5120, ("Fantasigatan 12", "211 20 MALMÖ", "SVERIGE")),
    (5110, ("Eventyrveien 5", "0150 OSLO", "NORGE")),
    (5180, ("Phantasiestr. 3", "20095 HAMBURG", "TYSKLAND")),
    (5170, ("1 Fable Street", "", "LONDON N1", "STORBRITANNIEN")),
    (5130, ("12 rue de la Fable", "75010 PARIS", "FRANKRIG")),
)
"""Countries by the registry's number, and an address that is not there."""

CO_PREFIXES = ("c/o ", "c/o ", "c/o ", "C/O ", "C/o ", "c/o")


def leave_home(draft: Draft, on: date) -> None:
    """The residence becomes a former one."""
    home: ResidenceFacts | None = draft.get("residence")
    if home is not None:
        former = home.model_copy(update={"moved_out": on})
        draft["former_residences"] = (former, *draft.get("former_residences", ()))
        draft["residence"] = None


def move(draft: Draft, home: ResidenceFacts, on: date) -> None:
    """The person moves to `home`."""
    leave_home(draft, on)
    draft["residence"] = home.model_copy(update={"moved_in": on})


def die(draft: Draft, on: date) -> None:
    """Status 90: no residence any more."""
    leave_home(draft, on)
    draft.update(status=90, status_date=on, marital_status="D", marital_status_date=on)


def emigrate(draft: Draft, on: date, source: random.Random) -> None:
    """Status 80: a country, and lines abroad for most."""
    leave_home(draft, on)
    country, lines = source.choice(ABROAD)
    shown = lines if source.random() < 0.85 else ()
    draft.update(
        status=80,
        status_date=on,
        emigration=EmigrationFacts.model_construct(country_code=country, lines=shown, left_on=on),
    )


def disappear(draft: Draft, on: date) -> None:
    """Status 70: no residence any more."""
    leave_home(draft, on)
    draft.update(status=70, status_date=on)


def keep_for_tax_only(draft: Draft, on: date) -> None:
    """Status 20: no residence."""
    leave_home(draft, on)
    draft.update(status=20, status_date=on)


def live_on_special_road(draft: Draft, on: date, maker: Maker) -> None:
    """Status 3: registered in the municipality, at no place to post to."""
    code = draft["residence"].municipality_code
    move(draft, maker.addresses.special(code, maker.source.choice(sorted(SPECIAL_ROADS))), on)
    draft.update(status=3, status_date=on)


def live_in_greenland(draft: Draft, on: date, maker: Maker, special: bool) -> None:
    """Status 5, or 7 on a special road code there."""
    code = maker.source.choice(GREENLAND)
    home = maker.addresses.special(code, 9940) if special else maker.addresses.residence(code)
    move(draft, home, on)
    draft.update(status=7 if special else 5, status_date=on)


def annul(draft: Draft, on: date) -> None:
    """Status 30: the number is annulled."""
    draft.update(status=30, status_date=on, residence=None, contact=None, protection=None)


def number_in_force(draft: Draft, maker: Maker) -> CprNumber:
    """A new number for the same person: the other sex, or a birth date put right."""
    number: CprNumber = draft["cpr_number"]
    sex = "M" if int(number.digits[9]) % 2 else "K"
    birth_date: date = draft["birth_date"]
    if maker.source.random() < 0.5:
        return maker.numbers.make(birth_date, "K" if sex == "M" else "M")
    other = birth_date + timedelta(days=maker.source.choice((-31, -10, -1, 1, 9, 30)))
    if (other.month, other.day) == (1, 1):
        other += timedelta(days=1)
    return maker.numbers.make(other, sex)


def old_number(draft: Draft, successor: CprNumber, status: int, on: date, source: random.Random) -> DemoPerson:
    """What the registry holds under a number no longer in force (50 doubled, 60 changed): the new one, little more."""
    with_name = source.random() < 0.5
    return DemoPerson.model_construct(
        cpr_number=draft["cpr_number"],
        status=status,
        status_date=on,
        successor=successor,
        name=draft.get("name") if with_name else None,
        birth_date=draft["birth_date"] if with_name else None,
    )


def protect(draft: Draft, on: date, source: random.Random) -> None:
    """Name and address protection for a year from `on`, as the registry writes it: mostly flag and days."""
    end = birthday(on, 1)
    forms = (
        ProtectionFacts.model_construct(flag=True, start=on, end=end),
        ProtectionFacts.model_construct(flag=None, start=on, end=end),
        ProtectionFacts.model_construct(flag=True, start=on, end=None),
        ProtectionFacts.model_construct(flag=True, start=None, end=None),
    )
    draft["protection"] = source.choices(forms, (70, 15, 10, 5))[0]
    draft["directory_protection"] = ProtectionFacts.model_construct(flag=True, start=on, end=end)


def live_at_anothers(draft: Draft, maker: Maker) -> None:
    """A c/o name at the residence, its prefix written in one of the ways that occur."""
    name = f"{maker.source.choice(CO_PREFIXES)}{maker.names.last()}"
    draft["residence"] = draft["residence"].model_copy(update={"co_name": name})


def take_contact_address(draft: Draft, on: date, days: int | None, maker: Maker) -> None:
    """A contact address from `on`, for so many days or without end."""
    place = maker.addresses.residence(maker.source.choice((851, 751, 101)))
    lines = [f"{place.standard_address}", f"{place.postal_code} {place.postal_district}"]
    if maker.source.random() < 0.4:
        lines.insert(0, f"c/o {maker.names.last()}")
    draft["contact"] = ContactFacts.model_construct(
        lines=tuple(lines), start=on, delete=None if days is None else on + timedelta(days=days)
    )


def take_guardian(draft: Draft, on: date, source: random.Random) -> None:
    """A guardian of an adult: not the library's matter, so readers must pass over it."""
    kind = source.choice((0, 1, 2))
    draft["guardianship"] = GuardianshipFacts.model_construct(
        kind=kind,
        start=on,
        guardian=draft["cpr_number"] if kind == 1 else None,
        guardian_name="Værge Eksempelsen" if kind == 2 else None,
        extent=source.choice(("FULD", "DELVIS", None)),
    )
