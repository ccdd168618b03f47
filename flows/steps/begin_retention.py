"""How a run of retention begins: one that waited for a word goes on, else a new one is opened."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from db.retention.store import BATCH, recorded
from db.runs import store
from flows.reporting.retention_words import lengthened
from flows.steps.beginning import clear_the_way, live_in, waiting
from flows.steps.operators_word import GoingOn
from flows.steps.retention_counts import RetentionCounts
from flows.steps.retention_look import terms_of
from flows.steps.retention_run import RetentionRun
from flows.steps.worker import Worker
from flows.wording import words


def begin(worker: Worker, flow: str, *, dry_run: bool, today: date | None, say: Callable[[str], None]) -> RetentionRun:
    """The run to do. Raises `WaitsForWord`, `Aborted` or `UsageError`."""
    clear_the_way(worker, say)
    day = worker.day(today, dry_run)
    worker.warnings += lengthened(worker.settings.periods(), words(worker.settings.language))
    going_on = None if dry_run else waiting(worker, flow, day, {}, {})
    if going_on is not None:
        return _go_on(worker, going_on, say)
    run_id = store.open_run(
        worker.run_connection,
        flow=flow,
        today=day,
        dry_run=dry_run,
        parameters={},
        database=worker.source.database,
        flow_run_id=worker.flow_run_id,
        night=worker.night,
    )
    return _run(worker, run_id, day, RetentionCounts(), dry_run=dry_run, say=say)


def _go_on(worker: Worker, going_on: GoingOn, say: Callable[[str], None]) -> RetentionRun:
    record = store.read_run(worker.connection, going_on.run_id)
    assert record is not None
    say(f"run {going_on.run_id} goes on: {going_on.word}")
    counts = RetentionCounts.restore(record.counts, recorded(worker.connection, going_on.run_id))
    return _run(
        worker,
        going_on.run_id,
        record.today,
        counts,
        dry_run=False,
        say=say,
        released=going_on.parts("apply"),
        left_out=going_on.parts("skip"),
    )


def _run(
    worker: Worker,
    run_id: int,
    day: date,
    counts: RetentionCounts,
    *,
    dry_run: bool,
    say: Callable[[str], None],
    released: Collection[str] = (),
    left_out: Collection[str] = (),
) -> RetentionRun:
    settings = worker.settings
    live_in(worker, run_id)
    return RetentionRun(
        run_id=run_id,
        terms=terms_of(settings, day, run_id),
        session=worker.session,
        batch_size=BATCH,
        dry_run=dry_run,
        counts=counts,
        limit_percent=settings.brake_retention_removed_percent,
        more_than=settings.brake_retention_removed_more_than,
        said=words(settings.language),
        released=released,
        left_out=left_out,
        say=say,
    )
