"""Answers written by hand, for tests of single elements."""

from __future__ import annotations

from cpr_client import CprNumber
from cpr_client.base_data.contract import NAMESPACES, SOAP_ENVELOPE

NUMBER = CprNumber("0102031234")
ANOTHER = CprNumber("0102035678")

STATUS = "<status><status>1</status></status>"
NUMBER_ELEMENT = f"<personnummer>{NUMBER.digits}</personnummer>"


def answer(inner: str, version: str = "5") -> bytes:
    """A SOAP answer with `inner` as the content of PersonLookupResponse, in the contract's namespace."""
    return envelope(f'<PersonLookupResponse xmlns="{NAMESPACES[version]}">{inner}</PersonLookupResponse>')


def envelope(body: str) -> bytes:
    """A SOAP answer with `body` as what its body holds."""
    return f'<s:Envelope xmlns:s="{SOAP_ENVELOPE}"><s:Body>{body}</s:Body></s:Envelope>'.encode()


def person(data: str = "", rest: str = "", *, number: str = NUMBER_ELEMENT, status: str = STATUS) -> bytes:
    """An answer about NUMBER, status 1, with `data` in persondata and `rest` behind it."""
    return answer(f"<persondata>{number}{data}{status}</persondata>{rest}")


def residing(inner: str) -> bytes:
    """An answer about NUMBER with `inner` as the content of aktuelAdresse."""
    return person(rest=f"<adresse><aktuelAdresse>{inner}</aktuelAdresse></adresse>")


def fault(text: str, code: str = "soap:Server", errors: str = "") -> bytes:
    """A SOAP fault; `errors` is the content of its ErrorList, if any."""
    listed = (
        '<detail><f:ServiceplatformFault xmlns:f="http://serviceplatformen.dk/xml/schemas/ServiceplatformFault/1/">'
        f"<f:ErrorList>{errors}</f:ErrorList></f:ServiceplatformFault></detail>"
        if errors
        else ""
    )
    return envelope(
        f'<s:Fault xmlns:soap="{SOAP_ENVELOPE}"><faultcode>{code}</faultcode>'
        f"<faultstring>{text}</faultstring>{listed}</s:Fault>"
    )


def error(code: str, text: str) -> str:
    """One entry of a fault's ErrorList."""
    return f"<f:Error><f:ErrorCode>{code}</f:ErrorCode><f:ErrorText>{text}</f:ErrorText></f:Error>"
