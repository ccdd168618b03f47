"""The SOAP side of the demo registry: is this a question of the contract, and for which number?

A wrong question is answered with a fault that says what is wrong, by element names alone: nothing out
of the request is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape

from lxml import etree

from cpr_client.base_data.contract import CPR_NUMBER, FAULT, SOAP_ACTIONS, SOAP_ENVELOPE, schema_file
from cpr_client.demo.answers import envelope
from cpr_client.demo.wire import XML, Reply

_ENVELOPE = f"{{{SOAP_ENVELOPE}}}Envelope"
_HEADER = f"{{{SOAP_ENVELOPE}}}Header"
_BODY = f"{{{SOAP_ENVELOPE}}}Body"
_MUST_UNDERSTAND = f"{{{SOAP_ENVELOPE}}}mustUnderstand"
_PNR = f"{{{CPR_NUMBER}}}PNR"
_ELEMENT_NAMED = re.compile(r"Element '(?:\{[^}']*\})?([^']+)'")

NOT_FOUND_FORMS = ("text", "token", "detail")
"""How "not found" is written: `PNR not found`, `PNRNotFound`, or the latter in the fault's detail alone."""


class Refused(Exception):
    """The question is wrong; `reply` is the fault to send."""

    def __init__(self, reply: Reply) -> None:
        super().__init__("a wrong question")
        self.reply = reply


def fault(text: str, errors: Iterable[tuple[str, str]] = (), code: str = "Server") -> Reply:
    """A SOAP fault (HTTP 500); `errors` are the codes and texts of the service's own detail."""
    entries = "".join(
        f"<Error><ErrorCode>{escape(error_code)}</ErrorCode><ErrorText>{escape(error_text)}</ErrorText></Error>"
        for error_code, error_text in errors
    )
    detail = ""
    if entries:
        detail = f'<detail><ServiceplatformFault xmlns="{FAULT}"><ErrorList>{entries}</ErrorList>'
        detail += "</ServiceplatformFault></detail>"
    body = (
        f"<soap:Fault><faultcode>soap:{code}</faultcode><faultstring>{escape(text)}</faultstring>{detail}</soap:Fault>"
    )
    return Reply(500, envelope(body), XML)


def not_found(form: str) -> Reply:
    """The fault for a number that the registry does not know, in one of `NOT_FOUND_FORMS`."""
    if form == "text":
        return fault("PNR not found", [("10", "PNR not found")])
    if form == "token":
        return fault("PNRNotFound")
    return fault("Service fault", [("PNRNotFound", "See the code")])


class Contract:
    """One version's contract: reads questions. To be used by one thread."""

    def __init__(self, version: str) -> None:
        self.version = version
        self._schema = etree.XMLSchema(etree.parse(str(schema_file(version))))
        self._parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
        self._actions = frozenset({SOAP_ACTIONS[version], f'"{SOAP_ACTIONS[version]}"'})

    def question(self, content_type: str, action: str | None, body: bytes) -> str:
        """The ten digits asked for. Raises `Refused`."""
        if content_type.partition(";")[0].strip().lower() != "text/xml":
            raise Refused(_wrong("the Content-Type of SOAP 1.1 is text/xml"))
        if action not in self._actions:
            raise Refused(_wrong("the SOAPAction header is not that of PersonLookup in this version"))
        try:
            root = etree.fromstring(body, self._parser)
        except (etree.XMLSyntaxError, ValueError):
            raise Refused(_wrong("the request is no XML")) from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise Refused(_wrong("a request has no DOCTYPE"))
        request = _body_of(root)
        try:
            self._schema.assertValid(request)
        except etree.DocumentInvalid as error:
            found = _ELEMENT_NAMED.search(str(error))
            where = found[1] if found else "the request"
            raise Refused(_wrong(f"the request is not valid by the contract: {where}")) from None
        digits = request.findtext(_PNR) or ""
        if not (len(digits) == 10 and digits.isascii() and digits.isdigit()):
            raise Refused(_wrong("PNR must be ten digits"))
        return digits


def _body_of(root: etree._Element) -> etree._Element:
    """The one element of the SOAP body. Raises `Refused`."""
    if root.tag != _ENVELOPE:
        raise Refused(fault("the request is no SOAP 1.1 envelope", code="VersionMismatch"))
    header, body = root.find(_HEADER), root.find(_BODY)
    if header is not None and any(entry.get(_MUST_UNDERSTAND) == "1" for entry in header):
        raise Refused(fault("a header that must be understood is not", code="MustUnderstand"))
    if body is None or len(body) != 1:
        raise Refused(_wrong("the SOAP body holds one element"))
    return body[0]


def _wrong(what: str) -> Reply:
    return fault("The request is wrong", [("InvalidRequest", what)], code="Client")
