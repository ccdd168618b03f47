"""Reads one answer into a `Person`: one pass over the parts that a library may want, the rest is not looked at.

Whatever can't be read is a `MalformedAnswer` that names the element and never the value; address
protection and custody alone are read as "unreadable" instead (docs/reference/rules.md, "Unreadable").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from cpr_client.base_data.envelope import Element, content, namespace_of, parse
from cpr_client.base_data.values import (
    Parts,
    code,
    cpr_number,
    day,
    is_cpr_number,
    lines,
    part,
    parts_of,
    text,
    uncertain_day,
)
from cpr_client.cpr_number import CprNumber
from cpr_client.errors import MalformedAnswer, MismatchedAnswer
from cpr_client.person import (
    STATUSES,
    ContactAddress,
    Custody,
    Emigration,
    Name,
    Person,
    Protection,
    Residence,
    UncertainDate,
)

P = ParamSpec("P")
T = TypeVar("T")

_SUPPLEMENTARY = tuple(f"adr{n}-supladr" for n in range(1, 6))
_CONTACT_LINES = tuple(f"kontaktAdr{n}" for n in range(1, 6))
_FOREIGN_LINES = tuple(f"udlandsadresse{n}" for n in range(1, 6))
_CUSTODY = "foraeldremyndighed"
_NO_NAME, _NO_RESIDENCE, _NO_CONTACT, _NO_EMIGRATION = Name(), Residence(), ContactAddress(), Emigration()
_UNREADABLE_PROTECTION = Protection(readable=False)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def read_answer(body: bytes, asked: CprNumber) -> Person:
    """The whole way from the bytes of an answer to the person. Raises `MalformedAnswer`, `MismatchedAnswer`."""
    return read_person(content(parse(body)), asked)


def read_person(response: Element, asked: CprNumber) -> Person:
    """The person in a `PersonLookupResponse`, held to be the one asked for.

    Raises `MismatchedAnswer` for another number, whatever else is wrong with the answer, and
    `MalformedAnswer` for anything that can't be read.
    """
    try:
        return _person(response, asked)
    except MalformedAnswer:
        if not _is_about_another(response, asked):
            raise
    raise MismatchedAnswer


def _person(response: Element, asked: CprNumber) -> Person:
    answer = parts_of(response)
    if "persondata" not in answer:
        raise MalformedAnswer("persondata", "is missing")
    data = part(answer, "persondata")
    number = cpr_number(data, "personnummer", "persondata")
    if number is None:
        raise MalformedAnswer("persondata/personnummer", "is missing")
    if number != asked:
        raise MismatchedAnswer
    status, status_date = _status(part(data, "status"))
    addresses = part(answer, "adresse")
    relations = part(answer, "relationer")
    return Person(
        cpr_number=number,
        status=status,
        status_date=status_date,
        successor=cpr_number(data, "gaeldendePersonnummer", "persondata"),
        name=_name(part(data, "navn")) if "navn" in data else _NO_NAME,
        birth_date=uncertain_day(data, "foedselsdato"),
        protection=_protection(data) if "adressebeskyttelse" in data else None,
        residence=_residence(part(addresses, "aktuelAdresse")) if "aktuelAdresse" in addresses else None,
        contact=_contact(part(addresses, "kontaktAdresse")) if "kontaktAdresse" in addresses else None,
        emigration=_emigration(part(addresses, "udrejseoplysninger")) if "udrejseoplysninger" in addresses else None,
        mother=_parent(relations, "mor"),
        father=_parent(relations, "far"),
        custody=_every_custody(response, answer) if _CUSTODY in relations else (),
    )


def _is_about_another(response: Element, asked: CprNumber) -> bool:
    """True where the answer's own number can be read and is not the one asked for."""
    namespace = namespace_of(response)
    return any(
        is_cpr_number(written) and written != asked.digits
        for element in response.iterfind(f"{namespace}persondata/{namespace}personnummer")
        for written in [(element.text or "").strip()]
    )


def _status(parts: Parts) -> tuple[int, UncertainDate | None]:
    status = code(parts, "status", "status")
    if status is None:
        raise MalformedAnswer("status/status", "is missing")
    if status not in STATUSES:
        raise MalformedAnswer("status/status", "is none of the contract's codes")
    return status, uncertain_day(parts, "statusdato")


def _name(parts: Parts) -> Name:
    return Name(
        addressing=text(parts, "personadresseringsnavn"),
        first=text(parts, "fornavn"),
        middle=text(parts, "mellemnavn"),
        last=text(parts, "efternavn"),
    )


def _residence(parts: Parts) -> Residence | None:
    residence = Residence(
        municipality_code=code(parts, "kommunekode", "aktuelAdresse"),
        road_code=code(parts, "vejkode", "aktuelAdresse"),
        house_number=text(parts, "husnummer"),
        floor=text(parts, "etage"),
        door=text(parts, "sidedoer"),
        co_name=text(parts, "conavn"),
        locality=text(parts, "lokalitet"),
        town=text(parts, "bynavn"),
        postal_code=text(parts, "postnummer"),
        postal_district=text(parts, "postdistrikt"),
        road_name=text(parts, "vejnavn"),
        road_addressing_name=text(parts, "vejadresseringsnavn"),
        standard_address=text(parts, "standardadresse"),
        supplementary_lines=lines(parts, _SUPPLEMENTARY),
    )
    return None if residence == _NO_RESIDENCE else residence


def _contact(parts: Parts) -> ContactAddress | None:
    contact = ContactAddress(
        lines=lines(parts, _CONTACT_LINES),
        start=day(parts, "startdato", "kontaktAdresse"),
        delete=day(parts, "slettedato", "kontaktAdresse"),
    )
    return None if contact == _NO_CONTACT else contact


def _emigration(parts: Parts) -> Emigration | None:
    emigration = Emigration(
        country_code=code(parts, "udrejselandekode", "udrejseoplysninger"),
        lines=lines(parts, _FOREIGN_LINES),
    )
    return None if emigration == _NO_EMIGRATION else emigration


def _protection(data: Parts) -> Protection:
    """Whoever can't be read is protected, so a blank element is no "nothing" here: it is unreadable."""
    try:
        parts = part(data, "adressebeskyttelse")
        start = day(parts, "startdato", "adressebeskyttelse")
        end = day(parts, "slutdato", "adressebeskyttelse")
        word = text(parts, "beskyttet")
    except MalformedAnswer:
        return _UNREADABLE_PROTECTION
    flag = None if word is None else _FLAGS.get(word)
    written = ("startdato" in parts) + ("slutdato" in parts) + ("beskyttet" in parts)
    read = (start is not None) + (end is not None) + (flag is not None)
    if read == 0 or read < written:
        return _UNREADABLE_PROTECTION
    return Protection(flag=flag, start=start, end=end)


def _parent(relations: Parts, name: str) -> CprNumber | None:
    """A parent's number serves custody alone, so one that can't be read is one that is not known."""
    if name not in relations:
        return None
    try:
        return cpr_number(part(relations, name), "personnummer", name)
    except MalformedAnswer:
        return None


def _every_custody(response: Element, answer: Parts) -> tuple[Custody, ...]:
    relations = answer["relationer"]
    if relations is None or isinstance(relations, str):
        return ()
    tag = f"{namespace_of(response)}{_CUSTODY}"
    return tuple(_custody(entry) for entry in relations if entry.tag == tag)


def _custody(element: Element) -> Custody:
    parts, readable = _doubtful(parts_of, element)
    parts = parts or {}
    kind, _ = _doubtful(code, parts, "foraeldremyndighedtype", _CUSTODY)
    start, start_read = _doubtful(uncertain_day, parts, "foraeldremyndighedStartdato")
    delete, delete_read = _doubtful(day, parts, "foraeldremyndighedSletdato", _CUSTODY)
    holder = _doubtful(cpr_number, parts, "relationPersonnummer", _CUSTODY)[0] if kind in (5, 6) else None
    return Custody(
        type=kind if kind in (3, 4, 5, 6) else None,
        start=start,
        delete=delete,
        holder=holder,
        readable=readable and start_read and delete_read,
    )


def _doubtful(read: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> tuple[T | None, bool]:
    """What `read` reads and True; None and False where it can't be read."""
    try:
        return read(*arguments, **named), True
    except MalformedAnswer:
        return None, False
