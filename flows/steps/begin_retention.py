"""How a run of retention begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from db.retention.store import BATCH, recorded
from flows.reporting.retention_words import lengthened
from flows.steps.beginning import begin_or_go_on
from flows.steps.retention_counts import RetentionCounts
from flows.steps.retention_look import terms_of
from flows.steps.retention_run import RetentionRun
from flows.steps.worker import Worker
from flows.wording import words


def begin(worker: Worker, flow: str, *, dry_run: bool, today: date | None, say: Callable[[str], None]) -> RetentionRun:
    """The run to do. Raises `WaitsForWord`, `Aborted` or `UsageError`."""
    settings = worker.settings
    said = words(settings.language)
    worker.warnings += lengthened(settings.periods(), said)
    begun = begin_or_go_on(worker, flow, dry_run=dry_run, today=today, say=say)
    counts = RetentionCounts()
    if begun.record is not None:
        counts = RetentionCounts.restore(begun.record.counts, recorded(worker.connection, begun.run_id))
    return RetentionRun(
        run_id=begun.run_id,
        terms=terms_of(settings, begun.today, begun.run_id),
        session=worker.session,
        batch_size=BATCH,
        dry_run=dry_run,
        counts=counts,
        limit_percent=settings.brake_retention_removed_percent,
        more_than=settings.brake_retention_removed_more_than,
        said=said,
        released=begun.parts("apply"),
        left_out=begun.parts("skip"),
        say=say,
    )
