"""Writes what the registry knows of a person as the answer of the service, version 4 or 5.

The text is put together by hand, since the demo registry answers thousands a second; tests hold every
answer against the schemas. How single elements are written: `cpr_client/demo/writing.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

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
from cpr_client.demo.writing import (
    Style,
    put_code,
    put_day,
    put_flag,
    put_moment,
    put_number,
    put_text,
    put_uncertain,
    style_of,
)

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="' + SOAP_ENVELOPE + '"><soap:Body>'
_TAIL = "</soap:Body></soap:Envelope>"


def envelope(body: str) -> bytes:
    """A SOAP 1.1 message around a body."""
    return (_HEAD + body + _TAIL).encode(errors="surrogatepass")


def answer(person: DemoPerson, version: str, today: date) -> bytes:
    """The whole SOAP answer about `person`. `today` is the registry's day: ages are told by it."""
    body = response(person, version, today)
    return envelope(with_raw(body, person.raw, version) if person.raw else body)


def response(person: DemoPerson, version: str, today: date) -> str:
    """The `PersonLookupResponse` alone, without what `raw` changes."""
    style = style_of(person.cpr_number, version)
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


def _person_data(person: DemoPerson, style: Style, today: date) -> Iterable[str]:
    number = person.cpr_number
    yield put_number("personnummer", number)
    yield put_number("gaeldendePersonnummer", person.successor)
    if person.name is not None:
        yield from _name(person.name, person.birth_date, style)
    yield put_uncertain("foedselsdato", person.birth_date, person.birth_date_uncertain, style, timed=False)
    if person.birth_date is not None:
        yield put_uncertain("startdato", person.birth_date, False, style, timed=False)
        yield f"<alder>{_age(person.birth_date, today)}</alder>"
    yield f"<koen>{'M' if int(number.digits[9]) % 2 else 'K'}</koen>"
    minors = sum(1 for child in person.children if len(child.digits) == 10 and _is_minor(child, today))
    yield f"<antalBoernUnder18>{minors}</antalBoernUnder18>"
    if style.version == "5" and person.shared_residence_since is not None:
        yield "<DeltBopælMarkering>true</DeltBopælMarkering>"
        yield put_moment("DeltBopælStartDato", person.shared_residence_since, style)
    status_date = put_uncertain("statusdato", person.status_date, person.status_date_uncertain, style, timed=True)
    if person.status is not None:
        code = f"{person.status:02}" if style.padded else str(person.status)
        yield f"<status><status>{code}</status>{status_date}</status>"
    elif status_date:
        yield f"<status>{status_date}</status>"
    if person.marital_status is not None:
        since = put_uncertain("civilstandsdato", person.marital_status_date, False, style, timed=True)
        yield f"<civilstand><civilstand>{person.marital_status}</civilstand>{since}</civilstand>"
        yield "<statsborgerskab><landekode>5100</landekode></statsborgerskab>"
    if person.guardianship is not None:
        yield from _guardianship(person.guardianship, style)
    if person.status == 70:
        yield put_uncertain("forsvindingsdato", person.status_date, False, style, timed=True)
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


def _name(name: NameFacts, since: date | None, style: Style) -> Iterable[str]:
    yield f"<navn>{put_text('personadresseringsnavn', name.addressing)}"
    yield put_text("fornavn", name.first)
    yield put_text("mellemnavn", name.middle)
    yield put_text("efternavn", name.last)
    yield put_uncertain("navnestartdato", since, False, style, timed=True)
    yield "</navn>"


def _protection(element: str, protection: ProtectionFacts | None, style: Style) -> str:
    if protection is None:
        return ""
    inner = (
        put_day("startdato", protection.start, style)
        + put_day("slutdato", protection.end, style)
        + put_flag("beskyttet", protection.flag)
    )
    return f"<{element}>{inner}</{element}>"


def _guardianship(facts: GuardianshipFacts, style: Style) -> Iterable[str]:
    yield f"<umyndiggoerelse><umyndiggorelseRelationType>{facts.kind}</umyndiggorelseRelationType>"
    yield put_number("relationPersonnummer", facts.guardian)
    yield put_text("relationVaergenavn", facts.guardian_name)
    if style.version == "5":
        yield put_text("VærgemålType", facts.extent)
    yield put_uncertain("umyndiggoerelseStartdato", facts.start, False, style, timed=False)
    yield put_day("umyndiggoerelseSlettedato", facts.delete, style)
    yield "<umyndiggjort>true</umyndiggjort></umyndiggoerelse>"


def _addresses(person: DemoPerson, style: Style) -> Iterable[str]:
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
        yield put_text("vejnavn", former.road_name)
        yield put_uncertain("tilflytningsdato", former.moved_in, False, style, timed=True)
        yield put_uncertain("fraflytningsdato", former.moved_out, False, style, timed=True)
        yield "</adresseHistorik>"
    yield "</adresse>"


def _where(home: ResidenceFacts, style: Style) -> Iterable[str]:
    """The elements that present and former addresses share."""
    if home.municipality_code:
        yield f"<kommuneCvr>{home.municipality_code:08}</kommuneCvr>"
    yield put_code("kommunekode", home.municipality_code, style)
    yield put_code("vejkode", home.road_code, style)
    yield put_text("husnummer", home.house_number)
    yield put_text("etage", home.floor)
    yield put_text("sidedoer", home.door)
    yield put_text("conavn", home.co_name)
    yield put_text("lokalitet", home.locality)
    yield put_text("bynavn", home.town)
    yield put_text("postnummer", home.postal_code)
    yield put_text("postdistrikt", home.postal_district)


def _residence(home: ResidenceFacts, person: DemoPerson, style: Style) -> Iterable[str]:
    yield "<aktuelAdresse>"
    yield from _where(home, style)
    yield put_text("vejnavn", home.road_name)
    yield put_text("standardadresse", home.standard_address)
    if person.name is not None and person.name.addressing and not style.padded:
        yield put_text("adresseringsnavn", person.name.addressing)
    yield put_text("vejadresseringsnavn", home.road_addressing_name)
    yield put_uncertain("tilflytningsdato", home.moved_in, False, style, timed=True)
    for position, line in enumerate(home.supplementary_lines, start=1):
        yield put_text(f"adr{position}-supladr", line)
    if home.postal_code is not None and home.postal_code.isdigit():
        yield f"<distrikter><postnummer>{home.postal_code}</postnummer>"
        yield f"{put_text('postdistrikt', home.postal_district)}</distrikter>"
    if style.version == "5":
        yield put_text("AdresseUUID", home.address_uuid)
    yield "</aktuelAdresse>"


def _emigration(facts: EmigrationFacts, style: Style) -> Iterable[str]:
    yield "<udrejseoplysninger>"
    yield put_code("udrejselandekode", facts.country_code, style)
    yield put_uncertain("udrejsedato", facts.left_on, False, style, timed=True)
    for position, line in enumerate(facts.lines, start=1):
        yield put_text(f"udlandsadresse{position}", line)
    yield "</udrejseoplysninger>"


def _contact(facts: ContactFacts, style: Style) -> Iterable[str]:
    yield "<kontaktAdresse>"
    for position, line in enumerate(facts.lines, start=1):
        yield put_text(f"kontaktAdr{position}", line)
    yield put_day("startdato", facts.start, style)
    yield put_day("slettedato", facts.delete, style)
    yield "</kontaktAdresse>"


def _relations(person: DemoPerson, style: Style) -> Iterable[str]:
    if not (person.spouse or person.children or person.mother or person.father or person.custody):
        return
    yield "<relationer>"
    yield from _relative("aegtefaelle", person.spouse, style)
    for child in person.children:
        yield f"<barn>{put_number('personnummer', child)}</barn>"
    yield from _relative("mor", person.mother, style)
    yield from _relative("far", person.father, style)
    for entry in person.custody:
        yield from _custody(entry, style)
    yield "</relationer>"


def _relative(element: str, facts: RelativeFacts | None, style: Style) -> Iterable[str]:
    if facts is None:
        return
    yield f"<{element}>"
    if facts.cpr_number is not None:
        yield put_number("personnummer", facts.cpr_number)
    else:
        yield put_uncertain("foedselsdato", facts.birth_date, False, style, timed=False)
        yield put_text("navn", facts.name)
    yield f"</{element}>"


def _custody(entry: CustodyFacts, style: Style) -> Iterable[str]:
    yield f"<foraeldremyndighed><foraeldremyndighedtype>{entry.type}</foraeldremyndighedtype>"
    yield put_uncertain("foraeldremyndighedStartdato", entry.start, entry.start_uncertain, style, timed=False)
    yield put_day("foraeldremyndighedSletdato", entry.delete, style)
    yield put_number("relationPersonnummer", entry.holder)
    yield put_day("relationStartdato", entry.holder_since, style)
    yield "</foraeldremyndighed>"


def _notes(person: DemoPerson, style: Style) -> Iterable[str]:
    for position, note in enumerate(person.notes, start=1):
        since = put_day("notatstartdato", person.status_date, style)
        yield f"<notater><notanr>{position}</notanr>{put_text('notatlinie', note)}{since}</notater>"


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
