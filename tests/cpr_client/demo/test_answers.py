"""Every answer is right by our schema and the published one, and varies as a real registry's do."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from cpr_client.base_data.contract import NAMESPACES, SOAP_ENVELOPE, schema_file
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.answers import answer, response, with_raw
from cpr_client.demo.facts import DemoPerson, NameFacts, ProtectionFacts, RelativeFacts, ResidenceFacts
from cpr_client.demo.registry import Registry
from tests.cpr_client.demo.conftest import TODAY
from tests.cpr_client.demo.published import published_schema

VERSIONS = tuple(NAMESPACES)
_NEW_IN_5 = ("DeltBopælMarkering", "DeltBopælStartDato", "AdresseUUID", "VærgemålType")


def _body(person: DemoPerson, version: str = "5") -> etree._Element:
    root = etree.fromstring(answer(person, version, TODAY))
    return root[0][0]


def _text(person: DemoPerson, path: str, version: str = "5") -> str | None:
    steps = "/".join(f"{{{NAMESPACES[version]}}}{step}" for step in path.split("/"))
    return _body(person, version).findtext(steps)


def _somebody(**facts: object) -> DemoPerson:
    return DemoPerson.model_validate({"cpr_number": "1705919007", **facts})


@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_is_right_by_our_schema(crowd: Registry, version: str) -> None:
    schema = etree.XMLSchema(etree.parse(str(schema_file(version))))
    for person in crowd:
        assert schema.validate(etree.fromstring(response(person, version, TODAY).encode())), schema.error_log


@pytest.mark.parametrize("version", VERSIONS)
def test_every_answer_is_right_by_the_published_schema(crowd: Registry, version: str, tmp_path: Path) -> None:
    schema = published_schema(version, tmp_path)
    for person in crowd:
        assert schema.validate(etree.fromstring(response(person, version, TODAY).encode())), schema.error_log


@pytest.mark.parametrize("version", VERSIONS)
def test_an_answer_is_a_soap_message_in_the_namespace_of_its_version(crowd: Registry, version: str) -> None:
    person = next(iter(crowd))
    root = etree.fromstring(answer(person, version, TODAY))

    assert root.tag == f"{{{SOAP_ENVELOPE}}}Envelope"
    assert root[0][0].tag == f"{{{NAMESPACES[version]}}}PersonLookupResponse"


def test_what_is_new_in_version_5_is_in_version_5_alone(crowd: Registry) -> None:
    fifth = "".join(response(person, "5", TODAY) for person in crowd)
    fourth = "".join(response(person, "4", TODAY) for person in crowd)

    for name in _NEW_IN_5:
        assert f"<{name}>" in fifth
        assert name not in fourth


def test_versions_differ_in_nothing_else(crowd: Registry) -> None:
    for person in crowd:
        fifth = response(person, "5", TODAY).replace(NAMESPACES["5"], NAMESPACES["4"])
        for name in _NEW_IN_5:
            fifth = re.sub(f"<{name}>[^<]*</{name}>", "", fifth)
        assert fifth == response(person, "4", TODAY)


def test_dates_come_with_the_offset_of_copenhagen_on_that_day_with_z_and_with_none(crowd: Registry) -> None:
    dates = re.findall(
        r">(\d{4})-(\d{2})-\d{2}(?:T00:00:00\.000)?(Z|[+-]\d{2}:\d{2})?<",
        "".join(response(person, "5", TODAY) for person in crowd),
    )
    zones = Counter(zone for _, _, zone in dates)

    assert set(zones) == {"", "Z", "+01:00", "+02:00"}
    assert zones["Z"] + zones[""] < 0.2 * len(dates)
    winter = {zone for year, month, zone in dates if month in ("01", "02", "12") and year > "1950"}
    summer = {zone for year, month, zone in dates if month in ("06", "07") and year > "1985"}
    assert winter == {"", "Z", "+01:00"}
    assert summer == {"", "Z", "+02:00"}


def test_codes_come_with_and_without_leading_zeros(crowd: Registry) -> None:
    codes = Counter(re.findall(r"<kommunekode>(\d+)</kommunekode>", "".join(response(p, "5", TODAY) for p in crowd)))

    assert codes["851"] > 100
    assert codes["0851"] > 100


def test_what_a_person_does_not_have_is_not_in_the_answer() -> None:
    body = _body(_somebody(status=None))

    assert [etree.QName(e).localname for e in body] == ["persondata"]
    assert [etree.QName(e).localname for e in body[0]] == ["personnummer", "koen", "antalBoernUnder18"]


def test_an_element_that_says_nothing_is_there_and_empty() -> None:
    person = _somebody(protection={}, mother={}, name={}, residence={}, emigration={}, contact={})
    names = [etree.QName(e).localname for e in _body(person).iter() if len(e) == 0 and not e.text]

    assert set(names) >= {"adressebeskyttelse", "mor", "personadresseringsnavn", "aktuelAdresse", "kontaktAdresse"}


def test_a_protection_is_written_as_it_is_known() -> None:
    person = _somebody(protection=ProtectionFacts(flag=False, start=date(2026, 1, 2), end=date(2026, 7, 3)))

    assert _text(person, "persondata/adressebeskyttelse/beskyttet") == "false"
    assert _text(person, "persondata/adressebeskyttelse/startdato") == "2026-01-02+01:00"
    assert _text(person, "persondata/adressebeskyttelse/slutdato") == "2026-07-03+02:00"


def test_characters_of_xml_and_of_the_whole_world_arrive_as_they_are() -> None:
    name = 'Åse "<&>" Ærø ]]> \u0141ukasz \U0001f600'

    assert _text(_somebody(name={"addressing": name}), "persondata/navn/personadresseringsnavn") == name


def test_ages_are_told_by_the_registry_s_day() -> None:
    person = _somebody(birth_date="2008-05-05", children=["0505269001", "0505909001", "0000000000", ""])

    assert "<alder>17</alder>" in response(person, "5", date(2026, 5, 4))
    assert "<alder>18</alder>" in response(person, "5", date(2026, 5, 5))
    assert _text(person, "persondata/antalBoernUnder18") == "1"


def test_a_parent_is_named_by_number_or_by_birth_date_and_name() -> None:
    by_name = RelativeFacts(birth_date=date(1980, 6, 1), name="Far Fabelsen")
    person = _somebody(mother="0000000000", father=by_name)

    assert _text(person, "relationer/mor/personnummer") == "0000000000"
    assert _text(person, "relationer/far/navn") == "Far Fabelsen"
    assert _text(person, "relationer/far/foedselsdato/dato") == "1980-06-01+02:00"


def test_supplementary_lines_keep_their_places() -> None:
    person = _somebody(residence=ResidenceFacts(supplementary_lines=("Bygning C", "", "Port 4")))

    assert _text(person, "adresse/aktuelAdresse/adr1-supladr") == "Bygning C"
    assert _text(person, "adresse/aktuelAdresse/adr2-supladr") == ""
    assert _text(person, "adresse/aktuelAdresse/adr3-supladr") == "Port 4"


def test_raw_puts_takes_out_and_adds() -> None:
    entries = [{"type": 3}, {"type": 5, "holder": "1705509005"}]
    raw = {
        "persondata/status/status": "42",
        "persondata/navn": None,
        "persondata/adressebeskyttelse/beskyttet": "måske",
        "relationer/foraeldremyndighed[2]/relationPersonnummer": "nobody",
    }
    person = _somebody(name=NameFacts(addressing="Anna"), custody=entries, raw=raw)

    assert _text(person, "persondata/status/status") == "42"
    assert _text(person, "persondata/navn/personadresseringsnavn") is None
    assert _text(person, "persondata/adressebeskyttelse/beskyttet") == "måske"
    assert _text(person, "relationer/foraeldremyndighed/relationPersonnummer") == "nobody"
    assert len(_body(person).findall(".//{*}foraeldremyndighed")) == 2


def test_raw_leaves_the_rest_of_an_answer_as_it_was(crowd: Registry) -> None:
    person = crowd[crowd.cases["address: locality and lines"]]
    body = response(person, "5", TODAY)
    changed = with_raw(body, {"persondata/koen": "X"}, "5")

    assert etree.tostring(etree.fromstring(changed)) == etree.tostring(
        etree.fromstring(re.sub("<koen>[KM]</koen>", "<koen>X</koen>", body))
    )


def test_a_mismatched_case_answers_about_another_number(crowd: Registry) -> None:
    person = crowd[crowd.cases["mismatched: another number"]]

    assert CprNumber.parse(_text(person, "persondata/personnummer") or "") != person.cpr_number
