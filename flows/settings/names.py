"""How a setting's field and its variable are named after each other: `batch_size`, `PATRONSYNC_BATCH_SIZE`."""

from __future__ import annotations

PREFIX = "PATRONSYNC_"
FILE_SUFFIX = "_FILE"
"""A secret's twin: `PATRONSYNC_DATABASE_URL_FILE` names a file that holds the secret."""


def variable(field: str) -> str:
    """The environment variable of a field: `variable("batch_size")` is `PATRONSYNC_BATCH_SIZE`."""
    return PREFIX + field.upper()


def field_of(name: str) -> str:
    """The field of an environment variable, the reverse of `variable`."""
    return name.removeprefix(PREFIX).lower()
