"""Everything about certificates: the TLS context, how long ours is valid, and what a TLS failure means.

Verification is always on. Each error is a `CertificateProblem` that names the setting to look at.
"""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cpr_client.connection import SETTING, RegistryConfig
from cpr_client.errors import CertificateProblem

log = logging.getLogger(__name__)

_CERTIFICATE, _KEY, _CA, _URL = (f"{SETTING}{name}" for name in ("CERTIFICATE", "KEY", "CA", "URL"))

_VERIFY_PROBLEMS = {
    9: f"the registry's certificate is not yet valid: look at this machine's clock and at {_URL}",
    10: f"the registry's certificate has expired: look at {_URL}, and tell the provider",
    18: f"the registry's certificate is self-signed and not among the roots in {_CA}",
    19: f"the registry's certificate ends in a root that is not in {_CA}",
    20: f"the registry's certificate was not issued under a root in {_CA}",
    21: f"the registry's certificate was not issued under a root in {_CA}",
    62: f"the registry's certificate is for another host name than the one in {_URL}",
    64: f"the registry's certificate is for another address than the one in {_URL}",
}
"""OpenSSL's verify codes, in an operator's words."""

_OUR_CERTIFICATE_REFUSED = (
    "CERTIFICATE_REQUIRED",
    "HANDSHAKE_FAILURE",
    "BAD_CERTIFICATE",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_UNKNOWN",
    "UNSUPPORTED_CERTIFICATE",
    "ALERT_UNKNOWN_CA",
    "ACCESS_DENIED",
    "DECRYPT_ERROR",
)
"""Alerts with which a server says that it does not accept our certificate, or misses one."""

_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE")


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate is valid (UTC)."""

    not_before: datetime
    not_after: datetime

    def days_left(self, today: date) -> int:
        """Whole days from `today` to the last day; negative once it has expired."""
        return (self.not_after.date() - today).days


def read_validity(certificate: Path) -> Validity:
    """Reads the first certificate of a PEM file. Raises `CertificateProblem` where there is none."""
    # cryptography costs 50 ms to import, and a look-up never needs it.
    from cryptography import x509

    try:
        first = x509.load_pem_x509_certificate(_read(certificate, _CERTIFICATE))
    except ValueError:
        raise CertificateProblem(f"{_CERTIFICATE}: holds no certificate in PEM form") from None
    return Validity(first.not_valid_before_utc, first.not_valid_after_utc)


def readable_by_others(key: Path) -> bool:
    """True where other users of the machine may read the key file.

    The owner's group counts as others unless the owner is root, who has to share it with somebody.
    """
    state = key.stat()
    shared = 0o007 if state.st_uid == 0 else 0o077
    return bool(state.st_mode & shared)


def tls_context(config: RegistryConfig, roots: str) -> ssl.SSLContext:
    """The one TLS context of a client: `roots` (file or folder of PEM) trusted, our certificate loaded.

    Raises `CertificateProblem`; warns in the log where the key is readable by others.
    """
    context = _trusting(roots)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.certificate:
        _load_ours(context, config.certificate, config.key)
    return context


def _trusting(roots: str) -> ssl.SSLContext:
    folder = Path(roots).is_dir()
    if not folder:
        _read(Path(roots), _CA)
    try:
        context = ssl.create_default_context(cafile=None if folder else roots, capath=roots if folder else None)
    except ssl.SSLError:
        raise CertificateProblem(f"{_CA}: holds no certificates in PEM form") from None
    if not folder and not context.cert_store_stats()["x509"]:
        raise CertificateProblem(f"{_CA}: holds no certificates in PEM form")
    return context


def _load_ours(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    holder, setting = (key, _KEY) if key else (certificate, _CERTIFICATE)
    if b"BEGIN CERTIFICATE" not in _read(certificate, _CERTIFICATE):
        raise CertificateProblem(f"{_CERTIFICATE}: holds no certificate in PEM form")
    secret = _read(holder, setting)
    if b"ENCRYPTED" in secret:
        raise CertificateProblem(
            f"{setting}: the key is encrypted; a scheduled run can't type its password: decrypt it"
        )
    if b"PRIVATE KEY" not in secret:
        raise CertificateProblem(f"{setting}: holds no private key in PEM form" + ("" if key else f"; set {_KEY}"))
    if readable_by_others(holder):
        log.warning("%s: the key file is readable by other users of this machine: chmod 600", setting)
    try:
        # The password is a function so that OpenSSL never asks for one at the terminal.
        context.load_cert_chain(certificate, key, password=lambda: "")
    except ssl.SSLError as problem:
        mismatch = "KEY_VALUES_MISMATCH" in (problem.reason or "")
        raise CertificateProblem(
            f"{setting}: the key does not fit the certificate in {_CERTIFICATE}"
            if mismatch
            else f"{_CERTIFICATE}, {_KEY}: can't be loaded ({_reason(problem)})"
        ) from None


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise CertificateProblem(f"{setting}: the file can't be read ({problem.strerror})") from None


def tls_problem(failure: ssl.SSLError, *, certificate_set: bool) -> CertificateProblem | None:
    """What a failed handshake means to an operator, or None where it is the connection that broke."""
    if isinstance(failure, ssl.SSLCertVerificationError):
        known = _VERIFY_PROBLEMS.get(failure.verify_code)
        return CertificateProblem(known or f"the registry's certificate can't be verified: look at {_CA} and {_URL}")
    if isinstance(failure, ssl.SSLEOFError | ssl.SSLZeroReturnError | ssl.SSLSyscallError):
        return None
    reason = _reason(failure)
    if any(word in reason for word in _OUR_CERTIFICATE_REFUSED):
        if certificate_set:
            return CertificateProblem(
                f"the registry does not accept our certificate ({reason}): look at {_CERTIFICATE} and {_KEY}"
            )
        return CertificateProblem(f"the registry asks for a client certificate ({reason}): set {_CERTIFICATE}")
    if any(word in reason for word in _NO_TLS):
        return CertificateProblem(f"no TLS is spoken at the address in {_URL} ({reason})")
    return CertificateProblem(f"TLS failed ({reason}): look at {_URL}, {_CERTIFICATE}, {_KEY} and {_CA}")


def hung_up(*, certificate_set: bool) -> CertificateProblem:
    """What it means that a registry hangs up right after the handshake, before anything was asked."""
    if certificate_set:
        return CertificateProblem(
            "the registry hangs up right after the TLS handshake, as some do that do not accept a certificate: "
            f"look at {_CERTIFICATE} and {_KEY}"
        )
    return CertificateProblem(
        "the registry hangs up right after the TLS handshake, as some do that ask for a client certificate: "
        f"set {_CERTIFICATE}"
    )


def _reason(failure: ssl.SSLError) -> str:
    """OpenSSL's own word for the failure, such as TLSV1_ALERT_UNKNOWN_CA."""
    return failure.reason or "no reason given"
