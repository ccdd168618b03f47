"""Prefect's server as docs/how-to/production.md sets it up: on PostgreSQL, with a password, without telemetry.

PostgreSQL is Debian's, which has the extension pg_trgm that Prefect needs and the programs of our wheel lack.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from prefect.settings import temporary_settings

from db import embedded
from db.connect import connect
from tests.fixtures.library import Library
from tests.fixtures.postgres import QUICK
from tests.fixtures.prefect import wait_until

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "made-up"
PREFECT = [sys.executable, "-m", "flows.local.prefect_process"]


def debians_programs() -> Path | None:
    """Of the newest PostgreSQL of Debian's that has what Prefect needs."""
    versions = sorted(int(folder.name) for folder in Path("/usr/lib/postgresql").glob("[0-9]*"))
    complete = [one for one in versions if Path(f"/usr/share/postgresql/{one}/extension/pg_trgm.control").exists()]
    return Path(f"/usr/lib/postgresql/{complete[-1]}/bin") if complete else None


def prefect_env(database: str) -> dict[str, str]:
    """The file prefect.env of the page on production, with this database and password in it."""
    page = (ROOT / "docs/how-to/production.md").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^    (PREFECT_(?:API_DATABASE|SERVER)_\w+)=(.*)$", page, re.MULTILINE))
    assert lines["PREFECT_API_DATABASE_CONNECTION_URL"].startswith("postgresql+asyncpg://prefect:PASSWORD@")
    given = {"PREFECT_API_DATABASE_CONNECTION_URL": database}
    return {name: given.get(name, value.replace("PASSWORD", PASSWORD)) for name, value in lines.items()}


@dataclass
class Production:
    """The server, a library, and what its commands find in their environment."""

    library: Library
    environment: dict[str, str]
    api: httpx.Client
    prefect_database: str

    @property
    def prefect(self) -> dict[str, str]:
        """What Prefect's client finds there."""
        return {name: value for name, value in self.environment.items() if name.startswith("PREFECT_")}

    def work(self) -> None:
        """A worker runs what is waiting, and goes."""
        command = [*PREFECT, "worker", "start", "--pool", "patronsync", "--type", "process", "--run-once"]
        subprocess.run(command, env=self.environment, capture_output=True, check=True, timeout=180)

    def state(self, flow_run: str) -> str:
        """The name of the run's state."""
        return str(self.api.get(f"/flow_runs/{flow_run}").raise_for_status().json()["state"]["name"])


@pytest.fixture
def production(library: Library, tmp_path: Path) -> Iterator[Production]:
    """The server runs; a brake will hold retention, where more than a few rows are to go."""
    programs = debians_programs()
    if programs is None:
        pytest.skip("no PostgreSQL with pg_trgm on this machine: apt-get install postgresql")
    with (
        embedded.running(tmp_path / "postgresql", programs, QUICK) as server,
        socket.create_server(("127.0.0.1", 0)) as free,
    ):
        port = free.getsockname()[1]
        with connect(server.url, autocommit=True) as admin:
            admin.execute(f"CREATE ROLE prefect LOGIN PASSWORD '{PASSWORD}'")
            admin.execute("CREATE DATABASE prefect OWNER prefect ENCODING 'UTF8' TEMPLATE template0")
        with connect(server.url_of("prefect"), autocommit=True) as admin:
            admin.execute("CREATE EXTENSION pg_trgm")
        free.close()
        found = psycopg.conninfo.conninfo_to_dict(server.url)
        settings = prefect_env(f"postgresql+asyncpg://prefect:{PASSWORD}@127.0.0.1:{found['port']}/prefect")
        yield from _production(library, tmp_path, settings, port, server.url_of("prefect"))
    embedded.remove(tmp_path / "postgresql", programs)


def _production(
    library: Library, folder: Path, settings: dict[str, str], port: int, database: str
) -> Iterator[Production]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PATRONSYNC_", "PREFECT_"))}
    plain |= {"PREFECT_HOME": str(folder / "prefect"), "DO_NOT_TRACK": "1"}
    environment = {
        **plain,
        "PATRONSYNC_DATABASE_URL": library.database_url,
        "PATRONSYNC_REGISTRY_URL": library.registry.url,
        "PATRONSYNC_DATA_DIR": str(folder / "data"),
        "PATRONSYNC_BRAKE_RETENTION_REMOVED_MORE_THAN": "5",
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": settings["PREFECT_SERVER_API_AUTH_STRING"],
    }
    command = [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env={**plain, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    user, _, password = settings["PREFECT_SERVER_API_AUTH_STRING"].partition(":")
    try:
        with httpx.Client(base_url=environment["PREFECT_API_URL"], auth=(user, password), timeout=30) as api:
            assert wait_until(lambda: _answers(api), 120)
            yield Production(library, environment, api, database)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _answers(api: httpx.Client) -> bool:
    try:
        return api.get("/admin/version").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.fixture
def in_use(production: Production, monkeypatch: pytest.MonkeyPatch) -> Iterator[Production]:
    """Commands of this process find the server, and Prefect's own command that `deploy` starts does."""
    production.library.settings._prefect.update(production.prefect)
    for name, value in production.prefect.items():
        monkeypatch.setenv(name, value)
    with temporary_settings({}):  # Prefect is loaded already: it reads them anew
        yield production


def test_deploy_run_approvals_and_status_work_on_a_server_on_postgresql_with_a_password(
    full_size_alone: None, in_use: Production
) -> None:
    production, library = in_use, in_use.library
    library.enrol("P1", None)
    library.connection.execute(
        "INSERT INTO library.loan (loan_number, patron_number, item_number, title, lent_at, returned_at) "
        "SELECT 'L' || n, 'P1', 'I1', 'T', '2026-01-05', '2026-01-06' FROM generate_series(1, 20) AS n"
    )
    assert httpx.get(f"{production.api.base_url}admin/settings").status_code == 401
    assert production.api.get("/admin/settings").json()["server"]["analytics_enabled"] is False

    code, out = library.command("deploy")
    assert code == 0 and "retention-cleanup" in out, library.errors
    deployment = production.api.get("/deployments/name/retention-cleanup/retention-cleanup").json()["id"]
    made = production.api.post(f"/deployments/{deployment}/create_flow_run", json={"state": {"type": "SCHEDULED"}})
    flow_run = made.raise_for_status().json()["id"]
    production.work()
    with connect(production.prefect_database) as connection:
        kept = connection.execute("SELECT state_name FROM flow_run WHERE id = %s", [flow_run]).fetchall()
    assert kept == [("Suspended",)]

    [(run,)] = library.rows("SELECT max(run_id) FROM sync.run")
    code, out = library.command("approvals")
    assert code == 0 and "rows about to be removed" in out, library.errors
    code, out = library.command("approvals", "answer", str(run), "apply")
    assert code == 0 and "resumed" in out, library.errors
    assert production.state(flow_run) == "Resuming"
    _, out = library.command("status")
    assert "retention" in out, library.errors
