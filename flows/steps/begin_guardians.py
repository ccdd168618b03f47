"""How a run of guardians begins: one that waited for a word goes on, else a new one is opened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from db.guardians.links import Terms
from db.guardians.people import create_staging
from db.runs import store
from flows.errors import UsageError
from flows.steps.beginning import clear_the_way, live_in, waiting
from flows.steps.guardian_counts import GuardianCounts
from flows.steps.guardian_run import GuardianRun
from flows.steps.operators_word import GoingOn
from flows.steps.worker import Worker
from mappers.plausibility import LINKS_ENDED
from mappers.retention import GUARDIANS


def begin(
    worker: Worker,
    flow: str,
    *,
    look_ups: bool,
    dry_run: bool,
    today: date | None,
    say: Callable[[str], None],
) -> GuardianRun:
    """The run to do. Raises `WaitsForWord`, `Aborted` or `UsageError`."""
    if not worker.settings.guardians:
        raise UsageError(
            "Guardians are not mapped here (PATRONSYNC_GUARDIANS=false).",
            "Set PATRONSYNC_GUARDIANS=true, or do not run this flow.",
        )
    clear_the_way(worker, say)
    day = worker.day(today, dry_run)
    store.ensure_partitions(worker.connection)
    parameters = {"look_ups": look_ups}
    going_on = None if dry_run else waiting(worker, flow, day, parameters, _AS_IT_IS)
    if going_on is not None:
        return _go_on(worker, going_on, say)
    run_id = store.open_run(
        worker.run_connection,
        flow=flow,
        today=day,
        dry_run=dry_run,
        parameters=parameters,
        database=worker.source.database,
        registry=worker.source.registry if look_ups else None,
        flow_run_id=worker.flow_run_id,
        night=worker.night,
    )
    return _run(worker, run_id, day, GuardianCounts(), look_ups=look_ups, dry_run=dry_run, say=say)


_AS_IT_IS = {"look_ups": True}
"""What `patronsync guardians` asks for when nothing is said: it goes on with whatever waits."""


def _go_on(worker: Worker, going_on: GoingOn, say: Callable[[str], None]) -> GuardianRun:
    record = store.read_run(worker.connection, going_on.run_id)
    assert record is not None
    say(f"run {going_on.run_id} goes on: {going_on.word}")
    counts = GuardianCounts.restore(record.counts, record.outcomes, record.changes, record.look_ups)
    look_ups = bool(record.parameters["look_ups"])
    run = _run(worker, going_on.run_id, record.today, counts, look_ups=look_ups, dry_run=False, say=say)
    if LINKS_ENDED.key in going_on.released:
        run.limit_percent = None
    run.skipped = going_on.word == "skip"
    return run


def _run(
    worker: Worker,
    run_id: int,
    day: date,
    counts: GuardianCounts,
    *,
    look_ups: bool,
    dry_run: bool,
    say: Callable[[str], None],
) -> GuardianRun:
    settings = worker.settings
    live_in(worker, run_id)
    worker.session.at_open(create_staging)
    return GuardianRun(
        run_id=run_id,
        terms=Terms(
            run_id, day, settings.child_group_names(), settings.adult_group, settings.periods()[GUARDIANS.name]
        ),
        session=worker.session,
        run_session=worker.run_session,
        batch_size=settings.batch_size,
        interval_days=settings.refresh_interval_days,
        dry_run=dry_run,
        counts=counts,
        limit_percent=settings.brake_guardian_links_ended_percent,
        more_than=settings.brake_guardian_links_ended_more_than,
        look_ups=look_ups,
        say=say,
    )
