"""`patronsync up` whose worker dies: nothing is left (its runs, and one that is killed: tests/acceptance)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from db import embedded
from flows.local import demo_registry, prefect_server
from flows.local.shared_process import stop_unused
from tests.fixtures.prefect import wait_until
from tests.fixtures.processes import processes_of, workers_of

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")


class Up:
    """A running `patronsync up`."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        environ = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "PATRONSYNC"))}
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from flows.cli import main; main()", "up"],
            env=environ | {"PATRONSYNC_DATA_DIR": str(data_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""

    def wait_until_up(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if line.startswith("Ctrl-C stops"):
                return
        raise AssertionError(f"it did not come up:\n{self.said}")

    def end(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal, and returns the exit code."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=60)
        self.said += rest
        return self.process.returncode


@pytest.fixture
def data_dir(tmp_path: Path, prefect_home: Callable[[Path], Path]) -> Iterator[Path]:
    """A data directory whose Prefect starts quickly."""
    directory = tmp_path / "data"
    prefect_home(directory)
    yield directory
    for part in (demo_registry, prefect_server):
        stop_unused(part.service_of(directory))
    embedded.remove(directory)


@pytest.fixture
def up(data_dir: Path) -> Iterator[Callable[[], Up]]:
    """Starts `up`, and waits until it says that it is."""
    started: list[Up] = []

    def start() -> Up:
        started.append(Up(data_dir))
        started[-1].wait_until_up()
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end(signal.SIGKILL)
    assert wait_until(lambda: not workers_of(data_dir), 30), "the worker ends by itself"


def test_a_worker_that_dies_is_told_and_ends_it_all(full_size_alone, up, data_dir):
    running = up()
    assert wait_until(lambda: "prefect_process worker start" in workers_of(data_dir).values())
    for pid, command in workers_of(data_dir).items():
        if command == "prefect_process worker start":
            os.kill(pid, signal.SIGKILL)
    said, _ = running.process.communicate(timeout=60)
    assert running.process.returncode == 1
    assert "Prefect's worker has ended" in said and "worker.log" in said
    assert processes_of(data_dir) == {}
