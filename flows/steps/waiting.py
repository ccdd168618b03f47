"""Which run a new one goes on with, and how a run keeps its place in the database."""

from __future__ import annotations

import psycopg

from db.errors import DatabaseUnavailable
from db.runs import store
from flows.steps.operators_word import GoingOn, go_on_with
from flows.steps.worker import Worker


def waiting(worker: Worker, flow: str) -> GoingOn | None:
    """The run that this one goes on with: its own before it was suspended, else one that waits.

    The run of a deployment (a night) leaves one that waits alone while nobody has given it a word.
    """
    own = store.run_of_flow_run(worker.connection, worker.flow_run_id) if worker.flow_run_id else None
    run_id = own or store.waiting_run(worker.connection, flow)
    if run_id is None:
        return None
    if own is None and worker.deployed and store.questions(worker.connection, run_id=run_id, open_only=True):
        return None
    return go_on_with(
        worker.run_connection,
        run_id,
        worker.flow_run_id,
        worker.settings.operators_word_hours,
        deployed=own is not None and worker.deployed,
    )


def keep_run(connection: psycopg.Connection, run_id: int) -> None:
    """Makes this session the one in which the run lives. Raises `DatabaseUnavailable` while another one is."""
    if not store.take_run(connection, run_id):  # the server may not have noticed yet that the old session is gone
        raise DatabaseUnavailable(f"run {run_id} goes on in another session", "Wait until it is done.")
