"""`patronsync status`: how things stand, on one screen and in one exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from flows.cli import exits
from flows.cli.options import Json, Today
from flows.cli.output import Output

if TYPE_CHECKING:
    from flows.reporting.standing import Morning
    from flows.settings import Settings

_EXITS = {"done": exits.DONE, "failed": exits.FAILED, "waiting": exits.WAITS}


def status(today: Today = None, as_json: Json = False) -> None:
    """Show how things stand. Exit code: 0 all is well, 1 something needs a hand, 3 an operator's word is needed."""
    from flows.reporting.standing import standing_json
    from flows.wording import words

    with _settings() as settings:
        morning = _look(settings, today)
        said = words(settings.language)
    output = Output(as_json)
    output.result(standing_json(morning))
    if not as_json:
        _show(morning, output, said)
    if code := _EXITS[morning.state]:
        raise typer.Exit(code)


@contextmanager
def _settings() -> Iterator[Settings]:
    """With a database filled in; one that is configured may lack migrations: that is told, not refused."""
    from flows.local.embedded import environment
    from flows.settings import current

    settings = current()
    if settings.database_url is not None:
        yield settings
        return
    with environment(settings) as filled_in:
        yield filled_in


def _look(settings: Settings, today: Any) -> Morning:
    from db.connect import connect
    from flows import clock
    from flows.reporting.standing import look

    with connect(settings.connection_url, name="patronsync status", autocommit=True) as connection:
        return look(connection, settings, clock.now(), today)


def _show(morning: Morning, output: Output, said: Any) -> None:
    from flows.reporting.standing import standing_facts, standing_runs

    w = said["standing"]
    output.say(w["title"].format(day=morning.today), style="bold")
    output.say(w[morning.state], style={"done": "green", "waiting": "yellow", "failed": "bold red"}[morning.state])
    for hand in morning.hands:
        output.say(f"  {hand.said}")
        output.say(f"      {hand.remedy}")
    for warning in morning.warnings:
        output.say(f"  {warning}", style="yellow")
    output.say()
    if morning.standing is not None and morning.standing.runs:
        output.table(*standing_runs(morning.standing, said))
        output.say()
    facts = standing_facts(morning, said)
    width = max(len(label) for label, _ in facts)
    for label, text in facts:
        output.say(f"{label.ljust(width)}  {text}")
