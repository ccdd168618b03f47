"""`patronsync inventory`: the library's record of processing, for its data-protection officer."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli import exits
from flows.cli.options import Json, Language
from flows.cli.output import Output


def inventory(
    language: Annotated[
        Language | None, typer.Option(help="The language of the record, if not that of the settings.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Print the record of processing: what is kept about people, why, from where, for how long, and who may read it."""
    from db.connect import connect, copenhagen_day
    from db.inventory.store import list_granted, readings, undeclared_places
    from flows.local.embedded import environment
    from flows.reporting.processing_record import Record, record_json, record_lines, record_tables, warnings
    from flows.steps.retention_look import only_looking
    from flows.wording import words

    with (
        environment() as settings,
        connect(settings.connection_url, autocommit=True) as connection,
        only_looking(connection),
    ):
        record = Record(
            day=copenhagen_day(connection),
            database=settings.database_host,
            periods=settings.periods(),
            readings=readings(list_granted(connection)),
            undeclared=undeclared_places(connection),
        )
    said = words(language.value if language else settings.language)
    w, output = said["inventory"], Output(as_json)
    output.result(record_json(record, said))
    if not as_json:
        output.say(w["title"], style="bold")
        output.say(w["as_of"].format(day=record.day, database=record.database))
        for warning in warnings(record, said):
            output.say(warning, style="bold red")
        for heading, header, rows in record_tables(record, said):
            output.say()
            output.say(heading, style="bold")
            output.table(header, rows)
        output.say()
        for line in record_lines(record, said):
            output.say(line)
        output.say()
        output.say(w["owner"])
    if not record.is_whole:
        raise typer.Exit(exits.FAILED)
