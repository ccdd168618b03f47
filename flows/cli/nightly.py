"""`patronsync nightly`: the whole night, or what is left of it, from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from flows.cli.options import DryRun, Json, Today, parse_day
from flows.cli.output import Output, Progress
from flows.cli.refresh import Patrons, Scope, look_at_named
from flows.parameters import NightStep, RefreshScope


def nightly(
    step: Annotated[
        list[NightStep] | None,
        typer.Option("--step", help="This step alone, whatever the day of the week; may be repeated."),
    ] = None,
    failed_since: Annotated[
        Any,
        typer.Option(
            parser=parse_day,
            metavar="YYYY-MM-DD",
            help="Only what has failed, or was not reached, on this day or later; and what depends on it.",
            show_default=False,
        ),
    ] = None,
    scope: Scope = None,
    patron: Patrons = None,
    today: Today = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Run the night: refresh, guardians, net media, retention. Run again, it does only what is left."""
    from flows.cli.running import exit_code, run_watched, say_how_to_go_on
    from flows.local.embedded import environment

    parameters: dict[str, Any] = {
        "steps": step or None,
        "failed_since": failed_since,
        "scope": scope or (RefreshScope.patrons if patron else RefreshScope.due),
        "patron_numbers": patron or None,
        "dry_run": dry_run,
        "today": today,
    }
    with environment(need_registry=True, need_prefect=True) as settings:
        look_at_named(settings, parameters)
        from flows.nightly import nightly as flow

        output = Output(as_json)
        report = run_watched(lambda: flow(**parameters, return_state=True), output, "night", watcher(output))
        output.result(report)
        if not as_json:
            show_night(report, output, settings.language)
        say_how_to_go_on(report, output)
        raise typer.Exit(exit_code(report["state"]))


def watcher(output: Output) -> Any:
    """Makes the watcher of a night, which says each step as it begins."""
    from flows.cli.running import Watcher

    class NightWatcher(Watcher):
        def step_begins(self, step: str) -> None:
            output.say(f"{step} ...")

    def make(bar: Progress) -> Watcher:
        return NightWatcher(bar)

    return make


def show_night(report: Mapping[str, Any], output: Output, language: str) -> None:
    """The summary for a person."""
    from flows.reporting.nightly_report import step_table, took_over_lines
    from flows.wording import words

    said = words(language)
    w, r = said["nightly"], said["refresh"]
    output.say()
    output.say(w["dry_heading" if report["dry_run"] else "heading"].format(**report), style="bold")
    output.say(f"{r['state']}: {report['state']}" + (f": {report['message']}" if report["message"] else ""))
    output.say(f"{r['look_ups']}: {report['look_ups']}, {r['seconds']}: {report['seconds']}")
    for line in took_over_lines(report, said):
        output.say(line)
    for warning in report["warnings"]:
        output.say(warning, style="yellow")
    output.say()
    output.table(*step_table(report, said))
    if report["changes"]:
        output.say()
        output.table([r["changes"], r["count"]], [(said.say("change", c), n) for c, n in report["changes"].items()])
