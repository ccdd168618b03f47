"""Tries each part that a night needs, and says what to mend (`patronsync check`)."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flows.observability.server_needs import lacking
from flows.settings import Settings

PATIENCE = 10.0
_REMEDY = "Look at PATRONSYNC_REGISTRY_URL."
_NO_CERTIFICATE = (
    "Some registries hang up on who shows no certificate: set PATRONSYNC_REGISTRY_CERTIFICATE and _KEY. "
    "Else look at PATRONSYNC_REGISTRY_URL."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check has found. `ok` None: a warning. `remedy` says what to do where it is not fine."""

    subject: str
    ok: bool | None
    said: str
    remedy: str = ""


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """The file in use, and that nobody else reads the secrets in it."""
    if settings.env_file is None:
        yield Finding("settings", True, "environment alone; no settings file")
        return
    yield Finding("settings", True, f"environment and {settings.env_file}")
    if settings.env_file.stat().st_mode & 0o077:
        yield Finding(
            "settings",
            None,
            "other users of this machine may read the settings file",
            f"chmod 600 {settings.env_file}",
        )


def look_at_database(settings: Settings) -> Iterator[Finding]:
    """It answers, is new enough, and its schema is this program's. `settings.database_url` must be filled in."""
    from db.connect import connect
    from db.errors import DatabaseProblem
    from db.status.rights import missing_rights
    from db.upgrade import is_current

    try:
        with connect(settings.connection_url, name="patronsync check") as connection:
            number = connection.info.server_version
            yield Finding("database", True, f"{settings.database_host}: PostgreSQL {number // 10000}.{number % 10000}")
            if is_current(connection):
                yield Finding("database", True, "schema up to date")
            else:
                yield Finding(
                    "database", False, "the schema is not this patronsync's", "Say: patronsync database migrate"
                )
                return
            yield _rights(missing_rights(connection))
    except DatabaseProblem as problem:
        yield Finding("database", False, f"{settings.database_host}: {problem.message}", problem.remedy)


def _rights(missing: list[str]) -> Finding:
    if not missing:
        return Finding("database", True, "our role may do all that a run does")
    more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    said = f"our role may not do all that a run does: {', '.join(missing[:3])}{more}"
    return Finding("database", False, said, "Let the role that runs patronsync own the database, or grant it these.")


def look_at_registry(settings: Settings, today: date) -> Iterator[Finding]:
    """Our certificate is valid and its key private; the registry's address answers, over TLS off this machine.

    Nobody is looked up. `settings.registry_url` must be filled in.
    """
    from cpr_client import RegistryError, open_client
    from flows.observability.certificate import certificate_warnings, days_left

    config = settings.registry_config()
    try:
        days = days_left(config, today)
        warnings = certificate_warnings(config, today)
        if days is not None and not any("days" in warning.values for warning in warnings):
            yield Finding("registry", True, f"our certificate is valid for {days} days more")
        for warning in warnings:
            yield Finding("registry", False if warning.mends else None, *warning.in_words("en"))
        with open_client(config):
            pass  # contract and certificates were loaded
    except RegistryError as error:
        yield Finding("registry", False, f"{settings.registry_host}: {error}")
        return
    yield knock(settings)


def knock(settings: Settings) -> Finding:
    """Whether the registry is there: an envelope that asks nothing is answered by a SOAP service, over TLS off this
    machine. Nobody is looked up.

    `settings.registry_url` must be filled in.
    """
    import requests

    from cpr_client.certificate import tls_problem
    from cpr_client.wire import tls_failure
    from flows.observability.registry_answers import EMPTY, READ_AT_MOST, headers, heard

    config = settings.registry_config()
    secure = config.url.startswith("https:")
    certificate = (str(config.certificate), str(config.key or config.certificate)) if config.certificate else None
    with requests.Session() as session:
        if config.on_loopback:
            session.trust_env = False
        session.verify = str(config.ca) if config.ca else True
        session.cert = certificate
        try:
            with session.post(
                config.url,
                data=EMPTY,
                headers=headers(config.version),
                timeout=(config.connect_timeout, min(PATIENCE, config.read_timeout)),
                allow_redirects=False,
                stream=True,
            ) as answer:
                found = heard(answer.status_code, next(answer.iter_content(READ_AT_MOST), b""))
        except requests.RequestException as error:
            failure = tls_failure(error)
            meaning = tls_problem(failure, certificate_set=certificate is not None) if failure else None
            if meaning is not None:
                return Finding("registry", False, f"{settings.registry_host}: {meaning}")
            said = f"{settings.registry_host}: does not answer ({type(error).__name__})"
            return Finding("registry", False, said, _REMEDY if certificate or not secure else _NO_CERTIFICATE)
    how = (", over TLS" if secure else ", on this machine") if found.ok else ""
    return Finding("registry", found.ok, f"{settings.registry_host}: {found.said}{how}", found.remedy)


def prefect_problem(api_url: str, auth: str | None, key: str | None) -> Finding | None:
    """What keeps the API from answering us; None: nothing."""
    found = _version(_PrefectApi(api_url, auth, key))
    return found if isinstance(found, Finding) else None


def _version(api: _PrefectApi) -> str | Finding:
    """The server's version, or what keeps it from telling."""
    try:
        return str(api.get("/admin/version"))
    except urllib.error.HTTPError as error:
        return Finding("Prefect", False, f"{api.url}: HTTP {error.code}", _prefect_remedy(error.code))
    except (OSError, ValueError) as error:
        said = "TLS failed" if isinstance(getattr(error, "reason", None), ssl.SSLError) else "does not answer"
        return Finding("Prefect", False, f"{api.url}: {said}", "Is it running? Look at PREFECT_API_URL.")


def look_at_prefect(api_url: str, auth: str | None, key: str | None, pool: str) -> Iterator[Finding]:
    """The API answers and lets us in; the work pool is there, with a worker, and deployments have schedules."""
    api = _PrefectApi(api_url, auth, key)
    version = _version(api)
    if isinstance(version, Finding):
        yield version
        return
    yield Finding("Prefect", True, f"{api_url}: version {version}")
    if urlsplit(api_url).scheme == "http" and not _is_loopback(api_url):
        yield Finding("Prefect", None, "it is asked without TLS, off this machine", "Put it behind https.")
    try:
        found = api.get(f"/work_pools/{pool}")
        deployed = api.post("/deployments/filter", {"work_pools": {"name": {"any_": [pool]}}})
    except urllib.error.HTTPError as error:
        missing = error.code == 404
        said = f"there is no work pool {pool}" if missing else f"HTTP {error.code}"
        yield Finding("Prefect", False, said, "Say: patronsync deploy" if missing else _prefect_remedy(error.code))
        return
    except (OSError, ValueError):
        yield Finding("Prefect", False, "does not answer any more")
        return
    yield from _look_at_pool(pool, found, deployed)
    for without, variable in server_lacks(api_url, auth, key):
        yield Finding("Prefect", None, f"its server: {without}", f"Start the server with {variable}")


def server_lacks(api_url: str, auth: str | None, key: str | None) -> list[tuple[str, str]]:
    """What the Prefect server lacks for our nights: what happens, and the variable to start it with.

    A server that does not tell its settings (Prefect Cloud, or one that is away) lacks nothing that can be seen.
    """
    try:
        return list(lacking(_PrefectApi(api_url, auth, key).get("/admin/settings")))
    except (OSError, ValueError):
        return []


def _look_at_pool(pool: str, found: dict[str, Any], deployed: list[dict[str, Any]]) -> Iterator[Finding]:
    if found.get("is_paused"):
        yield Finding("Prefect", False, f"the work pool {pool} is paused", f"Say: prefect work-pool resume {pool}")
    elif found.get("status") == "READY":
        yield Finding("Prefect", True, f"work pool {pool}: a worker is there")
    else:
        yield Finding(
            "Prefect",
            None,
            f"work pool {pool}: no worker is there",
            f"Start one where it shall run: prefect worker start --pool {pool}",
        )
    if not deployed:
        yield Finding("Prefect", False, "nothing is deployed", "Say: patronsync deploy")
    if deployed and not any(schedule.get("active") for one in deployed for schedule in one.get("schedules", [])):
        yield Finding("Prefect", None, "no deployment has a schedule that is active", "Turn nightly's on in Prefect.")
    for deployment in deployed:
        active = [schedule for schedule in deployment.get("schedules", []) if schedule.get("active")]
        times = ", ".join(str(schedule["schedule"].get("cron", "scheduled")) for schedule in active)
        yield Finding("Prefect", True, f"deployment {deployment['name']}: {times or 'no schedule'}")


def _prefect_remedy(status: int) -> str:
    if status in (401, 403):
        return "Set PREFECT_API_AUTH_STRING (or PREFECT_API_KEY) to what this server asks for."
    return "Look at PREFECT_API_URL: it ends in /api."


def _is_loopback(url: str) -> bool:
    import ipaddress

    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class _PrefectApi:
    """A few questions to Prefect's API, without the second that importing Prefect takes."""

    def __init__(self, url: str, auth: str | None, key: str | None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"Content-Type": "application/json"}
        if auth:
            self._headers["Authorization"] = f"Basic {base64.b64encode(auth.encode()).decode()}"
        elif key:
            self._headers["Authorization"] = f"Bearer {key}"
        proxies: dict[str, str] | None = {} if _is_loopback(url) else None  # no proxy leads to loopback
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))

    def get(self, path: str) -> Any:
        return self._ask(path, None)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._ask(path, json.dumps(body).encode())

    def _ask(self, path: str, body: bytes | None) -> Any:
        request = urllib.request.Request(self.url + path, data=body, headers=self._headers)
        with self._opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
