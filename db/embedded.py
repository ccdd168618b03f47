"""The embedded PostgreSQL: one server per data directory, shared by the commands that run on it.

Each command holds a shared lock on `DATA_DIR/postgresql/users.lock` as long as it needs the server. The first one in
starts it, the last one out stops it; `start.lock` lets one command at a time do either. Both are kernel locks (flock):
they fall with the process that holds them, however it ends. So a killed command leaves no stale lock, at most a server
that nobody uses: the next command joins that one, and stops it when it leaves as the last.

The password is random and stands in `DATA_DIR/postgresql/passfile` (0600) alone: URLs name the file.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from db.connect import connect
from db.embedded_cluster import SUPERUSER, Cluster
from db.embedded_programs import Account, find_programs, within_reach
from db.errors import DatabaseUnavailable, OperatorMustAct, guarded
from db.statements import statement

DATABASE = "patronsync"


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server. `programs` is the folder of psql, pg_dump and the like; `directory` the cluster's."""

    port: int
    passfile: Path
    programs: Path
    directory: Path

    @property
    def url(self) -> str:
        """A libpq URL of the database `patronsync`; it names the file of the password, not the password."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """The same for another database of this server. Nothing is left to libpq's environment variables."""
        where = f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{database}"
        return f"{where}?hostaddr=127.0.0.1&sslmode=disable&passfile={quote(str(self.passfile))}"


@contextmanager
def running(data_dir: Path, programs: Path | None = None, options: tuple[str, ...] = ()) -> Iterator[EmbeddedServer]:
    """The server of the data directory while the block runs: joined where it runs, else started.

    `programs`: the folder of the server programs, None for the installed wheel's. `options` are the server's
    (`-c name=value`), for whoever starts it (with fsync=off nothing waits for the disk, for data that need not last).
    Raises `OperatorMustAct` where it can't be started.
    """
    state = _state(data_dir)
    chosen = find_programs(programs)
    users = os.open(state / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        cluster = None
        try:
            with _one_at_a_time(state):
                fcntl.flock(users, fcntl.LOCK_SH)
                cluster = _cluster(state, chosen)
                port = _started(cluster, state, options)
            yield EmbeddedServer(port, state / "passfile", chosen, cluster.directory)
        finally:
            if cluster is not None:
                with _one_at_a_time(state):
                    if _nobody_else(users) and not (state / "keep").exists() and cluster.port() is not None:
                        cluster.stop()
    finally:
        os.close(users)


def start(data_dir: Path, programs: Path | None = None) -> EmbeddedServer:
    """Starts the server, or joins it, and leaves it running until `stop`, whoever comes and goes."""
    with running(data_dir, programs) as server:
        (_state(data_dir) / "keep").touch(mode=0o600)
        return server


def stop(data_dir: Path, programs: Path | None = None) -> Literal["stopped", "not running", "in use"]:
    """Ends what `start` began. `in use`: other commands need it; it stops with the last of them."""
    return _stop(data_dir, programs, remove=False)


def remove(data_dir: Path, programs: Path | None = None) -> Literal["stopped", "not running", "in use"]:
    """Stops the server and deletes its cluster and password; nothing of that where it is in use. Two locks stay."""
    return _stop(data_dir, programs, remove=True)


def url(data_dir: Path, programs: Path | None = None) -> str | None:
    """The URL of the running server (with `passfile=`), None where none runs."""
    state = data_dir.resolve() / "postgresql"
    if not (state / "passfile").exists():
        return None
    cluster = _cluster(state, find_programs(programs))
    port = cluster.port()
    if port is None:
        return None
    return EmbeddedServer(port, state / "passfile", cluster.programs, cluster.directory).url


def _stop(data_dir: Path, programs: Path | None, *, remove: bool) -> Literal["stopped", "not running", "in use"]:
    state = data_dir.resolve() / "postgresql"
    if not state.exists():
        return "not running"
    users = os.open(state / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _one_at_a_time(state):
            (state / "keep").unlink(missing_ok=True)
            if not _nobody_else(users):
                return "in use"
            cluster = _cluster(state, find_programs(programs))
            ran = cluster.port() is not None
            if ran:
                cluster.stop()
            if remove:
                cluster.remove()
                for name in ("passfile", "passfile.new", "port"):
                    (state / name).unlink(missing_ok=True)
            return "stopped" if ran else "not running"
    finally:
        os.close(users)


def _state(data_dir: Path) -> Path:
    """Locks, password and last port; nobody but us gets in. Folders above it stay as they are."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    state = data_dir.resolve() / "postgresql"
    state.mkdir(mode=0o700, exist_ok=True)
    state.chmod(0o700)
    return state


@contextmanager
def _one_at_a_time(state: Path) -> Iterator[None]:
    lock = os.open(state / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _nobody_else(users: int) -> bool:
    """Gives up our share of the lock, or turns it into the whole: True where no other command holds one."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _cluster(state: Path, programs: Path) -> Cluster:
    account = Account.to_run_as()
    return Cluster.of(state, within_reach(programs, account), account)


def _started(cluster: Cluster, state: Path, options: tuple[str, ...]) -> int:
    """The port of the running server, started where needed, its cluster and database made where missing."""
    passfile = state / "passfile"
    _make_cluster(cluster, state, passfile, durable="fsync=off" not in options)
    port = cluster.port()
    if port is None:
        remembered = state / "port"
        last = int(remembered.read_text()) if remembered.exists() else None
        port = cluster.start(last, options)
        remembered.write_text(str(port))
    _make_database(EmbeddedServer(port, passfile, cluster.programs, cluster.directory))
    return port


def _make_cluster(cluster: Cluster, state: Path, passfile: Path, *, durable: bool) -> None:
    """Makes cluster and password where there are none, and finishes what a killed command began."""
    written = passfile.with_name("passfile.new")
    if not cluster.exists and not passfile.exists():
        password = secrets.token_urlsafe(32)
        written.unlink(missing_ok=True)
        written.touch(mode=0o600)
        written.write_text(f"127.0.0.1:*:*:{SUPERUSER}:{password}\n")
        cluster.create(password, durable=durable)
    if cluster.exists and written.exists():
        written.rename(passfile)
    if not cluster.exists:
        raise OperatorMustAct(
            f"the embedded PostgreSQL's data are not in {cluster.home}: was the data directory moved or copied?",
            f"Move it back; or, to start over without the data, delete {state}.",
        )
    if not passfile.exists():
        raise OperatorMustAct(
            f"the password of the embedded PostgreSQL is gone: there is no {passfile}",
            f"Put the file back; or, to start over without the data, delete {cluster.home}.",
        )


def _make_database(server: EmbeddedServer) -> None:
    """Makes the database where a first start has not; shows, too, that the server answers to our password."""
    for patience in range(120, -1, -1):
        try:
            with connect(server.url_of("postgres"), autocommit=True) as connection, guarded():
                if connection.execute(statement("embedded_database/find"), [DATABASE]).fetchone() is None:
                    connection.execute(statement("embedded_database/create"))
            return
        except DatabaseUnavailable:  # a server that a killed command had just started
            if not patience:
                raise
            time.sleep(0.25)
