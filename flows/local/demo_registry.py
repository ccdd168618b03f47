"""The demo registry as a process that commands share, where `PATRONSYNC_REGISTRY_URL` names no registry.

Its people stand in no file. They follow from a seed and from the days in `DATA_DIR/demo-registry/days`: the day as of
which they were made up, and under it each day to which they were moved on. So whoever starts it again finds the same.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from flows.clock import today
from flows.local.shared_process import Running, Service, private_folder, shared

PATRONS = 5_000
"""So many patrons of a library are among its people."""


@dataclass(frozen=True)
class DemoRegistryProcess:
    """A demo registry of ours that runs."""

    running: Running
    folder: Path

    def url(self, version: str) -> str:
        """The endpoint of "4" or "5"."""
        return str(_announcement(self.folder)["urls"][version])

    def move_on(self, to_day: date) -> dict[str, int]:
        """Moves the registry on to a later day, for good, and returns how often each kind of thing happened."""
        happened = _move_on(self.folder, to_day)
        _add_day(self.folder, to_day)
        return happened


@contextmanager
def demo_registry(
    data_dir: Path, give_up: threading.Event | None = None, first_day: date | None = None
) -> Iterator[DemoRegistryProcess]:
    """Joins or starts the demo registry of the data directory; the last one out stops it.

    `first_day`: the day as of which its people are made up, if it has none yet (None: today). Raises `UserError`
    where it does not come up; `give_up` makes it stop trying.
    """
    folder = private_folder(data_dir / "demo-registry")
    if not days(folder):
        _add_day(folder, first_day or today())
    with shared(service_of(data_dir), give_up) as running:
        yield DemoRegistryProcess(running, folder)


def service_of(data_dir: Path) -> Service:
    """The demo registry of the data directory, as a process to share."""
    folder = data_dir / "demo-registry"
    return Service(
        name="registry",
        title="The demo registry",
        folder=folder,
        command=lambda port: [
            *(sys.executable, "-m", "flows.local.registry_process", str(port), days(folder)[0].isoformat()),
            str(announcement_file(folder)),
        ],
        answers=lambda port: _has_announced(folder, port),
        prepare=lambda port: _replay(folder),
    )


def days(folder: Path) -> list[date]:
    """The day as of which the people were made up, then those to which they were moved on; []: never started."""
    try:
        return [date.fromisoformat(line) for line in (folder / "days").read_text().split()]
    except FileNotFoundError:
        return []


def announcement_file(folder: Path) -> Path:
    """Where the process writes its addresses and the token of its controls, for its owner alone."""
    return folder / "announcement.json"


def _add_day(folder: Path, day: date) -> None:
    descriptor = os.open(folder / "days", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{day.isoformat()}\n")


def _replay(folder: Path) -> None:
    """Moves a registry that was started anew on through the days, before anybody is answered."""
    for day in days(folder)[1:]:
        _move_on(folder, day)


def _move_on(folder: Path, to_day: date) -> dict[str, int]:
    happened: dict[str, int] = _control(folder, {"advance_to": to_day.isoformat()})["happened"]
    return happened


def _control(folder: Path, wishes: dict[str, Any]) -> dict[str, Any]:
    announced = _announcement(folder)
    request = urllib.request.Request(
        announced["control_url"],
        data=json.dumps(wishes).encode(),
        headers={"Authorization": f"Bearer {announced['token']}", "Content-Type": "application/json"},
    )
    with _direct().open(request, timeout=60) as answer:
        done: dict[str, Any] = json.load(answer)
        return done


def _announcement(folder: Path) -> dict[str, Any]:
    announced: dict[str, Any] = json.loads(announcement_file(folder).read_text())
    return announced


def _has_announced(folder: Path, port: int) -> bool:
    """It has written its addresses, and answers there."""
    try:
        announced = _announcement(folder)
        if announced["port"] != port:
            return False
        with _direct().open(f"{announced['urls']['5']}?wsdl", timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError, KeyError):
        return False


def _direct() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy leads to loopback
