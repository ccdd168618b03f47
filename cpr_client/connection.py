"""Which registry, as whom, and how patiently: one frozen value, checked as it is made.

The names of settings in the messages are the ones that an operator types (docs/reference/settings.md).
Nothing is read from the environment but the proxies and the trusted roots that requests knows of, and
those where the connection is opened (cpr_client/exchange.py).
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from cpr_client.errors import ConfigurationError

SETTING = "PATRONSYNC_REGISTRY_"
"""What the names of this room's settings begin with."""

VERSIONS = ("4", "5")
"""The versions of PersonBaseDataExtended that the client speaks; 5 is 4 with four optional elements more."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CVR = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class InvocationContext:
    """Who asks, by the four UUIDs of a service agreement; lower case, as the contract demands.

    Raises `ConfigurationError` that names the setting of the first one that is none.
    """

    service_agreement_uuid: str
    user_system_uuid: str
    user_uuid: str
    service_uuid: str

    def __post_init__(self) -> None:
        for field in self.__slots__:
            if not _UUID.fullmatch(getattr(self, field)):
                raise ConfigurationError(
                    f"{SETTING}{field.upper()}: not a UUID in lower case (8-4-4-4-12 of 0-9 and a-f)"
                )


@dataclass(frozen=True, slots=True)
class AuthorityContext:
    """Who asks, by the municipality's CVR number alone: eight digits, else `ConfigurationError`."""

    municipality_cvr: str

    def __post_init__(self) -> None:
        if not _CVR.fullmatch(self.municipality_cvr):
            raise ConfigurationError(f"{SETTING}MUNICIPALITY_CVR: not a CVR number of eight digits")


@dataclass(frozen=True, slots=True)
class RegistryConfig:
    """Everything that a client needs to know. Times are seconds.

    `url`: the service's endpoint, `https://`, or `http://` on the loopback interface alone.
    `wsdl`: a downloaded WSDL to hold to instead of our own. `certificate`, `key`, `ca`: PEM files (the
    certificate's may hold the key, too; no `ca`: the roots that requests trusts, environment included).
    `context` may be missing on the loopback interface alone, and so may `certificate`: see `require_complete`.
    `rate`: requests a second at most, over all threads, None for no limit. `deadline`: for one look-up
    with all its attempts, waiting for `rate` aside. `breaker_seconds`: nothing but failures for so long, and
    the registry is taken to be down (cpr_client.breaker).

    Raises `ConfigurationError` that names the setting.
    """

    url: str
    version: str = "5"
    wsdl: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    ca: Path | None = None
    context: InvocationContext | AuthorityContext | None = None
    concurrency: int = 32
    rate: float | None = None
    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    deadline: float = 60.0
    breaker_seconds: float = 5.0

    def __post_init__(self) -> None:
        self._check_url()
        if self.version not in VERSIONS:
            raise ConfigurationError(f"{SETTING}VERSION: must be {' or '.join(VERSIONS)}")
        if self.key and not self.certificate:
            raise ConfigurationError(f"{SETTING}CERTIFICATE: a key is set, but not the certificate that it belongs to")
        if self.concurrency < 1:
            raise ConfigurationError(f"{SETTING}CONCURRENCY: must be 1 or more")
        if self.rate is not None and not self.rate > 0:
            raise ConfigurationError(f"{SETTING}RATE: must be above 0, or not set for no limit")
        for setting in ("connect_timeout", "read_timeout", "deadline"):
            if not 0 < getattr(self, setting) < 86_400:
                raise ConfigurationError(f"{SETTING}{setting.upper()}: must be seconds above 0 and below a day")

    def _check_url(self) -> None:
        parts = _split(self.url)
        if parts.scheme not in ("http", "https"):
            raise ConfigurationError(f"{SETTING}URL: must begin with https:// (or http:// on the loopback interface)")
        if parts.username is not None or parts.password is not None:
            raise ConfigurationError(f"{SETTING}URL: must hold no user name and no password: certificates identify us")
        if parts.fragment:
            raise ConfigurationError(f"{SETTING}URL: must have no part behind a #")
        if parts.scheme == "http" and not self.on_loopback:
            raise ConfigurationError(
                f"{SETTING}URL: http:// is for the loopback interface alone; a registry elsewhere needs https://"
            )

    @property
    def host(self) -> str:
        """Host and port as in the URL, to be shown to an operator."""
        return _split(self.url).netloc

    @property
    def on_loopback(self) -> bool:
        """True where the registry is on this machine's loopback interface: the demo registry, or a tunnel."""
        name = _split(self.url).hostname or ""
        if name == "localhost":
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    def require_complete(self) -> None:
        """Raises `ConfigurationError` where something is missing that a registry off this machine asks for.

        Without a client certificate some servers just reset the connection, which would look like an outage.
        """
        if self.on_loopback:
            return
        if self.certificate is None:
            raise ConfigurationError(f"{SETTING}CERTIFICATE: is not set; the registry knows us by it (mutual TLS)")
        if self.context is None:
            raise ConfigurationError(
                f"{SETTING}SERVICE_AGREEMENT_UUID and its three companions, or {SETTING}MUNICIPALITY_CVR: are not set; "
                "the registry must be told who asks"
            )


def _split(url: str) -> SplitResult:
    """The URL's parts; `ConfigurationError` for what is none. The message does not repeat it."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(c.isspace() for c in url):
        raise ConfigurationError(f"{SETTING}URL: not the address of a web service (https://HOST/PATH)") from None
    return parts
