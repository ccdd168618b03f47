"""Our own Prefect server: closed to whoever has no password, closed to other origins, and gone with its last user."""

from __future__ import annotations

import base64
import http.client
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.local import shared_process
from flows.local.prefect_server import (
    USUAL_PORT,
    PrefectServer,
    prefect_server,
    server_environment,
    service_of,
    without_prefect,
)


def ask(
    server: PrefectServer, method: str, path: str, headers: dict[str, str] | None = None
) -> tuple[int, dict, bytes]:
    """Status, headers (lower case) and body."""
    connection = http.client.HTTPConnection("127.0.0.1", server.running.port, timeout=10)
    connection.request(method, path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body


def basic(text: str) -> dict[str, str]:
    """The header of a login."""
    return {"Authorization": f"Basic {base64.b64encode(text.encode()).decode()}"}


PATHS = ["/api/admin/version", "/api/flow_runs/count", "/api/flows/filter", "/api/admin/settings"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers", [{}, basic("patronsync:wrong"), {"Authorization": "Bearer x"}, {"Authorization": "?"}]
)
def test_without_the_password_the_api_answers_401(prefect_of_the_run, path, headers):
    assert ask(prefect_of_the_run, "GET", path, headers)[0] == 401


def test_with_what_stands_in_the_password_file_the_api_answers(prefect_of_the_run):
    login = basic(prefect_of_the_run.password_file.read_text().strip())
    status, _, body = ask(prefect_of_the_run, "GET", "/api/admin/version", login)
    assert status == 200 and json.loads(body).startswith("3.9")


def test_the_password_is_random_and_its_owner_s_alone(prefect_of_the_run):
    user, _, password = prefect_of_the_run.password_file.read_text().strip().partition(":")
    assert user == "patronsync" and len(password) >= 32
    assert prefect_of_the_run.password_file.stat().st_mode & 0o777 == 0o600
    assert password not in repr(prefect_of_the_run)
    assert password not in Path(f"/proc/{prefect_of_the_run.running.pid}/cmdline").read_text()


def test_nobody_else_reads_prefect_s_database(prefect_of_the_run):
    home = prefect_of_the_run.home
    for path in (home, *(path for path in home.iterdir() if path.is_file())):  # nobody gets to a folder in it
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "http://localhost:4200", "null"])
def test_a_request_from_another_origin_is_not_allowed(prefect_of_the_run, origin):
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    status, headers, _ = ask(prefect_of_the_run, "OPTIONS", "/api/deployments/filter", asked)
    assert status == 400 and "access-control-allow-origin" not in headers
    login = basic(prefect_of_the_run.password_file.read_text().strip())
    _, headers, _ = ask(prefect_of_the_run, "GET", "/api/admin/version", {"Origin": origin, **login})
    assert "access-control-allow-origin" not in headers, "a browser withholds the answer from the page"


def test_its_own_page_may_ask(prefect_of_the_run):
    asked = {"Origin": prefect_of_the_run.url, "Access-Control-Request-Method": "POST"}
    status, headers, _ = ask(prefect_of_the_run, "OPTIONS", "/api/deployments/filter", asked)
    assert status == 200 and headers["access-control-allow-origin"] == prefect_of_the_run.url


def test_its_page_asks_this_server_and_asks_for_the_password(prefect_of_the_run):
    status, _, body = ask(prefect_of_the_run, "GET", "/ui-settings")
    told = json.loads(body)
    assert (status, told["api_url"], told["auth"]) == (200, prefect_of_the_run.api_url, "BASIC")


def test_a_websocket_without_the_password_hears_nothing(prefect_of_the_run):
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }
    status, _, _ = ask(prefect_of_the_run, "GET", "/api/events/out", upgrade)
    assert status == 403


def test_it_listens_on_loopback_alone(prefect_of_the_run):
    port, inodes = prefect_of_the_run.running.port, []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            address, state = line.split()[1], line.split()[3]
            if state == "0A" and address.endswith(f":{port:04X}"):
                inodes.append(address.partition(":")[0])
    assert inodes == ["0100007F"]


def test_who_loses_a_race_for_a_port_takes_nobody_s_server_for_its_own_and_leaves_its_port_when_stopped(
    full_size_alone: None,
    tmp_path: Path,
    prefect_home: Callable[[Path], Path],
    prefect_of_the_run: PrefectServer,
    monkeypatch,
):
    """It found the port free, and another server of ours got it: it starts again on another port.

    It starts on a database that is there: what was recorded before is seen again.
    """
    home = prefect_home(tmp_path)
    taken, really_free = prefect_of_the_run.running.port, shared_process.free_port
    looks = iter([taken])
    monkeypatch.setattr(shared_process, "free_port", lambda preferred=0: next(looks, None) or really_free(preferred))
    with prefect_server(tmp_path) as server:
        assert next(looks, None) is None, "it has tried the port that was taken"
        assert server.running.port not in (taken, USUAL_PORT) and server.home == home
        assert ask(server, "GET", "/api/health")[0] == 200
        for one, another in ((server, prefect_of_the_run), (prefect_of_the_run, server)):
            login = one.password_file.read_text().strip()
            assert ask(one, "GET", "/api/admin/version", basic(login))[0] == 200
            assert ask(another, "GET", "/api/admin/version", basic(login))[0] == 401
    with pytest.raises(ConnectionRefusedError):
        ask(server, "GET", "/api/health")


def test_the_usual_port_is_wanted_and_avoided_where_it_is_taken(tmp_path):
    assert service_of(tmp_path).preferred_port == USUAL_PORT
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", USUAL_PORT))
            taken.listen()
        except OSError:
            pass  # the run's own server has it
        assert shared_process.free_port(USUAL_PORT) != USUAL_PORT


def test_the_server_hears_nothing_of_the_prefect_that_somebody_has_set_up(monkeypatch, tmp_path):
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://db.example.dk/prefect")
    monkeypatch.setenv("PREFECT_API_KEY", "pnu_1")
    monkeypatch.setenv("PATRONSYNC_DATABASE_URL", "postgresql://worker:s3cret@127.0.0.1/library")
    environment = server_environment(tmp_path, 4711, "patronsync:x")
    assert not {"PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_KEY", "PATRONSYNC_DATABASE_URL"} & set(
        environment
    )
    assert environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4711"
    assert environment["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false" and environment["DO_NOT_TRACK"] == "1"
    assert without_prefect({"PREFECT_HOME": "x", "PATH": "y"}) == {"PATH": "y"}
