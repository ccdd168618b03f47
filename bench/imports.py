"""Loading an extract of 1,000,000 patrons, against the same rows put by bare INSERT .. SELECT.

The bare way gets a file whose cells are right and whose PINs are hashed already, takes it into a temporary table by
COPY, and inserts into the same tables with the same keys: it checks nothing, compares nothing and rejects nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.extract import COLUMNS, write_files
from bench.people import DAY
from bench.place import Place
from bench.processes import peak_megabytes, process
from bench.results import Figure
from bench.sizes import Sizes
from db.connect import connect

DATES = {"birth_date", "blocked_on", "absent_from", "absent_to"}

TABLES = (
    "library.patron",
    "library.patron_phone",
    "library.patron_card",
    "library.card_pin",
    "library.block",
    "library.absence",
    "library.branch",
    "library.patron_group",
    "sync.patron_check",
    "sync.change",
)

BARE = (
    "INSERT INTO library.branch (branch) SELECT DISTINCT home_branch FROM bare",
    "INSERT INTO library.patron_group (patron_group) SELECT DISTINCT patron_group FROM bare",
    "INSERT INTO library.patron (patron_number, cpr_number, name, birth_date, address_kind, street, postal_code, "
    "postal_district, municipality_code, patron_group, home_branch, language, email, internal_note, note_to_patron) "
    "SELECT patron_number, cpr_number, name, birth_date, "
    "CASE WHEN coalesce(address, postal_code, postal_district) IS NULL THEN 'none' ELSE 'as imported' END, "
    "address, postal_code, postal_district, municipality_code, patron_group, home_branch, language, email, "
    "internal_note, note_to_patron FROM bare",
    "INSERT INTO library.patron_phone (patron_number, kind, number) "
    "SELECT patron_number, kind, number FROM bare CROSS JOIN LATERAL "
    "(VALUES ('mobile', mobile), ('landline', landline)) AS phone (kind, number) WHERE number IS NOT NULL",
    "INSERT INTO library.absence (patron_number, absent_from, absent_to) "
    "SELECT patron_number, absent_from, absent_to FROM bare WHERE absent_from IS NOT NULL",
    "INSERT INTO library.block (patron_number, reason, source, since) "
    "SELECT patron_number, block_reason, 'staff', blocked_on FROM bare WHERE block_reason IS NOT NULL",
    "INSERT INTO library.patron_card (card_number, patron_number) "
    "SELECT card_number, patron_number FROM bare WHERE card_number IS NOT NULL",
    "INSERT INTO library.card_pin (card_number, pin_hash) SELECT card_number, pin FROM bare WHERE pin IS NOT NULL",
    "INSERT INTO sync.change (patron_number, kind) SELECT patron_number, 'patron.added' FROM bare",
)


def measure(sizes: Sizes, place: Place) -> Iterator[Figure]:
    """The three figures of the import."""
    with TemporaryDirectory() as folder:
        few, _ = _loaded(place, "load", Path(folder), sizes.few_lines)
        bare, expected = _loaded(place, "load_barely", Path(folder), sizes.lines)
        many, there = _loaded(place, "load", Path(folder), sizes.lines)
    if there != expected:
        raise RuntimeError(f"the import and the bare way do not put the same rows: {there}, {expected}")
    lines = f"{sizes.lines:,} patrons"
    detail = f"seconds: {many['seconds']:.1f}; bare {bare['seconds']:.1f}"
    yield Figure(
        f"import of {lines} against bare INSERT .. SELECT",
        bare["seconds"] / many["seconds"],
        "times",
        "at least",
        0.6,
        detail,
    )
    yield Figure(
        f"peak memory of an import of {lines} against {sizes.few_lines:,}",
        many["peak"] / few["peak"],
        "times",
        "at most",
        1.2,
        f"megabytes: {many['peak']:.0f}; {few['peak']:.0f}",
    )
    yield Figure(f"import of {lines}", many["seconds"], "seconds", "at most", 120, detail)


def _loaded(place: Place, how: str, folder: Path, lines: int) -> tuple[dict[str, float], dict[str, int]]:
    """What loading so many lines took, and how many rows each table has then."""
    extract, bare = folder / f"{lines}.csv", folder / f"{lines}.bare.csv"
    if not extract.exists():
        write_files(lines, extract, bare)
    with place.database() as url, process("bench.imports", how, url) as load:
        told = load(str(extract if how == "load" else bare))
        with connect(url, name="bench") as connection:
            rows = {
                table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # type: ignore[call-overload]
                for table in TABLES
            }
    return told, {table: count[0] for table, count in rows.items() if count is not None}


# What runs in the processes.


def load(database: str) -> Callable[[str], dict[str, float]]:
    """The flow's own step, without Prefect: `seconds` and `peak` memory in MB."""
    from db.imports.load import Terms
    from db.runs.store import open_run
    from flows.parameters import Encoding, ExtractKind
    from flows.steps.load_extract import load_extract

    connection = connect(database, autocommit=True)
    run_id = open_run(connection, flow="bench", today=DAY, dry_run=False, parameters={})

    def work(path: str) -> dict[str, float]:
        began = time.perf_counter()
        loaded = load_extract(connection, ExtractKind.patrons, Path(path), Encoding.utf_8, Terms(run_id, DAY, ["Barn"]))
        seconds = time.perf_counter() - began
        assert loaded.counts.added == loaded.counts.read, loaded.counts
        return {"seconds": seconds, "peak": peak_megabytes()}

    return work


def load_barely(database: str) -> Callable[[str], dict[str, float]]:
    """COPY and INSERT .. SELECT in one transaction: `seconds` and `peak` memory in MB."""
    connection = connect(database, autocommit=True)
    columns = ", ".join(f"{name} {'date' if name in DATES else 'text'}" for name in COLUMNS)

    def work(path: str) -> dict[str, float]:
        began = time.perf_counter()
        with connection.transaction(), connection.cursor() as cursor:
            _run(cursor, f"CREATE TEMPORARY TABLE bare ({columns}) ON COMMIT DROP")
            with cursor.copy("COPY bare FROM STDIN (FORMAT CSV)") as copy, Path(path).open("rb") as file:
                while piece := file.read(1 << 16):
                    copy.write(piece)
            for statement in BARE:
                _run(cursor, statement)
        return {"seconds": time.perf_counter() - began, "peak": peak_megabytes()}

    return work


def _run(cursor: Any, statement: str) -> None:
    cursor.execute(statement)
