"""Keeps everything running: the embedded servers, the deployments on Prefect's server, and a worker on their pool."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from db.connect import connect
from db.patrons.store import anybody
from flows.errors import UserError
from flows.local.deployments import POOL, deploy
from flows.local.embedded import Parts, parts
from flows.local.prefect_server import USUAL_PORT
from flows.local.shared_process import private_folder
from flows.settings import Settings
from flows.settings.names import variable

_LOOK_EVERY = 2.0  # seconds
_STOP_WITHIN = 30.0  # seconds


def up(settings: Settings, say: Callable[[str], None]) -> None:
    """Starts everything, tells where it is, and keeps it running until Ctrl-C or SIGTERM; stops all that it started.

    Raises `UserError` where a part does not come up, or dies.
    """
    say("Starting (the first time takes half a minute) ...")
    try:
        with parts(settings, need_registry=True, need_prefect=True) as made:
            names = deploy(made.settings)
            with worker(made.settings) as process:
                for line in describe(made, names):
                    say(line)
                watch(made, process)
    except KeyboardInterrupt:
        say("Stopped.")


def describe(made: Parts, deployments: list[str]) -> Iterator[str]:
    """Where everything is, for whoever has just started it."""
    settings = made.settings
    yield ""
    yield f"Database   {settings.database_host}"
    yield f"Registry   {settings.registry_host}"
    if made.prefect is None:
        yield f"Prefect    {settings.prefect_api_url} (PREFECT_API_URL)"
    else:
        yield f"Prefect    {made.prefect.url}"
        yield f"           The login page asks for a password: copy the line in {made.prefect.password_file}"
        if made.prefect.running.port != USUAL_PORT:
            yield f"           (Port {USUAL_PORT} is taken by another program, or was when the server started.)"
    yield f"Runs       {', '.join(deployments)}: started by their schedules, or by Run in the UI"
    yield f"Worker     on the work pool {POOL}; its log is {worker_log(settings)}"
    if _is_empty(settings):
        yield ""
        yield "Nobody is in the library yet. Load an extract of yours, or made-up patrons to watch a run with:"
        if made.registry is not None:
            yield "    patronsync demo-registry --extract patrons.csv"
        yield "    patronsync import patrons patrons.csv"
    yield ""
    yield "Ctrl-C stops all of it."


def _is_empty(settings: Settings) -> bool:
    with connect(settings.connection_url) as connection:
        return not anybody(connection)


@contextmanager
def worker(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A Prefect worker on our pool; at the end of the block it and its runs are ended."""
    private_folder(worker_log(settings).parent)
    log = os.open(worker_log(settings), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    name = f"patronsync on {socket.gethostname()}, process {os.getpid()}"
    environment = {
        "PREFECT_WORKER_QUERY_SECONDS": "3",  # Run in the UI begins soon
        **os.environ,
        variable("data_dir"): str(settings.data_dir.absolute()),
    }
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.local.worker_process", POOL, name],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=worker_log(settings).parent,
            env=environment,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(log)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        _wait_for_end(process)


def worker_log(settings: Settings) -> Path:
    """Where the worker's own words go."""
    return settings.data_dir / "worker" / "worker.log"


def watch(made: Parts, process: subprocess.Popen[bytes]) -> None:
    """Looks after everything until interrupted. Raises `UserError` when a part dies."""
    while True:
        if process.poll() is not None:
            raise UserError(
                f"Prefect's worker has ended (exit code {process.returncode}).",
                f"Its log is {worker_log(made.settings)}.",
            )
        servers = [part.running for part in (made.prefect, made.registry) if part is not None]
        for running in servers:
            if not running.is_alive():
                raise UserError(f"{running.service.title} has died.", f"Its log is {running.service.log_file}.")
        if made.postgres is not None and not _listens(made.postgres.port):
            raise UserError(
                "The embedded PostgreSQL has died.", f"Its log is in {made.postgres.directory} (the folder log)."
            )
        time.sleep(_LOOK_EVERY)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
    except OSError:
        return False


def _wait_for_end(process: subprocess.Popen[bytes]) -> None:
    """The process ends its worker by itself; a second Ctrl-C meanwhile must not leave anything behind."""
    deadline = time.monotonic() + _STOP_WITHIN
    while True:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
            return
        except KeyboardInterrupt:
            continue
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return
