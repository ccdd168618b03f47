"""What a Prefect server must do for nights to go by themselves for years, and what one that is not ours lacks of it.

Ours is started with all of it (`VARIABLES`). Another one tells its settings over its API; Prefect Cloud does not, and
sees to it itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

KEPT = timedelta(days=90)
"""So long runs, their logs and artifacts, and events are kept."""

_SECONDS = str(round(KEPT.total_seconds()))

VARIABLES = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": _SECONDS,
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": f"P{KEPT.days}D",
    "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "flows.local.event_order",
}
"""By which a server's database does not grow without end, and one that was begun anew tells of a crash at once."""

_SERVICES = {
    "scheduler": "no run is scheduled",
    "late_runs": "a night that does not begin is not noticed",
    "triggers": "no automation works: killed runs stay running, and nobody is told",
}
"""Services of the server -> what happens without."""


def lacking(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a server lacks by the settings that it tells (`/admin/settings`): what happens, and the variable to set."""
    server = told.get("server", {})
    services = server.get("services", {})
    for name, without in _SERVICES.items():
        if services.get(name, {}).get("enabled") is False:
            yield f"{without}", f"PREFECT_SERVER_SERVICES_{name.upper()}_ENABLED=true"
    vacuum = services.get("db_vacuum")
    if vacuum is not None and not _vacuums_runs(vacuum.get("enabled")):
        variable = "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"
        yield "runs, their logs and artifacts are kept for ever", f"{variable}={VARIABLES[variable]}"
    if server.get("api", {}).get("auth_string") in (None, ""):
        yield "whoever reaches it can run code as the worker's user", "PREFECT_SERVER_API_AUTH_STRING=USER:PASSWORD"


def _vacuums_runs(enabled: Any) -> bool:
    """It is a truth value, or the kinds of what is deleted."""
    if isinstance(enabled, list | tuple | set):
        return "flow_runs" in enabled
    return enabled is True or (isinstance(enabled, str) and "flow_runs" in enabled)
