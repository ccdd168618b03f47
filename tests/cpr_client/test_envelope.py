"""What is no answer at all, each with a problem of its own, and memory that stays bounded."""

from __future__ import annotations

import tracemalloc

import pytest

from cpr_client import MalformedAnswer
from cpr_client.base_data.answer import read_answer
from cpr_client.base_data.contract import NAMESPACES, SOAP_ENVELOPE
from tests.cpr_client.samples import NUMBER, answer, envelope, person

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]><x>&i;</x>"
)
UTF7_BOMB = b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE x [+ADw-!ENTITY a "b"+AD4-]+AD4-+ADw-x/+AD4-'
LATIN = '<?xml version="1.0" encoding="UTF-8"?><navn>Æbelø</navn>'.encode("latin-1")

CASES = [
    (b"", "Envelope is missing: the answer is empty"),
    (b" \n ", "Envelope is missing: the answer is empty"),
    (b"<html><body><p>Proxy error<br></body></html>", "Envelope is missing: the answer is HTML"),
    (b"<html><body/></html>", "Envelope is missing: the answer is HTML"),
    (b"<!DOCTYPE html><html></html>", "Envelope is missing: the answer is HTML"),
    (b"<!doctype html><html></html>", "Envelope is missing: the answer is HTML"),
    (b"The service is unavailable", "Envelope is missing: the answer is no XML"),
    (b'{"status": 1}', "Envelope is missing: the answer is no XML"),
    (person()[:-40], "Envelope can't be read: the answer is cut off"),
    (person()[:300], "Envelope can't be read: the answer is cut off"),
    (LATIN, "Envelope can't be read: the encoding is not the declared one"),
    (b'<?xml version="1.0" encoding="x-unknown"?><a/>', "Envelope can't be read: the encoding is not the declared one"),
    (b"<a>" * 300 + b"</a>" * 300, "Envelope can't be read: nested too deeply, or an element too large"),
    (b"<a>\x01</a>", "Envelope can't be read: a character that XML does not allow"),
    (b"<a></b>", "Envelope can't be read: the XML is not well-formed (libxml2 error 76)"),
    (b"<a>&name;</a>", "Envelope can't be read: the XML is not well-formed (libxml2 error 26)"),
    (BOMB.encode(), "DOCTYPE is not allowed, nor are entities"),
    (b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>', "DOCTYPE is not allowed"),
    (b"<!DOCTYPE x>" + person(), "DOCTYPE is not allowed"),
    ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"), "DOCTYPE is not allowed"),
    (BOMB.encode("utf-16-be"), "DOCTYPE is not allowed, nor are entities"),
    (b'<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE x+AD4-+ADw-x/+AD4-', "DOCTYPE is not allowed"),
    (UTF7_BOMB, "DOCTYPE is not allowed, nor are entities"),
    (b"<PersonLookupResponse/>", "Envelope is missing: another element stands in its place"),
    (
        person().replace(SOAP_ENVELOPE.encode(), b"http://www.w3.org/2003/05/soap-envelope"),
        "Envelope stands in another namespace than SOAP 1.1's",
    ),
    (f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"/>'.encode(), "Body is missing"),
    (f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body/><s:Body/></s:Envelope>'.encode(), "Body is repeated"),
    (envelope(""), "Body is empty"),
    (envelope("<a/><b/>"), "Body holds more than one element"),
    (envelope("<a/>"), "PersonLookupResponse is missing: another element stands in its place"),
    (envelope("<html/>"), "PersonLookupResponse is missing: the answer is HTML"),
    (
        person().replace(NAMESPACES["5"].encode(), NAMESPACES["5"].replace("/5/", "/6/").encode()),
        "PersonLookupResponse stands in another namespace than the contract's",
    ),
]


@pytest.mark.parametrize(("body", "problem"), CASES, ids=range(len(CASES)))
def test_what_is_no_answer_is_malformed_in_words_of_its_own(body, problem):
    with pytest.raises(MalformedAnswer) as refusal:
        read_answer(body, NUMBER)
    assert f"{refusal.value.element} {refusal.value.problem}" == problem


def test_every_kind_of_lie_has_another_problem():
    assert len({problem for _, problem in CASES}) > 18


def test_another_encoding_is_read_where_it_is_declared():
    text = person("<navn><personadresseringsnavn>Åse Ø</personadresseringsnavn></navn>").decode()
    for encoding in ("ISO-8859-1", "UTF-16"):
        body = f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)
        assert read_answer(body, NUMBER).name.addressing == "Åse Ø"


def test_comments_and_processing_instructions_do_not_hide_a_value():
    body = person("<navn><personadresseringsnavn>An<!-- x -->na<?x y?> Berg</personadresseringsnavn></navn>")
    assert read_answer(body, NUMBER).name.addressing == "Anna Berg"


def test_a_header_beside_the_body_is_passed_over():
    body = person().replace(b"<s:Body>", b"<s:Header><x/></s:Header><s:Body>")
    assert read_answer(body, NUMBER).status == 1


def test_an_entity_bomb_is_never_unfolded():
    tracemalloc.start()
    try:
        with pytest.raises(MalformedAnswer):
            read_answer(BOMB.encode("utf-16"), NUMBER)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_no_problem_quotes_the_answer():
    for body in (b"<a>0102031234</a>", person(number="<personnummer>01020312345</personnummer>"), answer("Anna Berg")):
        with pytest.raises(MalformedAnswer) as refusal:
            read_answer(body, NUMBER)
        assert "010203" not in str(refusal.value)
        assert "Anna" not in str(refusal.value)
        assert refusal.value.__cause__ is None
        assert refusal.value.__context__ is None
