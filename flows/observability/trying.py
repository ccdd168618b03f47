"""What `patronsync check` tries beyond the house: a look-up of a test number, the mail server, the webhook."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from cpr_client import CprNumber, InvalidCprNumber, PersonNotFound, RegistryError, open_client
from db.connect import connect
from db.errors import DatabaseProblem
from db.status.rights import is_a_patron_s
from flows.errors import UserError
from flows.observability.health import PATIENCE, Finding
from flows.observability.mail import try_it
from flows.settings import Settings

_TEST_NUMBER = "PATRONSYNC_REGISTRY_TEST_NUMBER"
_WRITE_ONE = "Write one of the provider's test numbers."
_NOBODY = "Set PATRONSYNC_NOTIFY_EMAIL_TO and PATRONSYNC_SMTP_URL, or PATRONSYNC_NOTIFY_WEBHOOK_URL."


def look_up_test_number(settings: Settings) -> Iterator[Finding]:
    """One look-up of the test number that the settings name, if they do; told without it, and without whose it is."""
    if settings.registry_test_number is None:
        return
    try:
        number = CprNumber.parse(settings.registry_test_number.get_secret_value())
    except InvalidCprNumber:
        yield Finding("registry", False, f"{_TEST_NUMBER} is no CPR number", _WRITE_ONE)
        return
    if _is_a_patron_s(settings, number):
        yield Finding("registry", False, f"{_TEST_NUMBER} is a patron's: nobody was looked up", _WRITE_ONE)
        return
    try:
        with open_client(settings.registry_config()) as client:
            client.lookup(number)
    except PersonNotFound:
        said = "a look-up works, but the registry does not know the test number"
        yield Finding("registry", None, said, f"Mend {_TEST_NUMBER}.")
    except RegistryError as error:
        yield Finding("registry", False, f"a look-up of the test number fails: {error}", "It says who must act.")
    else:
        yield Finding("registry", True, "a look-up of the test number was answered")


def _is_a_patron_s(settings: Settings, number: CprNumber) -> bool:
    """A look-up of a patron belongs in the access log; a check has no run to write it for. In doubt: it is."""
    try:
        with connect(settings.connection_url, name="patronsync check") as connection:
            return is_a_patron_s(connection, number)
    except DatabaseProblem:
        return True


def look_at_notices(settings: Settings) -> Iterator[Finding]:
    """Who is told when a night needs a hand: mail server and webhook's host are there. Nothing is sent."""
    if settings.notify_email_to and settings.smtp_url is None:
        said = "PATRONSYNC_NOTIFY_EMAIL_TO is set without a mail server"
        yield Finding("notices", False, said, "Set PATRONSYNC_SMTP_URL.")
    elif not settings.notifies:
        yield Finding("notices", None, "nobody is told when a night needs a hand", _NOBODY)
    if settings.email_addresses():
        try:
            yield Finding("notices", True, try_it(settings))
        except UserError as error:
            yield Finding("notices", False, error.message, error.remedy)
    if settings.notify_webhook_url is not None:
        yield _knock_at_webhook(settings.notify_webhook_url.get_secret_value())


def _knock_at_webhook(url: str) -> Finding:
    """Connects, over TLS where the address says so; asks nothing, since any question could be taken for a notice."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((host, port), timeout=PATIENCE) as connection:
            if parts.scheme == "https":
                with ssl.create_default_context().wrap_socket(connection, server_hostname=host):
                    pass
    except OSError as error:
        said = f"the webhook's host {host}:{port} does not answer ({type(error).__name__})"
        return Finding("notices", False, said, "Look at PATRONSYNC_NOTIFY_WEBHOOK_URL.")
    return Finding("notices", True, f"the webhook's host {host}:{port} is there")
