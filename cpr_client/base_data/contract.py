"""The service contract PersonBaseDataExtended, as files of our own: one folder a version.

`v4/` and `v5/` hold the WSDL and the schema of question and answer, `common/` what both share.
They are written from the facts in docs/reference/registry.md; tests hold them against the published
contract, element by element, where that is at hand.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lxml import etree

from cpr_client.connection import VERSIONS

OPERATION = "PersonLookup"
"""The service's one operation."""

SOAP_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
CPR_NUMBER = "http://serviceplatformen.dk/xml/schemas/cpr/PNR/1/"
FAULT = "http://serviceplatformen.dk/xml/schemas/ServiceplatformFault/1/"

NAMESPACES = {v: f"http://serviceplatformen.dk/xml/wsdl/soap11/CPR/PersonBaseDataExtended/{v}/" for v in VERSIONS}
"""The service's namespace by version."""

SOAP_ACTIONS = {v: f"{namespace}{OPERATION}" for v, namespace in NAMESPACES.items()}
"""The SOAPAction header by version, without its quotes."""

_XSD = "http://www.w3.org/2001/XMLSchema"
_FOLDER = Path(__file__).resolve().parent


def wsdl_file(version: str) -> Path:
    """Our own WSDL of `version` ("4" or "5")."""
    return _FOLDER / f"v{version}" / "PersonBaseDataExtended.wsdl"


def schema_file(version: str) -> Path:
    """Our own schema of question and answer of `version` ("4" or "5")."""
    return _FOLDER / f"v{version}" / "person_lookup.xsd"


def fault_schema_file() -> Path:
    """Our own schema of the fault's detail, the same in both versions."""
    return _FOLDER / "common" / "fault.xsd"


@cache
def answer_elements(version: str) -> frozenset[str]:
    """The names, without namespace, of all elements that an answer of `version` may hold: read from our schema."""
    files = (schema_file(version), _FOLDER / "common" / "answer_parts.xsd")
    return frozenset(
        str(element.attrib["name"])
        for file in files
        for element in etree.parse(str(file)).iter(f"{{{_XSD}}}element")
        if "name" in element.attrib
    )


@cache
def schema(version: str) -> etree.XMLSchema:
    """The schema of `version`, ready to validate a `PersonLookupRequest` or `PersonLookupResponse`.

    Not for the hot path: the client reads answers without validating them. One thread at a time.
    """
    return etree.XMLSchema(etree.parse(str(schema_file(version))))
