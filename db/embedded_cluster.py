"""One PostgreSQL cluster of our own: made, started and stopped with the server programs.

No lock is taken here: `db.embedded` sees to it that one command at a time does any of this.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shlex
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from db.embedded_programs import Account, shared_folder, version
from db.errors import OperatorMustAct

SUPERUSER = "patronsync"

# The server's log holds no value of a row: no statement, no parameter, no DETAIL, and no ERROR line at all, since the
# first line of one can quote a value, too (`invalid input syntax for type date: "..."`).
SETTINGS = """\
include 'cluster/postgresql.conf'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_min_messages = log
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_statement = none
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """`home` is ours and holds our files and the cluster; the cluster is `account`'s, and nobody else gets into it.

    (As root we write into no folder that is the account's: whoever runs as that account could have put a link there.)
    """

    home: Path
    programs: Path
    account: Account
    made_for: Path | None = None

    @classmethod
    def of(cls, state: Path, programs: Path, account: Account) -> Cluster:
        """The cluster of the state folder: in it, or as root under /var/lib/patronsync, where `account` gets to it."""
        if account.uid is None:
            return cls(state / "server", programs, account, state)
        key = hashlib.sha256(os.fsencode(state)).hexdigest()[:16]
        return cls(shared_folder("clusters") / key, programs, account, state)

    @property
    def directory(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "cluster"

    @property
    def exists(self) -> bool:
        """It was made, whole."""
        return self.directory.exists()

    def create(self, password: str, *, durable: bool = True) -> None:
        """Makes the cluster: one superuser, with `password`; nobody gets in without it.

        Not `durable`: it does not wait for the disk.
        """
        self.home.mkdir(mode=0o711, exist_ok=True)
        unfinished, secret = self.home / "unfinished", self.home / "secret"
        shutil.rmtree(unfinished, ignore_errors=True)  # of a command that was killed
        unfinished.mkdir(mode=0o700)
        self._write(self.home / "made-for", f"{self.made_for}\n")  # tells whose it is, when that is gone
        self._write(secret, password)
        self.account.own(unfinished, secret)
        command = [str(self.programs / "initdb"), "-D", str(unfinished), "-U", SUPERUSER, "-E", "UTF8"]
        command += ["--auth=scram-sha-256", f"--pwfile={secret}", "--no-instructions"]
        if self._version() >= 17:
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command += ["--locale=C.UTF-8"]
        if not durable:
            command.append("--no-sync")
        try:
            code, said = self.account.run(command)
        finally:
            secret.unlink()
        if code != 0:
            raise OperatorMustAct(f"PostgreSQL could not make its cluster in {self.home}:\n{said.strip()}")
        unfinished.rename(self.directory)

    def port(self) -> int | None:
        """Where the cluster's server listens; None where none runs, whatever a killed one left behind."""
        try:
            lines = (self.directory / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return port if str(self.directory) in _command_line(pid) else None

    def start(self, preferred_port: int | None, options: tuple[str, ...] = ()) -> int:
        """Starts the server on a free port (the preferred one, if it is) and waits till it answers."""
        made_by = (self.directory / "PG_VERSION").read_text().strip()
        if made_by != str(self._version()):
            raise OperatorMustAct(
                f"the cluster in {self.home} was made by PostgreSQL {made_by}, the programs are {self._version()}",
                f"Let PATRONSYNC_POSTGRES_BIN name a folder with the programs of version {made_by}.",
            )
        # No server runs (who starts one has looked): the file would only make PostgreSQL take another process with
        # that number for one.
        (self.directory / "postmaster.pid").unlink(missing_ok=True)
        settings, log = self.home / "patronsync.conf", self.home / "start.log"
        self._write(settings, SETTINGS)
        self.account.own(settings)
        for attempt in range(5):
            port = _free_port(preferred_port if attempt == 0 else None)
            self._write(log, "")
            self.account.own(log)
            server_options = ("-c", f"config_file={settings}", "-p", str(port), *options)
            command = [str(self.programs / "pg_ctl"), "start", "-D", str(self.directory), "-w", "-t", "120", "-s"]
            code, _ = self.account.run([*command, "-l", str(log), "-o", shlex.join(server_options)])
            if code == 0 or self.port() is not None:  # running, if not ready yet: long recoveries take their time
                return self.port() or port
            time.sleep(0.2)  # the port was taken in between, or the processes of a killed server are still going
        raise OperatorMustAct(f"PostgreSQL does not start in {self.home}:\n{log.read_text(errors='replace').strip()}")

    def stop(self) -> None:
        """Stops the server at once, its sessions with it; all that was committed stays."""
        for mode in ("fast", "immediate"):
            command = [str(self.programs / "pg_ctl"), "stop", "-D", str(self.directory), "-m", mode, "-w", "-t", "60"]
            code, _ = self.account.run([*command, "-s"])
            if code == 0 or self.port() is None:
                return
        raise OperatorMustAct(f"PostgreSQL in {self.home} does not stop", "Stop its process by hand.")

    def remove(self) -> None:
        """Deletes the cluster, its server being stopped."""
        if self.home.exists():
            shutil.rmtree(self.home)

    def _version(self) -> int:
        return int(version(self.programs, self.account).split(".")[0])

    @staticmethod
    def _write(path: Path, text: str) -> None:
        """Writes the file anew, for its owner's eyes alone from its first moment on."""
        path.unlink(missing_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(text)


def _command_line(pid: int) -> str:
    """How the process was started, '' where there is none: a number is given anew after a restart of the machine."""
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    listed = subprocess.run(["ps", "-p", str(pid), "-o", "args="], capture_output=True, text=True, check=False)
    return listed.stdout


def _free_port(preferred: int | None) -> int:
    for port in (preferred, 0):
        if port is not None:
            with socket.socket() as probe, contextlib.suppress(OSError):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OperatorMustAct("there is no free port on 127.0.0.1")
