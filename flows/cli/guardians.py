"""`patronsync guardians`: links follow custody, from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from flows.cli.options import DryRun, Json, Today
from flows.cli.output import Output

LABEL = "guardians, children"
"""What the progress bar counts: first those who are looked up, then those who are decided on."""


def guardians(
    no_look_ups: Annotated[
        bool, typer.Option("--no-look-ups", help="Ask the registry about nobody: apply what dates alone decide.")
    ] = False,
    today: Today = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Link every child to who holds custody today, and raise cases for staff."""
    from flows.cli.running import run_flow
    from flows.local.embedded import environment

    parameters: dict[str, Any] = {"no_look_ups": no_look_ups, "dry_run": dry_run, "today": today}
    with environment(need_registry=not no_look_ups, need_prefect=True) as settings:
        from flows.guardian_links import guardian_links

        run_flow(
            guardian_links,
            parameters,
            Output(as_json),
            label=LABEL,
            language=settings.language,
            show=show_guardians,
        )


def show_guardians(report: Mapping[str, Any], output: Output, language: str) -> None:
    """The report for a person."""
    from flows.wording import words

    said = words(language)
    w, r = said["guardians"], said["refresh"]
    output.say()
    output.say(w["dry_heading" if report["dry_run"] else "heading"].format(**report), style="bold")
    output.say(f"{r['state']}: {report['state']}" + (f": {report['message']}" if report["message"] else ""))
    output.say(
        f"{r['today']}: {report['today']}, {r['look_ups']}: {report['look_ups']}, {r['seconds']}: {report['seconds']}"
    )
    for section in ("patrons", "guardians", "links", "cases"):
        numbers = ", ".join(f"{w.get(name) or r[name]} {number}" for name, number in report[section].items())
        output.say(f"{w['of_' + section]}: {numbers}")
    output.say(f"{w['oldest_custody']}: {report['oldest_custody'] or w['no_custody']}")
    for warning in report["warnings"]:
        output.say(warning, style="yellow")
    for title, code_of, found in ((r["changes"], "change", "changes"), (r["outcomes"], "outcome", "outcomes")):
        if report[found]:
            output.say()
            output.table([title, r["count"]], [(said.say(code_of, code), n) for code, n in report[found].items()])
