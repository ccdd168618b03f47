"""`patronsync refresh`: ask the registry and bring patrons up to date, from the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer

from flows.errors import UsageError


def refresh(
    scope: Annotated[
        str | None, typer.Option(metavar="due|all|quarantined|patrons", help="Whom to ask about (default: due).")
    ] = None,
    patron: Annotated[
        list[str] | None, typer.Option("--patron", metavar="NUMBER", help="This patron; may be repeated.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many patrons; the others stay due.")] = None,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day to work by (default: today).")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Report what would change, change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")] = False,
) -> None:
    """Ask the registry about patrons and bring them up to date."""
    from flows.cli.running import run_flow
    from flows.local.embedded import environment

    parameters: dict[str, Any] = {"limit": limit, "dry_run": dry_run, "today": today.date() if today else None}
    parameters["scope"] = scope or ("patrons" if patron else "due")
    if parameters["scope"] not in ("due", "all", "quarantined", "patrons"):
        raise UsageError("--scope is one of due, all, quarantined, patrons.")
    if patron:
        parameters["patron_numbers"] = patron
    with environment(need_registry=True, need_prefect=True):
        from flows.registry_refresh import registry_refresh

        run_flow(registry_refresh, parameters, as_json=as_json, go_on="patronsync refresh")
