"""The body of an import, without Prefect: the file is loaded, and a whole register held where too many lack in it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg

from db.imports.load import Terms
from db.runs import store
from db.runs.store import Progress
from flows.parameters import Encoding, ExtractKind
from flows.steps.listening import listener
from flows.steps.load_extract import Loaded, load_extract
from flows.steps.worker import Worker
from mappers.plausibility import Alarm, gone_verdict


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked to load, and how. `complete`: the file is the whole register of patrons."""

    kind: ExtractKind
    path: Path
    encoding: Encoding
    dry_run: bool = False
    today: date | None = None
    approve: bool = False
    complete: bool = False

    def parameters(self) -> dict[str, object]:
        """As the run's record keeps it."""
        named = {"kind": self.kind.value, "file": self.path.name, "encoding": self.encoding.value}
        return {**named, "complete": True} if self.complete else {**named}


@dataclass(slots=True)
class GoneBrake:
    """Says whether patrons who are not in a whole register are gone (docs/reference/rules.md, "Plausibility").

    `released`: so many an operator has let go; `skipped`: an operator's word is that nobody goes by this run.
    """

    limit_percent: float
    more_than: int
    released: int = 0
    skipped: bool = False
    alarms: list[Alarm] = field(default_factory=list)

    def __call__(self, gone: int, stood: int) -> bool:
        """Whether `gone` of the patrons who `stood` may be gone. A word covers no more than were asked about."""
        self.alarms = []
        if not self.skipped and gone > self.released:
            self.alarms = gone_verdict(gone, stood, self.limit_percent, self.more_than)
        return not (self.skipped or self.alarms)


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """What an import has done; nothing while it is under way."""

    loaded: Loaded | None = None

    def rows(self) -> dict[str, int]:
        """Lines, by what became of them."""
        counts = None if self.loaded is None else self.loaded.counts
        names = ("read", "added", "changed", "unchanged", "rejected")
        return {name: 0 if counts is None else getattr(counts, name) for name in names}

    def progress(self) -> Progress:
        """As the run's record keeps it."""
        if self.loaded is None:
            return Progress()
        return Progress(
            counts=self.rows(), outcomes=dict(self.loaded.rejects), changes=dict(self.loaded.counts.changes)
        )


@dataclass(slots=True)
class ImportRun:
    """An import under way."""

    worker: Worker
    asked: Asked
    terms: Terms
    brake: GoneBrake
    counts: ImportCounts = field(default_factory=ImportCounts)
    began: float = field(default_factory=time.monotonic)

    @property
    def run_id(self) -> int:
        """Its number."""
        return self.terms.run_id

    @property
    def dry_run(self) -> bool:
        """Nothing of it is applied."""
        return self.terms.dry_run

    def load(self) -> Loaded:
        """Loads the file, or nothing of it: what breaks it off is raised, once the run's record is closed."""
        try:
            loaded = load_extract(
                self.worker.connection,
                self.asked.kind,
                self.asked.path,
                self.asked.encoding,
                self.terms,
                language=self.worker.settings.language,
                progress=_tell_progress,
            )
        except Exception as error:
            self._close_failed(error)
            raise
        self.counts = ImportCounts(loaded)
        return loaded

    def _close_failed(self, error: Exception) -> None:
        """The error's own text is not kept."""
        message = f"broke off ({type(error).__name__}): nothing was loaded"
        try:
            store.close_run(self.worker.run_connection, self.run_id, "failed", message, Progress())
        except psycopg.Error:
            pass  # the database is gone: the next run finds the record without its session and says "killed"


def _tell_progress(done: int, size: int, lines: int) -> None:
    """Tells who listens how far the file is read, in kilobytes."""
    listener().due(-(-size // 1000))
    listener().progressed(-(-done // 1000), {"lines": lines})
