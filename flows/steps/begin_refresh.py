"""How a refresh begins: a run that waited goes on, else a new one is opened, with the patrons that its scope holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import psycopg

from db.errors import DatabaseUnavailable
from db.refresh.batches import Batches
from db.refresh.claims import Claims, Scope, count_due, named_patrons
from db.runs import store
from flows.errors import UsageError
from flows.parameters import RefreshScope
from flows.steps.applying import Applier
from flows.steps.counting import Counts
from flows.steps.operators_word import GoingOn, go_on_with
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
    store.abort_unanswered(worker.run_connection, worker.settings.operators_word_hours)
    for run_id, _ in store.close_dead_runs(worker.run_connection):
        say(f"run {run_id} was killed before it was done; what it left is still due")
    day = worker.day(today, dry_run)
    named = _named(worker, scope, patron_numbers, say)
    store.ensure_partitions(worker.connection)
    going_on = None if dry_run or scope is RefreshScope.patrons else _waiting(worker, flow)
    if going_on is not None:
        return _go_on(worker, going_on, say)
    chosen = Scope(scope.value, day, named)
    parameters = {"scope": scope.value, "patron_numbers": list(named), "limit": limit}
    run_id = store.open_run(
        worker.run_connection,
        flow=flow,
        today=day,
        dry_run=dry_run,
        parameters=parameters,
        database=worker.source.database,
        registry=worker.source.registry,
        flow_run_id=worker.flow_run_id,
    )
    counts = Counts(due=count_due(worker.connection, chosen))
    return _refresh(worker, run_id, chosen, counts, limit=limit, dry_run=dry_run, say=say)


def _named(
    worker: Worker, scope: RefreshScope, patron_numbers: list[str], say: Callable[[str], None]
) -> tuple[str, ...]:
    """The patrons named, each once. What is nobody's patron number is not repeated: it may be a CPR number."""
    numbers = tuple(dict.fromkeys(patron_numbers))
    if scope is not RefreshScope.patrons:
        if numbers:
            raise UsageError("patron numbers are given, but the scope is not `patrons`.", "Choose the scope `patrons`.")
        return ()
    if not numbers:
        raise UsageError("the scope is `patrons`, but no patron number is given.", "Give one or more patron numbers.")
    known = named_patrons(worker.connection, numbers)
    if len(known) < len(numbers):
        places = ", ".join(str(place) for place, number in enumerate(numbers, 1) if number not in known)
        raise UsageError(
            f"nobody has the patron number given in place {places} of {len(numbers)} (not repeated here).",
            "Give patron numbers of the library, never CPR numbers.",
        )
    if left_alone := sum(not askable for askable in known.values()):
        say(f"{left_alone} of the named patrons have no CPR number that the registry knows: they are left alone")
    return numbers


def _waiting(worker: Worker, flow: str) -> GoingOn | None:
    """The run that this one goes on with: its own before it was suspended, else one that has its word."""
    run_id = store.run_of_flow_run(worker.connection, worker.flow_run_id) if worker.flow_run_id else None
    own = run_id is not None
    run_id = run_id if own else store.waiting_run(worker.connection, flow)
    if run_id is None:
        return None
    return go_on_with(
        worker.run_connection,
        run_id,
        worker.flow_run_id,
        worker.settings.operators_word_hours,
        deployed=own and worker.deployed,
    )


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
    # A session that was lost took the run's lock with it; a new one takes it again, and the claims stay this run's.
    worker.run_session.at_open(lambda connection: _keep_run(connection, run_id))
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
        ),
        claims=claims,
        say=say,
    )


def _keep_run(connection: psycopg.Connection, run_id: int) -> None:
    if not store.take_run(connection, run_id):  # the server may not have noticed yet that the old session is gone
        raise DatabaseUnavailable(f"run {run_id} goes on in another session", "Wait until it is done.")
