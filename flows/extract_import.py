"""Flow `extract-import`: an extract of a library's, of any kind, loaded as a whole or not at all."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.observability.redaction import scrubbed
from flows.parameters import Encoding, ExtractKind, Today
from flows.steps.import_run import begin_import
from flows.steps.listening import told
from flows.steps.load_extract import load_extract
from flows.steps.worker import open_worker

FLOW = "extract-import"


def run_name() -> str:
    """What the run does: "import patrons, spring.csv, dry run"."""
    given = runtime.flow_run.parameters
    extra = [f"today {given['today']}"] if given.get("today") else []
    extra += ["dry run"] if given.get("dry_run") else []
    kind = getattr(given.get("kind"), "value", given.get("kind", ""))
    return ", ".join([f"import {kind}", Path(str(given.get("path", ""))).name, *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False)
def extract_import(
    kind: ExtractKind,
    path: Path,
    encoding: Encoding = Encoding.utf_8,
    dry_run: bool = False,
    today: Today = None,
    approve: bool = False,
) -> State[Any]:
    """Loads an extract of the library system. Loading the same file again changes nothing.

    Args:
        kind: What the file holds.
        path: The CSV file, with its whole path, on the machine where the worker runs. Lines that can't be loaded are
            listed beside it, in the file that ends on .rejected.csv.
        encoding: How the file's letters are written.
        dry_run: Report what would change, but change nothing.
        today: The day to work by, if not today; a day ahead is possible in a dry run alone.
        approve: Take a file of agreements that lacks a municipality which has one in force.
    """
    return told(lambda: _load(kind, path, encoding, dry_run=dry_run, today=today, approve=approve))


def _load(
    kind: ExtractKind, path: Path, encoding: Encoding, *, dry_run: bool, today: date | None, approve: bool
) -> State[Any]:
    with scrubbed(), open_worker(need_registry=False) as worker:
        run = begin_import(worker, FLOW, kind, path, encoding, dry_run=dry_run, today=today, approve=approve)
        try:
            loaded = load_extract(
                worker.connection,
                kind,
                path,
                encoding,
                run.terms,
                language=worker.settings.language,
                progress=run.progress,
            )
        except Exception as error:
            run.end_failed(error)
            raise
        get_run_logger().info(f"{path.name}: {loaded.counts.read} lines read, {loaded.counts.rejected} rejected")
        state, message = run.end(loaded)
    return Completed(message=state) if state == "done" else Failed(message=message)
