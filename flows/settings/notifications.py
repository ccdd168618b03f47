"""Whom to tell when a night needs a hand, and by which way."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import BaseModel, Field, FilePath, SecretStr, field_validator

from flows.errors import UsageError

_ADDRESS = re.compile(r"[^\s@,<>\"]+@[^\s@,<>\"]+")


class NotificationSettings(BaseModel):
    """E-mail, a webhook, both, or nobody."""

    notify_webhook_url: SecretStr | None = Field(
        default=None,
        description="Address that is sent a JSON object with the key text when a night needs a hand; "
        "https://, or http:// on the loopback interface. Prefect's server calls it: it tells of a dead worker, too.",
    )
    notify_email_to: str | None = Field(
        default=None, description="E-mail addresses, comma-separated, that are told when a night needs a hand."
    )
    notify_email_from: str | None = Field(
        default=None,
        description="E-mail address of the sender.",
        json_schema_extra={"default": "the first of PATRONSYNC_NOTIFY_EMAIL_TO"},
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The mail server: smtp://USER:PASSWORD@HOST:PORT (turned to TLS by STARTTLS) or smtps://...; "
        "without TLS on the loopback interface alone.",
    )
    smtp_ca: FilePath | None = Field(
        default=None,
        description="PEM file of the roots that the mail server's certificate is held to.",
        json_schema_extra={"default": "the roots of this machine"},
    )
    notify_late_after_minutes: int = Field(
        default=30, ge=5, le=1440, description="A night that has not begun so many minutes after its time is told of."
    )
    notify_longer_than_hours: float = Field(
        default=6, gt=0, le=48, description="A run that is still at work after so many hours is told of."
    )

    @field_validator("notify_webhook_url")
    @classmethod
    def _webhook_is_encrypted_or_local(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            parts = _split("PATRONSYNC_NOTIFY_WEBHOOK_URL", url)
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
                raise UsageError(
                    "PATRONSYNC_NOTIFY_WEBHOOK_URL is neither https:// nor http:// on this machine.",
                    "Write an https:// address.",
                )
        return url

    @field_validator("smtp_url")
    @classmethod
    def _mail_server_is_an_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and _split("PATRONSYNC_SMTP_URL", url).scheme not in ("smtp", "smtps"):
            raise UsageError(
                "PATRONSYNC_SMTP_URL is neither smtp:// nor smtps://.",
                "Write smtps://USER:PASSWORD@HOST:PORT (special characters of a password percent-encoded).",
            )
        return url

    @field_validator("notify_email_to", "notify_email_from")
    @classmethod
    def _are_addresses(cls, given: str | None) -> str | None:
        for address in (given or "").split(","):
            if given is not None and not _ADDRESS.fullmatch(address.strip()):
                raise ValueError("should be an e-mail address, such as drift@library.example")
        return given

    def email_addresses(self) -> list[str]:
        """Whom to write to; nobody unless a mail server is set, too."""
        if self.smtp_url is None:
            return []
        return [address.strip() for address in (self.notify_email_to or "").split(",") if address.strip()]

    @property
    def notifies(self) -> bool:
        """Whether anybody is told."""
        return self.notify_webhook_url is not None or bool(self.email_addresses())


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own."""
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def user_and_password(url: SplitResult) -> tuple[str, str] | None:
    """What an address says that one logs in with; None: nothing."""
    return (unquote(url.username), unquote(url.password or "")) if url.username else None


def _split(name: str, url: SecretStr) -> SplitResult:
    """The parts of an address. Raises `UsageError` where it is none; never quotes it."""
    try:
        parts = urlsplit(url.get_secret_value())
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"{name} is no address.", "Write scheme://HOST:PORT.")
    return parts
