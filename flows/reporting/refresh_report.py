"""What a refresh leaves in Prefect for the operator: numbers, codes and patron numbers, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from db.patrons.store import Quarantined
from db.runs.store import Question
from flows.reporting.markdown import table
from flows.reporting.parts import by_kind, opening
from flows.wording import Words, words

LISTED = 100
"""At most so many patrons in quarantine are listed."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the run worked: hosts and the settings file, no secrets."""

    database: str
    registry: str
    settings_file: str | None


def publish(
    report: dict[str, Any],
    message: str | None,
    source: Source,
    *,
    quarantined: Sequence[Quarantined],
    slowest: Sequence[tuple[float, str]],
    questions: Sequence[Question],
    language: str,
) -> None:
    """Makes the run's two artifacts: the report (Markdown) and the counts as a table."""
    said = words(language)
    text = refresh_markdown(
        report, message, source, quarantined=quarantined, slowest=slowest, questions=questions, said=said
    )
    create_markdown_artifact(text, key="registry-refresh", description=said["refresh"]["heading"].format(**report))
    create_table_artifact(
        [{"what": "outcome", "code": code, "patrons": count} for code, count in sorted(report["outcomes"].items())]
        + [{"what": "change", "code": code, "patrons": count} for code, count in sorted(report["changes"].items())]
        + [{"what": "note", "code": code, "patrons": count} for code, count in sorted(report["notes"].items())],
        key="registry-refresh-counts",
    )


def refresh_markdown(
    report: dict[str, Any],
    message: str | None,
    source: Source,
    *,
    quarantined: Sequence[Quarantined],
    slowest: Sequence[tuple[float, str]],
    questions: Sequence[Question],
    said: Words,
) -> str:
    """The report's text. `quarantined`: one more than `LISTED` says that there are more."""
    w = said["refresh"]
    heading = w["dry_heading" if report["dry_run"] else "heading"].format(**report)
    facts = [
        (w["database"], source.database),
        (w["registry"], source.registry),
        (w["settings_file"], source.settings_file or w["no_settings_file"]),
        (w["look_ups"], report["look_ups"]),
    ]
    lines = opening(report, message, heading, facts, questions, said)
    lines += [f"## {w['patrons']}", "", *table([w[name] for name in report["patrons"]], [report["patrons"].values()])]
    lines += by_kind(w["changes"], report["changes"], "change", w["no_changes"], said)
    lines += by_kind(w["outcomes"], report["outcomes"], "outcome", None, said)
    lines += by_kind(w["notes"], report["notes"], "note", None, said)
    lines += [f"## {w['quarantine']}", "", *_quarantine(quarantined, w)]
    if slowest:
        lines += [f"## {w['slowest']}", ""]
        lines += table([w["patron"], w["seconds"]], [(number, round(seconds, 3)) for seconds, number in slowest])
    return "\n".join(lines)


def _quarantine(quarantined: Sequence[Quarantined], w: dict[str, str]) -> list[str]:
    if not quarantined:
        return [w["no_quarantine"], ""]
    header = [w["patron"], w["reason"], w["detail"], w["since"], w["tries"], w["next_try"]]
    rows = [(q.patron_number, q.reason, q.detail, q.since, q.tries, q.next_due) for q in quarantined[:LISTED]]
    more = [w["quarantine_more"].format(size=LISTED), ""] if len(quarantined) > LISTED else []
    return [*table(header, rows), *more]
