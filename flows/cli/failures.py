"""How an error that ends a command is told: a message, what to do, an exit code, no traceback."""

from __future__ import annotations

import sys

from cpr_client.errors import RegistryError
from flows.cli import exits
from flows.cli.output import print_json
from flows.errors import UserError
from flows.observability.redaction import mask, told_safely


def report(error: Exception, *, as_json: bool) -> int:
    """Tells of `error` on standard error (with `as_json` on standard output, too) and returns the exit code."""
    message, remedy, code = _in_words(error)
    sys.stderr.write(f"{message}\n")
    if remedy:
        sys.stderr.write(f"{remedy}\n")
    if as_json:
        print_json({"error": mask(message), "remedy": mask(remedy), "exit_code": code})
    return code


def _in_words(error: Exception) -> tuple[str, str, int]:
    from db.errors import DatabaseProblem

    if isinstance(error, UserError):
        return error.message, error.remedy, error.exit_code
    if isinstance(error, DatabaseProblem):
        return _as_sentence(error.message), error.remedy, exits.FAILED
    if isinstance(error, RegistryError):
        return _as_sentence(str(error)), "`patronsync check` tries the registry and says what to mend.", exits.FAILED
    return (
        f"Something unforeseen happened: {told_safely(error)}",
        "Nothing of it was committed half. Run the command again; if it happens again, report the line above: "
        "it holds no data.",
        exits.FAILED,
    )


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
