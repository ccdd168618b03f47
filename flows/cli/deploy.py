"""`patronsync deploy`: work pool and deployments on the Prefect server in use."""

from __future__ import annotations


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
        if settings.prefect_api_url is None:
            output.say("This server runs with `patronsync up` alone; it keeps what was deployed.")
