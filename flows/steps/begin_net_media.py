"""How a run of net media begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from db.net_media.rights import Terms, create_staging
from flows.steps.beginning import begin_or_go_on, take_the_place_of_waiting
from flows.steps.net_media_counts import NetMediaCounts
from flows.steps.net_media_run import NetMediaRun
from flows.steps.worker import Worker


def begin(worker: Worker, flow: str, *, dry_run: bool, today: date | None, say: Callable[[str], None]) -> NetMediaRun:
    """The run to do. Raises `WaitsForWord`, `Aborted` or `UsageError`."""
    settings = worker.settings
    begun = begin_or_go_on(worker, flow, dry_run=dry_run, today=today, say=say)
    counts = NetMediaCounts()
    if begun.record is not None:
        counts = NetMediaCounts.restore(begun.record.counts, begun.record.outcomes, begun.record.changes)
    elif not dry_run:
        take_the_place_of_waiting(worker, flow, begun.run_id, say)
    worker.session.at_open(create_staging)
    return NetMediaRun(
        run_id=begun.run_id,
        terms=Terms(begun.run_id, begun.today, settings.reasons_that_do_not_bar(), begun.parts("skip")),
        session=worker.session,
        dry_run=dry_run,
        counts=counts,
        limit_percent=settings.brake_net_media_revoked_percent,
        more_than=settings.brake_net_media_revoked_more_than,
        released=begun.parts("apply"),
        say=say,
    )
