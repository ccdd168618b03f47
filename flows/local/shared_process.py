"""A server process that several commands share: join it where it runs, else start it; the last one out stops it.

Three files in the service's folder hold it together, each an advisory lock (flock) that the operating system
drops when its holder dies, however it dies:

    NAME.door    held while somebody decides to start, join or stop: one at a time
    NAME.users   held shared by every command that uses the server; who gets it alone is the last one out
    NAME.alive   held by the server itself for as long as it lives (a descriptor it inherits)

So a server left by a killed command is joined by the next one, and stopped by it.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from flows.errors import UserError
from flows.observability.redaction import mask
from flows.settings.local import ROOTS_DATA_DIR

_ATTEMPTS = 3


@dataclass(frozen=True)
class Service:
    """What to start, and how to see that it serves.

    `command` and `environment` take the port; `answers` is asked with the port until it says yes.
    `prepare` is called with the port of a server just started, before anybody uses it.
    `preferred_port` 0: any free one. `patience`: seconds until it has to answer. `grace`: seconds from TERM to KILL.
    """

    name: str
    title: str
    folder: Path
    command: Callable[[int], Sequence[str]]
    answers: Callable[[int], bool]
    environment: Callable[[int], Mapping[str, str]] = field(default=lambda port: dict(os.environ))
    prepare: Callable[[int], None] = field(default=lambda port: None)
    preferred_port: int = 0
    patience: float = 60
    grace: float = 10

    @property
    def log_file(self) -> Path:
        """Where the server's own words go."""
        return self.folder / f"{self.name}.log"


@dataclass(frozen=True)
class Running:
    """A server that runs: its process group and port, and whether this command started it."""

    service: Service
    pid: int
    port: int
    started_here: bool

    def is_alive(self) -> bool:
        """False once the server's process is gone."""
        return _is_alive(self.service)


@contextmanager
def shared(service: Service, give_up: threading.Event | None = None) -> Iterator[Running]:
    """Joins or starts `service`; on leaving, stops it if nobody else uses it.

    Raises `UserError` with the server's last words where it does not come up, or where `give_up` is set meanwhile.
    """
    give_up = give_up or threading.Event()
    private_folder(service.folder)
    users = _open_lock(service, "users")
    try:
        with _door(service):
            running = _joined(service, give_up) or _started(service, give_up)
            fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield running
        finally:
            with _door(service):
                fcntl.flock(users, fcntl.LOCK_UN)
                if _takes_alone(users):
                    _stop(service)
    finally:
        os.close(users)


def stop_unused(service: Service) -> None:
    """Stops a server that nobody uses: one left by a killed command. Costs nothing where there is none."""
    if not _state_file(service).exists():
        return
    door, users = _open_lock(service, "door"), _open_lock(service, "users")
    try:
        # Where the door is busy, somebody else is just seeing to it: no need to wait for them.
        if _takes_alone(door) and _takes_alone(users):
            _stop(service)
    finally:
        os.close(users)
        os.close(door)


def is_running(service: Service) -> bool:
    """Whether it runs now, for whomever. Starts and stops nothing."""
    return _state_file(service).exists() and _is_alive(service)


def private_folder(folder: Path) -> Path:
    """Makes `folder`, and what is missing above it, for its owner alone; one that is there keeps its rights.

    Root's own data directory may be passed through (not listed): its PostgreSQL runs as another user.
    """
    for missing in reversed([folder, *folder.parents]):
        try:
            missing.mkdir(mode=0o711 if missing == ROOTS_DATA_DIR else 0o700)
        except FileExistsError:
            continue
    return folder


def free_port(preferred: int = 0) -> int:
    """`preferred` where nothing listens on it on the loopback interface, else a port that the system says is free."""
    for port in dict.fromkeys((preferred, 0)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UserError("No free port on 127.0.0.1.")


def _joined(service: Service, give_up: threading.Event) -> Running | None:
    """The server that runs already, if it answers; one that runs without answering is stopped."""
    if not _is_alive(service):
        return None
    try:
        state = json.loads(_state_file(service).read_text())
        running = Running(service, int(state["pid"]), int(state["port"]), started_here=False)
    except (OSError, ValueError, KeyError):
        raise UserError(
            f"{service.title} runs, but {_state_file(service)} does not say where.",
            f"Stop the process that holds {service.folder / service.name}.alive (fuser names it).",
        ) from None
    if _comes_up(service, running.port, give_up, lambda: _is_alive(service)):
        return running
    _stop(service)
    return None


def _started(service: Service, give_up: threading.Event) -> Running:
    """Starts the server. A port that somebody else took in the meantime is another attempt."""
    for attempt in range(_ATTEMPTS):
        port = free_port(service.preferred_port if attempt == 0 else 0)
        process = _launch(service, port)
        try:
            up = _comes_up(service, port, give_up, lambda: _is_alive(service))
            if up:
                service.prepare(port)
        except BaseException:
            _stop(service)
            raise
        if up:
            return Running(service, process.pid, port, started_here=True)
        died = not _is_alive(service)
        _stop(service)
        if not died or free_port(port) == port:
            break
    raise UserError(
        f"{service.title} did not come up. Its last words:\n{_last_words(service.log_file)}",
        f"The whole log is {service.log_file}.",
    )


def _launch(service: Service, port: int) -> subprocess.Popen[bytes]:
    """The process, in a session of its own (Ctrl-C at the terminal is for us alone), holding its `alive` lock."""
    alive = _open_lock(service, "alive")
    try:
        fcntl.flock(alive, fcntl.LOCK_EX)  # no server lives (who starts one has looked); others look for a moment
        log = os.open(service.log_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            process = subprocess.Popen(
                service.command(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=service.folder,
                env=dict(service.environment(port)),
                start_new_session=True,
                pass_fds=(alive,),
                umask=0o077,
            )
        finally:
            os.close(log)
        _write_state(service, process.pid, port)
        return process
    finally:
        os.close(alive)


def _comes_up(service: Service, port: int, give_up: threading.Event, lives: Callable[[], bool]) -> bool:
    """True as soon as the server answers; False when it is gone, or patience is."""
    deadline = time.monotonic() + service.patience
    while lives() and time.monotonic() < deadline and not give_up.is_set():
        if service.answers(port):
            return True
        give_up.wait(0.05)
    return False


def _stop(service: Service) -> None:
    """Ends the server's process group: TERM, then KILL. Returns when it is gone."""
    try:
        pid = int(json.loads(_state_file(service).read_text())["pid"])
    except (OSError, ValueError, KeyError):
        return
    for signal_number, seconds in ((signal.SIGTERM, service.grace), (signal.SIGKILL, 5.0)):
        if not _is_alive(service):
            break
        try:
            os.killpg(pid, signal_number)
        except ProcessLookupError:
            break
        _wait_until(lambda: not _is_alive(service), seconds)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        pass  # another command started it
    _state_file(service).unlink(missing_ok=True)


def _wait_until(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)


def _is_alive(service: Service) -> bool:
    """True where the server holds its lock. Who looks takes it shared, so as not to be taken for the server."""
    alive = _open_lock(service, "alive")
    try:
        fcntl.flock(alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
        # Not by closing alone: a process that another thread is starting has a copy of the descriptor for a moment.
        fcntl.flock(alive, fcntl.LOCK_UN)
    except BlockingIOError:
        return True
    finally:
        os.close(alive)
    return False


def _takes_alone(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _door(service: Service) -> Iterator[None]:
    door = _open_lock(service, "door")
    try:
        fcntl.flock(door, fcntl.LOCK_EX)
        yield
    finally:
        os.close(door)


def _open_lock(service: Service, kind: str) -> int:
    return os.open(service.folder / f"{service.name}.{kind}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _state_file(service: Service) -> Path:
    return service.folder / f"{service.name}.json"


def _write_state(service: Service, pid: int, port: int) -> None:
    whole = _state_file(service).with_suffix(".new")
    whole.touch(mode=0o600)
    whole.write_text(json.dumps({"pid": pid, "port": port}))
    whole.replace(_state_file(service))


def _last_words(log: Path, lines: int = 15) -> str:
    try:
        return mask("\n".join(log.read_text(errors="replace").splitlines()[-lines:]))
    except OSError:
        return "(none)"
