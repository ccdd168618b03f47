"""`patronsync find`: the patron number of whoever has a CPR number, which is typed unseen and kept nowhere."""

from __future__ import annotations

import getpass
import sys
import warnings

from cpr_client.cpr_number import CprNumber, InvalidCprNumber
from flows.cli.options import Json
from flows.cli.output import Output
from flows.errors import UsageError, UserError


def find(as_json: Json = False) -> None:
    """Ask for a CPR number, unseen, and answer with the patron number. Elsewhere than on a terminal: a line is read."""
    from db.connect import connect
    from db.patrons.store import find_by_number
    from flows.local.embedded import environment
    from flows.settings import current
    from flows.wording import words

    w = words(current().language)["find"]
    cpr_number = _asked_for(w["ask"])
    with environment() as settings, connect(settings.connection_url, autocommit=True) as connection:
        found = find_by_number(connection, cpr_number)
    if found.patron_number is None and not found.guardian_links:
        raise UserError(
            "Nobody in the library has this CPR number, or had it (not repeated here).",
            "Type it again, as it stands on the health card; else they are no patron, and no patron's guardian.",
        )
    output = Output(as_json)
    output.result(
        {"patron_number": found.patron_number, "former": found.former, "guardian_links": found.guardian_links}
    )
    if not as_json:
        said = "guardian" if found.patron_number is None else "former" if found.former else "patron"
        links = ", ".join(map(str, found.guardian_links))
        output.say(w[said].format(patron_number=found.patron_number, links=links))


def _asked_for(prompt: str) -> CprNumber:
    """The number from the terminal, without echo, or else one line of standard input."""
    try:
        return CprNumber.parse(_typed(prompt))
    except InvalidCprNumber:
        raise UsageError(
            "This is no CPR number (not repeated here).",
            "Type ten digits, with or without a hyphen after the sixth; or give them on one line of standard input.",
        ) from None


def _typed(prompt: str) -> str:
    try:
        if not sys.stdin.isatty():
            return sys.stdin.readline()
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # where it could not be hidden it is not read
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise UsageError(
            "This terminal cannot hide what is typed.", "Give the number on standard input, from a file or a program."
        ) from None
    except (EOFError, UnicodeDecodeError):
        return ""
