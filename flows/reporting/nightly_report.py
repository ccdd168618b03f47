"""What a night leaves in Prefect for the operator, above what each of its steps does: how it went, at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prefect.artifacts import create_markdown_artifact

from db.runs.store import Question
from flows.reporting.markdown import table
from flows.reporting.parts import by_kind, opening
from flows.reporting.refresh_report import Source
from flows.wording import Words, words

KEY = "nightly"
"""The artifact's key."""


def publish(
    report: dict[str, Any], message: str | None, source: Source, *, questions: Sequence[Question], language: str
) -> None:
    """Makes the night's artifact. A night that waits has one more when it goes on: its state tells them apart."""
    said = words(language)
    text = night_markdown(report, message, source, questions=questions, said=said)
    description = f"{said['nightly']['heading'].format(**report)}: {said.say('run_state', report['state'])}"
    create_markdown_artifact(text, key=KEY, description=description)


def night_markdown(
    report: dict[str, Any], message: str | None, source: Source, *, questions: Sequence[Question], said: Words
) -> str:
    """The summary's text: numbers and codes, nothing personal."""
    w, r = said["nightly"], said["refresh"]
    heading = w["dry_heading" if report["dry_run"] else "heading"].format(**report)
    facts = [
        (r["database"], source.database),
        (r["registry"], source.registry),
        (r["settings_file"], source.settings_file or r["no_settings_file"]),
        (r["look_ups"], report["look_ups"]),
    ]
    lines = opening(report, message, heading, facts, questions, said)
    lines += [f"## {w['steps']}", "", *table(*step_table(report, said))]
    if report["took_over"]:
        lines += [f"## {w['took_over']}", "", *(f"- {line}" for line in took_over_lines(report, said)), ""]
    lines += by_kind(r["changes"], report["changes"], "change", r["no_changes"], said)
    return "\n".join(lines)


def step_table(report: Mapping[str, Any], said: Words) -> tuple[list[str], list[list[object]]]:
    """Header and rows: a row a step, in the order in which they went."""
    w, r = said["nightly"], said["refresh"]
    header = [w["step"], r["state"], w["run"], w["what"], r["look_ups"], w["changed"], r["seconds"], w["why"]]
    rows: list[list[object]] = [
        [
            step["step"],
            step["state"],
            step["run"] or "",
            done_by(step, report["dry_run"], said),
            step["look_ups"],
            sum(step["changes"].values()),
            step["seconds"],
            why(step, said),
        ]
        for step in report["steps"]
    ]
    return header, rows


def why(step: Mapping[str, Any], said: Words) -> str:
    """Why a step was left out, or went without the registry, and what its run says of itself."""
    reason = said.say("nightly_reason", step["reason"], step=step["because_of"]) if step["reason"] else ""
    return "; ".join(part for part in (reason, step["message"]) if part)


def done_by(step: Mapping[str, Any], dry_run: bool, said: Words) -> str:
    """The step's main numbers in words."""
    counts = step["counts"]
    if not counts:
        return ""
    values = dict(counts)
    if "rules" in counts:
        values = {name: sum(rule[name] for rule in counts["rules"]) for name in ("due", "removed", "held", "overdue")}
    code = step["step"] + (", dry run" if dry_run and "rules" in counts else "")
    return said.say("nightly_done", code, **values)


def took_over_lines(report: Mapping[str, Any], said: Words) -> list[str]:
    """A line for each run that was killed before this night."""
    return [said["nightly"]["took_over_run"].format(**one) for one in report["took_over"]]
