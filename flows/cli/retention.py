"""`patronsync retention`: what the library promised to forget, from the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli import exits
from flows.cli.options import DryRun, Json, Language, Today
from flows.cli.output import Output
from flows.errors import UsageError

if TYPE_CHECKING:
    from db.connect import Connection
    from flows.settings import Settings


def retention(
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Print the rules: basis, period, cut-off, rows due; remove nothing."),
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Count what is overdue; remove nothing. Exit code 1 where anything is.")
    ] = False,
    language: Annotated[
        Language | None, typer.Option(help="The language of --explain and --verify, if not that of the settings.")
    ] = None,
    today: Today = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Remove what fell due on or before today, rule by rule, and prove that nothing is overdue."""
    if explain + verify + dry_run > 1:
        raise UsageError("--explain, --verify and --dry-run are three things.", "Say one of them.")
    chosen = language.value if language else None
    if explain:
        _explain(today, chosen, as_json)
    if verify:
        _verify(today, chosen, as_json)
    if explain or verify:
        return
    if language is not None:
        raise UsageError("--language is for --explain and --verify.", "Set PATRONSYNC_LANGUAGE for the rest.")
    from flows.cli.running import run_flow
    from flows.local.embedded import environment

    parameters: dict[str, Any] = {"dry_run": dry_run, "today": today}
    with environment(need_prefect=True) as settings:
        from flows.retention_cleanup import retention_cleanup

        run_flow(
            retention_cleanup,
            parameters,
            Output(as_json),
            label="rows",
            language=settings.language,
            show=show_retention,
        )


@contextmanager
def _looking() -> Iterator[tuple[Settings, Connection]]:
    """Settings and a connection that can change nothing and sees one moment."""
    from db.connect import connect
    from flows.local.embedded import environment
    from flows.steps.retention_look import only_looking

    with (
        environment() as settings,
        connect(settings.connection_url, autocommit=True) as connection,
        only_looking(connection),
    ):
        yield settings, connection


def _explain(today: date | None, language: str | None, as_json: bool) -> None:
    """The rules, for a data-protection officer."""
    from db.connect import copenhagen_day
    from flows.reporting.retention_explained import explained_json, explained_lines, explained_table
    from flows.reporting.retention_words import lengthened
    from flows.steps.retention_look import count_all, terms_of
    from flows.wording import words

    with _looking() as (settings, connection):
        day = today or copenhagen_day(connection)
        terms = terms_of(settings, day)
        counted = count_all(connection, terms)
    said = words(language or settings.language)
    warnings = lengthened(settings.periods(), said)
    output = Output(as_json)
    output.result(explained_json(terms, counted, warnings, said))
    if as_json:
        return
    output.say(said["retention"]["explained"].format(day=day), style="bold")
    for warning in warnings:
        output.say(warning, style="bold red")
    output.say()
    output.table(*explained_table(terms, counted, said))
    output.say()
    for line in explained_lines(terms, said):
        output.say(line)


def _verify(today: date | None, language: str | None, as_json: bool) -> None:
    """The morning's proof alone, for monitoring."""
    from db.connect import copenhagen_day
    from flows.reporting.retention_explained import verified_json
    from flows.reporting.retention_words import lengthened
    from flows.steps.retention_look import overdue_all, terms_of
    from flows.wording import words

    with _looking() as (settings, connection):
        day = today or copenhagen_day(connection)
        terms = terms_of(settings, day)
        overdue = overdue_all(connection, terms)
    said = words(language or settings.language)
    found = verified_json(terms, overdue, lengthened(settings.periods(), said), said)
    output = Output(as_json)
    output.result(found)
    output.say(found["message"], style="bold")
    for warning in found["warnings"]:
        output.say(warning, style="bold red")
    if not found["ok"]:
        raise typer.Exit(exits.FAILED)


def show_retention(report: Mapping[str, Any], output: Output, language: str) -> None:
    """The report for a person."""
    from flows.reporting.retention_report import rule_table
    from flows.wording import words

    said = words(language)
    w, r = said["retention"], said["refresh"]
    output.say()
    output.say(w["dry_heading" if report["dry_run"] else "heading"].format(**report), style="bold")
    output.say(f"{r['state']}: {report['state']}" + (f": {report['message']}" if report["message"] else ""))
    output.say(f"{r['today']}: {report['today']}, {r['seconds']}: {report['seconds']}")
    for warning in report["warnings"]:
        output.say(warning, style="bold red")
    output.say()
    output.table(*rule_table(report, said))
    output.say(f"{w['lost_unbilled']}: {report['lost_unbilled']}")
    if report["changes"]:
        output.say()
        rows = [(said.say("change", code), count) for code, count in report["changes"].items()]
        output.table([r["changes"], r["count"]], rows)
