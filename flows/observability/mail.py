"""E-mail to whoever runs the nights: over verified TLS, or to a mail server on this machine."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from urllib.parse import urlsplit

from flows.errors import UserError
from flows.observability.redaction import mask
from flows.settings import Settings
from flows.settings.notifications import is_loopback, user_and_password

PATIENCE = 30.0  # seconds

_PORTS = {"smtp": 587, "smtps": 465}


def send(settings: Settings, subject: str, text: str) -> list[str]:
    """Sends a mail and returns to whom; nobody where none is set. Raises `UserError` naming the server, no secret."""
    to = settings.email_addresses()
    if not to:
        return []
    message = EmailMessage()
    message["From"] = settings.notify_email_from or to[0]
    message["To"] = ", ".join(to)
    message["Subject"] = mask(" ".join(subject.split()))
    message["Auto-Submitted"] = "auto-generated"  # no holiday answers
    message.set_content(mask(text))
    with _connected(settings) as server:
        refused = server.send_message(message)
    if refused:
        raise UserError(f"The mail server took the mail, but not for {', '.join(refused)}.", "Look at the addresses.")
    return to


def try_it(settings: Settings) -> str:
    """Connects and logs in, and sends nothing; says where. Raises as `send` does."""
    with _connected(settings) as server:
        server.noop()
        return f"{server._host}: takes our mail"  # type: ignore[attr-defined]


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    assert settings.smtp_url is not None
    url = urlsplit(settings.smtp_url.get_secret_value())
    host, login = url.hostname or "", user_and_password(url)
    place = f"{host}:{url.port or _PORTS[url.scheme]}"
    try:
        context = ssl.create_default_context(cafile=settings.smtp_ca)
        port = url.port or _PORTS[url.scheme]
        server = (
            smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
            if url.scheme == "smtps"
            else smtplib.SMTP(host, port, timeout=PATIENCE)
        )
        with server:
            if url.scheme == "smtp" and not is_loopback(host):
                server.starttls(context=context)
            if login is not None:
                server.login(*login)
            yield server
    except ssl.SSLError:
        raise UserError(
            f"The mail server {place} can't be verified.",
            "Its certificate must name its host and be under a root of PATRONSYNC_SMTP_CA (else: of this machine).",
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise UserError(
            f"The mail server {place} offers no TLS, or no way to log in.", "Use smtps://, or another server."
        ) from None
    except smtplib.SMTPAuthenticationError:
        raise UserError(f"The mail server {place} does not let us in.", "Look at PATRONSYNC_SMTP_URL.") from None
    except (smtplib.SMTPException, OSError) as error:
        raise UserError(
            f"The mail server {place} does not take our mail ({type(error).__name__}).", "Look at PATRONSYNC_SMTP_URL."
        ) from None
