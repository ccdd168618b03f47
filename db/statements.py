"""The SQL files of this package: `statement("refresh/claim_due")` is the text of `db/refresh/claim_due.sql`.

The file's name is the statement's name; its opening `--` comment says what it does, what goes in and what comes out.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import LiteralString


@cache
def statement(name: str) -> LiteralString:
    """The statement, read once. Its name stands before it (so the server's activity shows it), its comment does not.

    It is the package's own file, so a literal as psycopg wants one. Raises `FileNotFoundError` for an unknown name,
    `ValueError` for a file without an opening comment.
    """
    folder, _, file = name.rpartition("/")
    lines = files("db").joinpath(folder, f"{file}.sql").read_text(encoding="utf-8").splitlines()
    comment = 0
    while comment < len(lines) and lines[comment].startswith("--"):
        comment += 1
    if comment == 0:
        raise ValueError(f"db/{name}.sql must open with a -- comment: what it does, what goes in, what comes out")
    return f"/* {name} */\n" + "\n".join(lines[comment:]).strip() + "\n"
