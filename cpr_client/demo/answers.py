"""Writes what the registry knows of a person as the answer of the service, version 4 or 5.

The text is put together by hand, since the demo registry answers thousands a second; tests hold every
answer against the schemas. Where a real registry varies, so does this one, by the person's number:
codes with and without leading zeros, dates with Copenhagen's offset, with `Z` and with none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from lxml import etree

from cpr_client.base_data.contract import NAMESPACES, SOAP_ENVELOPE
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.facts import (
    ContactFacts,
    CustodyFacts,
    DemoPerson,
    EmigrationFacts,
    GuardianshipFacts,
    NameFacts,
    ProtectionFacts,
    RelativeFacts,
    ResidenceFacts,
)
from cpr_client.demo.numbers import birth_date_of

_COPENHAGEN = ZoneInfo("Europe/Copenhagen")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="' + SOAP_ENVELOPE + '"><soap:Body>'
_TAIL = "</soap:Body></soap:Envelope>"


class _Style(NamedTuple):
    """How one person's answer is written where a real registry varies."""

    zone: str
    padded: bool
    version: str


def _style(number: CprNumber, version: str) -> _Style:
    serial = int(number.digits[7:])
    zone = {0: "none", 1: "Z"}.get(serial % 20, "Copenhagen")
    return _Style(zone, serial % 3 == 0, version)


def envelope(body: str) -> bytes:
    """A SOAP 1.1 message around a body."""
    return (_HEAD + body + _TAIL).encode(errors="surrogatepass")


def answer(person: DemoPerson, version: str, today: date) -> bytes:
    """The whole SOAP answer about `person`. `today` is the registry's day: ages are told by it."""
    body = response(person, version, today)
    return envelope(with_raw(body, person.raw, version) if person.raw else body)


def response(person: DemoPerson, version: str, today: date) -> str:
    """The `PersonLookupResponse` alone, without what `raw` changes."""
    style = _style(person.cpr_number, version)
    parts = [
        f'<PersonLookupResponse xmlns="{NAMESPACES[version]}"><persondata>',
        *_person_data(person, style, today),
        "</persondata>",
        *_addresses(person, style),
        *_relations(person, style),
        *_notes(person, style),
        "</PersonLookupResponse>",
    ]
    return "".join(parts)


@lru_cache(maxsize=50_000)
def _offset(day: date) -> str:
    """Copenhagen's offset at the start of `day`, as XML writes it."""
    offset = datetime(day.year, day.month, day.day, tzinfo=_COPENHAGEN).strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"


def _zone(day: date, style: _Style) -> str:
    return _offset(day) if style.zone == "Copenhagen" else style.zone.replace("none", "")


def _text(element: str, value: str | None) -> str:
    return "" if value is None else f"<{element}>{escape(value)}</{element}>"


def _flag(element: str, value: bool | None) -> str:
    return "" if value is None else f"<{element}>{'true' if value else 'false'}</{element}>"


def _code(element: str, value: int | None, style: _Style) -> str:
    if value is None:
        return ""
    return f"<{element}>{value:04}</{element}>" if style.padded else f"<{element}>{value}</{element}>"


def _number(element: str, value: CprNumber | None) -> str:
    return "" if value is None else f"<{element}>{value.digits}</{element}>"


def _date(element: str, day: date | None, style: _Style) -> str:
    return "" if day is None else f"<{element}>{day.isoformat()}{_zone(day, style)}</{element}>"


def _time(element: str, day: date | None, style: _Style) -> str:
    return "" if day is None else f"<{element}>{day.isoformat()}T00:00:00.000{_zone(day, style)}</{element}>"


def _uncertain(element: str, day: date | None, uncertain: bool, style: _Style, timed: bool) -> str:
    if day is None:
        return ""
    inner = _time("dato", day, style) if timed else _date("dato", day, style)
    mark = "<usikkerhedsmarkering>*</usikkerhedsmarkering>" if uncertain else ""
    return f"<{element}>{inner}{mark}</{element}>"


def _person_data(person: DemoPerson, style: _Style, today: date) -> Iterable[str]:
    number = person.cpr_number
    yield _number("personnummer", number)
    yield _number("gaeldendePersonnummer", person.successor)
    if person.name is not None:
        yield from _name(person.name, person.birth_date, style)
    yield _uncertain("foedselsdato", person.birth_date, person.birth_date_uncertain, style, timed=False)
    if person.birth_date is not None:
        yield _uncertain("startdato", person.birth_date, False, style, timed=False)
        yield f"<alder>{_age(person.birth_date, today)}</alder>"
    yield f"<koen>{'M' if int(number.digits[9]) % 2 else 'K'}</koen>"
    minors = sum(1 for child in person.children if len(child.digits) == 10 and _is_minor(child, today))
    yield f"<antalBoernUnder18>{minors}</antalBoernUnder18>"
    if style.version == "5" and person.shared_residence_since is not None:
        yield "<DeltBopælMarkering>true</DeltBopælMarkering>"
        yield _time("DeltBopælStartDato", person.shared_residence_since, style)
    status_date = _uncertain("statusdato", person.status_date, person.status_date_uncertain, style, timed=True)
    if person.status is not None:
        code = f"{person.status:02}" if style.padded else str(person.status)
        yield f"<status><status>{code}</status>{status_date}</status>"
    elif status_date:
        yield f"<status>{status_date}</status>"
    if person.marital_status is not None:
        since = _uncertain("civilstandsdato", person.marital_status_date, False, style, timed=True)
        yield f"<civilstand><civilstand>{person.marital_status}</civilstand>{since}</civilstand>"
        yield "<statsborgerskab><landekode>5100</landekode></statsborgerskab>"
    if person.guardianship is not None:
        yield from _guardianship(person.guardianship, style)
    if person.status == 70:
        yield _uncertain("forsvindingsdato", person.status_date, False, style, timed=True)
    yield _protection("adressebeskyttelse", person.protection, style)
    yield _protection("vejviserbeskyttelse", person.directory_protection, style)
    yield _protection("markedsfoeringsbeskyttelse", person.marketing_protection, style)
    if style.padded:
        yield "<tilmeldtDigitalpost>true</tilmeldtDigitalpost>"


def _age(birth_date: date, today: date) -> int:
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


def _is_minor(child: CprNumber, today: date) -> bool:
    try:
        return _age(birth_date_of(child), today) < 18
    except ValueError:
        return False


def _name(name: NameFacts, since: date | None, style: _Style) -> Iterable[str]:
    yield f"<navn>{_text('personadresseringsnavn', name.addressing)}"
    yield _text("fornavn", name.first)
    yield _text("mellemnavn", name.middle)
    yield _text("efternavn", name.last)
    yield _uncertain("navnestartdato", since, False, style, timed=True)
    yield "</navn>"


def _protection(element: str, protection: ProtectionFacts | None, style: _Style) -> str:
    if protection is None:
        return ""
    inner = (
        _date("startdato", protection.start, style)
        + _date("slutdato", protection.end, style)
        + _flag("beskyttet", protection.flag)
    )
    return f"<{element}>{inner}</{element}>"


def _guardianship(facts: GuardianshipFacts, style: _Style) -> Iterable[str]:
    yield f"<umyndiggoerelse><umyndiggorelseRelationType>{facts.kind}</umyndiggorelseRelationType>"
    yield _number("relationPersonnummer", facts.guardian)
    yield _text("relationVaergenavn", facts.guardian_name)
    if style.version == "5":
        yield _text("VærgemålType", facts.extent)
    yield _uncertain("umyndiggoerelseStartdato", facts.start, False, style, timed=False)
    yield _date("umyndiggoerelseSlettedato", facts.delete, style)
    yield "<umyndiggjort>true</umyndiggjort></umyndiggoerelse>"


def _addresses(person: DemoPerson, style: _Style) -> Iterable[str]:
    if not (person.residence or person.emigration or person.contact or person.former_residences):
        return
    yield "<adresse>"
    if person.residence is not None:
        yield from _residence(person.residence, person, style)
    if person.emigration is not None:
        yield from _emigration(person.emigration, style)
    if person.contact is not None:
        yield from _contact(person.contact, style)
    for former in person.former_residences:
        yield f"<adresseHistorik>{''.join(_where(former, style))}"
        yield _text("vejnavn", former.road_name)
        yield _uncertain("tilflytningsdato", former.moved_in, False, style, timed=True)
        yield _uncertain("fraflytningsdato", former.moved_out, False, style, timed=True)
        yield "</adresseHistorik>"
    yield "</adresse>"


def _where(home: ResidenceFacts, style: _Style) -> Iterable[str]:
    """The elements that present and former addresses share."""
    if home.municipality_code:
        yield f"<kommuneCvr>{home.municipality_code:08}</kommuneCvr>"
    yield _code("kommunekode", home.municipality_code, style)
    yield _code("vejkode", home.road_code, style)
    yield _text("husnummer", home.house_number)
    yield _text("etage", home.floor)
    yield _text("sidedoer", home.door)
    yield _text("conavn", home.co_name)
    yield _text("lokalitet", home.locality)
    yield _text("bynavn", home.town)
    yield _text("postnummer", home.postal_code)
    yield _text("postdistrikt", home.postal_district)


def _residence(home: ResidenceFacts, person: DemoPerson, style: _Style) -> Iterable[str]:
    yield "<aktuelAdresse>"
    yield from _where(home, style)
    yield _text("vejnavn", home.road_name)
    yield _text("standardadresse", home.standard_address)
    if person.name is not None and person.name.addressing and not style.padded:
        yield _text("adresseringsnavn", person.name.addressing)
    yield _text("vejadresseringsnavn", home.road_addressing_name)
    yield _uncertain("tilflytningsdato", home.moved_in, False, style, timed=True)
    for position, line in enumerate(home.supplementary_lines, start=1):
        yield _text(f"adr{position}-supladr", line)
    if home.postal_code is not None and home.postal_code.isdigit():
        yield f"<distrikter><postnummer>{home.postal_code}</postnummer>"
        yield f"{_text('postdistrikt', home.postal_district)}</distrikter>"
    if style.version == "5":
        yield _text("AdresseUUID", home.address_uuid)
    yield "</aktuelAdresse>"


def _emigration(facts: EmigrationFacts, style: _Style) -> Iterable[str]:
    yield "<udrejseoplysninger>"
    yield _code("udrejselandekode", facts.country_code, style)
    yield _uncertain("udrejsedato", facts.left_on, False, style, timed=True)
    for position, line in enumerate(facts.lines, start=1):
        yield _text(f"udlandsadresse{position}", line)
    yield "</udrejseoplysninger>"


def _contact(facts: ContactFacts, style: _Style) -> Iterable[str]:
    yield "<kontaktAdresse>"
    for position, line in enumerate(facts.lines, start=1):
        yield _text(f"kontaktAdr{position}", line)
    yield _date("startdato", facts.start, style)
    yield _date("slettedato", facts.delete, style)
    yield "</kontaktAdresse>"


def _relations(person: DemoPerson, style: _Style) -> Iterable[str]:
    if not (person.spouse or person.children or person.mother or person.father or person.custody):
        return
    yield "<relationer>"
    yield from _relative("aegtefaelle", person.spouse, style)
    for child in person.children:
        yield f"<barn>{_number('personnummer', child)}</barn>"
    yield from _relative("mor", person.mother, style)
    yield from _relative("far", person.father, style)
    for entry in person.custody:
        yield from _custody(entry, style)
    yield "</relationer>"


def _relative(element: str, facts: RelativeFacts | None, style: _Style) -> Iterable[str]:
    if facts is None:
        return
    yield f"<{element}>"
    if facts.cpr_number is not None:
        yield _number("personnummer", facts.cpr_number)
    else:
        yield _uncertain("foedselsdato", facts.birth_date, False, style, timed=False)
        yield _text("navn", facts.name)
    yield f"</{element}>"


def _custody(entry: CustodyFacts, style: _Style) -> Iterable[str]:
    yield f"<foraeldremyndighed><foraeldremyndighedtype>{entry.type}</foraeldremyndighedtype>"
    yield _uncertain("foraeldremyndighedStartdato", entry.start, entry.start_uncertain, style, timed=False)
    yield _date("foraeldremyndighedSletdato", entry.delete, style)
    yield _number("relationPersonnummer", entry.holder)
    yield _date("relationStartdato", entry.holder_since, style)
    yield "</foraeldremyndighed>"


def _notes(person: DemoPerson, style: _Style) -> Iterable[str]:
    for position, note in enumerate(person.notes, start=1):
        since = _date("notatstartdato", person.status_date, style)
        yield f"<notater><notanr>{position}</notanr>{_text('notatlinie', note)}{since}</notater>"


def with_raw(body: str, raw: dict[str, str | None], version: str) -> str:
    """The answer with elements changed as `raw` says: path -> text, or None to take the element out.

    A path names elements from below the response, such as `relationer/foraeldremyndighed[2]/relationPersonnummer`;
    a missing element is added at the end of its parent. What a path may be: `RAW_PATH` in `facts.py`.
    """
    root = etree.fromstring(body.encode())
    namespace = NAMESPACES[version]
    for path, text in raw.items():
        element = root
        for step in path.split("/"):
            name, _, position_text = step.removesuffix("]").partition("[")
            tag = f"{{{namespace}}}{name}"
            present = element.findall(tag)
            position = int(position_text or 1)
            element = present[position - 1] if len(present) >= position else etree.SubElement(element, tag)
        if text is None:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        else:
            element.text = text
    return etree.tostring(root, encoding="unicode")
