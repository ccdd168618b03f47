"""How an import begins: one of a whole register that waited for a word goes on, else a new one is opened."""

from __future__ import annotations

from collections.abc import Callable

from db.imports.load import Terms
from db.runs import store
from flows.errors import UsageError
from flows.parameters import ExtractKind
from flows.steps.beginning import clear_the_way, waiting
from flows.steps.import_run import Asked, GoneBrake, ImportRun
from flows.steps.operators_word import GoingOn
from flows.steps.worker import Worker


def begin(worker: Worker, flow: str, asked: Asked, say: Callable[[str], None]) -> ImportRun:
    """The run to do. Raises `WaitsForWord`, `Aborted`, or `UsageError`: for a path that is relative, too, since a run's
    folder is not the operator's."""
    if asked.approve and asked.kind is not ExtractKind.agreements:
        raise UsageError("Only a file of agreements is approved (--approve).", "Load it without.")
    if asked.complete and asked.kind is not ExtractKind.patrons:
        raise UsageError("Only a file of patrons is a whole register (--complete).", "Load it without.")
    if not asked.path.is_absolute():
        raise UsageError(f"path={asked.path} is no whole path.", "Give it from the root, as /srv/extracts/patrons.csv.")
    clear_the_way(worker, say)
    day = worker.day(asked.today, asked.dry_run)
    brake = GoneBrake(worker.settings.brake_patrons_gone_percent, worker.settings.brake_patrons_gone_more_than)
    going_on = None
    if asked.complete and not asked.dry_run:
        going_on = waiting(worker, flow, day, asked.parameters(), asked.parameters())
    if going_on is not None:
        run_id = going_on.run_id
        record = store.read_run(worker.connection, run_id)
        assert record is not None
        say(f"run {run_id} goes on: {going_on.word}")
        day = record.today
        _hear(worker, going_on, brake)
    else:
        run_id = store.open_run(
            worker.run_connection,
            flow=flow,
            today=day,
            dry_run=asked.dry_run,
            parameters=asked.parameters(),
            database=worker.source.database,
            flow_run_id=worker.flow_run_id,
        )
    terms = Terms(
        run_id,
        day,
        worker.settings.child_group_names(),
        dry_run=asked.dry_run,
        not_barring=worker.settings.reasons_that_do_not_bar(),
        approved=asked.approve,
        may_go=brake if asked.complete else None,
    )
    return ImportRun(worker, asked, terms, brake)


def _hear(worker: Worker, going_on: GoingOn, brake: GoneBrake) -> None:
    """What the operator's word makes of the brake."""
    asked = store.questions(worker.connection, run_id=going_on.run_id)
    brake.released = max((q.counts["count"] for q in asked if q.word == "apply"), default=0)
    brake.skipped = going_on.word == "skip"
