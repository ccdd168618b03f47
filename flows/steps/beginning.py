"""How a run begins, whatever its flow: the dead are told of, and one that waited for a word goes on.

What a run of the flow is made of is the flow's own (`begin_refresh`, `begin_guardians`, `begin_net_media`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import psycopg

from db.errors import DatabaseUnavailable
from db.runs import store
from db.runs.store import RunRecord, Word
from flows.steps.operators_word import GoingOn, go_on_with
from flows.steps.worker import Worker


@dataclass(frozen=True, slots=True)
class Begun:
    """A run that has begun, and the day it works by.

    `going_on`, `record`: of one that goes on, the words given and what it had done; None: it is a new one.
    """

    run_id: int
    today: date
    going_on: GoingOn | None = None
    record: RunRecord | None = None

    def parts(self, word: Word) -> set[str]:
        """The services, or rules, to which this word was given."""
        return self.going_on.parts(word) if self.going_on else set()


def begin_or_go_on(
    worker: Worker,
    flow: str,
    *,
    dry_run: bool,
    today: date | None,
    say: Callable[[str], None],
    parameters: Mapping[str, object] | None = None,
    as_it_is: Mapping[str, object] | None = None,
    registry: str | None = None,
) -> Begun:
    """A run that waited for a word goes on, else a new one is opened; it lives in the worker's session from now on.

    `parameters`, `as_it_is`: see `waiting`. `registry`: the host that is asked. Raises `WaitsForWord`, `Aborted` or
    `UsageError`.
    """
    clear_the_way(worker, say)
    day = worker.day(today, dry_run)
    asked = dict(parameters or {})
    going_on = None if dry_run else waiting(worker, flow, day, asked, as_it_is or {})
    if going_on is not None:
        record = store.read_run(worker.connection, going_on.run_id)
        assert record is not None
        say(f"run {going_on.run_id} goes on: {going_on.word}")
        begun = Begun(going_on.run_id, record.today, going_on, record)
    else:
        run_id = store.open_run(
            worker.run_connection,
            flow=flow,
            today=day,
            dry_run=dry_run,
            parameters=asked,
            database=worker.source.database,
            registry=registry,
            flow_run_id=worker.flow_run_id,
            night=worker.night,
        )
        begun = Begun(run_id, day)
    live_in(worker, begun.run_id)
    return begun


def clear_the_way(worker: Worker, say: Callable[[str], None]) -> list[tuple[int, str]]:
    """Ends what nobody answered in time, and closes the records of runs that were killed: (run, flow) of these."""
    store.abort_unanswered(worker.run_connection, worker.settings.operators_word_hours)
    killed = store.close_dead_runs(worker.run_connection)
    for run_id, _ in killed:
        say(f"run {run_id} was killed before it was done; what it left is still due")
    return killed


def waiting(
    worker: Worker, flow: str, today: date, parameters: Mapping[str, object], as_it_is: Mapping[str, object]
) -> GoingOn | None:
    """The run that this one goes on with: its own before it was suspended, else one that waits.

    A run that was asked for something else (`parameters`) than the one that waits is a run of its own; `as_it_is` is
    what the command asks for when nothing is said, and goes on with whatever waits. A run of its own is that of a
    deployment (a night), too, while nobody has given the waiting one a word: it can ask in its own form. The step of a
    night goes on with that night's, or with one of the same day that was given a word. Raises `WaitsForWord` or
    `Aborted`.
    """
    own = _own(worker, flow)
    run_id = own or store.waiting_run(worker.connection, flow)
    if run_id is None:
        return None
    if own is None:
        record = store.read_run(worker.connection, run_id)
        if record is None or parameters not in (record.parameters, as_it_is):
            return None
        if worker.night is not None and record.today != today:
            return None
        if worker.asks_by_itself and store.questions(worker.connection, run_id=run_id, open_only=True):
            return None
    return go_on_with(
        worker.run_connection,
        run_id,
        worker.flow_run_id,
        worker.settings,
        deployed=own is not None and worker.deployed,
        night=worker.night,
    )


def _own(worker: Worker, flow: str) -> int | None:
    """The run that this one began as, before it was suspended; of a night's step, the one that its night holds.

    One that has ended is not gone on with: Prefect's Retry makes a new run of it.
    """
    if worker.night is not None:
        return store.waiting_run(worker.connection, flow, worker.night)
    if worker.flow_run_id is None:
        return None
    own = store.run_of_flow_run(worker.connection, worker.flow_run_id)
    return own.run_id if own is not None and own.state in ("waiting", "aborted") else None


def take_the_place_of_waiting(worker: Worker, flow: str, run_id: int, say: Callable[[str], None]) -> None:
    """Ends the runs of the flow that wait: what they would go on with, this one does by a later day.

    For flows whose every run does the whole of the work.
    """
    for ended in store.end_superseded(worker.connection, flow, run_id):
        say(f"run {ended} waits no more: run {run_id} has taken its place")


def live_in(worker: Worker, run_id: int) -> None:
    """Makes the run's session the one in which it lives, and each that follows one that was lost.

    With the session goes the run's lock; a new one takes it again, and the claims stay this run's. Raises
    `DatabaseUnavailable` while the run goes on in another session.
    """

    def take(connection: psycopg.Connection) -> None:
        if not store.take_run(connection, run_id):  # the server may not have noticed yet that the old session is gone
            raise DatabaseUnavailable(f"run {run_id} goes on in another session", "Wait until it is done.")

    worker.run_session.at_open(take)
