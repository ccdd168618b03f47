"""How a run of net media begins: one that waited for a word goes on, else a new one is opened."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from db.net_media.rights import Terms, create_staging
from db.runs import store
from flows.steps.beginning import clear_the_way, live_in, take_the_place_of_waiting, waiting
from flows.steps.net_media_counts import NetMediaCounts
from flows.steps.net_media_run import NetMediaRun
from flows.steps.operators_word import GoingOn
from flows.steps.worker import Worker


def begin(worker: Worker, flow: str, *, dry_run: bool, today: date | None, say: Callable[[str], None]) -> NetMediaRun:
    """The run to do. Raises `WaitsForWord`, `Aborted` or `UsageError`."""
    clear_the_way(worker, say)
    day = worker.day(today, dry_run)
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
    if not dry_run:
        take_the_place_of_waiting(worker, flow, run_id, say)
    return _run(worker, run_id, day, NetMediaCounts(), dry_run=dry_run, say=say)


def _go_on(worker: Worker, going_on: GoingOn, say: Callable[[str], None]) -> NetMediaRun:
    record = store.read_run(worker.connection, going_on.run_id)
    assert record is not None
    say(f"run {going_on.run_id} goes on: {going_on.word}")
    counts = NetMediaCounts.restore(record.counts, record.outcomes, record.changes)
    return _run(
        worker,
        going_on.run_id,
        record.today,
        counts,
        dry_run=False,
        say=say,
        released=going_on.parts("apply"),
        skipped=going_on.parts("skip"),
    )


def _run(
    worker: Worker,
    run_id: int,
    day: date,
    counts: NetMediaCounts,
    *,
    dry_run: bool,
    say: Callable[[str], None],
    released: Collection[str] = (),
    skipped: Collection[str] = (),
) -> NetMediaRun:
    settings = worker.settings
    live_in(worker, run_id)
    worker.session.at_open(create_staging)
    return NetMediaRun(
        run_id=run_id,
        terms=Terms(run_id, day, settings.reasons_that_do_not_bar(), skipped),
        session=worker.session,
        dry_run=dry_run,
        counts=counts,
        limit_percent=settings.brake_net_media_revoked_percent,
        more_than=settings.brake_net_media_revoked_more_than,
        released=released,
        say=say,
    )
