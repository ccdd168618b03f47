"""What an import leaves in Prefect for the operator: counts alone, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prefect.artifacts import create_markdown_artifact

from db.runs.store import Question
from flows.reporting.markdown import table
from flows.reporting.parts import asked
from flows.wording import Words, words


def publish(
    report: dict[str, Any], message: str | None, database: str, questions: Sequence[Question], language: str
) -> None:
    """Makes the run's artifact."""
    said = words(language)
    text = import_markdown(report, message, database, said, questions)
    heading = heading_of(report, said)
    create_markdown_artifact(text, key=f"{report['flow']}-{report['kind']}", description=heading)


def import_markdown(
    report: dict[str, Any], message: str | None, database: str, said: Words, questions: Sequence[Question] = ()
) -> str:
    """The report's text."""
    w = said["import"]
    state = f"**{report['state']}**" + (f": {message}" if message else "")
    facts = [(w["state"], state), (w["today"], report["today"]), (w["database"], database)]
    facts += [(w["seconds"], report["seconds"]), *remarks(report, said)]
    lines = [f"# {heading_of(report, said)}", "", *table(["", ""], facts)]
    lines += asked(report, questions, said)
    lines += [f"## {w['rows']}", "", *table([w[name] for name in report["rows"]], [list(report["rows"].values())])]
    if any(report.get("register", {}).values()):
        register = report["register"]
        lines += [f"## {w['register']}", "", *table([w[name] for name in register], [list(register.values())])]
    if report.get("services"):
        n = said["net_media"]
        rows = [(one["service"], one["granted"], one["revoked"]) for one in report["services"]]
        lines += [f"## {n['services']}", "", *table([n["service"], n["would_win"], n["would_lose"]], rows)]
    lines += [f"## {w['changes']}", ""]
    lines += table([w["kind"], w["count"]], list(changes(report, said))) if report["changes"] else [w["no_changes"], ""]
    if report["rejects"]:
        lines += [f"## {w['rejects']}", "", *table([w["reason"], w["count"]], list(report["rejects"].items()))]
    return "\n".join(lines)


def heading_of(report: dict[str, Any], said: Words) -> str:
    """What was loaded, by which run, and whether it was for real."""
    code = "dry_heading" if report["dry_run"] else "heading"
    return said.say("import", code, run=report["run"], what=said.say("extract_kind", report["kind"]))


def changes(report: dict[str, Any], said: Words) -> list[tuple[str, int]]:
    """Events per kind, in words."""
    return [(said.say("change", code), count) for code, count in report["changes"].items()]


def remarks(report: dict[str, Any], said: Words) -> list[tuple[str, int]]:
    """What was not done as a line says, though the line is no reject."""
    return [(said.say("remark", code), count) for code, count in report["remarks"].items()]
