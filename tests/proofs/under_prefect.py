"""Refreshes as deployments: a Prefect server of the proof's own, and a worker that can be killed with its run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from flows.local.deployments import POOL
from flows.local.prefect_server import PrefectServer
from flows.local.worker_process import descendants
from flows.settings.names import variable
from tests.proofs.night import DAY, Night

COMMAND = str(Path(sys.executable).with_name("patronsync"))
WITHOUT_SETTINGS = {
    name: value for name, value in os.environ.items() if not name.startswith(("PATRONSYNC_", "PREFECT_"))
}


class UnderPrefect:
    """The server, what is deployed on it, and what an operator does there."""

    def __init__(self, data_dir: Path, server: PrefectServer, api: httpx.Client) -> None:
        self._data_dir, self._api = data_dir, api
        self._environment = {**WITHOUT_SETTINGS, **server.environment(), variable("data_dir"): str(data_dir)}

    def plays(self, night: Night) -> None:
        """Writes the settings file that runs read from now on."""
        update = {
            "database_url": night.url,
            **night.settings.model_dump(exclude_defaults=True, exclude={"database_url"}),
        }
        lines = [f"{variable(name)}={value}\n" for name, value in update.items() if name != "data_dir"]
        (self._data_dir / ".env").write_text("".join(lines))

    def patronsync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a command to its end."""
        return subprocess.run(
            [COMMAND, *arguments], env=self._environment, capture_output=True, text=True, timeout=600, check=False
        )

    @contextmanager
    def refreshing(self) -> Iterator[subprocess.Popen[bytes]]:
        """The command `patronsync refresh`, while it runs, or until it is killed."""
        command = [COMMAND, "refresh", "--today", DAY.isoformat(), "--json"]
        with subprocess.Popen(command, env=self._environment, stdout=subprocess.DEVNULL) as process:
            yield process

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker as `patronsync up` has it, until the block is left or it is killed."""
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.local.worker_process", POOL, "proof"],
            env={**self._environment, "PREFECT_WORKER_QUERY_SECONDS": "3"},
            cwd=self._data_dir,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)

    def press_run(self, flow: str = "registry-refresh", **parameters: Any) -> str:
        """What the button Run does; returns the flow run's id."""
        deployment = self._api.get(f"/deployments/name/{flow}/{flow}").raise_for_status().json()
        body = {"parameters": {"today": DAY.isoformat(), **parameters}, "state": {"type": "SCHEDULED"}}
        made = self._post(f"/deployments/{deployment['id']}/create_flow_run", body)
        return str(made.json()["id"])

    def state(self, flow_run: str) -> str:
        """Its name, as the UI shows it."""
        return str(self._api.get(f"/flow_runs/{flow_run}").raise_for_status().json()["state"]["name"])

    def latest_run(self) -> str:
        """The id of the flow run that runs, the one that began last."""
        running = {"state": {"type": {"any_": ["RUNNING"]}}}
        made = self._post("/flow_runs/filter", {"flow_runs": running, "sort": "START_TIME_DESC", "limit": 1})
        return str(made.json()[0]["id"])

    def steps_of(self, flow_run: str) -> list[str]:
        """The ids of the flow runs under a night's."""
        found = self._post("/flow_runs/filter", {"flow_runs": {"parent_flow_run_id": {"any_": [flow_run]}}})
        return [str(one["id"]) for one in found.json()]

    def call_crashed(self, flow_run: str) -> None:
        """Ends a dead run by hand, as an operator may who does not wait for the automation."""
        self._post(f"/flow_runs/{flow_run}/set_state", {"state": {"type": "CRASHED", "name": "Crashed"}})

    def _post(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Sent again while the server is too busy (SQLite's lock), as Prefect's own client does."""
        for _ in range(10):
            answer = self._api.post(path, json=dict(body))
            if answer.status_code != 503:
                break
            time.sleep(1)
        return answer.raise_for_status()


def kill_together(worker: subprocess.Popen[bytes]) -> int:
    """SIGKILL to a worker and all that it has started, before one can tell of the other's end; how many they were."""
    family = [worker.pid, *descendants(worker.pid)]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in family:
            os.kill(pid, number)
    return len(family)


@contextmanager
def under_prefect(data_dir: Path, server: PrefectServer, night: Night) -> Iterator[UnderPrefect]:
    """`night` is what runs on the server find. `data_dir` is for the settings and for logs alone."""
    data_dir.mkdir(mode=0o700, exist_ok=True)
    user, _, password = server.password_file.read_text().strip().partition(":")
    with httpx.Client(base_url=server.api_url, auth=(user, password), timeout=30) as api:
        made = UnderPrefect(data_dir, server, api)
        made.plays(night)
        yield made
