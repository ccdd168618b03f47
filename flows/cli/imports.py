"""`patronsync import KIND FILE.csv`: load an extract, from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli import exits
from flows.cli.options import DryRun, Json, Today
from flows.cli.output import Output
from flows.cli.running import Watcher, exit_code, run_watched, say_how_to_go_on
from flows.parameters import Encoding, ExtractKind


class ImportWatcher(Watcher):
    """Shows the lines read, and how much of the file."""

    _size: int | None = None

    def due(self, patrons: int) -> None:
        """As many lines as the file has, told once."""
        if self._size is None:
            self._size = patrons
            super().due(patrons)

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        """So much of the file is read, so many lines of it."""
        note = f"{changes['lines']} lines" + (", loading them" if patrons == self._size else "")
        self.bar.at(patrons, note)


def import_extract(
    kind: Annotated[ExtractKind, typer.Argument(help="What the file holds.", show_choices=True)],
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="The CSV file.", exists=True, dir_okay=False)],
    encoding: Annotated[Encoding, typer.Option(help="How the file's letters are written.")] = Encoding.utf_8,
    approve: Annotated[
        bool,
        typer.Option(
            "--approve", help="Of agreements: a municipality that has one in force may have none by the file."
        ),
    ] = False,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="Of patrons: the file is the whole register, and whoever is not in it is gone."
        ),
    ] = False,
    today: Today = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Load an extract of the library system. Lines that can't be loaded are listed in FILE.rejected.csv."""
    from flows.local.embedded import environment

    output = Output(as_json)
    with environment(need_prefect=True) as settings:
        from flows.extract_import import extract_import

        def load() -> Any:
            return extract_import(kind, file.absolute(), encoding, dry_run, today, approve, complete, return_state=True)

        report = run_watched(load, output, f"{file.name}, kB", ImportWatcher)
        output.result(report)
        if not as_json:
            _show(report, output, settings.language)
        say_how_to_go_on(report, output)
    raise typer.Exit(_exit_code(report))


def _exit_code(report: Mapping[str, Any]) -> int:
    """A file that an operator must approve waits for that word."""
    if report.get("needs_approval") and not report["rows"]["rejected"]:
        return exits.WAITS
    return exit_code(report["state"])


def _show(report: Mapping[str, Any], output: Output, language: str) -> None:
    """The report for a person: state, counts, changes, and what was not done as the file says."""
    from flows.reporting.import_report import changes, heading_of, remarks
    from flows.wording import words

    said = words(language)
    w = said["import"]
    output.say()
    output.say(heading_of(dict(report), said), style="bold")
    output.say(f"{w['state']}: {report['state']}" + (f": {report['message']}" if report["message"] else ""))
    output.say(f"{w['today']}: {report['today']}, {w['seconds']}: {report['seconds']}")
    output.say(", ".join(f"{w[name]} {number}" for name, number in report["rows"].items()))
    if any(report.get("register", {}).values()):
        output.say(", ".join(f"{w[name]} {number}" for name, number in report["register"].items()))
    for remark, number in remarks(dict(report), said):
        output.say(f"{remark}: {number}")
    if report.get("services"):
        n = said["net_media"]
        output.say()
        won_and_lost = [(one["service"], one["granted"], one["revoked"]) for one in report["services"]]
        output.table([n["service"], n["would_win"], n["would_lose"]], won_and_lost)
    for heading, rows in ((w["changes"], changes(dict(report), said)), (w["rejects"], list(report["rejects"].items()))):
        if rows:
            output.say()
            output.table([heading, w["count"]], rows)
