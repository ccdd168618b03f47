"""What `patronsync deploy` registers on a Prefect server, as the server tells it afterwards."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.local import deployments
from flows.local.deployments import prefect_file, read_prefect_file, run_variables, with_run_variables
from flows.local.prefect_server import PrefectServer
from flows.local.shared_process import free_port
from flows.settings import load

ROOT = Path(__file__).parents[2]
HEARTBEATS = {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30"}


def ask(server: PrefectServer, path: str, body: Any = None) -> Any:
    """The server's answer."""
    login = base64.b64encode(server.password_file.read_bytes().strip()).decode()
    request = urllib.request.Request(
        server.api_url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
        return json.load(answer)


def run(server: PrefectServer, *arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command of its own process, with this Prefect server."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "PATRONSYNC_"))}
    environ = ours | server.environment() | variables
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )


def deploy(server: PrefectServer, cwd: Path, **variables: str) -> str:
    """What `patronsync deploy` says."""
    ended = run(server, "-c", "from flows.cli import main; main()", "deploy", cwd=cwd, **variables)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@dataclass(frozen=True)
class Deployed:
    """What the server tells after a deploy, and where that was."""

    folder: Path
    said: str
    pool: dict[str, Any]
    refresh: dict[str, Any]
    nightly: dict[str, Any]
    automations: list[dict[str, Any]]


@pytest.fixture(scope="module")
def deployed_twice(
    prefect_of_the_run: PrefectServer,
    deploying_alone: Callable[[], AbstractContextManager[None]],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Deployed]:
    """The same deployments, registered and registered again."""
    folder = tmp_path_factory.mktemp("deployed")
    (folder / "patronsync.env").touch()
    with deploying_alone():
        return [_deployed(prefect_of_the_run, folder) for _ in range(2)]


def _deployed(server: PrefectServer, folder: Path) -> Deployed:
    data_dir = str(folder / "data")
    said = deploy(server, folder, PATRONSYNC_ENV_FILE="patronsync.env", PATRONSYNC_DATA_DIR=data_dir)
    automations = ask(server, "/automations/filter", {})
    return Deployed(
        folder,
        said,
        ask(server, "/work_pools/patronsync"),
        ask(server, "/deployments/name/registry-refresh/registry-refresh"),
        ask(server, "/deployments/name/nightly/nightly"),
        [one for one in automations if one["name"].startswith("patronsync")],
    )


@pytest.mark.parametrize("time", [0, 1], ids=["once", "again"])
def test_deploy_makes_the_pool_and_the_deployments_and_can_be_repeated(deployed_twice, time):
    deployed: Deployed = deployed_twice[time]
    refresh = deployed.refresh
    assert "registry-refresh" in deployed.said and "extract-import" in deployed.said
    assert (deployed.pool["name"], deployed.pool["type"]) == ("patronsync", "process")
    assert refresh["entrypoint"] == "flows.registry_refresh:registry_refresh"
    assert refresh["pull_steps"] == [] and refresh["work_pool_name"] == "patronsync"
    assert refresh["global_concurrency_limit"]["limit"] == 1
    assert refresh["concurrency_options"]["collision_strategy"] == "ENQUEUE"
    assert refresh["schedules"] == []
    [schedule] = deployed.nightly["schedules"]
    assert schedule["active"] and schedule["schedule"]["cron"] == "30 3 * * *"
    assert schedule["schedule"]["timezone"] == "Europe/Copenhagen"
    env = refresh["job_variables"]["env"]
    assert env["PATRONSYNC_ENV_FILE"] == str(deployed.folder / "patronsync.env"), "absolute: a run starts elsewhere"
    assert env["PATRONSYNC_DATA_DIR"] == str(deployed.folder / "data")
    assert set(refresh["parameter_openapi_schema"]["properties"]) >= {"scope", "patron_numbers", "limit", "dry_run"}
    assert not (deployed.folder / "data").exists(), "neither a database nor a server of our own was needed"


def test_dead_runs_are_marked_by_one_automation_that_a_second_deploy_leaves_alone(deployed_twice):
    (first,), (second,) = (deployed.automations for deployed in deployed_twice)
    assert first["id"] == second["id"] and first["trigger"]["id"] == second["trigger"]["id"]
    assert first["trigger"]["match_related"]["prefect.resource.id"] == "prefect.tag.patronsync"
    signs = {f"prefect.flow-run.{sign}" for sign in ("Pending", "Running", "heartbeat")}
    assert set(first["trigger"]["after"]) == signs, "one that is killed before it begins is dead, too"
    ends = {f"prefect.flow-run.{state}" for state in ("Running", "Suspended")}
    assert signs | ends <= set(first["trigger"]["expect"])
    for deployed in deployed_twice:
        assert "patronsync" in deployed.refresh["tags"]
        assert deployed.refresh["job_variables"]["env"]["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == "30"


def test_prefect_deploy_all_works_on_the_file_as_it_stands(prefect_of_the_run, deployed_twice, deploying_alone):
    """The pool is there: `deployed_twice` has made it."""
    with deploying_alone():
        ended = run(prefect_of_the_run, "-m", "prefect", "--no-prompt", "deploy", "--all", cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    names = {deployment["name"] for deployment in ask(prefect_of_the_run, "/deployments/filter", {})}
    assert {"registry-refresh", "extract-import"} <= names


def test_a_pool_of_another_type_is_told(prefect_api, monkeypatch):
    monkeypatch.setattr(deployments, "POOL", "patronsync-in-containers")
    try:
        ask(prefect_api, "/work_pools/", {"name": "patronsync-in-containers", "type": "docker"})
    except urllib.error.HTTPError as error:
        assert error.code == 409, "another worker of this test run was first"
    with pytest.raises(deployments.UserError, match="of type docker, not process"):
        deployments.make_pool()


def test_a_server_that_does_not_let_us_in_is_told(prefect_of_the_run, tmp_path):
    wrong = {"PREFECT_API_AUTH_STRING": "patronsync:wrong", "PATRONSYNC_DATA_DIR": str(tmp_path)}
    ended = run(prefect_of_the_run, "-c", "from flows.cli import main; main()", "deploy", cwd=tmp_path, **wrong)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "HTTP 401" in ended.stderr and "PREFECT_API_AUTH_STRING" in ended.stderr


def test_a_server_that_does_not_answer_is_told(prefect_of_the_run, tmp_path):
    nobody = {"PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api", "PATRONSYNC_DATA_DIR": str(tmp_path)}
    ended = run(prefect_of_the_run, "-c", "from flows.cli import main; main()", "deploy", cwd=tmp_path, **nobody)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "does not answer" in ended.stderr and "PREFECT_API_URL" in ended.stderr


def test_a_run_on_the_embedded_servers_is_told_their_home(tmp_path):
    settings = load({"PATRONSYNC_DATA_DIR": str(tmp_path)})
    assert run_variables(settings) == {**HEARTBEATS, "PATRONSYNC_DATA_DIR": str(tmp_path)}
    assert run_variables(
        settings.with_embedded_database("postgresql://127.0.0.1/x").with_demo_registry("http://[::1]/")
    )


def test_a_run_on_servers_of_one_s_own_is_told_the_settings_file_alone(tmp_path):
    (tmp_path / "it.env").write_text(
        "PATRONSYNC_DATABASE_URL=postgresql://worker:s3cret@127.0.0.1/library\n"
        "PATRONSYNC_REGISTRY_URL=http://127.0.0.1:1/\n"
    )
    settings = load({"PATRONSYNC_DATA_DIR": str(tmp_path)}, env_file=tmp_path / "it.env")
    assert run_variables(settings) == {**HEARTBEATS, "PATRONSYNC_ENV_FILE": str(tmp_path / "it.env")}


def test_what_a_deployment_says_already_is_kept():
    content = {"deployments": [{"name": "x", "work_pool": {"name": "p", "job_variables": {"env": {"A": "1"}}}}]}
    [deployment] = with_run_variables(content, {"B": "2"})["deployments"]
    assert deployment["work_pool"] == {"name": "p", "job_variables": {"env": {"A": "1", "B": "2"}}}
    assert content["deployments"][0]["work_pool"]["job_variables"] == {"env": {"A": "1"}}


def test_the_clone_s_own_file_is_found():
    assert prefect_file() == ROOT / "prefect.yaml"
    assert [deployment["name"] for deployment in read_prefect_file()["deployments"]]
