"""`patronsync deploy`: work pool and deployments on the Prefect server in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.settings import Settings


def deploy() -> None:
    """Make the work pool and register the deployments on the Prefect server in use. Safe to repeat."""
    from flows.cli.output import Output
    from flows.local.deployments import POOL, run_variables
    from flows.local.deployments import deploy as register
    from flows.local.embedded import prefect_environment
    from flows.settings import load

    output = Output()
    settings = load()
    with prefect_environment(settings) as address:
        names = register(settings)
        output.say(f"Prefect server   {address}")
        output.say(f"Work pool        {POOL}")
        for name in names:
            output.say(f"Deployment       {name}")
        for name, value in run_variables(settings).items():
            output.say(f"Each run finds   {name}={value}")
        for without, variable in _lacks(settings):
            output.say(f"This server lacks {variable}: without it {without}.", style="yellow")
        if settings.prefect_api_url is None:
            output.say("This server runs with `patronsync up` alone; it keeps what was deployed.")


def _lacks(settings: Settings) -> list[tuple[str, str]]:
    """What a server of one's own is to be started with, too; ours has it."""
    from flows.observability.health import server_lacks

    if settings.prefect_api_url is None:
        return []
    auth, key = (settings.prefect.get(f"PREFECT_API_{name}") for name in ("AUTH_STRING", "KEY"))
    return server_lacks(settings.prefect_api_url, auth, key)
