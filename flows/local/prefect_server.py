"""Our own Prefect server on loopback, where `PREFECT_API_URL` names no other.

Its API is a way to run code as the owner of the registry key. So it has a random password, kept in a 0600 file, and
takes cross-origin requests from its own address alone (docs/explanation/house.md, "Encrypted or local").
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.local.shared_process import Running, Service, private_folder, shared
from flows.observability import server_needs

USER = "patronsync"
USUAL_PORT = 4200
"""Prefect's own default: taken where it is free, so that its address is the one people know."""


@dataclass(frozen=True)
class PrefectServer:
    """A Prefect server of ours that runs. `password_file` holds what the login page asks for."""

    running: Running
    home: Path
    password_file: Path

    @property
    def url(self) -> str:
        """Where an operator's browser goes."""
        return f"http://127.0.0.1:{self.running.port}"

    @property
    def api_url(self) -> str:
        """Where Prefect's clients go."""
        return f"{self.url}/api"

    def environment(self) -> dict[str, str]:
        """What Prefect's client, a worker or a flow's process needs in its environment to use this server alone."""
        return client_environment(self.home, self.api_url, self.password_file.read_text().strip())


@contextmanager
def prefect_server(data_dir: Path, give_up: threading.Event | None = None) -> Iterator[PrefectServer]:
    """Joins or starts the server whose home is `data_dir/prefect`; the last one out stops it.

    A first start makes its database: about 6 seconds more. Raises `UserError` where it does not come up; `give_up`
    makes it stop trying.
    """
    home = private_folder(data_dir / "prefect")
    password_file = _password_file(home)
    with shared(service_of(data_dir), give_up) as running:
        yield PrefectServer(running, home, password_file)


def service_of(data_dir: Path) -> Service:
    """The server of the data directory, as a process to share."""
    home = data_dir / "prefect"
    return Service(
        name="server",
        title="Prefect's server",
        folder=home,
        command=lambda port: [
            *(sys.executable, "-m", "flows.local.prefect_process", "server", "start"),
            *("--host", "127.0.0.1", "--port", str(port)),
            *("--analytics-off", "--log-level", "WARNING"),
        ],
        environment=lambda port: server_environment(home, port, _password_file(home).read_text().strip()),
        answers=lambda port: _is_healthy(port, _password_file(home).read_text().strip()),
        preferred_port=USUAL_PORT,
        patience=120,
    )


def client_environment(home: Path, api_url: str, auth: str) -> dict[str, str]:
    """Variables that tie a Prefect client to this server: its address, password and home, and no server of its own."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api_url,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_API_SSL_CERT_FILE": str(_one_root(home)),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def server_environment(home: Path, port: int, auth: str) -> dict[str, str]:
    """The server's environment: ours without what is Prefect's in it (a database, a profile), and its own."""
    address = f"http://127.0.0.1:{port}"
    return {
        **without_prefect(os.environ),
        **client_environment(home, f"{address}/api", auth),
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": address,
        "PREFECT_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        **server_needs.VARIABLES,
    }


def without_prefect(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without Prefect's variables and without our settings, which its server has no use for."""
    return {name: value for name, value in environ.items() if not name.startswith(("PREFECT_", "PATRONSYNC_"))}


def _password_file(home: Path) -> Path:
    """Made once, for the owner alone: `user:password`, which is what the login page wants typed."""
    path = home / "password"
    if not path.exists():
        unfinished = home / f"password.{secrets.token_hex(8)}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(f"{USER}:{secrets.token_urlsafe(24)}\n")
        try:
            os.link(unfinished, path)  # whoever is first keeps it
        except FileExistsError:
            pass
        unfinished.unlink()
    return path


def _one_root(home: Path) -> Path:
    """Made once, for the owner alone as all in the home is: a file with one of the world's roots of certificates.

    Prefect's client loads all of them for each connection, of http, too: a third of the time that it takes to register
    the deployments. None is needed here: our server is asked on loopback, without TLS.
    """
    path = home / "one-root.pem"
    if not path.exists():
        from requests.utils import DEFAULT_CA_BUNDLE_PATH

        end = "-----END CERTIFICATE-----\n"
        unfinished = home / f"one-root.{secrets.token_hex(8)}"
        unfinished.touch(mode=0o600)
        unfinished.write_text(Path(DEFAULT_CA_BUNDLE_PATH).read_text(encoding="utf-8").partition(end)[0] + end)
        unfinished.replace(path)
    return path


def _is_healthy(port: int, auth: str) -> bool:
    """It answers, and takes our password: a server of somebody else's on that port would not."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy leads to loopback
    basic = base64.b64encode(auth.encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/admin/version", headers={"Authorization": f"Basic {basic}"}
    )
    try:
        with direct.open(request, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
