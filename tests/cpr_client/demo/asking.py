"""Asks the demo registry as plainly as can be: `http.client`, and an envelope written out here."""

from __future__ import annotations

import http.client
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml import etree

from cpr_client.base_data.contract import CPR_NUMBER, NAMESPACES, SOAP_ACTIONS, SOAP_ENVELOPE
from cpr_client.cpr_number import CprNumber
from cpr_client.demo.server import DemoRegistry


class Got(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def text(self, element: str) -> str | None:
        """The text of the first element with that name."""
        found = etree.fromstring(self.body).find(f".//{{*}}{element}")
        return None if found is None else found.text

    @property
    def fault(self) -> str | None:
        """The fault's text."""
        string = etree.fromstring(self.body).find(".//faultstring")
        return None if string is None else string.text


def envelope(digits: str, version: str = "5") -> str:
    """A question without any context."""
    return (
        f'<e:Envelope xmlns:e="{SOAP_ENVELOPE}"><e:Body><PersonLookupRequest xmlns="{NAMESPACES[version]}">'
        f'<PNR xmlns="{CPR_NUMBER}">{digits}</PNR></PersonLookupRequest></e:Body></e:Envelope>'
    )


def headers(version: str = "5") -> dict[str, str]:
    """The headers of a right question."""
    return {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{SOAP_ACTIONS[version]}"'}


def connection(url: str) -> http.client.HTTPConnection:
    """A connection to the server of `url`."""
    return http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)


def over(line: http.client.HTTPConnection, method: str, path: str, body: str | bytes = "", **more: str) -> Got:
    """One request over an open connection."""
    line.request(method, path, body.encode() if isinstance(body, str) else body, more)
    answer = line.getresponse()
    return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


def post(demo: DemoRegistry, body: str | bytes, version: str = "5", **changed: str | None) -> Got:
    """One POST to the service; a header changed to None is left out."""
    url = demo.url_for(version)
    sent = {name: value for name, value in {**headers(version), **changed}.items() if value is not None}
    line = connection(url)
    try:
        return over(line, "POST", urlsplit(url).path, body, **sent)
    finally:
        line.close()


def ask(demo: DemoRegistry, number: CprNumber, version: str = "5") -> Got:
    """One right question."""
    return post(demo, envelope(number.digits, version), version)
