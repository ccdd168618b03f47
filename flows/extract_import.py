"""Flow `extract-import`: an extract of a library's, of any kind, loaded as a whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, runtime
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from flows.observability.redaction import scrubbed
from flows.parameters import Encoding, ExtractKind, Today
from flows.steps.begin_import import begin
from flows.steps.end_import import end
from flows.steps.import_run import Asked
from flows.steps.listening import told
from flows.steps.worker import open_worker

FLOW = "extract-import"

LONGEST = 2 * 3600
"""Seconds after which a run is broken off; what it had not applied is still due."""


def run_name() -> str:
    """What the run does: "import patrons, spring.csv, dry run"."""
    given = runtime.flow_run.parameters
    extra = [f"today {given['today']}"] if given.get("today") else []
    extra += ["whole register"] if given.get("complete") else []
    extra += ["dry run"] if given.get("dry_run") else []
    kind = getattr(given.get("kind"), "value", given.get("kind", ""))
    return ", ".join([f"import {kind}", Path(str(given.get("path", ""))).name, *extra])


@flow(name=FLOW, flow_run_name=run_name, persist_result=False, timeout_seconds=LONGEST)
def extract_import(
    kind: ExtractKind,
    path: Path,
    encoding: Encoding = Encoding.utf_8,
    dry_run: bool = False,
    today: Today = None,
    approve: bool = False,
    complete: bool = False,
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
        complete: Of patrons: the file is the whole register, and whoever is not in it is gone.
    """
    asked = Asked(kind, path, encoding, dry_run=dry_run, today=today, approve=approve, complete=complete)
    return told(lambda: _load(asked))


def _load(asked: Asked) -> State[Any]:
    with scrubbed(), open_worker(need_registry=False) as worker:
        say = get_run_logger().info
        run = begin(worker, FLOW, asked, say)
        loaded = run.load()
        say(f"{asked.path.name}: {loaded.counts.read} lines read, {loaded.counts.rejected} rejected")
        state, message = end(run, FLOW, loaded)
    return Completed(message=message or state) if state == "done" else Failed(message=message)
