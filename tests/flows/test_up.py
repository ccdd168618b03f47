"""`patronsync up`: everything runs, a run started as the UI does it runs, and nothing is left afterwards."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from db import embedded
from flows.local import demo_registry, prefect_server
from flows.local.shared_process import stop_unused
from tests.fixtures.prefect import wait_until

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

    def ask(self, path: str, body: Any = None) -> Any:
        """Prefect's API, as its page asks it: with what stands in the password file."""
        address = re.search(r"http://127\.0\.0\.1:\d+", self.said)
        assert address is not None
        login = base64.b64encode((self.data_dir / "prefect" / "password").read_bytes().strip()).decode()
        request = urllib.request.Request(
            f"{address[0]}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(30):
            try:
                with opener.open(request, timeout=10) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503:  # SQLite is busy: Prefect's clients and its page ask again, too
                    raise
                time.sleep(0.5)
        raise AssertionError(f"{path}: busy for too long")

    def start_run(self, parameters: dict[str, Any]) -> str:
        """As somebody who presses Run."""
        deployment = self.ask("/deployments/name/registry-refresh/registry-refresh")
        run: str = self.ask(f"/deployments/{deployment['id']}/create_flow_run", {"parameters": parameters})["id"]
        return run

    def state(self, run: str) -> str:
        return str(self.ask(f"/flow_runs/{run}")["state"]["type"])


def processes_of(data_dir: Path) -> dict[int, str]:
    """All processes that were started for this data directory, and their command lines."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environ = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if int(process.name) != os.getpid() and (str(data_dir).encode() in environ or str(data_dir) in command):
            found[int(process.name)] = command
    return found


def workers_of(data_dir: Path) -> dict[int, str]:
    """Those that run Prefect's worker, or see to its end."""
    named = ("prefect worker start", "worker_process")
    commands = processes_of(data_dir).items()
    return {pid: name for pid, command in commands for name in named if name in command}


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
def up(data_dir: Path) -> Iterator[Up]:
    running = Up(data_dir)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)
    assert wait_until(lambda: not workers_of(data_dir), 30), "the worker ends by itself"


def test_a_run_started_as_the_ui_does_it_runs_and_a_signal_stops_all(up, data_dir):
    up.wait_until_up()
    assert f"copy the line in {data_dir}/prefect/password" in up.said
    assert "registry-refresh, guardian-links, net-media-eligibility, retention-cleanup, extract-import" in up.said
    run = up.start_run({"dry_run": True})
    assert wait_until(lambda: up.state(run) in ("COMPLETED", "FAILED", "CRASHED"), 60)
    assert up.state(run) == "COMPLETED"
    under_way = up.start_run({"dry_run": True})
    assert wait_until(lambda: up.state(under_way) in ("PENDING", "RUNNING"), 60)
    assert up.end(signal.SIGTERM) == 0, up.said
    assert up.said.endswith("Stopped.\n")
    assert processes_of(data_dir) == {}
    assert embedded.url(data_dir) is None


def test_a_worker_that_dies_is_told_and_ends_it_all(up, data_dir):
    up.wait_until_up()
    assert wait_until(lambda: "prefect worker start" in workers_of(data_dir).values())
    for pid, command in workers_of(data_dir).items():
        if command == "prefect worker start":
            os.kill(pid, signal.SIGKILL)
    said, _ = up.process.communicate(timeout=60)
    assert up.process.returncode == 1
    assert "Prefect's worker has ended" in said and "worker.log" in said
    assert processes_of(data_dir) == {}


def test_what_a_killed_up_leaves_is_stopped_by_the_next_command(up, data_dir):
    up.wait_until_up()
    up.end(signal.SIGKILL)
    assert wait_until(lambda: not workers_of(data_dir), 30), "the worker ends by itself"
    assert processes_of(data_dir), "the servers could not be stopped by anybody"
    ended = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", "database", "psql", "-c", "SELECT 1"],
        env=os.environ | {"PATRONSYNC_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert processes_of(data_dir) == {}
