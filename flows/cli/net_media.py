"""`patronsync net-media`: rights to net media, from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import typer

from flows.cli.options import DryRun, Json, Language, Today
from flows.cli.output import Output
from flows.errors import UsageError, UserError


def net_media(
    explain: Annotated[
        str | None,
        typer.Option("--explain", metavar="PATRON_NUMBER", help="Explain one patron's rights; change nothing."),
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="The language of the explanation, if not that of the settings.")
    ] = None,
    today: Today = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Bring every patron's right to every net-media service up to date, or explain one patron's."""
    if explain is not None:
        _explain(explain, today, language, as_json)
        return
    if language is not None:
        raise UsageError("--language is for --explain alone.", "Set PATRONSYNC_LANGUAGE for the rest.")
    from flows.cli.running import run_flow
    from flows.local.embedded import environment

    parameters: dict[str, Any] = {"dry_run": dry_run, "today": today}
    with environment(need_prefect=True) as settings:
        from flows.net_media_eligibility import net_media_eligibility

        run_flow(
            net_media_eligibility,
            parameters,
            Output(as_json),
            label="net media",
            language=settings.language,
            show=show_net_media,
        )


def _explain(number: str, today: date | None, language: Language | None, as_json: bool) -> None:
    """Rule by rule, for who stands at the desk."""
    from db.connect import connect, copenhagen_day
    from db.net_media.facts import list_agreements, read_facts, read_rights
    from flows.local.embedded import environment
    from flows.reporting.net_media_explained import explained_json, explained_lines
    from flows.wording import words
    from mappers import net_media

    with environment() as settings, connect(settings.connection_url, autocommit=True) as connection:
        day = today or copenhagen_day(connection)
        patron = read_facts(connection, number)
        if patron is None:
            raise UserError("Nobody has this patron number (not repeated here).", "Give a patron number.")
        held, agreements = read_rights(connection, number), list_agreements(connection)
    barring = settings.reasons_that_do_not_bar()
    explained = {
        service: net_media.explain(patron, service, agreements, right, day, barring) for service, right in held.items()
    }
    output, said = Output(as_json), words(language.value if language else settings.language)
    output.result(explained_json(number, day, explained, held))
    if as_json:
        return
    output.say(said["net_media_explained"]["title"].format(number=number, day=day), style="bold")
    for service, found in explained.items():
        output.say()
        for line in explained_lines(patron, service, found, held[service], said):
            output.say(line)
    if not explained:
        output.say(said["net_media"]["no_services"])


def show_net_media(report: Mapping[str, Any], output: Output, language: str) -> None:
    """The report for a person."""
    from flows.wording import words

    said = words(language)
    w, r = said["net_media"], said["refresh"]
    output.say()
    output.say(w["dry_heading" if report["dry_run"] else "heading"].format(**report), style="bold")
    output.say(f"{r['state']}: {report['state']}" + (f": {report['message']}" if report["message"] else ""))
    output.say(f"{r['today']}: {report['today']}, {r['seconds']}: {report['seconds']}")
    output.say(", ".join(f"{r[name]} {number}" for name, number in report["patrons"].items()))
    for warning in report["warnings"]:
        output.say(warning, style="yellow")
    if not report["services"]:
        output.say(w["no_services"])
    services = [(one["service"], one["granted"], one["revoked"]) for one in report["services"]]
    outcomes = [(said.say("net_media_outcome", code), count) for code, count in report["outcomes"].items()]
    changes = [(said.say("change", code), count) for code, count in report["changes"].items()]
    for header, rows in (
        ([w["service"], w["granted"], w["revoked"]], services),
        ([w["outcomes"], r["count"]], outcomes),
        ([r["changes"], r["count"]], changes),
    ):
        if rows:
            output.say()
            output.table(header, rows)
