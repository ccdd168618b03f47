"""TLS over a real socket, against a registry that demands a client certificate: each failure names the setting."""

from __future__ import annotations

import socket
import ssl
from datetime import date

import pytest

from cpr_client import CertificateProblem, CprNumber, RegistryConfig, RegistryUnavailable, open_client
from cpr_client.demo.server import DemoRegistry
from tests.cpr_client.servers import serving


def look_up(demo: DemoRegistry, **settings):
    """One look-up of one of its people."""
    someone = next(iter(demo.registry)).cpr_number
    with open_client(RegistryConfig(url=settings.pop("url", demo.url), **settings)) as client:
        person = client.lookup(someone)
    assert person.cpr_number == someone


def local(port: int, **settings) -> RegistryConfig:
    """A registry at this port, over TLS."""
    return RegistryConfig(url=f"https://127.0.0.1:{port}/", **settings)


def problem(demo: DemoRegistry, **settings) -> str:
    """The message of the certificate problem that the look-up ends in."""
    with pytest.raises(CertificateProblem) as failure:
        look_up(demo, **settings)
    assert demo.asked.total() == 0
    return str(failure.value)


@pytest.fixture
def ours(authority, our_certificate):
    """The right settings."""
    return {"certificate": our_certificate.certificate, "key": our_certificate.key, "ca": authority.root}


def test_the_right_certificate_is_let_in(tls_registry, ours):
    demo = tls_registry()
    look_up(demo, **ours)
    with open_client(RegistryConfig(url=demo.url, **ours)) as client:
        assert client.knock() == 405


def test_no_certificate_is_turned_away(tls_registry, authority):
    assert "set PATRONSYNC_REGISTRY_CERTIFICATE" in problem(tls_registry(), ca=authority.root)


def test_a_certificate_of_another_authority_is_turned_away(tls_registry, another_authority, ours):
    stranger = another_authority.issue("stranger")
    said = problem(tls_registry(), **{**ours, "certificate": stranger.certificate, "key": stranger.key})
    assert "PATRONSYNC_REGISTRY_CERTIFICATE" in said


@pytest.mark.parametrize(
    ("first", "last"), [(date(2001, 1, 1), date(2001, 12, 31)), (date(2090, 1, 1), date(2091, 1, 1))]
)
def test_a_certificate_of_ours_that_is_not_valid_today_is_turned_away(tls_registry, authority, ours, first, last):
    old = authority.issue("old", first_day=first, last_day=last)
    said = problem(tls_registry(), **{**ours, "certificate": old.certificate, "key": old.key})
    assert "PATRONSYNC_REGISTRY_CERTIFICATE" in said


def test_a_registry_under_another_authority_is_not_trusted(tls_registry, another_authority, ours):
    said = problem(tls_registry(another_authority.issue("server")), **ours)
    assert "PATRONSYNC_REGISTRY_CA" in said


def test_a_registry_is_not_trusted_without_its_authority(tls_registry, ours):
    assert "PATRONSYNC_REGISTRY_CA" in problem(tls_registry(), **{**ours, "ca": None})


def test_a_registry_with_another_host_s_certificate_is_not_trusted(tls_registry, authority, ours):
    demo = tls_registry(authority.issue("elsewhere", hosts=("registry.invalid",)))
    assert "another address" in problem(demo, **ours)
    by_name = demo.url.replace("127.0.0.1", "localhost")
    said = problem(demo, **ours, url=by_name)
    assert "another host name" in said
    assert "PATRONSYNC_REGISTRY_URL" in said


def test_a_registry_whose_certificate_has_expired_is_not_trusted(tls_registry, authority, ours):
    demo = tls_registry(authority.issue("expired", first_day=date(2001, 1, 1), last_day=date(2001, 12, 31)))
    said = problem(demo, **ours)
    assert "has expired" in said
    assert "PATRONSYNC_REGISTRY_URL" in said


def test_a_registry_whose_certificate_is_not_yet_valid_is_not_trusted(tls_registry, authority, ours):
    demo = tls_registry(authority.issue("early", first_day=date(2090, 1, 1), last_day=date(2091, 1, 1)))
    assert "not yet valid" in problem(demo, **ours)


def test_the_environment_s_roots_are_trusted_where_none_are_set(tls_registry, authority, ours, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.root))
    look_up(tls_registry(), **{**ours, "ca": None})


def test_the_environment_can_t_turn_verification_off(tls_registry, ours, monkeypatch):
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    monkeypatch.setenv("CURL_CA_BUNDLE", "")
    assert "PATRONSYNC_REGISTRY_CA" in problem(tls_registry(), **{**ours, "ca": None})


def test_an_address_where_no_tls_is_spoken_is_named(ours):
    def in_the_clear(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with (
        serving(in_the_clear) as port,
        open_client(local(port, **ours)) as client,
        pytest.raises(CertificateProblem, match=r"no TLS is spoken .*PATRONSYNC_REGISTRY_URL"),
    ):
        client.knock()


def test_a_handshake_that_is_cut_off_is_passing(ours):
    def hang_up(connection: socket.socket) -> None:
        connection.recv(1000)

    with serving(hang_up) as port, open_client(local(port, **ours)) as client, pytest.raises(RegistryUnavailable):
        client.knock()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_registry_that_says_why_it_turns_us_away_is_heard(authority, ours, version):
    issued = authority.issue("talkative")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    context.minimum_version = context.maximum_version = version
    context.verify_mode = ssl.CERT_REQUIRED

    def speak(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    someone = CprNumber("0102031234")
    for settings, said in (({**ours}, "does not accept our"), ({"ca": ours["ca"]}, "asks for a client")):
        with serving(speak) as port, open_client(local(port, **settings)) as client:
            with pytest.raises(CertificateProblem, match=rf"{said} .*_ALERT_.*PATRONSYNC_REGISTRY_CERTIFICATE"):
                client.lookup(someone)
            with pytest.raises(CertificateProblem, match=said):
                client.knock()


def test_old_tls_is_not_spoken(authority, ours):
    issued = authority.issue("old-tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.certificate, issued.key)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1

    def speak(connection: socket.socket) -> None:
        with pytest.raises(ssl.SSLError):
            context.wrap_socket(connection, server_side=True)

    with (
        serving(speak) as port,
        open_client(local(port, **ours)) as client,
        pytest.raises(CertificateProblem, match="PATRONSYNC_REGISTRY_URL"),
    ):
        client.knock()
