"""Loads one file of any kind, without Prefect: read, check, load, list what was rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from db.imports.kinds import load_of
from db.imports.load import Counts, Terms
from flows.errors import UserError
from flows.parameters import Encoding, ExtractKind
from flows.steps.extract_file import open_extract
from flows.steps.reject_list import RejectList
from flows.wording import Words, words
from mappers.extracts import EXTRACTS
from mappers.extracts.columns import Extract
from mappers.extracts.faults import ExtractError

Progress = Callable[[int, int, int], None]
"""Told after each chunk: bytes read, bytes in all, lines read."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file. `rejected_file`: where its rejected lines are listed, None where there are none."""

    counts: Counts
    rejects: Counter[str]
    rejected_file: Path | None


def load_extract(
    connection: psycopg.Connection,
    kind: ExtractKind,
    path: Path,
    encoding: Encoding,
    terms: Terms,
    *,
    language: str = "en",
    progress: Progress = lambda done, size, lines: None,
) -> Loaded:
    """Loads the file in one transaction and lists its rejects beside it.

    `connection` commits by itself (autocommit). Raises `UserError` where the file as a whole is refused, or a
    `db.errors.DatabaseProblem`; nothing is loaded then.
    """
    said = words(language)
    extract = EXTRACTS[kind]
    listed = RejectList(path, said)
    lines = 0
    try:
        with open_extract(extract, path, encoding) as file, load_of(kind, connection, file.layout.names) as load:
            for chunk in file.chunks():
                load.stage(chunk.rows, chunk.rejects)
                lines += len(chunk.rows) + len({reject.line for reject in chunk.rejects})
                progress(file.position, file.size, lines)
            with load.applied(terms) as counts:
                listed.write(load.rejects())
        listed.publish(dry_run=terms.dry_run)
    except ExtractError as error:
        refused = _refused(error, extract, path, said)
    else:
        return Loaded(counts, listed.faults, listed.path if counts.rejected else None)
    finally:
        listed.discard()
    raise refused


def _refused(error: ExtractError, extract: Extract, path: Path, said: Words) -> UserError:
    """Why the whole file is refused, in words. A column's name is told where it is none of somebody's data."""
    kind = error.kind.value
    column = error.column or said["extract"]["column_by_place"].format(place=error.place)
    nearest = said["extract"]["nearest"].format(other=error.other) if error.other else ""
    values = {"column": column, "place": error.place, "other": error.other, "nearest": nearest}
    values["known"] = ", ".join(known.name for known in extract.columns)
    return UserError(
        f"{path.name}: {said.say('extract', kind, **values)}".rstrip(), said.say("extract_remedy", kind, **values)
    )
