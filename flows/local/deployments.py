"""Registers what Prefect has to know of patronsync: the work pool, and the deployments of prefect.yaml."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

import flows
from flows.errors import UserError
from flows.local import notices
from flows.local.automations import HEARTBEATS, dead_runs, put_automations
from flows.observability.redaction import mask
from flows.settings import Settings
from flows.settings.names import variable

POOL = "patronsync"
POOL_TYPE = "process"


def deploy(settings: Settings) -> list[str]:
    """Makes the work pool where it is missing and registers every deployment; returns their names. Safe to repeat.

    For the Prefect API in use: enter `flows.local.embedded.environment(need_prefect=True)` first. A run finds its
    settings by what `run_variables` writes into each deployment.
    """
    make_pool()
    names = register(with_run_variables(read_prefect_file(), run_variables(settings)))
    automate(settings, names)
    return names


def automate(settings: Settings, deployments: Sequence[str]) -> list[str]:
    """Makes what Prefect does by itself: dead runs are marked as crashed, and whoever is to be told is told."""
    from prefect.client.orchestration import get_client

    with _prefect_answers(), get_client(sync_client=True) as client:
        ids = {name: client.read_deployment_by_name(f"{name}/{name}").id for name in deployments}
        block_id = notices.put_block(client, settings)
        wanted = [dead_runs(), *notices.wanted_automations(settings, ids, block_id)]
        return put_automations(client, wanted, notices.automation_names(settings))


def make_pool() -> bool:
    """Makes the work pool; False where it is there already. Raises `UserError` where it is one of another type."""
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

    with _prefect_answers(), get_client(sync_client=True) as client:
        try:
            pool = client.read_work_pool(POOL)
        except ObjectNotFound:
            try:
                client.create_work_pool(WorkPoolCreate(name=POOL, type=POOL_TYPE))
            except ObjectAlreadyExists:
                return False
            return True
    if pool.type != POOL_TYPE:
        raise UserError(
            f"The work pool {POOL} on this Prefect server is of type {pool.type}, not {POOL_TYPE}.",
            f"Rename it or delete it (prefect work-pool delete {POOL}), and deploy again.",
        )
    return False


@contextmanager
def _prefect_answers() -> Iterator[None]:
    """What keeps the Prefect server from answering, in words."""
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        remedy = "PREFECT_API_URL ends in /api; `patronsync check` tries it."
        if status in (401, 403):
            remedy = "Set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY) to what this server asks for."
        raise UserError(f"The Prefect server refuses (HTTP {status}).", remedy) from None
    except httpx.HTTPError as error:
        raise UserError(
            f"The Prefect server does not answer ({type(error).__name__}).", "Is it running? Look at PREFECT_API_URL."
        ) from None


def prefect_file() -> Path:
    """The prefect.yaml that was installed with the package, else the clone's."""
    package = Path(flows.__file__).parent
    for place in (package / "prefect.yaml", package.parent / "prefect.yaml"):
        if place.is_file():
            return place
    raise UserError("prefect.yaml is missing from this installation.", "Install patronsync again.")


def read_prefect_file() -> dict[str, Any]:
    """What prefect.yaml holds."""
    content: dict[str, Any] = yaml.safe_load(prefect_file().read_text(encoding="utf-8"))
    return content


def run_variables(settings: Settings) -> dict[str, str]:
    """What a run's process needs to find the same settings: the file, and the home of embedded parts in use."""
    variables = dict(HEARTBEATS)
    if settings.env_file is not None:
        variables[variable("env_file")] = str(settings.env_file.absolute())
    if settings.database_url is None or settings.is_embedded("database_url") or settings.is_embedded("registry_url"):
        variables[variable("data_dir")] = str(settings.data_dir.absolute())
    return variables


def with_run_variables(content: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, Any]:
    """The same deployments, with `variables` in the environment of every run."""
    deployments = []
    for deployment in content["deployments"]:
        pool = dict(deployment["work_pool"])
        job = dict(pool.get("job_variables") or {})
        pool["job_variables"] = job | {"env": {**(job.get("env") or {}), **variables}}
        deployments.append({**deployment, "work_pool": pool})
    return {**content, "deployments": deployments}


def register(content: Mapping[str, Any]) -> list[str]:
    """Has Prefect's own command read `content` as a prefect.yaml: one reader of that format."""
    with tempfile.TemporaryDirectory(prefix="patronsync-") as folder:
        file = Path(folder) / "prefect.yaml"
        file.write_text(yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False), encoding="utf-8")
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "flows.local.prefect_process"),
                *("--no-prompt", "deploy", "--all", "--prefect-file", str(file)),
            ],
            cwd=folder,
            env=dict(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if ended.returncode != 0:
        last_words = "\n".join((ended.stdout + ended.stderr).strip().splitlines()[-15:])
        raise UserError(
            f"Prefect did not take the deployments:\n{mask(last_words)}", "`patronsync check` tries the Prefect server."
        )
    return [deployment["name"] for deployment in content["deployments"]]
