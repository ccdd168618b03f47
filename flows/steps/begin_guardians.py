"""How a run of guardians begins."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from db.guardians.links import Terms
from db.guardians.people import create_staging
from db.runs import store
from flows.errors import UsageError
from flows.steps.beginning import begin_or_go_on
from flows.steps.guardian_counts import GuardianCounts
from flows.steps.guardian_run import GuardianRun
from flows.steps.worker import Worker
from mappers.plausibility import LINKS_ENDED
from mappers.retention import GUARDIANS

_AS_IT_IS = {"look_ups": True}
"""What `patronsync guardians` asks for when nothing is said: it goes on with whatever waits."""


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
    settings = worker.settings
    if not settings.guardians:
        raise UsageError(
            "Guardians are not mapped here (PATRONSYNC_GUARDIANS=false).",
            "Set PATRONSYNC_GUARDIANS=true, or do not run this flow.",
        )
    store.ensure_partitions(worker.connection)
    begun = begin_or_go_on(
        worker,
        flow,
        dry_run=dry_run,
        today=today,
        say=say,
        parameters={"look_ups": look_ups},
        as_it_is=_AS_IT_IS,
        registry=worker.source.registry if look_ups else None,
    )
    counts = GuardianCounts()
    limit_percent: float | None = settings.brake_guardian_links_ended_percent
    skipped = False
    if begun.going_on is not None and begun.record is not None:
        done = begun.record
        counts = GuardianCounts.restore(done.counts, done.outcomes, done.changes, done.look_ups)
        look_ups = bool(done.parameters["look_ups"])
        if LINKS_ENDED.key in begun.going_on.released:
            limit_percent = None
        skipped = begun.going_on.word == "skip"
    worker.session.at_open(create_staging)
    return GuardianRun(
        run_id=begun.run_id,
        terms=Terms(
            begun.run_id,
            begun.today,
            settings.child_group_names(),
            settings.adult_group,
            settings.periods()[GUARDIANS.name],
        ),
        session=worker.session,
        run_session=worker.run_session,
        batch_size=settings.batch_size,
        interval_days=settings.refresh_interval_days,
        dry_run=dry_run,
        counts=counts,
        limit_percent=limit_percent,
        more_than=settings.brake_guardian_links_ended_more_than,
        look_ups=look_ups,
        skipped=skipped,
        say=say,
    )
