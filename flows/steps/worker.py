"""What a run works with: settings, the two database connections, and where it stands in Prefect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import psycopg
from prefect import runtime
from prefect.context import FlowRunContext

from db.connect import copenhagen_day
from db.errors import guarded
from db.instance import is_made_up, mark_made_up
from db.session import Session
from flows.errors import UsageError
from flows.local.embedded import environment
from flows.reporting.refresh_report import Source
from flows.settings import Settings
from flows.steps.within_night import night


@dataclass(slots=True)
class Worker:
    """One process at work on a run.

    `session` applies; `run_session` claims, and the run is alive as long as it is.
    `flow_run_id` is Prefect's; `deployed` says whether it may be suspended. `night`: the number of the night of which
    the run is a step. `warnings`: lines for the run's report.
    """

    settings: Settings
    session: Session
    run_session: Session
    source: Source
    flow_run_id: UUID | None
    deployed: bool
    night: int | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def connection(self) -> psycopg.Connection:
        """The connection that applies, as it is now."""
        return self.session.connection

    @property
    def run_connection(self) -> psycopg.Connection:
        """The connection that claims, as it is now."""
        return self.run_session.connection

    @property
    def asks_by_itself(self) -> bool:
        """Whether it, or the night whose step it is, can put its questions into a form of its own."""
        return self.deployed or self.night is not None

    def day(self, today: date | None, dry_run: bool) -> date:
        """The day to work by: Copenhagen's, as the database has it, or the one given.

        Raises `UsageError` for a day that lies ahead, which only a dry run may have.
        """
        this_day = copenhagen_day(self.connection)
        if today is not None and today > this_day and not dry_run:
            raise UsageError(
                f"today={today} lies ahead of the database's own day in Copenhagen, {this_day}.",
                "Only a dry run may look ahead: add --dry-run, or leave the day out.",
            )
        return today or this_day


@contextmanager
def open_worker(*, need_registry: bool = True) -> Iterator[Worker]:
    """Joins or starts what is not configured (docs/explanation/embedded.md) and opens the connections."""
    with environment(need_registry=need_registry) as settings, guarded():
        url = settings.connection_url
        with Session(url, "patronsync run") as run_session, Session(url, "patronsync") as session:
            if need_registry:
                _keep_made_up_people_apart(settings, session.connection)
            context = FlowRunContext.get()
            flow_run = context.flow_run if context else None
            yield Worker(
                settings=settings,
                session=session,
                run_session=run_session,
                source=Source(settings.database_host, settings.registry_host, str(settings.env_file or "") or None),
                flow_run_id=flow_run.id if flow_run else None,
                deployed=night() is None and bool(runtime.deployment.id),  # Prefect suspends no sub-flow
                night=night(),
            )


def _keep_made_up_people_apart(settings: Settings, connection: psycopg.Connection) -> None:
    """Made-up people never meet a real registry: what the demo registry has answered marks the database for good."""
    if settings.is_embedded("registry_url"):
        mark_made_up(connection)
    elif is_made_up(connection) and not settings.registry_config().on_loopback:
        raise UsageError(
            "This database holds made-up patrons, or answers of the demo registry, "
            "and PATRONSYNC_REGISTRY_URL names a registry off this machine.",
            "Start with a database of its own: another PATRONSYNC_DATABASE_URL or PATRONSYNC_DATA_DIR.",
        )
