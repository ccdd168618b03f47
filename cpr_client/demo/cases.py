"""People who each show one rule (docs/reference/rules.md), found by name in `Registry.cases`.

A case is an ordinary resident with some facts put in place of theirs. The library knows the ordinary
resident (`Registry.known_to_library`), the registry answers with the case. Names begin with the rule's
group: `status`, `name`, `lacks`, `address`, `contact`, `protection`, `skipped`, `malformed`, `mismatched`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from cpr_client.demo.facts import (
    BLANK,
    NO_NUMBER,
    ContactFacts,
    DemoPerson,
    EmigrationFacts,
    GuardianshipFacts,
    NameFacts,
    ProtectionFacts,
    RelativeFacts,
    ResidenceFacts,
)
from cpr_client.demo.families import Draft, finish, person
from cpr_client.demo.registry import Maker, Registry
from cpr_client.demo.towns import HOME

Facts = dict[str, Any]

NO_ADDRESS_KNOWN = "the library has no address"
"""In a case's facts: what the library knows of the person has no residence."""

_ABROAD = EmigrationFacts(country_code=5120, lines=("Fantasigatan 12", "", "211 20 MALMÖ", "SVERIGE"))
_CONTACT_LINES = ("c/o Lignelsen", "Opdigtet Allé 7, 2. th", "8000 Aarhus C")


def add_cases(registry: Registry, maker: Maker) -> None:
    """Puts the cases that need one person alone into the registry."""
    for name, facts in _all(registry.today, maker):
        add_case(registry, name, an_adult(maker, registry.today), facts)


def an_adult(maker: Maker, today: date) -> Draft:
    """An ordinary resident of the home municipality: a street, a number, a flat, no c/o."""
    home = maker.addresses.residence(HOME).model_copy(update={"town": None})
    return person(maker, today, home, (30, 60), maker.source.choice("KM"))


def add_case(registry: Registry, name: str, ordinary: Draft, facts: Facts) -> DemoPerson:
    """Puts one case into the registry: `ordinary`, changed by `facts`.

    `residence` in the facts may be a dict: then only these fields of the residence are changed.
    """
    facts = dict(facts)
    known = dict(ordinary)
    if facts.pop(NO_ADDRESS_KNOWN, False):
        known["residence"] = None
    if isinstance(facts.get("residence"), dict):
        facts["residence"] = ordinary["residence"].model_copy(update=facts["residence"])
    case = finish({**ordinary, **facts})
    registry.put(case)
    registry.cases[name] = case.cpr_number
    registry.known_to_library[case.cpr_number] = finish(known)
    return case


def _all(today: date, maker: Maker) -> Iterator[tuple[str, Facts]]:
    yield from _statuses(today, maker)
    yield from _names()
    yield from _lacking(today)
    yield from _addresses()
    yield from _contacts(today, maker)
    yield from _protections(today)
    yield from _skipped(today)
    yield from _malformed(today)


def _statuses(today: date, maker: Maker) -> Iterator[tuple[str, Facts]]:
    ago = today - timedelta(days=40)
    gone: Facts = {"residence": None, "status_date": ago}
    special = {"residence": maker.addresses.special(HOME, 9955)}
    yield "status 1", {}
    yield "status 3", {"status": 3, **special}
    yield "status 5", {"status": 5, "residence": maker.addresses.residence(957)}
    yield "status 7", {"status": 7, "residence": maker.addresses.special(957, 9940)}
    yield "status 20", {"status": 20, **gone}
    yield "status 20 with the tax authority's code", {"status": 20, "residence": ResidenceFacts(municipality_code=12)}
    yield "status 20, no address known", {"status": 20, **gone, NO_ADDRESS_KNOWN: True}
    yield "status 30", {"status": 30, **gone}
    yield "status 30 without a date", {"status": 30, "residence": None, "status_date": None}
    yield "status 30 without a name", {"status": 30, **gone, "name": None, "birth_date": None}
    yield "status 70", {"status": 70, **gone}
    yield "status 70, no address known", {"status": 70, **gone, NO_ADDRESS_KNOWN: True}
    yield "status 80", {"status": 80, **gone, "emigration": _ABROAD}
    yield "status 80 without lines", {"status": 80, **gone, "emigration": EmigrationFacts(country_code=5120)}
    yield "status 80 without a country", {"status": 80, **gone, "emigration": EmigrationFacts(lines=_ABROAD.lines)}
    yield "status 80 with neither", {"status": 80, **gone}
    yield "status 90", {"status": 90, **gone}
    yield "status 90 without a date", {"status": 90, **gone, "status_date": None}
    yield "status 90 with an uncertain date", {"status": 90, **gone, "status_date_uncertain": True}
    yield "status 90 for more than a year", {"status": 90, **gone, "status_date": today - timedelta(days=500)}
    yield "status 90, no address known", {"status": 90, **gone, NO_ADDRESS_KNOWN: True}


def _names() -> Iterator[tuple[str, Facts]]:
    def name(addressing: str, first: str | None = None, middle: str | None = None, last: str | None = None) -> Facts:
        return {"name": NameFacts(addressing=addressing, first=first, middle=middle, last=last)}

    yield "name: the addressing name differs from the legal one", name("Bo Fabelsen", "Bo Anton", "Krogh", "Fabelsen")
    yield "name: addressing name alone", name("Åse Ærø Øvelsesen")
    yield "name: addressing name empty", name("", "Anna", "Holm", "Fabelsen")
    yield "name: addressing name and middle name empty", name("", "Anna", "", "Fabelsen")
    yield "name: all empty", name("", "", None, "")
    yield "name: element missing", {"name": None}
    yield "name: white space", name("  Anna \t Maria\n Fabelsen ", "Anna", "Maria", "Fabelsen")
    yield "name: control characters", name("Anna\u0085Maria\u009fFabelsen", "Anna", "Maria", "Fabelsen")
    yield "name: 500 characters", name("A" + "n" * 240 + " " + "F" + "a" * 257)
    yield "name: characters that XML escapes", name('Anna "<&>" Fabelsen', "Anna", None, "Fabelsen")


def _lacking(today: date) -> Iterator[tuple[str, Facts]]:
    contact = ContactFacts(lines=_CONTACT_LINES, start=today - timedelta(days=10))
    yield "lacks: birth date", {"birth_date": None}
    yield "lacks: certain birth date", {"birth_date_uncertain": True}
    yield "lacks: status date", {"status_date": None}
    yield "lacks: municipality", {"residence": {"municipality_code": None}}
    yield "lacks: municipality, written 0", {"residence": {"municipality_code": 0}}
    yield "lacks: municipality of the list", {"residence": {"municipality_code": 999}}
    yield "lacks: residence, with a contact address", {"residence": None, "contact": contact}


def _addresses() -> Iterator[tuple[str, Facts]]:
    road = {"road_name": "Strandvejen", "road_addressing_name": "Strandvejen"}
    bare = {**road, "house_number": None, "floor": None, "door": None, "standard_address": None}

    def composed(**fields: str | None) -> Facts:
        return {"residence": {**bare, **fields}}

    for co_name in ("c/o Lignelsen", "C/O Lignelsen", "C/o  Lignelsen", "c/oLignelsen", "Lignelsen", "Co Lignelsen"):
        yield f"address: c/o name written {co_name}", {"residence": {"co_name": co_name}}
    yield "address: c/o name blank", {"residence": {"co_name": "  "}}
    yield "address: standard address of the old format", {"residence": {"standard_address": "Strandvejen 12 A,1 TV"}}
    yield "address: composed, letter, floor and door", composed(house_number="012A", floor="st", door="tv")
    yield "address: composed, floor alone", composed(house_number="003", floor="02")
    yield "address: composed, door alone", composed(house_number="007", door="tv")
    yield "address: composed, numbered door", composed(house_number="117", floor="10", door="0003")
    yield "address: composed, number alone", composed(house_number="100")
    yield "address: composed, road alone", composed()
    yield "address: composed, addressing name of the road", composed(house_number="005", road_name=None)
    yield "address: town", {"residence": {"town": "Frejlev"}}
    yield (
        "address: locality and lines",
        {"residence": {"locality": "Solgården", "supplementary_lines": ("Bygning C", "", "Port 4")}},
    )
    yield "address: nothing but a municipality", {"residence": ResidenceFacts(municipality_code=HOME)}


def _contacts(today: date, maker: Maker) -> Iterator[tuple[str, Facts]]:
    def contact(start: int | None, delete: int | None, lines: tuple[str, ...] = _CONTACT_LINES) -> Facts:
        start_day = None if start is None else today + timedelta(days=start)
        delete_day = None if delete is None else today + timedelta(days=delete)
        return {"contact": ContactFacts(lines=lines, start=start_day, delete=delete_day)}

    yield "contact: valid", contact(-30, 60)
    yield "contact: no start", contact(None, 60)
    yield "contact: no delete date", contact(-30, None)
    yield "contact: no days", contact(None, None)
    yield "contact: starts today", contact(0, 60)
    yield "contact: starts tomorrow", contact(1, 60)
    yield "contact: deleted today", contact(-30, 0)
    yield "contact: deleted tomorrow", contact(-30, 1)
    yield "contact: expired", contact(-300, -100)
    yield "contact: lines blank", contact(-30, 60, ("", " "))
    yield "contact: no lines", contact(-30, 60, ())
    yield "contact: lines with gaps", contact(-30, 60, ("Postboks 7", "", "Opdigtet Allé 7", "", "9000 Aalborg"))
    gone: Facts = {"residence": None, "status_date": today - timedelta(days=40)}
    for status in (20, 30, 70, 80, 90):
        more = {"emigration": _ABROAD} if status == 80 else {}
        yield f"contact: at status {status}", {"status": status, **gone, **more, **contact(-30, 60)}
    for status, code in ((3, HOME), (5, 957), (7, 957)):
        home = maker.addresses.residence(code) if status == 5 else maker.addresses.special(code, 9940)
        yield f"contact: at status {status}", {"status": status, "residence": home, **contact(-30, 60)}


def _protections(today: date) -> Iterator[tuple[str, Facts]]:
    past, before, ahead, far = (today + timedelta(days=n) for n in (-200, -20, 20, 200))

    def protection(flag: bool | None, start: date | None, end: date | None) -> Facts:
        return {"protection": ProtectionFacts(flag=flag, start=start, end=end)}

    yield "protection: flag and days", protection(True, before, far)
    yield "protection: flag alone", protection(True, None, None)
    yield "protection: flag, days past", protection(True, past, before)
    yield "protection: flag, days ahead", protection(True, ahead, far)
    yield "protection: flag false, in its days", protection(False, before, far)
    yield "protection: flag false, days past", protection(False, past, before)
    yield "protection: flag false, no days", protection(False, None, None)
    yield "protection: no flag, in its days", protection(None, before, far)
    yield "protection: no flag, days past", protection(None, past, before)
    yield "protection: no flag, days ahead", protection(None, ahead, far)
    yield "protection: start alone", protection(None, before, None)
    yield "protection: start alone, ahead", protection(None, ahead, None)
    yield "protection: end alone", protection(None, None, ahead)
    yield "protection: end alone, past", protection(None, None, before)
    yield "protection: starts today", protection(False, today, far)
    yield "protection: last day is today", protection(False, past, today)
    yield "protection: last day was yesterday", protection(False, past, today - timedelta(days=1))
    yield "protection: element says nothing", protection(None, None, None)
    yield (
        "protection: flag unreadable",
        {
            **protection(False, past, before),
            "raw": {"persondata/adressebeskyttelse/beskyttet": "måske"},
        },
    )
    yield (
        "protection: start unreadable",
        {
            **protection(False, past, before),
            "raw": {"persondata/adressebeskyttelse/startdato": "2026-02-30"},
        },
    )
    yield (
        "protection: end unreadable",
        {
            **protection(False, past, before),
            "raw": {"persondata/adressebeskyttelse/slutdato": "snart"},
        },
    )
    others = ProtectionFacts(flag=True, start=before, end=far)
    yield "protection: directory and marketing alone", {"directory_protection": others, "marketing_protection": others}
    yield "protection: dead", {**protection(True, before, far), "status": 90, "status_date": before, "residence": None}


def _skipped(today: date) -> Iterator[tuple[str, Facts]]:
    """What an answer may hold beside what the library wants: readers must pass over it."""
    ago = today - timedelta(days=900)
    former = ResidenceFacts(municipality_code=751, road_code=20, house_number="001", moved_in=ago, moved_out=today)
    yield "skipped: guardian by number", {"guardianship": GuardianshipFacts(kind=1, start=ago, guardian=NO_NUMBER)}
    yield (
        "skipped: guardian by name",
        {
            "guardianship": GuardianshipFacts(
                kind=2, start=ago, delete=today, guardian_name="V Fabelsen", extent="DELVIS"
            )
        },
    )
    yield "skipped: guardian not in CPR", {"guardianship": GuardianshipFacts(kind=0, start=ago, extent="FULD")}
    yield (
        "skipped: former addresses, spouse and notes",
        {
            "former_residences": (former, former, former),
            "spouse": RelativeFacts(birth_date=ago, name="Æ Fabelsen"),
            "marital_status": "G",
            "marital_status_date": ago,
            "notes": ("Opdigtet notat", "Endnu et"),
        },
    )
    yield "skipped: successor blank", {"successor": BLANK}
    yield "skipped: successor zeros", {"successor": NO_NUMBER}


def _malformed(today: date) -> Iterator[tuple[str, Facts]]:
    expired = ContactFacts(lines=_CONTACT_LINES, start=today - timedelta(days=90), delete=today - timedelta(days=9))
    for status in (1, 3, 5, 7):
        yield f"malformed: no residence at status {status}", {"status": status, "residence": None}
    yield "malformed: no residence, contact address expired", {"residence": None, "contact": expired}
    for status in (50, 60):
        yield f"malformed: no successor at status {status}", {"status": status, "residence": None}
    yield "malformed: successor blank", {"status": 60, "residence": None, "successor": BLANK}
    yield "malformed: successor zeros", {"status": 60, "residence": None, "successor": NO_NUMBER}
    yield "malformed: no status", {"status": None}
    yield "malformed: status unknown", {"raw": {"persondata/status/status": "42"}}
    yield "malformed: status unreadable", {"raw": {"persondata/status/status": "aktiv"}}
    yield "malformed: status date unreadable", {"raw": {"persondata/status/statusdato/dato": "i fjor"}}
    yield "malformed: no number", {"raw": {"persondata/personnummer": None}}
    yield "malformed: birth date unreadable", {"raw": {"persondata/foedselsdato/dato": "2026-02-30"}}
    yield "malformed: municipality unreadable", {"raw": {"adresse/aktuelAdresse/kommunekode": "Aalborg"}}
    yield "malformed: no persondata", {"raw": {"persondata": None}}
    yield "mismatched: another number", {"raw": {"persondata/personnummer": "0202009999"}}
