"""Lies that a registry may tell: what comes back instead of an answer, and the quarantine that each must end in.

A lie is told about somebody whose true answer is at hand, so that only what is wrong with it keeps it from being
applied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cpr_client.base_data.contract import NAMESPACES, SOAP_ENVELOPE
from cpr_client.demo.answers import answer
from tests.acceptance.made_up import HOME
from tests.fixtures.library import DAY, Library

MEGABYTES = 1_000_000
STRANGER = "3112409998"
"""A number that nobody in the library has."""

NEWS: dict[str, Any] = {
    "name": {"addressing": "Ikke Taget"},
    "status_date": "2026-02-01",
    "birth_date": "1970-07-07",
    "residence": {**HOME, "door": "th"},
    "contact": {"lines": ["Postboks 7"], "start": "2026-01-01", "delete": "2026-12-31"},
}
"""What the registry would tell if it told the truth: none of it may be taken."""


@dataclass(frozen=True)
class Lie:
    """`facts` and `raw` change what the registry knows, `body` what it sends; `detail` is the quarantine's."""

    name: str
    detail: str
    body: Callable[[bytes], bytes] | None = None
    raw: dict[str, str | None] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    reason: str = "malformed"

    def tell(self, library: Library, *numbers: str) -> None:
        """Tells it about these persons, from now on."""
        for number in numbers:
            library.person(number, **{**NEWS, **self.facts}, raw=self.raw)
            if self.body is not None:
                person = library.registry.registry.find(number)
                assert person is not None
                body = self.body(answer(person, "5", DAY))
                library.registry.fail("body", numbers=[number], body=body)


def _inside(element: bytes) -> Callable[[bytes], bytes]:
    """More XML at the end of the response."""
    return lambda body: body.replace(b"</PersonLookupResponse>", element + b"</PersonLookupResponse>")


def _declaring(declaration: str, body: bytes) -> bytes:
    return declaration.encode() + body.partition(b"?>")[2]


def _instead(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def changed(body: bytes) -> bytes:
        assert old in body
        return body.replace(old, new)

    return changed


def _bomb(body: bytes) -> bytes:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    unfolded = body.replace(b"Ikke Taget", b"&i;").decode().partition("?>")[2]
    return f"<!DOCTYPE x [{entities}]>{unfolded}".encode()


def _in_utf_16(body: bytes) -> bytes:
    return body.decode().replace("UTF-8", "UTF-16").encode("utf-16")


NO_ANSWER = [
    Lie("empty", "Envelope is missing: the answer is empty", lambda body: b""),
    Lie("cut off", "Envelope can't be read: the answer is cut off", lambda body: body[: len(body) * 2 // 3]),
    Lie(
        "50 megabytes",
        "Envelope can't be read: larger than 1000000 bytes",
        lambda body: body + b" " * 50 * MEGABYTES,
    ),
    Lie(
        "nested deeply",
        "Envelope can't be read: nested too deeply, or an element too large",
        _inside(b"<a>" * 100_000 + b"</a>" * 100_000),
    ),
    Lie("entity bomb", "DOCTYPE is not allowed, nor are entities", _bomb),
    Lie("any DOCTYPE", "DOCTYPE is not allowed", lambda body: _declaring("<!DOCTYPE x>", body)),
    Lie(
        "wrong encoding",
        "Envelope can't be read: the encoding is not the declared one",
        lambda body: body.replace(b"Ikke", "Æble".encode("latin-1")),
    ),
    Lie(
        "wrong SOAP namespace",
        "Envelope stands in another namespace than SOAP 1.1's",
        _instead(SOAP_ENVELOPE.encode(), b"http://www.w3.org/2003/05/soap-envelope"),
    ),
    Lie(
        "wrong namespace",
        "PersonLookupResponse stands in another namespace than the contract's",
        _instead(NAMESPACES["5"].encode(), NAMESPACES["5"].replace("/5/", "/6/").encode()),
    ),
    Lie(
        "an element of no namespace",
        "navn stands in another namespace than the answer",
        _instead(b"<navn>", b'<navn xmlns="">'),
    ),
    Lie(
        "HTML",
        "Envelope is missing: the answer is HTML",
        lambda body: b"<!DOCTYPE html><html><body><h1>Bad gateway</h1><br></body></html>",
    ),
    Lie("no XML", "Envelope is missing: the answer is no XML", lambda body: b'{"status": 1}'),
    Lie(
        "a control character",
        "Envelope can't be read: a character that XML does not allow",
        _instead(b"Ikke", b"Ik\x01ke"),
    ),
    Lie(
        "not well-formed",
        "Envelope can't be read: the XML is not well-formed (libxml2 error 76)",
        _instead(b"</persondata>", b"</personData>"),
    ),
    Lie("an empty body", "Body is empty", lambda body: body.partition(b"<PersonL")[0] + body.rpartition(b"sponse>")[2]),
    Lie(
        "something else",
        "PersonLookupResponse is missing: another element stands in its place",
        lambda body: body.replace(b"PersonLookupResponse", b"PersonLookupRequest"),
    ),
    Lie(
        "the name twice",
        "navn is repeated",
        lambda body: body.replace(b"</persondata>", b"<navn/></persondata>"),
    ),
]
"""What is no answer of the contract."""

NO_DATE = "2026-02-30"
NO_VALUE = [
    Lie(
        "another person",
        "persondata/personnummer is another number than the one asked for",
        raw={"persondata/personnummer": STRANGER},
        reason="mismatched",
    ),
    Lie("no number", "persondata/personnummer is missing", raw={"persondata/personnummer": None}),
    Lie("half a number", "persondata/personnummer is no CPR number", raw={"persondata/personnummer": "31124099"}),
    Lie("nobody", "persondata is missing", raw={"persondata": None}),
    Lie(
        "no such status day",
        "statusdato/dato is no date of the calendar",
        raw={"persondata/status/statusdato/dato": NO_DATE},
    ),
    Lie(
        "no such birth date",
        "foedselsdato/dato is no date of the calendar",
        raw={"persondata/foedselsdato/dato": NO_DATE},
    ),
    Lie(
        "no such contact day",
        "kontaktAdresse/startdato is no date of the calendar",
        raw={"adresse/kontaktAdresse/startdato": NO_DATE},
    ),
    Lie(
        "no such last day",
        "kontaktAdresse/slettedato is no date of the calendar",
        raw={"adresse/kontaktAdresse/slettedato": NO_DATE},
    ),
    Lie(
        "a status off the list", "status/status is none of the contract's codes", raw={"persondata/status/status": "02"}
    ),
    Lie("a status in words", "status/status is no code", raw={"persondata/status/status": "aktiv"}),
    Lie("no status", "status/status is missing", raw={"persondata/status/status": ""}),
    Lie(
        "a municipality in words",
        "aktuelAdresse/kommunekode is no code",
        raw={"adresse/aktuelAdresse/kommunekode": "Aalborg"},
    ),
    Lie(
        "a municipality too large",
        "kommunekode is no municipality code",
        raw={"adresse/aktuelAdresse/kommunekode": "85100"},
    ),
    Lie("a road in words", "aktuelAdresse/vejkode is no code", raw={"adresse/aktuelAdresse/vejkode": "7 200"}),
    Lie("a road too large", "vejkode is no code of four digits", raw={"adresse/aktuelAdresse/vejkode": "72000"}),
    Lie("a post code in words", "postnummer is no postal code", raw={"adresse/aktuelAdresse/postnummer": "nine"}),
    Lie(
        "a country in words",
        "udrejseoplysninger/udrejselandekode is no code",
        facts={"status": 80, "emigration": {"country_code": 5130, "lines": ["12 rue"]}, "residence": None},
        raw={"adresse/udrejseoplysninger/udrejselandekode": "France"},
    ),
    Lie("no home", "aktuelAdresse is missing for a resident", facts={"residence": None, "contact": None}),
    Lie("no successor", "gaeldendePersonnummer is missing", facts={"status": 60}),
    Lie(
        "a successor in words",
        "persondata/gaeldendePersonnummer is no CPR number",
        facts={"status": 60, "successor": STRANGER},
        raw={"persondata/gaeldendePersonnummer": "nobody"},
    ),
]
"""Answers of the contract with a value that none can be."""

LIES = [*NO_ANSWER, *NO_VALUE]
