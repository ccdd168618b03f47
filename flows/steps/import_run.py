"""How an import begins and ends: its record in `sync.run`, the operator's report, and who listens is told."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from db.imports.load import Terms
from db.runs import store
from flows.errors import UsageError
from flows.parameters import Encoding, ExtractKind
from flows.reporting.import_report import publish
from flows.steps.listening import listener
from flows.steps.load_extract import Loaded
from flows.steps.worker import Worker
from flows.wording import words
from mappers.extracts.remarks import Remark


@dataclass(slots=True)
class ImportRun:
    """An import under way."""

    worker: Worker
    flow: str
    kind: ExtractKind
    path: Path
    terms: Terms
    began: float = field(default_factory=time.monotonic)

    def progress(self, done: int, size: int, lines: int) -> None:
        """Tells who listens how far the file is read, in kilobytes."""
        listener().due(-(-size // 1000))
        listener().progressed(-(-done // 1000), {"lines": lines})

    def end(self, loaded: Loaded) -> tuple[str, str | None]:
        """Ends a run that went through: a line that was rejected makes it incomplete."""
        state, message = "done", None
        if loaded.rejected_file is not None:
            state = "incomplete"
            said = words(self.worker.settings.language)["import"]
            message = said["rejected_message"].format(
                rejected=loaded.counts.rejected, read=loaded.counts.read, file=loaded.rejected_file
            )
            if loaded.counts.remarks.get(Remark.NOT_TAKEN):
                message = said["all_or_none_message"].format(file=loaded.rejected_file)
        elif loaded.counts.missing and not self.terms.approved:
            state = "incomplete"
            said = words(self.worker.settings.language)["import"]
            message = said["approve_message"].format(codes=", ".join(loaded.counts.missing))
        report = self._report(loaded, state)
        progress = store.Progress(counts=report["rows"], outcomes=report["rejects"], changes=report["changes"])
        store.close_run(self.worker.run_connection, self.terms.run_id, state, message, progress)
        publish(report, message, self.worker.source.database, self.worker.settings.language)
        listener().ended(report, message)
        return state, message

    def end_failed(self, error: Exception) -> None:
        """Ends a run that broke off: nothing of the file is loaded. The error's own text is not kept."""
        message = f"broke off ({type(error).__name__}): nothing was loaded"
        try:
            store.close_run(self.worker.run_connection, self.terms.run_id, "failed", message, store.Progress())
        except psycopg.Error:
            pass  # the database is gone: the next run finds the record without its session and says "killed"

    def _report(self, loaded: Loaded, state: str) -> dict[str, Any]:
        """The run as `patronsync import --json` prints it (docs/reference/commands.md)."""
        counts = loaded.counts
        return {
            "run": self.terms.run_id,
            "flow": self.flow,
            "kind": self.kind.value,
            "today": self.terms.today.isoformat(),
            "dry_run": self.terms.dry_run,
            "state": state,
            "rows": {
                "read": counts.read,
                "added": counts.added,
                "changed": counts.changed,
                "unchanged": counts.unchanged,
                "rejected": counts.rejected,
            },
            "changes": dict(counts.changes),
            "rejects": dict(loaded.rejects),
            "rejected_file": None if loaded.rejected_file is None else str(loaded.rejected_file),
            **self._of_agreements(loaded),
            "remarks": {remark.value: count for remark, count in counts.remarks.items() if count},
            "seconds": round(time.monotonic() - self.began, 1),
        }

    def _of_agreements(self, loaded: Loaded) -> dict[str, Any]:
        if self.kind is not ExtractKind.agreements:
            return {}
        return {
            "needs_approval": [] if self.terms.approved else list(loaded.counts.missing),
            "services": [asdict(service) for service in loaded.counts.services],
        }


def begin_import(
    worker: Worker,
    flow: str,
    kind: ExtractKind,
    path: Path,
    encoding: Encoding,
    *,
    dry_run: bool,
    today: date | None,
    approve: bool = False,
) -> ImportRun:
    """Opens the run's record. Raises `UsageError` for a path that is relative: a run's folder is not the operator's."""
    if approve and kind is not ExtractKind.agreements:
        raise UsageError("Only a file of agreements is approved (--approve).", "Load it without.")
    if not path.is_absolute():
        raise UsageError(f"path={path} is no whole path.", "Give it from the root, as /srv/extracts/patrons.csv.")
    day = worker.day(today, dry_run)
    run_id = store.open_run(
        worker.run_connection,
        flow=flow,
        today=day,
        dry_run=dry_run,
        parameters={"kind": kind.value, "file": path.name, "encoding": encoding.value},
        database=worker.source.database,
        flow_run_id=worker.flow_run_id,
    )
    settings = worker.settings
    terms = Terms(
        run_id,
        day,
        settings.child_group_names(),
        dry_run=dry_run,
        not_barring=settings.reasons_that_do_not_bar(),
        approved=approve,
    )
    return ImportRun(worker, flow, kind, path, terms)
