"""Mutual TLS with certificates made on the fly, over a real socket."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cpr_client.cpr_number import CprNumber
from cpr_client.demo.certificates import Issued, MadeUpAuthority
from cpr_client.demo.registry import Registry
from cpr_client.demo.server import DemoRegistry
from tests.cpr_client.demo.asking import envelope, headers


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> MadeUpAuthority:
    """Trusted by the server."""
    return MadeUpAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def demo(cases: Registry, authority: MadeUpAuthority) -> Iterator[DemoRegistry]:
    """The cases, served over mutual TLS."""
    with DemoRegistry(cases, tls=authority.server_tls()) as running:
        yield running


def _ask(demo: DemoRegistry, number: CprNumber, root: Path, client: Issued | None, host: str = "127.0.0.1") -> bytes:
    context = ssl.create_default_context(cafile=str(root))
    if client is not None:
        context.load_cert_chain(client.certificate, client.key)
    parts = urlsplit(demo.url)
    line = http.client.HTTPSConnection(host, parts.port, context=context, timeout=10)
    try:
        line.request("POST", parts.path, envelope(number.digits), headers())
        return line.getresponse().read()
    finally:
        line.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_client_with_the_right_certificate_is_answered(
    demo: DemoRegistry, authority: MadeUpAuthority, host: str
) -> None:
    number = demo.registry.cases["status 1"]

    assert demo.url.startswith("https://")
    assert number.digits.encode() in _ask(demo, number, authority.root, authority.issue("client"), host)


def test_a_client_without_a_certificate_or_with_one_of_another_authority_is_turned_away(
    demo: DemoRegistry, authority: MadeUpAuthority, tmp_path: Path
) -> None:
    number = demo.registry.cases["status 1"]
    stranger = MadeUpAuthority(tmp_path, name="Another").issue("client")
    for client in (None, stranger):
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
            _ask(demo, number, authority.root, client)
    assert demo.asked.total() == 0


@pytest.mark.parametrize("days", [(date(2001, 1, 1), date(2002, 1, 1)), (date(2090, 1, 1), date(2091, 1, 1))])
def test_an_expired_or_not_yet_valid_certificate_is_turned_away(
    demo: DemoRegistry, authority: MadeUpAuthority, days: tuple[date, date]
) -> None:
    client = authority.issue("out-of-time", first_day=days[0], last_day=days[1])
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)):
        _ask(demo, demo.registry.cases["status 1"], authority.root, client)
    assert demo.asked.total() == 0


def test_a_client_that_trusts_another_authority_does_not_talk_to_it(
    demo: DemoRegistry, authority: MadeUpAuthority, tmp_path: Path
) -> None:
    other = MadeUpAuthority(tmp_path, name="Another")
    with pytest.raises(ssl.SSLCertVerificationError):
        _ask(demo, demo.registry.cases["status 1"], other.root, authority.issue("client"))


def test_a_certificate_for_another_host_can_be_made(authority: MadeUpAuthority, cases: Registry) -> None:
    tls = authority.server_tls().__class__(authority.issue("elsewhere", hosts=("registry.example",)), authority.root)
    with DemoRegistry(cases, tls=tls) as demo, pytest.raises(ssl.SSLCertVerificationError, match="not valid for"):
        _ask(demo, cases.cases["status 1"], authority.root, authority.issue("client"))


def test_keys_are_for_their_owner_alone(authority: MadeUpAuthority) -> None:
    issued = authority.issue("client")

    assert issued.key.stat().st_mode & 0o777 == 0o600
    assert b"PRIVATE KEY" not in issued.certificate.read_bytes()
