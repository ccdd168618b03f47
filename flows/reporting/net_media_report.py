"""What a run of net media leaves in Prefect for the operator: numbers and codes, nothing personal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from db.runs.store import Question
from flows.reporting.charts import bars
from flows.reporting.markdown import table
from flows.reporting.parts import by_kind, opening_without_registry
from flows.reporting.refresh_report import Source
from flows.wording import Words
from mappers.municipalities import MUNICIPALITIES
from mappers.statistics import Total

LARGEST = 20
"""At most so many municipalities are drawn, those with the most patrons."""


def net_media_markdown(
    report: dict[str, Any],
    message: str | None,
    source: Source,
    *,
    questions: Sequence[Question],
    totals: Sequence[Total],
    said: Words,
) -> str:
    """The report's text. `totals`: patrons by municipality, as may be told."""
    w, r = said["net_media"], said["refresh"]
    lines = opening_without_registry(report, message, "net_media", source, [], questions, said)
    lines += [f"## {r['patrons']}", "", *table([r[name] for name in report["patrons"]], [report["patrons"].values()])]
    lines += [f"## {w['services']}", "", *(service_table(report, said) or [w["no_services"], ""])]
    lines += by_kind(r["changes"], report["changes"], "change", r["no_changes"], said)
    lines += by_kind(w["outcomes"], report["outcomes"], "net_media_outcome", None, said)
    lines += [f"## {said['statistics']['chart']}", "", *_chart(totals, said)]
    return "\n".join(lines)


def _chart(totals: Sequence[Total], said: Words) -> list[str]:
    """Who has net media, by municipality: a bar for each of the largest whose numbers may be told."""
    drawn = sorted(
        (total for total in totals if total.with_net_media is not None), key=lambda total: total.patrons, reverse=True
    )
    if not drawn:
        return [said["statistics"]["no_chart"], ""]
    rows = [(_named(total.municipality_code), total.with_net_media or 0, total.patrons) for total in drawn[:LARGEST]]
    return [*(f"    {line}" for line in bars(rows)), ""]


def _named(code: str) -> str:
    listed = MUNICIPALITIES.get(code)
    return f"{code} {listed.name}" if listed else code


def service_table(report: dict[str, Any], said: Words) -> list[str]:
    """Rights granted and revoked, by service; nothing where there is no service."""
    w = said["net_media"]
    rows = [(one["service"], one["granted"], one["revoked"]) for one in report["services"]]
    return table([w["service"], w["granted"], w["revoked"]], rows) if rows else []
