"""What the reports of runs have in common: how they open, and what is told by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prefect.artifacts import create_markdown_artifact

from db.runs.store import Question
from flows.reporting.markdown import table
from flows.wording import Words

if TYPE_CHECKING:
    from flows.reporting.refresh_report import Source


def publish(text: str, key: str, section: str, report: Mapping[str, Any], said: Words) -> None:
    """Makes the artifact `key` of a report's text. `section`: where the flow's own words stand."""
    create_markdown_artifact(text, key=key, description=said[section]["heading"].format(**report))


def opening_without_registry(
    report: Mapping[str, Any],
    message: str | None,
    section: str,
    source: Source,
    facts: Iterable[tuple[str, Any]],
    questions: Sequence[Question],
    said: Words,
) -> list[str]:
    """`opening` of a flow that asks no registry, headed by the words of its `section`, and where it worked."""
    w = said["refresh"]
    heading = said[section]["dry_heading" if report["dry_run"] else "heading"].format(**report)
    where = [(w["database"], source.database), (w["settings_file"], source.settings_file or w["no_settings_file"])]
    return opening(report, message, heading, [*where, *facts], questions, said)


def opening(
    report: Mapping[str, Any],
    message: str | None,
    heading: str,
    facts: Iterable[tuple[str, Any]],
    questions: Sequence[Question],
    said: Words,
) -> list[str]:
    """Heading, state, day, `facts` of the flow's own, warnings, and the questions with the line that answers them."""
    w = said["refresh"]
    state = f"**{report['state']}**" + (f": {message}" if message else "")
    rows = [(w["state"], state), (w["today"], report["today"]), *facts, (w["seconds"], report["seconds"])]
    lines = [f"# {heading}", "", *table(["", ""], rows)]
    if report["warnings"]:
        lines += [f"## {w['warnings']}", "", *(f"- {warning}" for warning in report["warnings"]), ""]
    return lines + asked(report, questions, said)


def asked(report: Mapping[str, Any], questions: Sequence[Question], said: Words) -> list[str]:
    """A section with the brakes' questions and the line that answers them, if there are any."""
    if not questions:
        return []
    lines = [f"## {said['refresh']['questions']}", "", *(f"- {question_line(q, said)}" for q in questions), ""]
    return [*lines, f"    patronsync approvals answer {report['run']} apply|skip|abort", ""]


def by_kind(title: str, counted: Mapping[str, int], wording: str, none: str | None, said: Words) -> list[str]:
    """A section with the words of `wording` for each code that was counted; `none` in place of an empty table."""
    w = said["refresh"]
    if not counted:
        return [f"## {title}", "", none, ""] if none is not None else []
    rows = [(said.say(wording, code), count) for code, count in counted.items()]
    return [f"## {title}", "", *table([w["kind"], w["count"]], rows)]


_QUESTIONS = {
    "links": "question_links",
    "rights": "question_rights",
    "rows": "question_rows",
    "patrons": "question_patrons",
}
"""Population of a brake -> the words of its question, where they are others than those of answers."""


def question_line(question: Question, said: Words) -> str:
    """A brake's question in one line, numbers alone."""
    label = said.say("brake", question.counts["code"])
    text = _QUESTIONS.get(question.counts["population"], "question")
    return str(said["refresh"][text].format(label=label, **question.counts))
