"""The object of `--everything --json`: everything that is kept about a person (docs/reference/commands.md)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flows.observability.redaction import mask
from flows.reporting.subject_access import Answer
from flows.reporting.subject_words import FREE, Speaker
from flows.wording import Words
from mappers.subject_access import Going, Lot, Named, left_out_codes


def answer_json(answer: Answer, said: Words) -> dict[str, Any]:
    """The whole answer as one object (docs/reference/commands.md). Dates are ISO 8601, amounts text."""
    speaker = Speaker(answer, said)
    return {
        "patron_number": answer.subject.patron_number,
        "today": answer.day.isoformat(),
        "made_at": answer.moment.isoformat(),
        "kept": [
            {
                "row": thing.row.key,
                "part": thing.row.part,
                "term": speaker.term(thing.row),
                "what": speaker.what(thing.row),
                "why": speaker.why(thing.row),
                "sources": list(thing.row.sources),
                "put_right": speaker.put_right(thing.row),
                "read_by": list(answer.readers[thing.row.key]),
                "kept": speaker.kept(thing.row),
                "told_with": thing.told_with.key if thing.told_with else None,
                "values": _values(thing.values),
                "rows": [row for lot in thing.lots for row in _rows(lot)],
            }
            for thing in answer.things
        ],
        "left_out": [{"what": code, "why": speaker.left_out(code)} for code in left_out_codes()],
    }


def _rows(lot: Lot) -> list[dict[str, Any]]:
    return [
        {
            "table": lot.table,
            "values": _values(record.values),
            "other": record.other,
            "forgotten": _forgotten(record.going),
        }
        for record in lot.records
    ]


def _forgotten(going: Going | None) -> dict[str, Any] | None:
    if going is None:
        return None
    return {"when": going.code, "on": going.day.isoformat() if going.day else None, "rule": going.rule.name}


def _values(values: dict[str, Any]) -> dict[str, Any]:
    return {
        column: _plain(mask(value) if column in FREE and isinstance(value, str) else value)
        for column, value in values.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Named):
        return value.code
    if value is None or isinstance(value, bool | int | str | list | dict):
        return value
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)  # an amount; a CPR number, which shows no digit
