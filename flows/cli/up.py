"""`patronsync up`: everything running on this machine, until Ctrl-C."""

from __future__ import annotations


def up() -> None:
    """Keep all of it running: PostgreSQL, demo registry where none is set, Prefect server and worker, deployments."""
    from flows.cli.output import Output
    from flows.local.up import up as keep_running
    from flows.settings import load

    keep_running(load(), Output().say)
