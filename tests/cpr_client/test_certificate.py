"""Certificates and keys as files: how long they last, and what is wrong with them, by the setting's name."""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from cpr_client import CertificateProblem, RegistryConfig, open_client, read_validity, readable_by_others
from cpr_client.demo.certificates import Issued

URL = "https://127.0.0.1:9/registry"


def refused(**files: Path) -> str:
    """The message with which the client refuses to be opened."""
    with pytest.raises(CertificateProblem) as refusal:
        open_client(RegistryConfig(url=URL, **files))
    assert refusal.value.__cause__ is None
    return str(refusal.value)


def test_the_days_left_are_counted_from_the_day_given(authority):
    issued = authority.issue("ending", first_day=date(2026, 1, 1), last_day=date(2026, 5, 31))
    validity = read_validity(issued.certificate)
    assert validity.not_before.isoformat() == "2026-01-01T00:00:00+00:00"
    assert [validity.days_left(date(2026, month, 1)) for month in (5, 6)] == [30, -1]


def test_a_file_that_holds_no_certificate_names_the_setting(our_certificate, tmp_path):
    for file in (our_certificate.key, tmp_path / "missing.pem"):
        with pytest.raises(CertificateProblem, match=r"^PATRONSYNC_REGISTRY_CERTIFICATE: "):
            read_validity(file)


def test_certificate_and_key_may_stand_in_one_file(our_certificate, tmp_path):
    both = tmp_path / "both.pem"
    both.write_bytes(our_certificate.certificate.read_bytes() + our_certificate.key.read_bytes())
    both.chmod(0o600)
    with open_client(RegistryConfig(url=URL, certificate=both)):
        pass


def test_a_missing_file_names_its_setting(our_certificate, tmp_path):
    missing = tmp_path / "missing.pem"
    right: dict[str, Path] = {"certificate": our_certificate.certificate, "key": our_certificate.key}
    for setting in ("certificate", "key", "ca"):
        assert refused(**{**right, setting: missing}) == (
            f"PATRONSYNC_REGISTRY_{setting.upper()}: the file can't be read (No such file or directory)"
        )


def test_a_key_that_belongs_to_another_certificate_is_named(our_certificate, authority):
    other = authority.issue("other")
    assert refused(certificate=our_certificate.certificate, key=other.key) == (
        "PATRONSYNC_REGISTRY_KEY: the key does not fit the certificate in PATRONSYNC_REGISTRY_CERTIFICATE"
    )


def test_an_encrypted_key_is_refused_and_no_password_asked_for(our_certificate, tmp_path):
    key = serialization.load_pem_private_key(our_certificate.key.read_bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    assert refused(certificate=our_certificate.certificate, key=locked).startswith(
        "PATRONSYNC_REGISTRY_KEY: the key is encrypted"
    )


def test_files_that_hold_something_else_are_named(our_certificate, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("nothing in here")
    certificate, key = our_certificate.certificate, our_certificate.key
    assert refused(certificate=note, key=key).startswith("PATRONSYNC_REGISTRY_CERTIFICATE: holds no certificate")
    assert refused(certificate=certificate, key=note).startswith("PATRONSYNC_REGISTRY_KEY: holds no private key")
    assert refused(certificate=certificate).startswith("PATRONSYNC_REGISTRY_CERTIFICATE: holds no private key")
    assert refused(ca=note).startswith("PATRONSYNC_REGISTRY_CA: holds no certificates")
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    assert "PATRONSYNC_REGISTRY_CERTIFICATE" in refused(certificate=broken, key=key)
    assert refused(ca=broken).startswith("PATRONSYNC_REGISTRY_CA: holds no certificates")


@pytest.fixture
def own_copy(our_certificate: Issued, tmp_path: Path) -> Issued:
    key = tmp_path / "copy.key"
    key.write_bytes(our_certificate.key.read_bytes())
    key.chmod(0o600)
    return Issued(our_certificate.certificate, key)


def test_a_key_that_others_may_read_is_warned_of(own_copy, caplog):
    own_copy.key.chmod(0o644)
    assert readable_by_others(own_copy.key)
    with (
        caplog.at_level(logging.WARNING),
        open_client(RegistryConfig(url=URL, certificate=own_copy.certificate, key=own_copy.key)),
    ):
        pass
    assert [record.getMessage() for record in caplog.records] == [
        "PATRONSYNC_REGISTRY_KEY: the key file is readable by other users of this machine: chmod 600"
    ]


def test_a_key_of_one_s_own_is_not_warned_of(own_copy, caplog):
    assert not readable_by_others(own_copy.key)
    with (
        caplog.at_level(logging.WARNING),
        open_client(RegistryConfig(url=URL, certificate=own_copy.certificate, key=own_copy.key)),
    ):
        pass
    assert caplog.records == []
