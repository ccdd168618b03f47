"""The same answer read by zeep: the second opinion that our own reader is held against.

Written from zeep's object, not from the tree, and with rules of its own wording: where the two
disagree, one of them misreads the contract.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache
from typing import Any

from lxml import etree

from cpr_client import (
    STATUSES,
    ContactAddress,
    CprNumber,
    Custody,
    Emigration,
    MalformedAnswer,
    MismatchedAnswer,
    Name,
    Person,
    Protection,
    Residence,
    UncertainDate,
)
from cpr_client.base_data import contract, zeep_contract


@cache
def _client(version: str) -> Any:
    return zeep_contract.load(version)


def read_with_zeep(body: bytes, asked: CprNumber, version: str) -> Person:
    """The person that zeep finds in a SOAP answer of this version, which must be valid by the contract."""
    client = _client(version)
    name = f"{{{contract.NAMESPACES[version]}}}PersonLookupResponse"
    parser = etree.XMLParser(remove_comments=True)
    response = etree.fromstring(body, parser).find(f".//{name}")
    answer = client.get_element(name).parse(response, client.wsdl.types)
    # zeep gives None for an element that holds nothing, as for one that is not there. Only here does it matter.
    protection = "{*}persondata/{*}adressebeskyttelse"
    return _person(answer, asked, response.find(protection) is not None)


def _person(answer: Any, asked: CprNumber, protection_stands_there: bool) -> Person:
    data = answer.persondata if answer is not None else None
    if data is None:
        raise MalformedAnswer("persondata")
    number = _number(data.personnummer)
    if number is None:
        raise MalformedAnswer("personnummer")
    if number != asked:
        raise MismatchedAnswer
    if data.status is None or data.status.status is None:
        raise MalformedAnswer("status")
    assert data.status.status in STATUSES
    address, relations = answer.adresse, answer.relationer
    return Person(
        cpr_number=number,
        status=data.status.status,
        status_date=_uncertain(data.status.statusdato),
        successor=_number(data.gaeldendePersonnummer),
        name=_name(data.navn) if data.navn is not None else Name(),
        birth_date=_uncertain(data.foedselsdato),
        protection=_protection(data.adressebeskyttelse) if protection_stands_there else None,
        residence=_residence(address.aktuelAdresse) if address is not None else None,
        contact=_contact(address.kontaktAdresse) if address is not None else None,
        emigration=_emigration(address.udrejseoplysninger) if address is not None else None,
        mother=_parent(relations.mor) if relations is not None else None,
        father=_parent(relations.far) if relations is not None else None,
        custody=tuple(_custody(entry) for entry in relations.foraeldremyndighed) if relations is not None else (),
    )


def _name(name: Any) -> Name:
    return Name(*map(_text, (name.personadresseringsnavn, name.fornavn, name.mellemnavn, name.efternavn)))


def _residence(address: Any) -> Residence | None:
    if address is None:
        return None
    found = Residence(
        _code(address.kommunekode, "kommunekode"),
        _code(address.vejkode, "vejkode"),
        *map(_text, (address.husnummer, address.etage, address.sidedoer, address.conavn, address.lokalitet)),
        *map(_text, (address.bynavn, address.postnummer, address.postdistrikt, address.vejnavn)),
        *map(_text, (address.vejadresseringsnavn, address.standardadresse)),
        _lines(address[f"adr{n}-supladr"] for n in range(1, 6)),
    )
    return found if any(getattr(found, field) not in (None, ()) for field in Residence._fields) else None


def _contact(contact: Any) -> ContactAddress | None:
    if contact is None:
        return None
    lines = _lines(contact[f"kontaktAdr{n}"] for n in range(1, 6))
    start, delete = _day(contact.startdato), _day(contact.slettedato)
    return ContactAddress(lines, start, delete) if lines or start or delete else None


def _emigration(emigration: Any) -> Emigration | None:
    if emigration is None:
        return None
    country = _code(emigration.udrejselandekode, "udrejselandekode")
    lines = _lines(emigration[f"udlandsadresse{n}"] for n in range(1, 6))
    return Emigration(country, lines) if lines or country is not None else None


def _protection(protection: Any) -> Protection:
    if protection is None:
        return Protection(readable=False)
    flag, start, end = protection.beskyttet, _day(protection.startdato), _day(protection.slutdato)
    if flag is None and start is None and end is None:
        return Protection(readable=False)
    return Protection(flag, start, end)


def _parent(parent: Any) -> CprNumber | None:
    # Of a choice, zeep has the attributes of the branch that stands there alone.
    return _number_or_none(getattr(parent, "personnummer", None))


def _custody(entry: Any) -> Custody:
    kind = int(entry.foraeldremyndighedtype)
    return Custody(
        kind,
        _uncertain(entry.foraeldremyndighedStartdato),
        _day(entry.foraeldremyndighedSletdato),
        _number_or_none(entry.relationPersonnummer) if kind >= 5 else None,
    )


def _text(written: str | None) -> str | None:
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", written or "").strip(" ") or None


def _lines(written: Any) -> tuple[str, ...]:
    return tuple(line for line in map(_text, written) if line)


def _code(value: int | None, name: str) -> int | None:
    if value is not None and not 0 <= value < 1_000_000_000:
        raise MalformedAnswer(name)
    return value


def _number_or_none(written: str | None) -> CprNumber | None:
    try:
        return _number(written)
    except MalformedAnswer:
        return None


def _number(written: str | None) -> CprNumber | None:
    stripped = (written or "").strip()
    if not stripped.strip("0") and len(stripped) in (0, 10):
        return None
    if len(stripped) != 10 or not (stripped.isascii() and stripped.isdigit()):
        raise MalformedAnswer("number")
    return CprNumber(stripped)


def _day(value: date | datetime | None) -> date | None:
    return value.date() if isinstance(value, datetime) else value


def _uncertain(value: Any) -> UncertainDate | None:
    day = _day(value.dato) if value is not None else None
    return UncertainDate(day, _text(value.usikkerhedsmarkering) is not None) if day else None
