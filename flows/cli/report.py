"""`patronsync report`: a night on one page, for people."""

from __future__ import annotations

import webbrowser
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Language, parse_day
from flows.cli.output import Output


def report(
    night: Annotated[
        date | None,
        typer.Option(
            "--night",
            "--today",
            parser=parse_day,
            metavar="YYYY-MM-DD",
            help="Which night, if not the latest.",
            show_default=False,
        ),
    ] = None,
    language: Annotated[Language | None, typer.Option(help="Its language, if not that of the settings.")] = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Where to write it (default: the folder reports of DATA_DIR)."),
    ] = None,
) -> None:
    """Write the report of a night: one HTML file that stands alone, readable by its owner only."""
    from db.connect import connect
    from flows import clock
    from flows.local.embedded import environment
    from flows.reporting.night_facts import read_night
    from flows.reporting.night_page import night_page
    from flows.reporting.private_file import write_private
    from flows.wording import words

    with environment() as settings:
        chosen = language.value if language else settings.language
        said = words(chosen)
        with connect(settings.connection_url, autocommit=True) as connection:
            facts = read_night(connection, settings, night, said)
        page = night_page(facts, said, chosen, moment=clock.now(), database=settings.database_host)
        file = output or settings.data_dir / "reports" / f"night-{facts.day}.html"
        write_private(file, page)
    Output().say(said["night"]["written"].format(day=facts.day, file=file))
    if show and not webbrowser.open(file.absolute().as_uri()):
        Output().say(said["night"]["no_browser"])
