"""What an import leaves in Prefect for the operator: counts alone, nothing personal."""

from __future__ import annotations

from typing import Any

from prefect.artifacts import create_markdown_artifact

from flows.reporting.markdown import table
from flows.wording import Words, words


def publish(report: dict[str, Any], message: str | None, database: str, language: str) -> None:
    """Makes the run's artifact."""
    said = words(language)
    text = import_markdown(report, message, database, said)
    create_markdown_artifact(text, key=report["flow"], description=said["import"]["heading"].format(**report))


def import_markdown(report: dict[str, Any], message: str | None, database: str, said: Words) -> str:
    """The report's text."""
    w = said["import"]
    heading = w["dry_heading" if report["dry_run"] else "heading"].format(**report)
    state = f"**{report['state']}**" + (f": {message}" if message else "")
    facts = [(w["state"], state), (w["today"], report["today"]), (w["database"], database)]
    facts += [(w["seconds"], report["seconds"]), *notes(report, said)]
    lines = [f"# {heading}", "", *table(["", ""], facts)]
    lines += [f"## {w['rows']}", "", *table([w[name] for name in report["rows"]], [list(report["rows"].values())])]
    lines += [f"## {w['changes']}", ""]
    lines += table([w["kind"], w["count"]], list(changes(report, said))) if report["changes"] else [w["no_changes"], ""]
    if report["rejects"]:
        lines += [f"## {w['rejects']}", "", *table([w["reason"], w["count"]], list(report["rejects"].items()))]
    return "\n".join(lines)


def changes(report: dict[str, Any], said: Words) -> list[tuple[str, int]]:
    """Events per kind, in words."""
    return [(said.say("change", code), count) for code, count in report["changes"].items()]


def notes(report: dict[str, Any], said: Words) -> list[tuple[str, int]]:
    """What was not done as the file says, though its line was loaded."""
    names = ("child_groups_not_taken", "unlisted_municipality_codes")
    return [(said["import"][name], report[name]) for name in names if report[name]]
