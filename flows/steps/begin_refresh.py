"""How a refresh begins: a run that waited goes on, else a new one is opened, with the patrons that its scope holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from db.refresh.batches import Batches
from db.refresh.claims import Claims, Scope, count_due
from db.runs import store
from flows.parameters import RefreshScope
from flows.steps.applying import Applier
from flows.steps.beginning import clear_the_way, live_in, waiting
from flows.steps.counting import Counts
from flows.steps.naming import named
from flows.steps.operators_word import GoingOn
from flows.steps.refresh_run import Refresh
from flows.steps.worker import Worker


def begin(
    worker: Worker,
    flow: str,
    scope: RefreshScope,
    patron_numbers: list[str],
    *,
    limit: int | None,
    dry_run: bool,
    today: date | None,
    say: Callable[[str], None],
) -> Refresh:
    """The refresh to run. Raises `WaitsForWord`, `Aborted` or `UsageError`."""
    clear_the_way(worker, say)
    day = worker.day(today, dry_run)
    numbers, left_alone = named(worker.connection, scope, patron_numbers)
    if left_alone:
        say(f"{left_alone} of the named patrons have no CPR number that the registry knows: they are left alone")
    store.ensure_partitions(worker.connection)
    chosen = Scope(scope.value, day, numbers)
    parameters = {"scope": scope.value, "patron_numbers": list(numbers), "limit": limit}
    going_on = None if dry_run or scope is RefreshScope.patrons else waiting(worker, flow, day, parameters, _AS_IT_IS)
    if going_on is not None:
        return _go_on(worker, going_on, say)
    run_id = store.open_run(
        worker.run_connection,
        flow=flow,
        today=day,
        dry_run=dry_run,
        parameters=parameters,
        database=worker.source.database,
        registry=worker.source.registry,
        flow_run_id=worker.flow_run_id,
        night=worker.night,
    )
    counts = Counts(due=count_due(worker.connection, chosen))
    return _refresh(worker, run_id, chosen, counts, limit=limit, dry_run=dry_run, say=say)


_AS_IT_IS: Mapping[str, object] = {"scope": RefreshScope.due.value, "patron_numbers": [], "limit": None}
"""What `patronsync refresh` asks for when nothing is said: it goes on with whatever waits."""


def _go_on(worker: Worker, going_on: GoingOn, say: Callable[[str], None]) -> Refresh:
    record = store.read_run(worker.connection, going_on.run_id)
    assert record is not None
    say(f"run {going_on.run_id} goes on: {going_on.word}")
    given = record.parameters
    counts = Counts.restore(record.counts, record.outcomes, record.changes, record.look_ups)
    counts.forget_failures()
    refresh = _refresh(
        worker,
        going_on.run_id,
        Scope(given["scope"], record.today, tuple(given["patron_numbers"])),
        counts,
        limit=given["limit"],
        dry_run=False,
        say=say,
    )
    refresh.applier.brakes_off = going_on.released
    if going_on.skipped:
        refresh.put_aside(going_on.skipped)
    return refresh


def _refresh(
    worker: Worker,
    run_id: int,
    scope: Scope,
    counts: Counts,
    *,
    limit: int | None,
    dry_run: bool,
    say: Callable[[str], None],
) -> Refresh:
    settings = worker.settings
    live_in(worker, run_id)
    claims = Claims(worker.run_session, run_id, scope)
    return Refresh(
        run_id=run_id,
        scope=scope,
        batch_size=settings.batch_size,
        limit=limit,
        dry_run=dry_run,
        applier=Applier(
            batches=Batches(worker.session, run_id, scope.today),
            run_id=run_id,
            today=scope.today,
            interval_days=settings.refresh_interval_days,
            limits=settings.brake_limits(),
            from_answers=settings.brake_from_answers,
            dry_run=dry_run,
            counts=counts,
            claims=claims,
            guardians=settings.guardians,
        ),
        claims=claims,
        say=say,
    )
