"""The question as it goes over the wire, for both ways of saying who asks and both versions."""

from __future__ import annotations

import pytest
from lxml import etree

from cpr_client import AuthorityContext, InvocationContext
from cpr_client.base_data import contract, request, zeep_contract
from tests.cpr_client.demo.published import published_schema
from tests.cpr_client.samples import NUMBER

UUIDS = [f"{n}925d7a0-1b5b-11ec-bdc6-000000000000" for n in range(4)]
CONTEXTS = [InvocationContext(*UUIDS), AuthorityContext("00000000"), None]


@pytest.fixture(params=contract.VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=CONTEXTS, ids=["invocation", "authority", "none"])
def question(request: pytest.FixtureRequest, version: str):
    """The SOAP message about NUMBER."""
    from cpr_client.base_data.request import build

    built = build(zeep_contract.load(version), request.param)
    body = built.body(NUMBER)
    assert built.headers["Content-Length"] == str(len(body))
    assert built.headers["SOAPAction"] == f'"{contract.SOAP_ACTIONS[version]}"'
    return etree.fromstring(body)


def content(message):
    """The one element in the message's body."""
    [body] = message
    [inner] = body
    assert message.tag == f"{{{contract.SOAP_ENVELOPE}}}Envelope"
    assert body.tag == f"{{{contract.SOAP_ENVELOPE}}}Body"
    return inner


def test_a_question_is_valid_by_our_schema(question, version):
    contract.schema(version).assertValid(content(question))


def test_a_question_is_valid_by_the_published_schema(question, version, tmp_path):
    published_schema(version, tmp_path).assertValid(content(question))


def test_a_question_asks_about_the_number(question):
    assert content(question).findtext(f"{{{contract.CPR_NUMBER}}}PNR") == NUMBER.digits


def test_a_question_says_who_asks():
    built = request.build(zeep_contract.load("5"), CONTEXTS[0])
    assert all(uuid.encode() in built.prefix for uuid in UUIDS)
    assert b"00000000<" in request.build(zeep_contract.load("5"), CONTEXTS[1]).prefix


def test_a_question_shows_nothing_of_itself():
    built = request.build(zeep_contract.load("5"), CONTEXTS[0])
    assert "925d7a0" not in repr(built)
