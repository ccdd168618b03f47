"""What a run of guardians leaves in Prefect for the operator: numbers, codes and patron numbers, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from db.patrons.store import StaffCase
from db.runs.store import Question
from flows.reporting.markdown import table
from flows.reporting.parts import by_kind, opening
from flows.reporting.refresh_report import Source
from flows.wording import Words, words

LISTED = 500
"""At most so many cases are listed, the newest first."""


def publish(
    report: dict[str, Any],
    message: str | None,
    source: Source,
    *,
    cases: Sequence[StaffCase],
    questions: Sequence[Question],
    language: str,
) -> None:
    """Makes the run's two artifacts: the report (Markdown) and the open cases as a table."""
    said = words(language)
    text = guardian_markdown(report, message, source, cases=cases, questions=questions, said=said)
    create_markdown_artifact(text, key="guardian-links", description=said["guardians"]["heading"].format(**report))
    create_table_artifact(
        [
            {"case": case.case_number, "patron": case.patron_number, "kind": case.kind, "since": case.since.isoformat()}
            for case in _newest(cases)
        ],
        key="guardian-links-cases",
    )


def guardian_markdown(
    report: dict[str, Any],
    message: str | None,
    source: Source,
    *,
    cases: Sequence[StaffCase],
    questions: Sequence[Question],
    said: Words,
) -> str:
    """The report's text. `cases`: those that are open, about guardians."""
    w, r = said["guardians"], said["refresh"]
    heading = w["dry_heading" if report["dry_run"] else "heading"].format(**report)
    facts = [
        (r["database"], source.database),
        (r["registry"], source.registry),
        (r["settings_file"], source.settings_file or r["no_settings_file"]),
        (r["look_ups"], report["look_ups"]),
        (w["oldest_custody"], report["oldest_custody"] or w["no_custody"]),
    ]
    lines = opening(report, message, heading, facts, questions, said)
    for section in ("patrons", "guardians", "links", "cases"):
        header = [w.get(name) or r[name] for name in report[section]]
        lines += [f"## {w['of_' + section]}", "", *table(header, [list(report[section].values())])]
    lines += by_kind(r["changes"], report["changes"], "change", r["no_changes"], said)
    lines += by_kind(r["outcomes"], report["outcomes"], "outcome", None, said)
    lines += [f"## {w['open_cases']}", ""]
    if cases:
        shown = [(c.case_number, c.patron_number, said.say("case_kind", c.kind), c.since) for c in _newest(cases)]
        lines += table([w["case"], r["patron"], r["kind"], r["since"]], shown)
        lines += [w["more_cases"].format(size=LISTED), ""] if len(cases) > LISTED else []
    else:
        lines += [w["no_cases"], ""]
    return "\n".join(lines)


def _newest(cases: Sequence[StaffCase]) -> list[StaffCase]:
    return sorted(cases, key=lambda case: (case.since, case.case_number), reverse=True)[:LISTED]
