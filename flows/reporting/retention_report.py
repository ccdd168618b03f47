"""What a run of retention leaves in Prefect for the operator: numbers and codes, nothing personal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from db.retention.store import PastOutcome
from db.runs.store import Question
from flows.reporting.charts import bars
from flows.reporting.markdown import table
from flows.reporting.parts import by_kind, opening_without_registry
from flows.reporting.refresh_report import Source
from flows.wording import Words

COLUMNS = ("cut_off", "due", "removed", "held", "skipped", "overdue", "seconds")
"""What the table says of a rule, beside its name."""


def retention_markdown(
    report: dict[str, Any],
    message: str | None,
    source: Source,
    *,
    questions: Sequence[Question],
    past: Sequence[PastOutcome],
    said: Words,
) -> str:
    """The report's text. `past`: what each rule did in the latest live runs."""
    w, r = said["retention"], said["refresh"]
    facts = [(w["lost_unbilled"], report["lost_unbilled"])]
    lines = opening_without_registry(report, message, "retention", source, facts, questions, said)
    lines += [f"## {w['rules']}", "", *table(*rule_table(report, said))]
    lines += by_kind(r["changes"], report["changes"], "change", None, said)
    lines += [f"## {w['chart']}", "", *_chart(past, said)]
    return "\n".join(lines)


def rule_table(report: Mapping[str, Any], said: Words) -> tuple[list[str], list[list[object]]]:
    """Header and rows: a row a rule."""
    w = said["retention"]
    heads = [w["would_go" if name == "removed" and report["dry_run"] else name] for name in COLUMNS]
    return [w["rule"], *heads], [[rule["rule"], *(rule[name] for name in COLUMNS)] for rule in report["rules"]]


def _chart(past: Sequence[PastOutcome], said: Words) -> list[str]:
    """A bar for each of the latest runs, the oldest first: what was removed, of what was due."""
    if not past:
        return [said["retention"]["no_chart"], ""]
    labels = {outcome.run_id: f"{outcome.today} ({outcome.run_id})" for outcome in past}
    removed, due, overdue = Counter[int](), Counter[int](), Counter[int]()
    for outcome in past:
        removed[outcome.run_id] += outcome.removed
        due[outcome.run_id] += outcome.due
        overdue[outcome.run_id] += outcome.overdue
    lines = bars([(label, removed[run], due[run]) for run, label in labels.items()])
    left = [said["retention"]["left_overdue"].format(count=overdue[run]) if overdue[run] else "" for run in labels]
    return [*(f"    {bar}  {note}".rstrip() for bar, note in zip(lines, left, strict=True)), ""]
