"""Runs a flow in this process and says how it went: progress, report, exit code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import typer

from flows.cli import exits
from flows.cli.output import Output, Progress
from flows.errors import UserError
from flows.observability.pace import counts_in_words


class Watcher:
    """Hears a run and shows it."""

    def __init__(self, bar: Progress) -> None:
        self.bar = bar
        self.report: dict[str, Any] | None = None
        self.message: str | None = None
        self.error: Exception | None = None

    def due(self, patrons: int) -> None:
        """See `flows.steps.listening.Listener`."""
        self.bar.total(patrons)

    def progressed(self, patrons: int, changes: dict[str, int], outcomes: dict[str, int] | None = None) -> None:
        """See `flows.steps.listening.Listener`."""
        self.bar.at(patrons, counts_in_words(changes, outcomes or {}))

    def ended(self, report: dict[str, Any], message: str | None) -> None:
        """See `flows.steps.listening.Listener`."""
        self.report, self.message = report, message

    def refused(self, error: Exception) -> None:
        """See `flows.steps.listening.Listener`."""
        self.error = error

    def step_begins(self, step: str) -> None:
        """See `flows.steps.listening.Listener`."""

    def step_ended(self, step: str, report: dict[str, Any]) -> None:
        """See `flows.steps.listening.Listener`."""


def run_flow(
    flow: Any,
    parameters: Mapping[str, Any],
    output: Output,
    *,
    label: str,
    language: str,
    show: Callable[[Mapping[str, Any], Output, str], None] | None = None,
) -> None:
    """Runs `flow` and ends the command with the exit code that its counts give (docs/reference/commands.md).

    `show`: shows the report to a person, a refresh's unless it is given. Errors for people come out of it as they were
    raised; a run that waits says what to type.
    """
    report = run_watched(lambda: flow(**parameters, return_state=True), output, label)
    output.result(report)
    if not output.as_json:
        (show or show_report)(report, output, language)
    say_how_to_go_on(report, output)
    raise typer.Exit(exit_code(report["state"]))


def say_how_to_go_on(report: Mapping[str, Any], output: Output) -> None:
    """Of a run that waits for an operator's word: the lines to type."""
    if report["state"] == "waiting":
        from flows.steps.operators_word import COMMANDS

        output.say(f"patronsync approvals answer {report['run']} apply|skip|abort")
        output.say(COMMANDS[report["flow"]])


def run_watched(
    run: Callable[[], Any], output: Output, label: str, watcher_of: Callable[[Progress], Watcher] = Watcher
) -> dict[str, Any]:
    """Runs a flow with a progress bar and returns its report, its message in it. `run` returns Prefect's state."""
    from prefect import tags

    from flows.local.automations import TAG
    from flows.steps.listening import listening

    with output.progress(label) as bar:
        watcher = watcher_of(bar)
        with listening(watcher), tags(TAG):  # as a deployment's: killed, it is marked as crashed
            state = run()
    if watcher.report is None:
        raise watcher.error or _what_broke(state)
    return {**watcher.report, "message": watcher.message}


def _what_broke(state: Any) -> Exception:
    """What ended a run that told of nothing."""
    error = state.result(raise_on_failure=False)
    if isinstance(error, Exception) and not type(error).__module__.startswith("prefect"):
        return error
    return UserError(state.message or "The run did not begin.", "Its log in Prefect says more.")


def exit_code(state: str) -> int:
    """The exit code of a run that ended in this state (docs/reference/commands.md)."""
    return {"done": exits.DONE, "waiting": exits.WAITS}.get(state, exits.FAILED)


def show_report(report: Mapping[str, Any], output: Output, language: str) -> None:
    """The report for a person: state, counts, changes, outcomes."""
    from flows.wording import words

    said = words(language)
    w = said["refresh"]
    output.say()
    output.say(w["dry_heading" if report["dry_run"] else "heading"].format(**report), style="bold")
    output.say(f"{w['state']}: {report['state']}" + (f": {report['message']}" if report["message"] else ""))
    output.say(
        f"{w['today']}: {report['today']}, {w['look_ups']}: {report['look_ups']}, {w['seconds']}: {report['seconds']}"
    )
    output.say(", ".join(f"{w[name]} {number}" for name, number in report["patrons"].items()))
    for warning in report["warnings"]:
        output.say(warning, style="yellow")
    if report["changes"]:
        output.say()
        rows = [(said.say("change", code), count) for code, count in report["changes"].items()]
        output.table([w["changes"], w["count"]], rows)
    if report["outcomes"]:
        output.say()
        rows = [(said.say("outcome", code), count) for code, count in report["outcomes"].items()]
        output.table([w["outcomes"], w["count"]], rows)
    if report["notes"]:
        output.say()
        output.table([w["notes"], w["count"]], [(said.say("note", code), n) for code, n in report["notes"].items()])
