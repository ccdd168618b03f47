"""`patronsync refresh`: ask the registry and bring patrons up to date, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import TypeAdapter, ValidationError

from flows.cli.options import DryRun, Json, Today
from flows.cli.output import Output
from flows.parameters import PatronNumber, RefreshScope


def parse_patron_number(text: str) -> str:
    """A patron number; what looks like a CPR number is wrong usage, and is not repeated."""
    try:
        number: str = TypeAdapter(PatronNumber).validate_python(text)
    except ValidationError:
        raise typer.BadParameter("looks like a CPR number; give patron numbers of the library") from None
    return number


Scope = Annotated[RefreshScope | None, typer.Option(help="Whom to ask about (default: due).")]
Patrons = Annotated[
    list[str] | None,
    typer.Option("--patron", metavar="NUMBER", parser=parse_patron_number, help="This patron number; may be repeated."),
]

if TYPE_CHECKING:
    from flows.settings import Settings


def refresh(
    scope: Scope = None,
    patron: Patrons = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many patrons; the others stay due.")] = None,
    today: Today = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Ask the civil registry about patrons and bring them up to date."""
    from flows.cli.running import run_flow
    from flows.local.embedded import environment

    parameters: dict[str, Any] = {
        "scope": scope or (RefreshScope.patrons if patron else RefreshScope.due),
        "patron_numbers": patron or None,
        "limit": limit,
        "dry_run": dry_run,
        "today": today,
    }
    with environment(need_registry=True, need_prefect=True) as settings:
        look_at_named(settings, parameters)
        from flows.registry_refresh import registry_refresh

        run_flow(registry_refresh, parameters, Output(as_json), label="patrons", language=settings.language)


def look_at_named(settings: Settings, parameters: dict[str, Any]) -> None:
    """What is nobody's patron number must not become a parameter: Prefect keeps those, and it may be a CPR number."""
    from db.connect import connect
    from flows.steps.naming import named

    with connect(settings.connection_url, autocommit=True) as connection:
        named(connection, parameters["scope"], parameters["patron_numbers"] or [])
