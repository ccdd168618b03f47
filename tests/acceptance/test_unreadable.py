"""Answers that can't be read (docs/reference/rules.md, "Unreadable")."""

from __future__ import annotations

import pytest

from tests.acceptance.made_up import HOME, NAME, PARIS
from tests.fixtures.library import BOTH_VERSIONS, People, Somebody

CONTACT = {"lines": ["Postboks 7"], "start": "2026-01-01", "delete": "2026-12-31"}

UNREADABLE = [
    ("persondata/status/status", "02", 1),
    ("persondata/status/status", "aktiv", 1),
    ("persondata/status/status", "", 1),
    ("persondata/status/status", None, 1),
    ("persondata/status", None, 1),
    ("persondata/status/statusdato/dato", "2026-13-01T00:00:00+01:00", 1),
    ("persondata/personnummer", "01018O9995", 1),
    ("persondata/personnummer", "", 1),
    ("persondata/personnummer", None, 1),
    ("persondata/gaeldendePersonnummer", "123", 60),
    ("persondata/foedselsdato/dato", "1980-02-30+01:00", 1),
    ("persondata/foedselsdato/dato", "01-01-1980", 1),
    ("adresse/aktuelAdresse/kommunekode", "Aalborg", 1),
    ("adresse/aktuelAdresse/kommunekode", "85100", 1),
    ("adresse/aktuelAdresse/vejkode", "7 200", 1),
    ("adresse/aktuelAdresse/postnummer", "ninethousand", 1),
    ("adresse/kontaktAdresse/startdato", "soon", 1),
    ("adresse/kontaktAdresse/slettedato", "2026-02-29", 1),
    ("adresse/udrejseoplysninger/udrejselandekode", "France", 80),
]


def _quarantined(patron: Somebody) -> tuple[str, str | None]:
    return patron.people.library.rows(
        "SELECT reason, detail FROM sync.quarantine WHERE patron_number = %s AND closed_on IS NULL",
        patron.patron_number,
    )[0]


@pytest.mark.parametrize(("path", "text", "status"), UNREADABLE)
def test_a_value_that_can_not_be_read_makes_the_answer_malformed(
    people: People, path: str, text: str | None, status: int
) -> None:
    patron = people.known(1, name=NAME, birth_date="1980-01-01", residence=HOME)
    before = patron.shown()
    patron.registered(
        status,
        name={"addressing": "Ikke Taget"},
        status_date="2026-02-01",
        successor=people.number() if status == 60 else None,
        birth_date="1970-07-07",
        residence=HOME if status == 1 else None,
        contact=CONTACT if status == 1 else None,
        emigration=PARIS if status == 80 else None,
        raw={path: text},
    )
    report = patron.refresh()
    assert report["outcomes"] == {"malformed": 1}
    after = patron.shown()
    assert {**after, "quarantine": None, "checked_at": before["checked_at"]} == before
    reason, detail = _quarantined(patron)
    assert reason == "malformed"
    assert detail is not None
    element = detail.partition(" ")[0]
    assert not {part.partition("[")[0] for part in path.split("/")}.isdisjoint(element.split("/"))
    assert not text or text not in detail


@pytest.mark.parametrize("version", BOTH_VERSIONS)
@pytest.mark.parametrize("body", [b"", b"<no xml", b"<html><body>Service under repair</body></html>"])
def test_bytes_that_are_no_answer_are_malformed(people: People, body: bytes) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    people.library.registry.fail("body", numbers=[patron.cpr_number], body=body)
    patron.refresh()
    assert patron.quarantine() == "malformed"


def test_the_detail_names_the_element_and_never_the_value(people: People) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, residence=HOME, raw={"adresse/aktuelAdresse/vejkode": "Hemmelig Allé"})
    patron.refresh()
    assert _quarantined(patron) == ("malformed", "aktuelAdresse/vejkode is no code")


@pytest.mark.parametrize(
    ("protection", "raw"),
    [
        ({"flag": False}, {"persondata/adressebeskyttelse/beskyttet": "perhaps"}),
        ({"flag": False}, {"persondata/adressebeskyttelse/slutdato": "2026-02-30"}),
        (None, {"persondata/adressebeskyttelse": "something"}),
    ],
    ids=["flag", "date", "text"],
)
def test_protection_is_excepted_the_rest_is_applied(
    people: People, protection: dict[str, bool] | None, raw: dict[str, str]
) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(1, name={"addressing": "Ny Navnesen"}, residence=HOME, protection=protection, raw=raw)
    assert patron.refresh()["outcomes"] == {"changed": 1}
    assert patron.shown()["protected"] is True
    assert patron.revealed()["name"] == "Ny Navnesen"


@pytest.mark.parametrize(
    "raw",
    [
        {"relationer/foraeldremyndighed/foraeldremyndighedtype": "9"},
        {"relationer/foraeldremyndighed/foraeldremyndighedStartdato/dato": "long ago"},
        {"relationer/foraeldremyndighed/relationPersonnummer": "nobody"},
        {"relationer/mor/personnummer": "nobody"},
    ],
    ids=["type", "date", "holder", "mother"],
)
def test_custody_is_excepted_the_rest_is_applied(people: People, raw: dict[str, str]) -> None:
    patron = people.known(1, name=NAME, residence=HOME)
    patron.registered(
        1,
        name={"addressing": "Ny Navnesen"},
        residence=HOME,
        mother=people.number(),
        custody=[{"type": 5, "start": "2010-01-01", "holder": people.number()}],
        raw=raw,
    )
    assert patron.refresh()["outcomes"] == {"changed": 1}
    assert patron.shown()["name"] == "Ny Navnesen"


@pytest.mark.parametrize("version", BOTH_VERSIONS)
def test_white_space_and_control_characters_become_one_space(people: People) -> None:
    patron = people.known(
        1,
        name={"addressing": "  Prøve \t\n  von\x85\x7f Prøvesen  "},
        residence={**HOME, "standard_address": "Strandvejen\n\n12A,  st.\ttv", "locality": "\t Gården \n 2 "},
    )
    shown = patron.shown()
    assert shown["name"] == "Prøve von Prøvesen"
    assert (shown["address"]["street"], shown["address"]["lines"]) == ("Strandvejen 12A, st. tv", ["Gården 2"])


def test_length_is_no_fault(people: People) -> None:
    long_name, long_road = "Anna " * 200 + "Prøvesen", "Langeallé" * 60
    patron = people.known(1, name={"addressing": long_name}, residence={**HOME, "road_name": long_road})
    shown = patron.shown()
    assert (shown["name"], shown["address"]["street"]) == (long_name, f"{long_road} 12A, st. tv")
